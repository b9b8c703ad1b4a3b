"""debone check: any image judged by the checks of a build, debone's own and ones made up to fail in each way."""

import hashlib
import io
import json
import re
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

import pytest

from aptrepo import ARCH, File, Link, directory, entry, gzip, package, program, shared_library, symlink, tar
from ociimage import Image
from tinydebian import RECIPE, standard

MULTIARCH = subprocess.run(["gcc", "-dumpmachine"], capture_output=True, text=True, check=True).stdout.strip()
PASSWD = entry("etc/passwd", b"root:*:0:0:root:/root:/usr/sbin/nologin\napp:*:33:33::/:/usr/sbin/nologin\n")
GROUP = entry("etc/group", b"root:*:0:\napp:*:33:\n")
KEY = b"-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg\n"
START = {"Entrypoint": ["hello"], "User": "app"}


def good():
    """The entries of an image in which nothing is found."""
    return [directory("usr/"), directory("usr/bin/"), directory("etc/"), entry("usr/bin/hello", program(), mode=0o755),
            PASSWD, GROUP]


def write_layout(place, layers, config):
    """An OCI layout ./image of layers given as lists of tar entries."""
    def put(content, **more):
        digest = hashlib.sha256(content).hexdigest()
        place.write(f"image/blobs/sha256/{digest}", content)
        return {"digest": f"sha256:{digest}", "size": len(content), **more}

    tars = [tar(entries) for entries in layers]
    document = {"architecture": ARCH, "os": "linux", "config": config,
                "rootfs": {"type": "layers", "diff_ids": [f"sha256:{hashlib.sha256(one).hexdigest()}" for one in tars]}}
    manifest = {"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
                "config": put(json.dumps(document).encode(), mediaType="application/vnd.oci.image.config.v1+json"),
                "layers": [put(gzip(one), mediaType="application/vnd.oci.image.layer.v1.tar+gzip") for one in tars]}
    index = {"schemaVersion": 2,
             "manifests": [put(json.dumps(manifest).encode(), mediaType="application/vnd.oci.image.manifest.v1+json")]}
    place.write("image/oci-layout", '{"imageLayoutVersion": "1.0.0"}')
    place.write("image/index.json", json.dumps(index))


def write_docker_archive(place, layers, config):
    """image.tar as `docker save` wrote it before it knew OCI."""
    tars = [tar(entries) for entries in layers]
    document = json.dumps({"architecture": ARCH, "os": "linux", "config": config, "rootfs": {
        "type": "layers", "diff_ids": [f"sha256:{hashlib.sha256(one).hexdigest()}" for one in tars]}}).encode()
    name = hashlib.sha256(document).hexdigest() + ".json"
    files = {name: document, **{f"{number}/layer.tar": one for number, one in enumerate(tars)}}
    files["manifest.json"] = json.dumps([{"Config": name, "RepoTags": ["image:latest"],
                                          "Layers": [f"{number}/layer.tar" for number in range(len(tars))]}]).encode()
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for file, content in files.items():
            info = tarfile.TarInfo(file)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    place.write("image.tar", out.getvalue())


def found(result, severity="failure"):
    return [(one["id"], one["path"]) for one in result.json["findings"] if one["severity"] == severity]


def check(place, *arguments):
    return place.run("check", "image", "--format", "json", *arguments)


def test_an_image_of_debones_passes(place, debian):
    place.build(RECIPE + "accounts: {run-as: www-data}\n").ok()
    result = place.run("check", "test").ok()
    assert result.out == f"test  {Image(place.work / 'test').digest}\n  0 failures, 0 reports, 0 allowed\n"
    assert result.err == ""
    place.build(RECIPE, "--to", "docker").ok()
    assert place.run("check", "test.tar", "--format", "json").ok().json["passed"] is True


def test_an_image_of_a_package_with_false_md5sums_passes(place, debian):
    """What a package says of itself may be false; what the image says of it is of the very files."""
    false = package("false", files={"/usr/share/false/x": b"true\n"},
                    scripts={"md5sums": "0" * 32 + "  usr/share/false/x\n"})
    debian.publish(standard() + [false])
    place.build(RECIPE.replace("base-passwd", "base-passwd, false")).ok()
    sums = Image(place.work / "test").read("var/lib/dpkg/status.d/false.md5sums")
    assert sums == hashlib.md5(b"true\n").hexdigest().encode() + b"  usr/share/false/x\n"
    place.run("check", "test").ok()


def test_a_good_image_of_somebodys_passes(place):
    write_layout(place, [good()], START)
    assert check(place).ok().json["findings"] == []
    write_docker_archive(place, [good()], START)
    assert place.run("check", "image.tar", "--format", "json").ok().json["findings"] == []


@pytest.mark.parametrize("extra, config, expected", [
    ([symlink("etc/x", "/none")], {}, ("dangling-link", "/etc/x")),
    ([], {"Entrypoint": ["gone"]}, ("entrypoint-missing", "")),
    ([entry("usr/bin/text", b"echo\n", mode=0o755)], {"Entrypoint": ["text"]},
     ("entrypoint-not-a-program", "/usr/bin/text")),
    ([entry("usr/bin/closed", program())], {"Entrypoint": ["/usr/bin/closed"]},
     ("entrypoint-not-executable", "/usr/bin/closed")),
    ([entry("usr/bin/tool", b"#!/usr/bin/perl\n", mode=0o755)], {}, ("interpreter-missing", "/usr/bin/tool")),
    ([entry("usr/lib/libapp.so", shared_library("libapp.so", ["libgone.so.1"]))], {},
     ("library-missing", "/usr/lib/libapp.so")),
    ([entry("usr/bin/dpkg", program(), mode=0o755)], {}, ("package-manager", "/usr/bin/dpkg")),
    ([entry("var/lib/dpkg/status.d/hello.md5sums", b"0" * 32 + b"  usr/bin/hello\n")], {},
     ("md5sum-wrong", "/usr/bin/hello")),
    ([entry("srv/x", uid=77)], {}, ("owner-unknown", "/srv/x")),
    ([entry("etc/key.pem", KEY)], {}, ("private-key", "/etc/key.pem")),
    ([], {"User": "nobody"}, ("run-as-unknown", "")),
    ([entry("usr/bin/su", program(), mode=0o4755)], {}, ("set-id", "/usr/bin/su")),
    ([symlink("usr/bin/sh", "hello")], {}, ("shell", "/usr/bin/sh")),
    ([entry("etc/debone/init.conf", b"[init]\ntimezone = Asia/Tokyo\n[job a]\ncron = @daily\ncommand = hello\n"),
      entry("usr/sbin/debone-init", program(), mode=0o755)],
     {"Entrypoint": ["/usr/sbin/debone-init", "run", "--"]}, ("time-zone-missing", "/usr/share/zoneinfo/Asia/Tokyo")),
    ([], {"WorkingDir": "/none"}, ("work-dir-missing", "/none")),
    ([entry("srv/open", mode=0o666)], {}, ("world-writable", "/srv/open")),
    ([entry("usr/bin/hello", program(), mode=0o755)], {}, ("path-twice", "/usr/bin/hello")),
], ids=lambda value: value[0] if isinstance(value, tuple) else "")
def test_an_image_that_fails(place, extra, config, expected):
    write_layout(place, [good() + extra], {**START, **config})
    result = check(place)
    assert result.status == 1 and result.errors == "" and found(result) == [expected]
    where = f"={expected[1]}" if expected[1] else ""
    allowed = check(place, "--allow", expected[0] + where).ok()
    assert allowed.json["findings"] == [] and allowed.warnings == []
    assert [(one["id"], one["path"], one["reason"]) for one in allowed.json["allowed"]] == [(*expected, "--allow")]


def needs_private(place, **config):
    """A program that needs libfoo.so.1, of which the one copy is in a directory that the loader does not search."""
    source = "int tests_answer(void);\nint main(void) { return tests_answer() != 42; }\n"
    library = shared_library("libfoo.so.1")
    with tempfile.TemporaryDirectory() as folder:
        place.write("libfoo.so.1", library)
        (Path(folder) / "app.c").write_text(source)
        subprocess.run(["cc", "-s", "-o", f"{folder}/app", f"{folder}/app.c", str(place.work / "libfoo.so.1")], check=True)
        app = (Path(folder) / "app").read_bytes()
    system = []
    for needed in re.findall(r"=> (/\S+) \(|^\s*(/\S+) \(", subprocess.run(
            ["ldd", shutil.which("true")], capture_output=True, text=True, check=True).stdout, re.MULTILINE):
        path = needed[0] or needed[1]
        system.append(entry(path.lstrip("/"), Path(path).read_bytes(), mode=0o755))
    write_layout(place, [good() + system + [entry("usr/bin/app", app, mode=0o755),
                                            entry("usr/lib/private/libfoo.so.1", library)]], {**START, **config})
    return check(place)


def test_a_library_in_a_private_directory_is_not_found(place):
    result = needs_private(place)
    assert result.status == 1 and found(result) == [("library-missing", "/usr/bin/app")]
    assert result.json["findings"][0]["text"] == (
        "it needs libfoo.so.1, and /usr/lib/private/libfoo.so.1 is where the loader does not look for it; name that "
        "directory in LD_LIBRARY_PATH under `environment`, or cut the file")


def test_a_library_in_the_images_library_path_is_found(place):
    assert needs_private(place, Env=["LD_LIBRARY_PATH=/usr/lib/private"]).ok().json["findings"] == []


def test_a_path_in_two_layers(place):
    write_layout(place, [good(), [PASSWD, GROUP, entry("usr/bin/hello", program(), mode=0o755)]], START)
    result = check(place)
    assert found(result) == [("path-twice", "/usr/bin/hello")]
    assert "layer 1 has it and layer 2 again" in result.json["findings"][0]["text"]


def test_a_docker_archive_that_fails(place):
    write_docker_archive(place, [good() + [entry("usr/bin/su", program(), mode=0o4755)]], START)
    result = place.run("check", "image.tar")
    assert result.status == 1
    assert result.out.splitlines()[1:] == [
        "  failure /usr/bin/su: a set-id file; `paths: [{path: ..., type: permissions, permissions: 0o755}]` takes the "
        "bit away [set-id]", "  1 failure, 0 reports, 0 allowed"]


def test_sarif(place):
    write_layout(place, [good() + [symlink("usr/bin/sh", "hello"), symlink("usr/bin/ash", "hello")]], START)
    result = place.run("check", "image", "--format", "sarif", "--allow", "shell=/usr/bin/ash")
    assert result.status == 1
    run, = result.json["runs"]
    rules = {rule["id"] for rule in run["tool"]["driver"]["rules"]}
    assert [(one["ruleId"], one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], "suppressions" in one)
            for one in run["results"]] == [("shell", "usr/bin/sh", False), ("shell", "usr/bin/ash", True)]
    assert "shell" in rules and len(rules) > 10


def test_what_allows_nothing_is_a_warning(place):
    write_layout(place, [good()], START)
    result = check(place, "--allow", "shell", "--allow", "set-id=/usr/bin/su").ok()
    assert result.warnings == ["--allow shell allows nothing", "--allow set-id=/usr/bin/su allows nothing"]


def test_what_cannot_be_allowed(place):
    place.run("check", "image", "--allow", "setid").fails(
        2, "error: --allow: no check finds 'setid'\n  hint: did you mean 'set-id'?")
    place.run("check", "image", "--allow", "set-id=../x").fails(
        2, "error: --allow: '../x' is no absolute path without '..'\n  hint: write --allow ID=/PATH")


def test_a_damaged_image_is_refused(place):
    write_layout(place, [good()], START)
    image = Image(place.work / "image")
    digest = image.manifest["layers"][0]["digest"]
    blob = place.work / "image/blobs/sha256" / digest.removeprefix("sha256:")
    content = bytearray(blob.read_bytes())
    content[len(content) // 2] ^= 1
    blob.write_bytes(content)
    result = place.run("check", "image")
    assert result.status == 4 and digest in result.errors and result.out == ""
    place.write("cut.tar", (place.work / "image/index.json").read_bytes()[:50])
    result = place.run("check", "cut.tar")
    assert result.status in (2, 4) and result.errors.startswith("error: cut.tar: ")


# --- in a build -----------------------------------------------------------------------------------------------------

def with_tool(debian, **files):
    debian.publish([*standard(), package("tool", files={path: what for path, what in files.items()})])
    return RECIPE.replace("[hello, base-passwd]", "[hello, base-passwd, tool]")


def test_a_shell_fails_a_build(place, debian):
    recipe = with_tool(debian, **{"/usr/bin/dash": File(program(), 0o755)})
    result = place.build(recipe)
    assert result.status == 1
    assert result.errors.startswith("error: /usr/bin/dash: ") and "[shell]\n  while building" in result.errors


def test_a_library_that_is_nowhere_in_debian_is_reported_and_one_that_was_cut_fails_a_build(place, debian):
    library = f"/usr/lib/{MULTIARCH}/libgone.so.1"
    lacking = with_tool(debian, **{"/usr/lib/app.so": shared_library("app.so", ["libgone.so.1"])})
    lacking += "keep: {tool: its plugin}\n"
    for _ in ("resolved", "from the lock"):
        [image] = place.build(lacking, "--format", "json").ok().json["images"]
        assert [(one["id"], one["path"]) for one in image["findings"]] == [("library-missing", "/usr/lib/app.so")]
        place.run("lock", "test.yaml").ok()
    assert "{path: usr/lib/app.so, soname: libgone.so.1}" in (place.work / "test.lock").read_text()
    (place.work / "test.lock").unlink()
    debian.publish([*standard(), package("libgone1", files={library: shared_library("libgone.so.1")}),
                    package("tool", "2", Depends="libgone1", files={
                        "/usr/lib/app.so": shared_library("app.so", ["libgone.so.1"])})])
    place.build(lacking).ok()
    place.build(lacking + f"cuts: [{library}]\n").fails(
        1, "error: /usr/lib/app.so: it needs libgone.so.1, which nothing in the image is; add the package that has it to "
           "`packages`, or cut the file [library-missing]\n  while building test for " + ARCH)


def test_a_build_allows_what_the_recipe_gives_a_reason_for(place, debian):
    recipe = with_tool(debian, **{"/usr/bin/su": File(program(), 0o4755), "/usr/bin/mount": File(program(), 0o4755)})
    result = place.build(recipe + "allow: {set-id: {/usr/bin/su: users change}}\n")
    result.fails(1, "error: /usr/bin/mount: 1 set-id file: /usr/bin/mount; `paths: [{path: ..., type: permissions, "
                    "permissions: 0o755}]` takes the bit away [set-id]\n  while building test for " + ARCH)
    allowed = recipe + "allow: {set-id: both are wanted}\n"
    assert "  allowed   set-id /usr/bin/mount: both are wanted\n" in place.build(allowed).ok().out
    result = place.build(allowed, "--format", "json").ok()
    assert result.json["images"][0]["allowed"] == [
        {"id": "set-id", "path": f"/usr/bin/{name}", "reason": "both are wanted"} for name in ("mount", "su")]
    assert result.json["warnings"] == []


def test_an_allow_that_allows_nothing_is_a_warning(place, debian):
    result = place.build(RECIPE + "allow: {shell: none, set-id: {/usr/bin/su: none}}\n").ok()
    assert result.warnings == ["test.yaml:6:9: 'allow' names shell, which is not found; remove it",
                               "test.yaml:6:31: 'allow' names set-id at /usr/bin/su, which is not found; remove it"]


def test_a_dangling_link_of_a_package_fails_its_build(place, debian):
    recipe = with_tool(debian, **{"/etc/tool": Link("/var/lib/none"), "/usr/bin/tool": File(program(), 0o755)})
    place.build(recipe).fails(1, "error: /etc/tool: it points at '/var/lib/none', which the image does not have "
                                 "(package:tool); add the package that brings it, cut the link, or declare a "
                                 "volume there [dangling-link]\n  while building test for " + ARCH)
    assert place.build(recipe + "closure: full\n", "--format", "json").ok().json["images"][0]["findings"] == [
        {"id": "dangling-link", "path": "/etc/tool",
         "text": "1 absolute link that leads nowhere: /etc/tool"}]
