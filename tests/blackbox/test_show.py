"""debone show: what an image says of itself, be it debone's own or another tool's."""

import json

from ociimage import Image
from tinydebian import RECIPE


def test_json(place, debian):
    place.build(RECIPE + "cmd: [id]\nports: [9000/tcp]\naccounts: {run-as: www-data}\n").ok()
    shown = place.run("show", "test", "--format", "json").ok().json
    image = Image(place.work / "test")
    assert shown["digest"] == image.digest
    assert shown["config"]["entrypoint"] == ["/usr/bin/hello"] and shown["config"]["cmd"] == ["id"]
    assert shown["config"]["user"] == "www-data" and shown["config"]["ports"] == ["9000/tcp"]
    assert [(p["name"], p["version"]) for p in shown["packages"]] == [
        ("base-files", "13.8"), ("hello", "1.0")]
    assert [(layer["digest"], layer["compressed_size"]) for layer in shown["layers"]] == [
        (layer["digest"], layer["size"]) for layer in image.manifest["layers"]]


def test_text(place, debian):
    place.build(RECIPE).ok()
    out = place.run("show", "test").ok().out
    assert Image(place.work / "test").digest in out
    assert "/usr/bin/hello" in out and "base-files" in out and "13.8" in out


def test_docker_archive_shows_the_same(place, debian):
    place.build(RECIPE).ok()
    place.build(RECIPE, "--to", "docker").ok()
    layout = place.run("show", "test", "--format", "json").ok().json
    archive = place.run("show", "test.tar", "--format", "json").ok().json
    assert layout["config"] == archive["config"] and layout["packages"] == archive["packages"]


def test_a_damaged_blob_is_refused(place, debian):
    place.build(RECIPE).ok()
    image = Image(place.work / "test")
    digest = image.manifest["layers"][0]["digest"]
    blob = place.work / "test/blobs/sha256" / digest.removeprefix("sha256:")
    content = bytearray(blob.read_bytes())
    content[len(content) // 2] ^= 1
    blob.write_bytes(content)
    result = place.run("show", "test")
    assert result.status == 4 and digest in result.errors


def test_no_image_at_all(place):
    place.write("file", "no image")
    result = place.run("show", "file")
    assert result.status in (2, 4) and result.errors.startswith("error: file: ")
    result = place.run("show", "nothing")
    assert result.status == 2 and result.errors.startswith("error: nothing: ")


def test_control_characters_are_not_shown(place, debian):
    """An image of somebody's making cannot drive the terminal."""
    place.build(RECIPE).ok()
    image = Image(place.work / "test")
    config = dict(image.config, config={"Entrypoint": ["\x1b[31mred"], "Env": ["A=\x1b]0;title\x07"]})
    rewrite(place.work / "test", image, config)
    assert "\x1b" not in place.run("show", "test").ok().out


def rewrite(layout, image, config):
    """Gives the layout another config, digests and all."""
    import hashlib

    def put(content):
        digest = hashlib.sha256(content).hexdigest()
        (layout / "blobs/sha256" / digest).write_bytes(content)
        return {"digest": f"sha256:{digest}", "size": len(content)}

    manifest = dict(image.manifest)
    manifest["config"] = {**manifest["config"], **put(json.dumps(config).encode())}
    index = dict(image.index)
    index["manifests"] = [{**index["manifests"][0], **put(json.dumps(manifest).encode())}]
    (layout / "index.json").write_text(json.dumps(index))
