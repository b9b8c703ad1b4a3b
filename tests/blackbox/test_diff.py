"""debone diff: what differs between two images, locks or recipes, and that nothing differs where nothing does."""

import hashlib
import json
import tarfile
import time

import pytest

from aptrepo import ARCH, File, entry, gzip, package, program, tar
from ociimage import Image
from tinydebian import RECIPE, hello, standard

ZEROS = "0" * 64


def differ(place, *arguments):
    result = place.run("diff", *arguments)
    assert result.status == 1, f"exit {result.status}\n{result.out}{result.err}"
    assert result.errors == ""
    return result


def write_layout(place, name, layers, config=None):
    """An OCI layout of layers given as lists of tar entries."""
    folder = place.work / name

    def put(content, **more):
        digest = hashlib.sha256(content).hexdigest()
        place.write(f"{name}/blobs/sha256/{digest}", content)
        return {"digest": f"sha256:{digest}", "size": len(content), **more}

    tars = [tar(entries) for entries in layers]
    document = {"architecture": ARCH, "os": "linux", "config": config or {},
                "rootfs": {"type": "layers", "diff_ids": [f"sha256:{hashlib.sha256(one).hexdigest()}" for one in tars]}}
    manifest = {"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
                "config": put(json.dumps(document).encode(), mediaType="application/vnd.oci.image.config.v1+json"),
                "layers": [put(gzip(one), mediaType="application/vnd.oci.image.layer.v1.tar+gzip") for one in tars]}
    index = {"schemaVersion": 2,
             "manifests": [put(json.dumps(manifest).encode(), mediaType="application/vnd.oci.image.manifest.v1+json")]}
    place.write(f"{name}/oci-layout", '{"imageLayoutVersion": "1.0.0"}')
    place.write(f"{name}/index.json", json.dumps(index))
    return folder


def lock_text(packages, name="test"):
    """A lock of (name, version, state) for the machine's architecture."""
    lines = "".join(
        f"    - {{name: {package}, version: {version}, arch: {ARCH}, state: {state}, why: the recipe names it, "
        f"from: trixie" + ("" if state == "left-out" else f", size: 5000, sha256: {hashlib.sha256((package + version).encode()).hexdigest()}, "
                           f"path: pool/{package}.deb") + "}\n"
        for package, version, state in packages)
    return (f"lock: 1\nname: {name}\nclosure: lean\nsources:\n  - {{debian: trixie, components: [main]}}\n"
            f"requests:\n  - hello\n  - base-passwd\nstarts: /usr/bin/hello\nsuites:\n  - {{label: trixie, origin: Debian, suite: stable, "
            f"codename: trixie, date: 2026-11-14T10:11:12Z, key: {'A' * 40}, sha256: {ZEROS}}}\n"
            f"users: []\ngroups: []\nwith-apt:\n  {ARCH}: {{packages: 3, size: 1000}}\npackages:\n  {ARCH}:\n{lines}")


# --- images ---------------------------------------------------------------------------------------------------------

def test_two_builds(place, debian):
    place.build(RECIPE, "-o", "before").ok()
    debian.publish([*standard()[:2], hello("1.1", Depends="extra"),
                    package("extra", files={"/usr/share/extra/x": "1", "/usr/share/extra/y": "23"})])
    recipe = RECIPE.replace("[/usr/bin/hello]", "[/usr/bin/hello, id]") + """environment: {LANG: C.UTF-8}
paths:
  - {path: /srv/data, type: directory, permissions: 0o1777}
  - {path: /etc/debian_version, type: file, content: mine}
"""
    place.build(recipe, "--allow-older", "-o", "after").ok()
    out = differ(place, "before", "after").out
    lines = out.splitlines()
    grown = lines.pop()
    assert lines == [
        "packages",
        f"  + extra 1.0 (+{extra_size(place)} B, 4 paths)",
        f"  ~ hello 1.0 -> 1.1 ({lines[2].split('(')[1].split(',')[0]}, 1 path)",
        "configuration",
        '  ~ entrypoint: ["/usr/bin/hello"] -> ["/usr/bin/hello","id"]',
        "  + environment LANG=C.UTF-8",
        "paths",
        "  ~ /etc/debian_version: content (5 B -> 4 B)",
        "  + /srv/ (1 path)",
        "  ~ /var/lib/dpkg/status.d/base-files.md5sums: content (175 B -> 122 B)",
    ]
    assert grown.startswith("2 packages, 2 settings and 10 paths differ; "), grown


def extra_size(place):
    """The files of the package extra, its records included, as the image holds them."""
    image = Image(place.work / "after")
    return sum(member.size for path, member in image.entries().items() if "extra" in path and member.isfile())


def test_equal_images(place, debian):
    place.build(RECIPE).ok()
    place.build(RECIPE, "--to", "docker").ok()
    paths = len(Image(place.work / "test").entries()) - 1  # without the root directory
    for a, b in (("test", "test"), ("test", "test.tar"), ("test.tar", "test")):
        result = place.run("diff", a, b).ok()
        assert result.out == f"no difference in 2 packages, the configuration and {paths} paths\n"
    compared = place.run("diff", "test", "test.tar", "--format", "json").ok().json
    assert compared["equal"] is True and compared["before"]["digest"] == Image(place.work / "test").digest
    assert compared["packages"] == compared["config"] == compared["files"] == []


def test_times_are_no_difference(place, debian):
    place.build(RECIPE, "-o", "a").ok()
    place.build(RECIPE, "-o", "b", env={"SOURCE_DATE_EPOCH": "1600000000"}).ok()
    assert Image(place.work / "a").digest != Image(place.work / "b").digest
    assert place.run("diff", "a", "b").ok().out.endswith("; times or the packing of layers differ\n")


def test_layers_are_applied_in_order(place):
    file = tarfile.REGTYPE
    folder = tarfile.DIRTYPE
    write_layout(place, "flat", [[entry("etc", type=folder, mode=0o755), entry("etc/kept", b"2"), entry("opt", type=folder, mode=0o755),
                                  entry("opt/new", b"x")]])
    write_layout(place, "layered", [
        [entry("etc", type=folder, mode=0o755), entry("etc/kept", b"1"), entry("etc/gone", b"1"),
         entry("opt", type=folder, mode=0o755), entry("opt/old", b"1"), entry("opt/older/x", b"1")],
        [entry("etc/.wh.gone"), entry("etc/kept", b"2", type=file), entry("opt/.wh..wh..opq"), entry("opt/new", b"x")]])
    assert place.run("diff", "flat", "layered").ok().out == (
        "no difference in 0 packages, the configuration and 4 paths; times or the packing of layers differ\n")


def test_every_difference_of_a_path(place):
    before = [entry("content", b"a"), entry("link", type=tarfile.SYMTYPE, link="content", mode=0o777), entry("mode"),
              entry("owner"), entry("type"), entry("removed", b"123")]
    after = [entry("content", b"b"), entry("link", type=tarfile.SYMTYPE, link="mode", mode=0o777),
             entry("mode", mode=0o4755), entry("owner", uid=33, gid=34), entry("type", type=tarfile.DIRTYPE),
             entry("added", b"1234")]
    write_layout(place, "a", [before], {"User": "root", "Env": ["A=1"]})
    write_layout(place, "b", [after], {"User": "nobody", "Env": ["A=1"], "Labels": {"x": "y"}})
    result = differ(place, "a", "b")
    assert result.out == """configuration
  + label x=y
  ~ user: root -> nobody
paths
  + /added (4 B)
  ~ /content: content
  ~ /link: link to content -> mode
  ~ /mode: mode 644 -> 4755
  ~ /owner: owner 0:0 -> 33:34
  - /removed (3 B)
  ~ /type: file -> directory
2 settings and 7 paths differ; 10.2 kB -> 10.2 kB
"""
    compared = differ(place, "a", "b", "--format", "json").json
    assert [file["path"] for file in compared["files"]] == [
        "/added", "/content", "/link", "/mode", "/owner", "/removed", "/type"]
    assert compared["files"][3] == {
        "path": "/mode", "package": "",
        "before": {"type": "file", "mode": "0644", "uid": 0, "gid": 0, "size": 0, "sha256": hashlib.sha256().hexdigest()},
        "after": {"type": "file", "mode": "4755", "uid": 0, "gid": 0, "size": 0, "sha256": hashlib.sha256().hexdigest()}}
    assert compared["config"][1] == {"setting": "user", "name": "", "before": "root", "after": "nobody"}


def test_every_path_on_demand(place, debian):
    place.build(RECIPE, "-o", "a").ok()
    debian.publish([*standard()[:2], package("hello", "1.1", files={"/usr/bin/hello": File(program("int main(){return 0;}"), 0o755), "/usr/share/hello/a": "1"})])
    place.build(RECIPE, "--allow-older", "-o", "b").ok()
    assert "/usr/share/hello" not in differ(place, "a", "b").out
    out = differ(place, "a", "b", "--files").out
    assert "  + /usr/share/hello/\n  + /usr/share/hello/a (1 B)\n" in out and "  ~ /usr/bin/hello: content" in out


def test_an_image_that_dpkg_made(place):
    """dpkg's own lists say whose a path is; what it has removed is not there."""
    def image(version, content):
        status = (f"Package: app\nStatus: install ok installed\nVersion: {version}\nArchitecture: {ARCH}\n\n"
                  f"Package: old\nStatus: deinstall ok config-files\nVersion: 1\nArchitecture: {ARCH}\n")
        return [[entry("bin", type=tarfile.SYMTYPE, link="usr/bin", mode=0o777), entry("usr/bin/app", content),
                 entry("var/lib/dpkg/info/app.list", b"/.\n/bin\n/bin/app\n"),
                 entry("var/lib/dpkg/status", status.encode())]]
    write_layout(place, "a", image("1", b"1"))
    write_layout(place, "b", image("2", b"12"))
    assert differ(place, "a", "b").out == (
        "packages\n  ~ app 1 -> 2 (+1 B, 1 path)\npaths\n  ~ /var/lib/dpkg/status: content\n"
        "1 package and 2 paths differ; 10.2 kB -> 10.2 kB\n")


# --- locks ----------------------------------------------------------------------------------------------------------

def test_two_locks(place):
    place.write("a.lock", lock_text([("base-files", "13.8", "kept"), ("gone", "1", "kept"), ("hello", "1.0", "kept"),
                                     ("perl", "5", "left-out")]))
    place.write("b.lock", lock_text([("base-files", "13.8", "kept"), ("hello", "1.1", "data-only"), ("new", "2", "kept")]))
    assert differ(place, "a.lock", "b.lock").out == (
        "packages\n  - gone 1 (.deb -5.00 kB)\n  ~ hello 1.0 -> 1.1: kept -> data-only\n"
        "  + new 2 (.deb +5.00 kB)\n3 packages differ\n")
    assert place.run("diff", "a.lock", "a.lock").ok().out == "no difference in 3 packages and the accounts\n"
    compared = differ(place, "a.lock", "b.lock", "--format", "json").json
    assert [package["name"] for package in compared["packages"]] == ["gone", "hello", "new"]
    assert compared["packages"][1]["after"] == {
        "version": "1.1", "architecture": ARCH, "state": "data-only", "deb_size": 5000}
    assert "files" not in compared and "config" not in compared
    dot = differ(place, "a.lock", "b.lock", "--format", "dot").out
    assert dot.startswith("digraph diff {\n") and dot.endswith("}\n")
    assert [line.split('"')[1] for line in dot.splitlines() if "label=" in line] == [
        "a.lock\\nlock", "b.lock\\nlock", "- gone 1", "~ hello 1.0 -> 1.1: kept -> data-only", "+ new 2"]


def test_a_lock_and_an_image(place, debian):
    place.build(RECIPE).ok()
    fits = [("base-files", "13.8", "kept"), ("base-passwd", "3.6.7", "read"), ("hello", "1.0", "kept"), ("perl", "5", "left-out")]
    place.write("fits.lock", lock_text(fits))
    place.write("not.lock", lock_text([*fits[:2], ("hello", "1.1", "kept")]))
    assert place.run("diff", "fits.lock", "test").ok().out == "no difference in 2 packages\n"
    assert differ(place, "test", "not.lock").out == "packages\n  ~ hello 1.0 -> 1.1\n1 package differs\n"


def test_a_recipe_stands_for_its_lock(place):
    place.write("test.yaml", RECIPE)
    packages = [("base-files", "13.8", "kept"), ("base-passwd", "3.6.7", "kept"), ("hello", "1.0", "kept")]
    place.write("test.lock", lock_text(packages))
    place.write("new.lock", lock_text([*packages[:2], ("hello", "1.1", "kept")]))
    assert place.run("diff", "test.yaml", "test.lock").ok().out == "no difference in 3 packages and the accounts\n"
    assert differ(place, "test.yaml", "new.lock").out == "packages\n  ~ hello 1.0 -> 1.1\n1 package differs\n"


def test_a_recipe_without_a_lock_is_resolved(place, debian):
    recipe = RECIPE + "environment: {LANG: C.UTF-8}\naccounts: {run-as: www-data}\nports: [80/tcp]\n"
    place.build(recipe).ok()
    same = "no difference in 2 packages and the configuration\n"
    assert place.run("diff", "test.yaml", "test").ok().out == same
    assert place.run("diff", "test", "test.yaml").ok().out == same
    assert place.run("diff", "test.yaml", "test.yaml").ok().out == "no difference in 3 packages and the configuration\n"
    place.write("other.yaml", recipe.replace("[80/tcp]", "[81/tcp]"))
    place.run("lock", "other.yaml").ok()
    assert differ(place, "test.yaml", "other.yaml").out == (
        "configuration\n  - port 80/tcp\n  + port 81/tcp\n2 settings differ\n")
    assert place.run("diff", "other.yaml", "test").status == 1
    debian.publish([*standard()[:2], hello("1.1")], date=time.time() + 60)
    assert differ(place, "other.lock", "test.yaml").out.startswith("packages\n  ~ hello 1.0 -> 1.1")


def test_several_architectures_and_an_image(place, debian):
    place.build(RECIPE).ok()
    place.run("diff", "test", "test", "--arch", "amd64", "--arch", "arm64").fails(2, """\
error: test: an image is for one architecture, but --arch names 2
  hint: name one""")


def test_a_recipe_that_has_left_its_lock(place):
    place.write("test.yaml", RECIPE.replace("[hello,", "[hello, zstd,"))
    place.write("test.lock", lock_text([("hello", "1.0", "kept")]))
    place.run("diff", "test.yaml", "test.lock").fails(2, """\
error: test.yaml:4:21: 'zstd' is not in test.lock
  while comparing test.yaml with its lock test.lock
  hint: `debone lock test.yaml` brings the lock in line with the recipe""")


def test_a_lock_for_another_architecture(place):
    foreign = "arm64" if ARCH != "arm64" else "amd64"
    place.write("a.lock", lock_text([("hello", "1.0", "kept")]))
    place.run("diff", "a.lock", "a.lock", "--arch", foreign).fails(2, f"""\
error: a.lock: it has no packages for {foreign}
  hint: it has those for {ARCH}""")
    place.run("diff", "a.lock", "a.lock", "--arch", ARCH).ok()


# --- bad input ------------------------------------------------------------------------------------------------------

def test_nothing_there(place):
    place.write("a.lock", lock_text([("hello", "1.0", "kept")]))
    place.run("diff", "a.lock", "nothing").fails(2, """\
error: nothing: no such file or folder, nor a recipe of that name in the catalog
  hint: name an image (a folder or an archive), a lock, or a recipe""")
    place.run("diff", "a.lock").fails(2, "error: B is required\n  hint: see debone diff --help")


def test_a_damaged_lock(place):
    place.write("a.lock", lock_text([("hello", "1.0", "keptt")]))
    result = place.run("diff", "a.lock", "a.lock")
    assert result.status == 2 and result.errors.startswith("error: a.lock:"), result.errors


@pytest.mark.parametrize("bad", [entry("../out", b"x"), entry("a", type=tarfile.LNKTYPE, link="nowhere")], ids=["out", "hard link"])
def test_a_hostile_layer(place, bad):
    write_layout(place, "good", [[entry("a", b"x")]])
    write_layout(place, "bad", [[bad]])
    result = place.run("diff", "good", "bad")
    assert result.status == 4 and result.out == "" and "reading bad" in result.errors, result.errors


def test_hostile_text_is_shown_as_escapes(place):
    write_layout(place, "a", [[entry("x", b"x")]])
    write_layout(place, "b", [[entry("\x1b[2J\n", b"x"), entry("caf\udce9", b"x"),
                               entry("var/lib/dpkg/status.d/x", b"Package: x\nVersion: 1\nArchitecture: all\n")]],
                 {"Env": ["A\x1b=\x1b[31m"], "Entrypoint": ["\x07"]})
    out = differ(place, "a", "b").out
    assert "\x1b" not in out and "\x07" not in out and "\\x1b[2J\\n" in out
    paths = [file["path"] for file in differ(place, "a", "b", "--format", "json").json["files"]]
    assert "/caf\\xe9" in paths and "/\\x1b[2J\\n" in paths


def test_lists_of_packages_that_lie(place):
    """Names that lead out, links in a circle, a status without end: no harm, at most an error."""
    lists = [entry("loop", type=tarfile.SYMTYPE, link="loop", mode=0o777),
             entry("out", type=tarfile.SYMTYPE, link="../../..", mode=0o777),
             entry("var/lib/dpkg/info/x.list", b"/loop/a\n/out/b\n/../../c\n\n" + b"/" * 5000),
             entry("var/lib/dpkg/status.d/y.md5sums", b"0" * 34 + b"../../x\n")]
    write_layout(place, "a", [lists])
    assert place.run("diff", "a", "a").ok().out == "no difference in 0 packages, the configuration and 9 paths\n"
    write_layout(place, "b", [[*lists, entry("var/lib/dpkg/status.d/x", b"no stanza")]])
    result = place.run("diff", "a", "b")
    assert result.status == 4, result.errors
    assert "reading /var/lib/dpkg/status.d/x" in result.errors and "reading b" in result.errors
