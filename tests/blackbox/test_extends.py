"""`extends:`: an image that begins with another's layers, byte for byte."""

import io
import tarfile
import time

import pytest

from aptrepo import ARCH, File, package, program
from ociimage import Image
from tinydebian import standard

DEBIAN = "contents: {sources: [{debian: trixie}], packages: [%s]}\n"
BASE = ("name: base\n" + DEBIAN % "hello" + """\
environment: {LANG: C.UTF-8, A: base}
accounts: {run-as: www-data, users: [{username: app, uid: 1000, gid: 1000}]}
paths:
  - {path: /srv/base, type: file, content: base}
  - {path: /etc/extra.conf, type: file, content: of the base}
entrypoint: [/usr/bin/hello]
cmd: [print, base]
stop-signal: SIGQUIT
ports: [9000]
""")
APP = "name: app\nextends: base.yaml\ncontents: {packages: [extra]}\nenvironment: {A: app}\nports: [8080]\n"


def extra(version="1.0", **files):
    return package("extra", version, Depends="hello", files={
        "/usr/bin/extra": File(program(), 0o755), "/etc/extra.conf": "of the package\n",
        "/usr/lib/sysusers.d/extra.conf": "u extra 950 \"Extra\" /var/lib/extra\n",
        "/usr/lib/tmpfiles.d/extra.conf": "d /var/lib/extra 0750 extra extra -\n",
        "/usr/share/doc/extra/copyright": "GPL\n", **files})


@pytest.fixture
def archive(debian):
    debian.publish([*standard(), extra()])
    return debian


def built(place, name, recipe=None, *arguments):
    if recipe is not None:
        place.write(f"{name}.yaml", recipe)
    place.run("build", f"{name}.yaml", *arguments).ok()
    return Image(place.work / name)


def layers_of(image):
    return [layer["digest"] for layer in image.manifest["layers"]]


def members(image, layer):
    with tarfile.open(fileobj=io.BytesIO(image.layers()[layer])) as archive:
        return archive.getmembers()


def test_an_image_begins_with_the_layers_of_its_base(place, archive):
    base, app = built(place, "base", BASE), built(place, "app", APP)
    assert layers_of(app)[:1] == layers_of(base) and len(layers_of(app)) == 2
    names = {entry.name for entry in members(app, 1) if not entry.isdir()}
    assert names == {
        "usr/bin/extra", "usr/lib/sysusers.d/extra.conf", "usr/lib/tmpfiles.d/extra.conf",
        "usr/share/doc/extra/copyright", "var/lib/dpkg/status.d/extra", "var/lib/dpkg/status.d/extra.md5sums",
        "etc/passwd", "etc/group"}
    entries = app.entries()
    assert (entries["var/lib/extra"].uid, entries["var/lib/extra"].mode) == (950, 0o750)
    passwd = app.read("etc/passwd").decode()
    assert "app:*:1000:1000" in passwd and "extra:*:950:950:Extra:/var/lib/extra:/usr/sbin/nologin" in passwd
    assert app.read("etc/extra.conf") == b"of the base" and app.read("srv/base") == b"base"
    place.run("check", "app").ok()


def test_it_inherits_the_configuration_that_it_does_not_state(place, archive):
    place.write("base.yaml", BASE)
    config = built(place, "app", APP).config["config"]
    assert config["Entrypoint"] == ["/usr/bin/hello"] and config["Cmd"] == ["print", "base"]
    assert config["User"] == "www-data" and config["StopSignal"] == "SIGQUIT"
    assert "A=app" in config["Env"] and "LANG=C.UTF-8" in config["Env"]
    assert set(config["ExposedPorts"]) == {"9000/tcp", "8080/tcp"}
    config = built(place, "app", APP + "entrypoint: [/usr/bin/extra]\n").config["config"]
    assert config["Entrypoint"] == ["/usr/bin/extra"] and not config.get("Cmd")


def test_a_base_of_a_layout_or_an_archive_gives_the_same_image(place, archive):
    place.write("base.yaml", BASE)
    by_recipe = built(place, "app", APP)
    place.run("build", "base.yaml").ok()
    place.run("build", "base.yaml", "--to", "docker").ok()
    by_image = APP.replace("contents: {", "contents: {sources: [{debian: trixie}], ")
    for written in ("./base", "./base.tar", f"{place.work}/base"):
        image = built(place, "app", by_image.replace("base.yaml", written))
        assert image.digest == by_recipe.digest


def test_a_chain_of_three(place, archive):
    base = built(place, "base", BASE)
    app = built(place, "app", APP)
    top = built(place, "top", "name: top\nextends: app.yaml\npaths: [{path: /srv/top, type: file, content: top}]\n"
                              "layers: [/srv]\n")
    assert layers_of(top)[:2] == layers_of(app) and layers_of(app)[:1] == layers_of(base)
    assert len(layers_of(top)) == 3
    assert [entry.name for entry in members(top, 2) if entry.isfile()] == ["srv/top"]


def test_one_with_nothing_of_its_own_is_its_base_with_another_configuration(place, archive):
    base = built(place, "base", BASE)
    same = built(place, "same", "name: same\nextends: base.yaml\ncmd: [print, other]\n")
    assert layers_of(same) == layers_of(base)
    assert same.config["config"]["Cmd"] == ["print", "other"]
    assert same.config["config"]["Entrypoint"] == ["/usr/bin/hello"]


@pytest.mark.parametrize("contents", ["contents: {packages: [extra]}\n", ""], ids=["packages", "no-packages"])
def test_what_was_waived_for_the_base_is_told_once(place, archive, contents):
    archive.publish([*standard(), extra()], date=time.time() - 120, valid_until=time.time() - 60)
    place.write("base.yaml", BASE)
    place.write("app.yaml", f"name: app\nextends: base.yaml\n{contents}environment: {{A: app}}\n")
    told = place.run("build", "app.yaml", "--allow-expired").ok().out
    assert told.count("waived") == 1 and "\n  waived    trixie: expired on " in told
    place.run("lock", "app.yaml", "--allow-expired").ok()
    for lock in ("base.lock", "app.lock"):
        assert (place.work / lock).read_text().count("\n  - \"trixie: expired on ") == 1


def test_the_lock_holds_the_base_and_a_base_that_moved_is_drift(place, archive):
    place.write("base.yaml", BASE)
    place.write("app.yaml", APP)
    place.run("lock", "app.yaml").ok()
    lock = (place.work / "app.lock").read_text()
    assert "extends: base.yaml\nbase:\n" in lock and (place.work / "base.lock").exists()
    assert "name: hello" not in lock and "name: extra" in lock
    first = built(place, "app").digest
    base = built(place, "base")
    assert f"  {ARCH}: {base.digest.removeprefix('sha256:')}\n" in lock
    # The archive moves; the base's lock holds it.
    archive.publish([*standard()[:2], package("hello", "2.0", files={"/usr/bin/hello": File(program(), 0o755)}), extra()])
    assert built(place, "app").digest == first
    place.run("update", "app.yaml").ok()
    assert built(place, "app").digest == first
    place.write("base.yaml", BASE.replace("content: base}", "content: moved}"))
    moved = built(place, "base").digest
    place.run("build", "app.yaml").fails(2, f"""\
error: app.yaml:2:10: the base 'base.yaml' is {moved} now, and {base.digest} in app.lock
  while building app for {ARCH}
  hint: `debone update RECIPE` takes the base as it is now""")
    place.run("update", "app.yaml").ok()
    assert built(place, "app").digest != first


def test_why_sends_to_the_base(place, archive):
    place.write("base.yaml", BASE)
    place.write("app.yaml", APP)
    assert "the recipe names it" in place.run("why", "app.yaml", "extra").ok().out
    result = place.run("why", "app.yaml", "hello")
    assert (result.status, result.out) == (1, "hello: never in apt's closure of app\n"
                                              "  the base may have it: `debone why base.yaml hello`\n")


def test_a_package_that_the_base_has_is_not_chosen_again(place, archive):
    place.write("base.yaml", BASE)
    assert layers_of(built(place, "app", "name: app\nextends: base.yaml\ncontents: {packages: [hello]}\n")) == layers_of(
        built(place, "base"))

def test_a_dependency_that_the_bases_version_does_not_meet(place, archive):
    built(place, "base", BASE)
    archive.publish([*standard()[:2], package("hello", "2.0", files={"/usr/bin/hello": File(program(), 0o755)}),
                     package("needy", "1.0", Depends="hello (>= 2.0)", files={"/usr/share/needy": "x"})])
    place.write("app.yaml", "name: app\nextends: ./base\ncontents: {sources: [{debian: trixie}], packages: [needy]}\n")
    result = place.run("build", "app.yaml")
    assert result.status == 2 and "hello (>= 2.0)" in result.errors


def test_two_owners_of_a_path_across_the_border(place, archive):
    archive.publish([*standard(), package("other", "1.0", files={"/usr/bin/hello": File(program(), 0o755)})])
    place.write("base.yaml", BASE)
    place.write("app.yaml", "name: app\nextends: base.yaml\ncontents: {packages: [other]}\n")
    place.run("build", "app.yaml").fails(2, f"""\
error: other_1.0_{ARCH}: '/usr/bin/hello' is also in hello_1.0_{ARCH} of the base
  while building app for {ARCH}
  hint: neither package Replaces the other and none diverts the path: one of them must go""")


@pytest.mark.parametrize("recipe, error", [
    ("name: app\nextends: nothing-like-it\n", """\
error: app.yaml:2:10: the catalog has no 'nothing-like-it' to extend
  while reading what app.yaml:2:10 extends
  hint: `debone catalog` lists its recipes; a file is named with its .yaml, an image as ./NAME"""),
    ("name: app\nextends: none.yaml\n", """\
error: app.yaml:2:10: no file 'none.yaml' to extend
  while reading what app.yaml:2:10 extends
  hint: it is looked for beside app.yaml; the catalog's recipes are named without .yaml"""),
    ("name: app\nextends: ./none\ncontents: {packages: [hello]}\n", """\
error: app.yaml: packages, and no sources that they could come from
  hint: name them under 'contents': an image that is extended does not say where its packages are from"""),
])
def test_mistakes(place, archive, recipe, error):
    place.write("app.yaml", recipe)
    place.run("build", "app.yaml").fails(2, error)


def test_a_circle(place, archive):
    place.write("app.yaml", "name: app\nextends: app.yaml\n")
    result = place.run("build", "app.yaml")
    assert result.status == 2
    assert "a chain of more than 8 bases, or a circle" in result.errors
