"""The manifests of the stacks, held to the API's schemas (tests/fixtures/kubernetes) and to what the stacks promise: no
rights, no shell, nothing that names what is not there. No cluster and no network is needed."""

import json
import shutil

import pytest
import yaml

from kubernetes_schemas import wrong
from manifests import ADMIN, BASE, DOCUMENTS, OVERLAYS, containers, named, pods, rendered, users_overlay

IDS = [f"{document['kind']}-{document['metadata']['name']}" for document in DOCUMENTS]


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


def test_who_may_write_what_others_read():
    """The keys Job the whole volume, migrate its mark's folder, and nobody else anything of it."""
    written = {}
    for document, template in pods():
        (volume,) = [one for one in template["spec"]["volumes"] if one.get("persistentVolumeClaim")] or [None]
        if volume is None:
            continue
        for container in containers(template):
            for mount in container["volumeMounts"]:
                if mount["name"] == volume["name"] and not mount.get("readOnly"):
                    assert not volume["persistentVolumeClaim"].get("readOnly")
                    written.setdefault(document["metadata"]["name"], []).append(mount.get("subPath"))
        if document["metadata"]["name"] not in written:
            assert volume["persistentVolumeClaim"]["readOnly"] is True
    assert written == {"passbolt-keys": [None], "passbolt-migrate": ["migrated"]}


def test_every_long_runner_has_every_probe():
    for document, template in pods():
        if document["kind"] in ("Job", "CronJob"):
            continue
        (container,) = template["spec"]["containers"]
        assert {name for name in container if name.endswith("Probe")} == {"startupProbe", "readinessProbe", "livenessProbe"}
        # What lives is not ended for one answer that is late.
        assert container["livenessProbe"]["failureThreshold"] >= 5 and container["livenessProbe"]["timeoutSeconds"] >= 10
        assert container["livenessProbe"]["periodSeconds"] > container["readinessProbe"]["periodSeconds"]


def test_a_database_has_time_to_recover():
    """Until startupProbe has held, kubelet asks for nothing else; when that has failed so often, it ends the container."""
    (container,) = named("StatefulSet")["passbolt-db"]["spec"]["template"]["spec"]["containers"]
    seconds = {name: container[name]["periodSeconds"] * container[name]["failureThreshold"]
               for name in ("startupProbe", "livenessProbe")}
    assert seconds["startupProbe"] >= 3600 and seconds["livenessProbe"] >= 300


def test_nginx_is_ready_when_passbolt_answers_through_it():
    (container,) = named("Deployment")["passbolt-nginx"]["spec"]["template"]["spec"]["containers"]
    assert container["readinessProbe"]["httpGet"] == {"scheme": "HTTPS", "port": "https", "path": "/healthcheck/status.json"}
    assert {one["name"]: one["containerPort"] for one in container["ports"]}["https"] == 4433
    # Without php-fpm it is not ready, but lives.
    for name in ("startupProbe", "livenessProbe"):
        assert "/healthz" in container[name]["exec"]["command"][-1]


@pytest.mark.parametrize("folder", [BASE, ADMIN], ids=["base", "admin"])
def test_every_image_comes_from_a_registry(folder):
    renamed = {image["name"] for image in yaml.safe_load((folder / "kustomization.yaml").read_text())["images"]}
    here = [yaml.safe_load_all((folder / name).read_text()) for name in
            yaml.safe_load((folder / "kustomization.yaml").read_text())["resources"]]
    names = {document["metadata"]["name"] for documents in here for document in documents}
    assert renamed == {container["image"] for document, template in pods() if document["metadata"]["name"] in names
                       for container in containers(template)}


FOLDERS = [BASE, ADMIN, *OVERLAYS]


@pytest.mark.parametrize("folder", FOLDERS, ids=[folder.name for folder in FOLDERS])
def test_what_a_folder_is_rendered_to(folder):
    """The API takes it, all of it is in the namespace, and every image has a registry and a tag."""
    documents = rendered(folder)
    assert [line for document in documents for line in wrong(document)] == []
    assert {one["metadata"].get("namespace") for one in documents if one["kind"] != "Namespace"} == {"passbolt"}
    for _, template in pods(documents):
        for container in containers(template):
            assert container["image"].startswith("registry.example.org/") and container["image"].endswith(":latest")
    if folder in OVERLAYS:
        assert len(documents) == len(rendered(BASE)), "it adds nothing and takes nothing away"


def test_the_overlays():
    modes = {}
    for overlay in OVERLAYS:
        documents = rendered(overlay)
        claim = named("PersistentVolumeClaim", documents)["passbolt-keys"]["spec"]
        replicas = [named("Deployment", documents)[f"passbolt-{name}"]["spec"]["replicas"] for name in ("fpm", "nginx")]
        modes[overlay.name] = claim["accessModes"], replicas
    assert modes == {"single": (["ReadWriteOnce"], [1, 1]), "replicas": (["ReadWriteMany"], [3, 3])}


def test_a_user_s_own_overlay(tmp_path):
    """The one of docs/passbolt.md."""
    shutil.copytree(BASE.parent, tmp_path / "k8s")
    mine = tmp_path / "k8s/overlays/mine"
    mine.mkdir()
    (mine / "kustomization.yaml").write_text(yaml.safe_dump(users_overlay()))
    documents = rendered(mine)
    assert [line for document in documents for line in wrong(document)] == []
    ours, theirs = (named("ConfigMap", one)["passbolt"]["data"] for one in (documents, rendered(BASE)))
    assert {name for name in theirs if ours.get(name) != theirs[name]} == {
        "APP_FULL_BASE_URL", "EMAIL_DEFAULT_FROM", "EMAIL_TRANSPORT_DEFAULT_HOST", "EMAIL_TRANSPORT_DEFAULT_PORT",
        "EMAIL_TRANSPORT_DEFAULT_TLS"}
    assert "EMAIL_TRANSPORT_DEFAULT_TLS" not in ours and set(ours) < set(theirs)
    (image,) = {container["image"] for _, template in pods(documents) for container in containers(template)
                if "passbolt-fpm" in container["image"]}
    assert image == "registry.example.com/passbolt-fpm:5.14"
