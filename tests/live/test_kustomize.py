"""kustomize itself renders the manifests: the API takes what it makes, and tests/lib/manifests.py, which the other tests
have in its place, makes the same."""

import shutil

import pytest
import yaml

from kubernetes_schemas import wrong
from kustomize import kustomize
from manifests import K8S, OVERLAYS, rendered, users_overlay, write_overlay

pytestmark = pytest.mark.wide
IMAGES = ["mariadb", "valkey", *(f"passbolt-{name}" for name in ("keys", "migrate", "fpm", "cli", "nginx"))]


@pytest.fixture(scope="module")
def k8s(tmp_path_factory):
    """The stack's, a user's overlay from docs/passbolt.md, and one with every image renamed."""
    folder = tmp_path_factory.mktemp("passbolt") / "k8s"
    shutil.copytree(K8S, folder)
    (folder / "overlays/mine").mkdir()
    (folder / "overlays/mine/kustomization.yaml").write_text(yaml.safe_dump(users_overlay()))
    write_overlay(folder, "other", {"EMAIL_DEFAULT_FROM": "x@example.com"}, {name: (f"here/{name}", "1") for name in IMAGES})
    return folder


@pytest.mark.parametrize("name", ["base", "admin", *(f"overlays/{overlay.name}" for overlay in OVERLAYS), "overlays/mine",
                                  "overlays/other", "overlays/other-admin"])
def test_what_it_renders(k8s, name):
    documents = list(yaml.safe_load_all(kustomize(k8s / name)))
    assert documents and [line for document in documents for line in wrong(document)] == []
    assert by_name(documents) == by_name(rendered(k8s / name))


def by_name(documents):
    found = {(one["kind"], one["metadata"]["name"]): one for one in documents}
    assert len(found) == len(documents)
    return found
