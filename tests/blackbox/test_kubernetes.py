"""The manifests of the stacks, held to the API's schemas (tests/fixtures/kubernetes) and to what the stacks promise: no
rights, no shell, nothing that names what is not there. No cluster and no network is needed."""

import json

import jsonschema
import pytest
import yaml

from debone import SOURCE
from manifests import ADMIN, BASE, DOCUMENTS, K8S, containers, named, pods

SCHEMAS = json.loads((SOURCE / "tests/fixtures/kubernetes/v1.37.0.json").read_text())
OVERLAYS = sorted((K8S / "overlays").iterdir())
IDS = [f"{document['kind']}-{document['metadata']['name']}" for document in DOCUMENTS]


def wrong(document):
    schema = SCHEMAS["kinds"].get(f"{document.get('apiVersion')}/{document.get('kind')}")
    if schema is None:
        return [f"no such kind: {document.get('apiVersion')}/{document.get('kind')}"]
    validator = jsonschema.Draft7Validator({**schema, "definitions": SCHEMAS["definitions"]})
    return [f"{'/'.join(map(str, error.absolute_path))}: {error.message}" for error in validator.iter_errors(document)]


@pytest.mark.parametrize("document", DOCUMENTS, ids=IDS)
def test_the_api_takes_it(document):
    assert wrong(document) == []


def test_the_schemas_refuse_what_is_wrong():
    deployment = named("Deployment")["passbolt-fpm"]
    misspelt = json.loads(json.dumps(deployment).replace("readOnlyRootFilesystem", "readOnlyRootFileSystem"))
    assert any("readOnlyRootFileSystem" in line for line in wrong(misspelt))
    assert any("replicas" in line for line in wrong({**deployment, "spec": {**deployment["spec"], "replicas": "two"}}))
    assert wrong({"apiVersion": "apps/v1beta1", "kind": "Deployment"}) == ["no such kind: apps/v1beta1/Deployment"]


def test_every_manifest_is_named_once():
    for folder in (BASE, ADMIN):
        listed = yaml.safe_load((folder / "kustomization.yaml").read_text())["resources"]
        assert sorted(listed) == sorted(file.name for file in folder.glob("*.yaml") if file.name != "kustomization.yaml")
    assert len(set(IDS)) == len(IDS)


def test_pods_have_no_rights():
    for document, template in pods():
        name, spec = document["metadata"]["name"], template["spec"]
        assert spec["automountServiceAccountToken"] is False, name
        assert spec["securityContext"]["runAsNonRoot"] and spec["securityContext"]["runAsUser"] > 0, name
        assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}, name
        assert not {"hostNetwork", "hostPID", "hostIPC"} & set(spec), name
        for container in containers(template):
            assert container["securityContext"] == {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True,
                                                    "capabilities": {"drop": ["ALL"]}}, name
            assert "memory" in container["resources"]["limits"], name
            for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
                command = container.get(probe, {}).get("exec", {}).get("command", [""])
                assert not command[0].endswith(("sh", "bash")), f"{name}: there is no shell"
    assert named("Namespace")["passbolt"]["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"


def test_selectors_find_their_pods():
    labels = {json.dumps(template["metadata"]["labels"], sort_keys=True) for _, template in pods()}

    def there(selector):
        return json.dumps(selector, sort_keys=True) in labels
    for document, template in pods():
        if document["kind"] not in ("Job", "CronJob"):
            assert document["spec"]["selector"]["matchLabels"] == template["metadata"]["labels"]
    for service in named("Service").values():
        assert there(service["spec"]["selector"])
    for budget in named("PodDisruptionBudget").values():
        assert there(budget["spec"]["selector"]["matchLabels"])
    for policy in named("NetworkPolicy").values():
        assert policy["spec"]["podSelector"] == {} or there(policy["spec"]["podSelector"]["matchLabels"])
        for rule in policy["spec"].get("ingress", []) + policy["spec"].get("egress", []):
            for peer in rule.get("from", []) + rule.get("to", []):
                assert there(peer["podSelector"]["matchLabels"])


def test_what_has_replicas_may_lose_one():
    for name, deployment in named("Deployment").items():
        if deployment["spec"]["replicas"] > 1:
            assert named("PodDisruptionBudget")[name]["spec"]["maxUnavailable"] == 1
            assert deployment["spec"]["strategy"]["rollingUpdate"]["maxUnavailable"] == 0


def test_what_is_named_is_there():
    claims = {*named("PersistentVolumeClaim"), *named("ConfigMap")}
    for document, template in pods():
        spec = template["spec"]
        volumes = {volume["name"] for volume in spec["volumes"]}
        if document["kind"] == "StatefulSet":
            volumes |= {claim["metadata"]["name"] for claim in document["spec"]["volumeClaimTemplates"]}
        for volume in spec["volumes"]:
            if "persistentVolumeClaim" in volume:
                assert volume["persistentVolumeClaim"]["claimName"] in claims
            if "configMap" in volume:
                assert volume["configMap"]["name"] in claims
        for container in containers(template):
            assert {mount["name"] for mount in container.get("volumeMounts", [])} <= volumes, document["metadata"]["name"]
            for source in container.get("envFrom", []):
                # A Secret is the user's, and need not be there.
                assert source.get("secretRef", {}).get("optional") or source["configMapRef"]["name"] in claims
    # Only who makes the keys may write them.
    writers = {document["metadata"]["name"] for document, template in pods() for volume in template["spec"]["volumes"]
               if "persistentVolumeClaim" in volume and not volume["persistentVolumeClaim"].get("readOnly")}
    assert writers == {"passbolt-keys"}


@pytest.mark.parametrize("folder", [BASE, ADMIN], ids=["base", "admin"])
def test_every_image_comes_from_a_registry(folder):
    renamed = {image["name"] for image in yaml.safe_load((folder / "kustomization.yaml").read_text())["images"]}
    here = [yaml.safe_load_all((folder / name).read_text()) for name in
            yaml.safe_load((folder / "kustomization.yaml").read_text())["resources"]]
    names = {document["metadata"]["name"] for documents in here for document in documents}
    assert renamed == {container["image"] for document, template in pods() if document["metadata"]["name"] in names
                       for container in containers(template)}


@pytest.mark.parametrize("overlay", OVERLAYS, ids=[overlay.name for overlay in OVERLAYS])
def test_an_overlay_changes_what_is_there(overlay):
    kustomization = yaml.safe_load((overlay / "kustomization.yaml").read_text())
    assert kustomization["resources"] == ["../../base"]
    for replica in kustomization["replicas"]:
        assert replica["name"] in named("Deployment")
    for patch in kustomization.get("patches", []):
        target = named(patch["target"]["kind"])[patch["target"]["name"]]
        for change in yaml.safe_load(patch["patch"]):
            part = target
            for step in change["path"].strip("/").split("/"):
                part = part[step]
