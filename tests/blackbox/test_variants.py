"""One recipe's variants: an image each in one layout or archive, the recipe's own layer shared by all."""

import json
import subprocess
import tarfile

import pytest

from aptrepo import ARCH, package
from ociimage import Image
from server import Server
from tinydebian import BUSYBOX, RECIPE, TinyDebian, busybox, standard

VARIANTS = RECIPE + "variants: [nonroot, debug, debug-nonroot]\n"
NAMES = ["latest", "nonroot", "debug", "debug-nonroot"]


@pytest.fixture
def archive(debian):
    debian.publish([*standard(), busybox()])


def descriptors(layout):
    index = json.loads((layout / "index.json").read_text())
    return {one["annotations"]["org.opencontainers.image.ref.name"]: one for one in index["manifests"]}


def opened(layout):
    """The layout's images by their names."""
    images = {}
    for name, descriptor in descriptors(layout).items():
        image = Image(layout)
        image._layers = image._entries = None
        image.digest, image.manifest = descriptor["digest"], image.blob_json(descriptor)
        image.config = image.blob_json(image.manifest["config"])
        images[name] = image
    return images


def test_four_images_share_the_recipes_layer(place, archive):
    result = place.build(VARIANTS, "--format", "json").ok().json
    images = opened(place.work / "test")
    assert list(images) == [one["name"] for one in result["variants"]] == NAMES
    assert [image.digest for image in images.values()] == [one["digest"] for one in result["variants"]]
    assert result["digest"] == images["latest"].digest
    layers = {name: [layer["digest"] for layer in image.manifest["layers"]] for name, image in images.items()}
    assert layers["latest"] == layers["nonroot"] == layers["debug"][:1]
    assert layers["debug"] == layers["debug-nonroot"] and len(layers["debug"]) == 2
    configs = {name: image.config["config"] for name, image in images.items()}
    assert [configs[name].get("User") for name in NAMES] == [configs["latest"].get("User"), "65532",
                                                             configs["latest"].get("User"), "65532"]
    assert {name: config["Env"] for name, config in configs.items()}["debug"] == [
        "PATH=/busybox:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]
    assert configs["debug"]["Entrypoint"] == configs["latest"]["Entrypoint"]
    assert b"nonroot:*:65532:65532:nonroot:/home/nonroot:/usr/sbin/nologin\n" in images["latest"].read("etc/passwd")


def test_debug_has_the_applets_of_its_busybox(place, archive):
    place.build(VARIANTS).ok()
    entries = opened(place.work / "test")["debug"].entries()
    listed = subprocess.run([BUSYBOX, "--list"], capture_output=True, text=True, check=True).stdout.split()
    links = {path.removeprefix("busybox/") for path, entry in entries.items()
             if path.startswith("busybox/") and entry.issym()}
    assert links == set(listed) - {"busybox"} and "sh" in links


def test_debug_has_a_shell_to_run(root_place, keys, archive_key):
    tiny = TinyDebian(root_place.folder / "www", keys, archive_key).publish([*standard(), busybox()])
    with Server(root_place.folder / "www") as server:
        root_place.environment.update(tiny.environment(server.url))
        root_place.build(VARIANTS).ok()
    ran = root_place.run("run", "--entrypoint", "sh", "test:debug-nonroot", "--", "-c", "id -u; echo $PATH; ls /busybox/sh").ok()
    assert ran.out == ("65532\n/busybox:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\n"
                       "/busybox/sh\n")


def test_checks_take_a_debug_variants_tools_as_meant(place, archive):
    place.build(VARIANTS).ok()
    for name in NAMES:
        out = place.run("check", f"test:{name}").ok().out
        assert "0 failures" in out


def test_a_shell_in_the_search_path_is_found_wherever_it_lies(place, archive):
    recipe = RECIPE + (
        "environment: {PATH: /tools}\npaths: [{path: /tools/sh, type: file, content: x, permissions: 0o755}]\n"
        "variants: [debug]\n")
    result = place.build(recipe)
    assert result.status == 1 and result.errors.startswith("error: /tools/sh: 1 shell: /tools/sh; ")


def test_one_can_be_asked_for(place, archive):
    place.build(VARIANTS, "--variant", "debug", "--tag", "1.2").ok()
    assert list(descriptors(place.work / "test")) == ["1.2-debug"]
    place.build(VARIANTS, "--variant", "nonroot", "--variant", "latest").ok()
    assert list(descriptors(place.work / "test")) == ["latest", "nonroot"]
    place.build(VARIANTS, "--variant", "musl").fails(
        2, "error: test has no variant 'musl'\n  hint: it has latest, nonroot, debug, debug-nonroot")
    place.build(RECIPE, "--variant", "debug").fails(
        2, "error: test has no variant 'debug'\n  hint: name it under 'variants' in the recipe")


def test_a_layout_of_variants_is_replaced_and_another_tools_images_are_not(place, archive):
    place.build(VARIANTS).ok()
    place.build(VARIANTS).ok()
    place.build(RECIPE).ok()
    place.build(VARIANTS).ok()
    index = place.work / "test/index.json"
    document = json.loads(index.read_text())
    document["manifests"].append({**document["manifests"][0], "annotations": {}})
    index.write_text(json.dumps(document))
    place.build(VARIANTS).fails(
        2, "error: test: the folder is not empty and holds no image layout of one image\n"
        "  hint: name a folder that does not exist yet, or one that debone wrote")


def test_a_docker_archive_holds_them_all(place, archive):
    place.build(VARIANTS, "--to", "docker").ok()
    with tarfile.open(place.work / "test.tar") as tar:
        manifest = json.load(tar.extractfile("manifest.json"))
        names = tar.getnames()
    assert [one["RepoTags"] for one in manifest] == [[f"test:{name}"] for name in NAMES]
    assert len(names) == len(set(names))


def tags(place, *options):
    place.build(VARIANTS, "--to", "docker", *options).ok()
    with tarfile.open(place.work / "test.tar") as tar:
        return [one["RepoTags"][0] for one in json.load(tar.extractfile("manifest.json"))]


def test_tags_are_of_the_repository_that_was_named(place, archive):
    assert tags(place, "--tag", "registry.example.org:5000/app") == [
        "registry.example.org:5000/app:latest", *(f"registry.example.org:5000/app:{name}" for name in NAMES[1:])]
    assert tags(place, "--tag", "app:1.2") == ["app:1.2", "app:1.2-nonroot", "app:1.2-debug", "app:1.2-debug-nonroot"]
    long = place.build(VARIANTS, "--to", "docker", "--tag", "app:" + "x" * 120)
    assert long.status == 2 and long.errors.startswith("error: 'app:xxx") and "resolve" not in long.err


def test_what_is_printed_runs(place, archive):
    for options, path in (((), "test"), (("--tag", "1.2"), "test:1.2"), (("--variant", "debug"), "test")):
        out = place.build(VARIANTS, *options).ok().out
        assert f"(OCI layout; debone run {path})" in out
        place.run("show", path).ok()


def test_nonroot_starts_in_its_home(place, archive):
    place.build(RECIPE + "variants: [nonroot]\n"
                "accounts: {users: [{username: nonroot, uid: 65532, homedir: /srv/app}]}\n"
                "paths: [{path: /srv/app, type: directory, uid: 65532, permissions: 0o700}]\n").ok()
    assert opened(place.work / "test")["nonroot"].config["config"]["WorkingDir"] == "/srv/app"
    place.run("check", "test:nonroot").ok()


def test_a_plain_directory_holds_one(place, archive):
    place.build(VARIANTS, "--to", "rootfs").ok()
    assert not (place.work / "test.rootfs/busybox").exists()
    place.build(VARIANTS, "--to", "rootfs", "--variant", "debug", "-o", "other").ok()
    assert (place.work / "other/busybox/sh").is_symlink()
    place.build(VARIANTS, "--to", "rootfs", "--variant", "debug", "--variant", "latest").fails(
        2, "error: --to rootfs holds one variant\n  hint: name one with --variant")


def test_a_lock_has_the_debug_package(place, archive):
    place.write("test.yaml", VARIANTS)
    place.run("lock", "test.yaml").ok()
    lock = (place.work / "test.lock").read_text()
    assert "\ndebug:\n  - busybox-static\n" in lock
    assert f"{{name: busybox-static, version: 1.37, arch: {ARCH}, state: debug, why: the debug variants, " in lock
    first = place.run("build", "test.yaml", "--format", "json").ok().json
    assert first["lock"]["used"]
    place.run("lock", "--check", "test.yaml").ok()
    place.write("test.yaml", RECIPE)
    result = place.run("build", "test.yaml")
    assert result.status == 2 and "'busybox-static' of the debug variants is no longer in test.yaml" in result.errors


def test_sources_without_busybox_have_no_debug_variant(place, debian):
    debian.publish([*standard(), package("other", "1", Provides="busybox-static")])
    place.build(VARIANTS).fails(
        2, "error: test.yaml:6:11: the sources have no package 'busybox-static' for the debug variants\n"
        f"  while building test for {ARCH}\n"
        "  hint: add Debian's to 'sources', or take the debug variants out of 'variants'")


def test_a_lock_gives_the_state_to_busybox_alone(place, archive):
    place.write("test.yaml", VARIANTS)
    place.run("lock", "test.yaml").ok()
    lock = place.work / "test.lock"
    lock.write_text(lock.read_text().replace("state: kept", "state: debug", 1))
    result = place.run("build", "test.yaml")
    assert result.status == 2 and "'base-files' is not what the debug variants have" in result.errors


def test_a_recipe_with_busybox_of_its_own_has_no_debug_variant(place, archive):
    recipe = VARIANTS.replace("[hello, base-passwd]", "[hello, base-passwd, busybox-static]")
    result = place.build(recipe + "closure: full\n")
    assert result.status == 2
    assert "'busybox-static' is in the image, and the debug variants bring it" in result.errors
