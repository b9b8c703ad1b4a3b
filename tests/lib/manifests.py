"""The Passbolt stack's manifests for Kubernetes, as they stand in the files, and as kustomize renders a folder of them. The
rendering is an imitation, for machines without kustomize; tests/live/test_kustomize.py holds it to the program."""

import copy
import re

import yaml

from debone import SOURCE

K8S = SOURCE / "stacks/passbolt/k8s"
BASE, ADMIN = K8S / "base", K8S / "admin"
OVERLAYS = sorted((K8S / "overlays").iterdir())
DOCUMENTS = [document for folder in (BASE, ADMIN) for file in sorted(folder.glob("*.yaml"))
             if file.name != "kustomization.yaml" for document in yaml.safe_load_all(file.read_text())]


def named(kind, documents=DOCUMENTS):
    """Those of the kind, by name."""
    return {document["metadata"]["name"]: document for document in documents if document["kind"] == kind}


def pods(documents=DOCUMENTS):
    """Each document that makes pods, and their template."""
    for document in documents:
        if document["kind"] in ("Deployment", "StatefulSet", "Job"):
            yield document, document["spec"]["template"]
        elif document["kind"] == "CronJob":
            yield document, document["spec"]["jobTemplate"]["spec"]["template"]


def containers(template):
    return template["spec"].get("initContainers", []) + template["spec"]["containers"]


_SOURCES = {"configMapRef": ("ConfigMap", "data"), "secretRef": ("Secret", "stringData")}


def environment(container, documents=DOCUMENTS):
    """The container's variables. Secrets are the user's: one that the container can do without need not be there."""
    found = {}
    for source in container.get("envFrom", []):
        ((reference, asked),) = source.items()
        kind, key = _SOURCES[reference]
        document = named(kind, documents).get(asked["name"])
        assert document or asked.get("optional"), f"there is no {kind} {asked['name']}"
        found.update(document[key] if document else {})
    for one in container.get("env", []):
        if "valueFrom" in one:
            asked = one["valueFrom"]["configMapKeyRef"]
            found[one["name"]] = named("ConfigMap", documents)[asked["name"]]["data"][asked["key"]]
        else:
            found[one["name"]] = one["value"]
    return found


def users_overlay():
    """The kustomization that docs/passbolt.md has for a user's own folder."""
    page = (SOURCE / "docs/passbolt.md").read_text()
    (block,) = re.findall(r"^```yaml\n(.*?)^```$", page[page.index("## On Kubernetes"):], re.MULTILINE | re.DOTALL)
    return yaml.safe_load(block)


def write_overlay(folder, name, settings, images):
    """Beside the overlays of FOLDER, which is a copy of k8s: one as a user has it, with that of ConfigMap passbolt and other
    images (by their names in the base, a name and a tag)."""
    overlay = users_overlay()
    patch = yaml.safe_load(overlay["patches"][0]["patch"])
    patch["data"].update(settings)
    overlay["patches"][0]["patch"] = yaml.safe_dump(patch)
    overlay["images"] = _renamed(BASE, images)
    admin = {**overlay, "resources": ["../../admin"], "patches": [], "images": _renamed(ADMIN, images)}
    for place, kustomization in ((f"overlays/{name}", overlay), (f"overlays/{name}-admin", admin)):
        (folder / place).mkdir()
        (folder / place / "kustomization.yaml").write_text(yaml.safe_dump(kustomization))
    return folder / "overlays" / name, folder / f"overlays/{name}-admin"


def _renamed(folder, images):
    names = {one["name"]: one["newName"] for one in yaml.safe_load((folder / "kustomization.yaml").read_text())["images"]}
    return [{"name": names[name], "newName": images[name][0], "newTag": images[name][1]} for name in names]


def rendered(folder):
    """The documents that `kustomize build` makes of the folder, in any order."""
    kustomization = yaml.safe_load((folder / "kustomization.yaml").read_text())
    unknown = set(kustomization) - {"apiVersion", "kind", "namespace", "resources", "patches", "images", "replicas"}
    assert not unknown, f"the imitation of kustomize knows no {unknown}"
    documents = []
    for name in kustomization["resources"]:
        path = folder / name
        documents += rendered(path) if path.is_dir() else yaml.safe_load_all(path.read_text())
    for patch in kustomization.get("patches", []):
        _patch(documents, patch)
    for document in documents:
        if "namespace" in kustomization and document["kind"] != "Namespace":
            document["metadata"]["namespace"] = kustomization["namespace"]
    for image in kustomization.get("images", []):
        for _, template in pods(documents):
            for container in containers(template):
                if container["image"].rpartition(":")[0] == image["name"] or container["image"] == image["name"]:
                    container["image"] = f"{image['newName']}:{image['newTag']}"
    for replicas in kustomization.get("replicas", []):
        named("Deployment", documents)[replicas["name"]]["spec"]["replicas"] = replicas["count"]
    return documents


def _patch(documents, patch):
    change = yaml.safe_load(patch["patch"])
    if isinstance(change, dict):  # a strategic merge, of maps alone
        _merge(named(change["kind"], documents)[change["metadata"]["name"]], change)
        return
    target = named(patch["target"]["kind"], documents)[patch["target"]["name"]]
    for step in change:
        *parents, last = step["path"].strip("/").split("/")
        part = target
        for name in parents:
            part = part[name]
        assert step["op"] == "replace" and last in part, step
        part[last] = copy.deepcopy(step["value"])


def _merge(into, change):
    for key, value in change.items():
        if value is None:
            into.pop(key, None)
        elif isinstance(value, dict):
            _merge(into.setdefault(key, {}), value)
        else:
            assert not isinstance(value, list), f"{key}: the imitation merges no lists"
            into[key] = value
