"""Other tools read what debone writes: skopeo inspects and copies, umoci unpacks. And debone reads what skopeo writes."""

import json
import os
import stat
import subprocess

from ociimage import Image
from tinydebian import RECIPE


def tool(*argv, cwd):
    done = subprocess.run([str(word) for word in argv], capture_output=True, text=True, cwd=cwd)
    assert done.returncode == 0, done
    return done.stdout


def test_skopeo_inspects(place, debian):
    place.build(RECIPE + "annotations: {a.b: c}\n", "--tag", "v1").ok()
    shown = json.loads(tool("skopeo", "inspect", "oci:test:v1", cwd=place.work))
    image = Image(place.work / "test")
    assert shown["Digest"] == image.digest
    assert shown["Layers"] == [layer["digest"] for layer in image.manifest["layers"]]
    config = json.loads(tool("skopeo", "inspect", "--config", "oci:test:v1", cwd=place.work))
    assert config == image.config


def test_skopeo_copies_and_debone_reads_it(place, debian):
    place.build(RECIPE).ok()
    before = place.run("show", "test", "--format", "json").ok().json
    for target in ("docker-archive:copy.tar:x/y:1", "oci-archive:copy-oci.tar", "oci:copy"):
        tool("skopeo", "copy", "--insecure-policy", "oci:test:latest", target, cwd=place.work)
        name = target.split(":")[1]
        after = place.run("show", name, "--format", "json").ok().json
        assert after["packages"] == before["packages"], name
        assert after["config"]["entrypoint"] == before["config"]["entrypoint"], name


def test_skopeo_reads_the_docker_archive(place, debian):
    place.build(RECIPE, "--to", "docker").ok()
    shown = json.loads(tool("skopeo", "inspect", "docker-archive:test.tar", cwd=place.work))
    assert len(shown["Layers"]) == 1


def test_umoci_unpacks(place, debian):
    place.build(RECIPE + "paths: [{path: /run/app, type: directory, uid: 33, gid: 65534, permissions: 0o2750}]\n").ok()
    tool("umoci", "unpack", "--image", "test:latest", "bundle", cwd=place.work)
    root = place.work / "bundle/rootfs"
    entries = Image(place.work / "test").entries()
    for path, entry in entries.items():
        state = os.lstat(root / path)
        assert (state.st_uid, state.st_gid) == (entry.uid, entry.gid), path
        if entry.issym():
            assert os.readlink(root / path) == entry.linkname
        else:
            assert stat.S_IMODE(state.st_mode) == entry.mode, path
            assert int(state.st_mtime) == entry.mtime, path
    on_disk = {str(path.relative_to(root)) for path in root.rglob("*")}
    assert on_disk == set(entries) - {"", "."}
