"""The Passbolt stack's manifests for Kubernetes, as they stand in the files."""

import yaml

from debone import SOURCE

K8S = SOURCE / "stacks/passbolt/k8s"
BASE, ADMIN = K8S / "base", K8S / "admin"
DOCUMENTS = [document for folder in (BASE, ADMIN) for file in sorted(folder.glob("*.yaml"))
             if file.name != "kustomization.yaml" for document in yaml.safe_load_all(file.read_text())]


def named(kind):
    """Those of the kind, by name."""
    return {document["metadata"]["name"]: document for document in DOCUMENTS if document["kind"] == kind}


def pods():
    """Each document that makes pods, and their template."""
    for document in DOCUMENTS:
        if document["kind"] in ("Deployment", "StatefulSet", "Job"):
            yield document, document["spec"]["template"]
        elif document["kind"] == "CronJob":
            yield document, document["spec"]["jobTemplate"]["spec"]["template"]


def containers(template):
    return template["spec"].get("initContainers", []) + template["spec"]["containers"]
