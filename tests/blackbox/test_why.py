"""debone why and tree: the chain that leads to what an image has, the reason for what it has not, and what weighs what."""

import re
import shutil
import subprocess
import time
import xml.etree.ElementTree

import pytest

from aptrepo import ARCH, File, Link, package, program, shared_library
from tinydebian import standard

LIB = f"usr/lib/{subprocess.run(['gcc', '-dumpmachine'], capture_output=True, text=True, check=True).stdout.strip()}"
RECIPE = """name: test
contents:
  sources: [{debian: trixie}]
  packages: [app, base-passwd]
entrypoint: {command: [/usr/bin/app]}
paths:
  - {path: /srv/data, type: directory}
"""


@pytest.fixture(scope="module")
def packages():
    """app loads a plugin that needs libfoo, which needs libbar; ucf is there for maintainer scripts, and brings perl."""
    return standard()[:2] + [
        package("app", "2.0", Depends="libfoo1 (>= 1.0), app-data, ucf", scripts={"postinst": (
            "#!/bin/sh\nset -e\nupdate-alternatives --install /usr/bin/app-x app-x /usr/bin/app 10\n")}, files={
                "/usr/bin/app": File(program(), 0o755), f"/{LIB}/app/plugin.so": shared_library("plugin.so", ["libfoo.so.1"]),
                "/usr/bin/app-config": File(b"#!/bin/sh\n", 0o755), "/usr/share/man/man1/app.1.gz": "man"}),
        package("app-data", "2.0", files={"/usr/share/app/data": b"d" * 5000}),
        package("libfoo1", "1.2", Depends="libbar1", files={
            f"/{LIB}/libfoo.so.1.2": shared_library("libfoo.so.1", ["libbar.so.1"]), f"/{LIB}/libfoo.so.1": Link("libfoo.so.1.2")}),
        package("libbar1", "1.0", files={f"/{LIB}/libbar.so.1": shared_library("libbar.so.1")}),
        package("ucf", "3.0", Depends="perl", files={"/usr/bin/ucf": File(b"#!/bin/sh\n", 0o755)}),
        package("perl", "5.40", Provides="perl-api-5", files={"/usr/bin/perl": File(program(), 0o755)}),
    ]


@pytest.fixture
def locked(place, debian, packages):
    """A place with a lock of RECIPE; what it fetched is in the store."""
    debian.publish(packages)
    place.write("test.yaml", RECIPE)
    place.run("lock", "test.yaml").ok()
    debian.server.clear()
    return place


def why(place, name, *arguments, status=0):
    result = place.run("why", "test.yaml", name, *arguments)
    assert result.status == status, f"exit {result.status}\n{result.out}{result.err}"
    return result


def sized(text):
    """The text with every size in bytes or more as SIZE."""
    return re.sub(r"\b[0-9.]+ (?:B|kB|MB)\b", "SIZE", text)


# --- why ------------------------------------------------------------------------------------------------------------

def test_a_package_and_the_chain_that_leads_to_it(locked):
    assert sized(why(locked, "libbar1").out) == f"""\
libbar1 1.0: in the image
  app      the recipe names it
  libfoo1  /{LIB}/app/plugin.so of app needs libfoo.so.1
  libbar1  /{LIB}/libfoo.so.1.2 of libfoo1 needs libbar.so.1
  SIZE
"""


def test_what_would_go_with_it(locked):
    assert re.search(r"\n  SIZE; SIZE would go with it\n$", sized(why(locked, "libfoo1").out))


def test_a_package_that_was_left_out(locked):
    assert why(locked, "perl", status=1).out == """\
perl 5.40: left out, since no kept file executes its programs (/usr/bin/perl)
  apt would install it:
    app   the recipe names it
    ucf   app depends on ucf
    perl  ucf depends on perl
"""


def test_a_virtual_package(locked):
    assert why(locked, "perl-api-5", status=1).out == why(locked, "perl", status=1).out


def test_a_package_that_is_read_only(locked):
    assert why(locked, "base-passwd", status=1).out == """\
base-passwd 3.6.7: read only; no file of its own is in the image
  base-passwd  read for the accounts of every Debian system
"""


def test_a_package_that_never_was(locked):
    assert why(locked, "libfoo2", status=1).out == "libfoo2: never in apt's closure of test\n  there is libfoo1\n"
    assert why(locked, "something-else", status=1).out == "something-else: never in apt's closure of test\n"


@pytest.mark.parametrize("path", ["/usr/bin/app", "/bin/app", "//usr/bin/./app"])
def test_a_path(locked, path):
    assert sized(why(locked, path).out) == "/usr/bin/app of app 2.0: in the image\n  app  the recipe names it\n  SIZE; SIZE would go with it\n"


def test_a_link_is_followed(locked):
    out = why(locked, f"/{LIB}/libfoo.so.1").out
    assert out.splitlines()[:2] == [f"/{LIB}/libfoo.so.1 leads to /{LIB}/libfoo.so.1.2",
                                    f"/{LIB}/libfoo.so.1.2 of libfoo1 1.2: in the image"]


def test_a_link_of_alternatives_is_followed(locked):
    assert why(locked, "/usr/bin/app-x").out.splitlines()[:2] == [
        "/usr/bin/app-x leads to /usr/bin/app", "/usr/bin/app of app 2.0: in the image"]


def test_a_path_that_was_cut(locked):
    assert why(locked, "/usr/bin/app-config", status=1).out == (
        "/usr/bin/app-config of app 2.0: cut (/bin/sh is not in the image)\n")
    assert why(locked, "/usr/share/man/man1/app.1.gz", status=1).out == (
        "/usr/share/man/man1/app.1.gz of app 2.0: cut (no-man, on by default)\n")


def test_a_path_of_a_package_that_was_left_out(locked):
    out = why(locked, "/usr/bin/perl", status=1).out
    assert out.startswith("/usr/bin/perl of perl 5.40: left out, since ") and "    ucf   app depends on ucf\n" in out


def test_the_root_is_a_directory(locked):
    assert why(locked, "/").out.startswith("/: a directory of ")


def test_a_path_of_the_recipe(locked):
    assert why(locked, "/srv/data").out == "/srv/data: in the image, by the recipe's paths (test.yaml:7:5)\n"


def test_a_path_that_nobody_has(locked):
    assert why(locked, "/usr/bin/apq", status=1).out == """\
/usr/bin/apq: no package of test has it
  there is /usr/bin/app
"""
    assert why(locked, "/../x", status=1).out.startswith("/../x: no package of test has it\n")


def test_a_path_that_effects_make(locked):
    assert why(locked, "/var/lib/dpkg/status.d/app").out == (
        "/var/lib/dpkg/status.d/app: in the image, made by effects (dpkg-status)\n")
    found = why(locked, "/var/lib/dpkg/status.d/app", "--format", "json").json
    assert found["in_image"] is True and found["made_by"] == "effects (dpkg-status)" and found["found"] == []


def test_a_directory(locked):
    assert why(locked, f"/{LIB}").out == f"/{LIB}: a directory of 3 packages in the image: app, libbar1, libfoo1\n"
    assert why(locked, f"/{LIB}/app").out.startswith(f"/{LIB}/app of app 2.0: in the image\n")


def test_a_soname(locked):
    assert why(locked, "libbar.so.1").out.splitlines()[0] == (
        f"libbar.so.1 is /{LIB}/libbar.so.1 of libbar1 1.0: in the image")
    assert why(locked, "libbar.so.2", status=1).out == (
        "libbar.so.2: no library of test is called so\n  there is libbar.so.1\n")


def test_all_evidence(locked):
    out = why(locked, "libfoo1", "--all").out
    assert f"  all evidence for it:\n    libfoo1  /{LIB}/app/plugin.so of app needs libfoo.so.1\n" in out


def test_json(locked):
    answer = why(locked, "libbar1", "--format", "json").json
    assert {key: answer[key] for key in ("recipe", "architecture", "asked", "kind", "in_image")} == {
        "recipe": "test", "architecture": ARCH, "asked": "libbar1", "kind": "package", "in_image": True}
    [found] = answer["found"]
    assert (found["package"], found["version"], found["state"]) == ("libbar1", "1.0", "kept")
    assert [(step["package"], step["by"], step["file"], step["rule"]) for step in found["chain"]] == [
        ("app", None, "", "recipe"), ("libfoo1", "app", f"/{LIB}/app/plugin.so", "needed"),
        ("libbar1", "libfoo1", f"/{LIB}/libfoo.so.1.2", "needed")]
    assert found["size"] == found["size_with_it"] > 1000
    left_out = why(locked, "perl", "--format", "json", status=1).json
    assert left_out["in_image"] is False and left_out["found"][0]["state"] == "left-out"
    assert [step["rule"] for step in left_out["found"][0]["chain"]] == ["recipe", "depends", "depends"]


def test_dot(locked):
    dot = why(locked, "libbar1", "--format", "dot").out
    assert dot.startswith('digraph "why libbar1" {\n') and dot.endswith("}\n")
    assert '  RECIPE [label="test", style=bold];\n' in dot
    assert '  "libbar1" [label="libbar1 1.0\\nin the image", style=bold];\n' in dot
    assert '  RECIPE -> "app" [label="the recipe names it"];\n' in dot
    assert f'  "libfoo1" -> "libbar1" [label="/{LIB}/libfoo.so.1.2 of libfoo1 needs libbar.so.1"];\n' in dot
    left_out = why(locked, "perl", "--format", "dot", status=1).out
    assert '  "ucf" -> "perl" [label="ucf depends on perl", style=dashed];\n' in left_out
    assert '"perl" [label="perl 5.40\\n' in left_out


def test_kept_and_excluded_by_the_recipe(place, debian, packages):
    debian.publish(packages)
    place.write("test.yaml", RECIPE + "keep: {ucf: our own hook runs it}\n"
                                "exclude: {app-data: comes by volume}\n")
    for _ in ("resolved", "from the lock"):
        out = why(place, "ucf").out
        assert out.startswith("ucf 3.0: in the image\n  ucf  the recipe keeps it: our own hook runs it\n"), out
        out = why(place, "app-data", status=1).out
        assert out.startswith("app-data 2.0: left out, since the recipe excludes it: comes by volume\n"), out
        place.run("lock", "test.yaml").ok()


def test_the_full_closure_is_explained_by_dependencies(place, debian, packages):
    debian.publish(packages)
    place.write("test.yaml", RECIPE + "closure: full\n")
    assert sized(why(place, "perl").out) == """\
perl 5.40: in the image
  app   the recipe names it
  ucf   app depends on ucf
  perl  ucf depends on perl
  SIZE
"""


# --- where it is from -----------------------------------------------------------------------------------------------

def test_with_a_lock_nobody_is_asked(locked, debian):
    assert why(locked, "libbar1").err == ""
    assert why(locked, "/usr/bin/perl", status=1).err == ""
    assert debian.server.requests == []


def test_without_a_lock_it_resolves_anew(place, debian, packages):
    debian.publish(packages)
    place.write("test.yaml", RECIPE)
    assert "libbar1 1.0: in the image" in why(place, "libbar1").out
    without = [one for one in packages if one.name != "libfoo1"] + [
        package("libfoo1", "1.3", files={f"/{LIB}/libfoo.so.1": shared_library("libfoo.so.1")})]
    debian.publish(without, date=time.time() + 60)
    assert why(place, "libbar1", status=1).out == "libbar1: never in apt's closure of test\n"


def test_a_lock_that_somebody_else_has_written(locked, debian):
    """Nothing is in the store: what the image has is fetched, what was left out is known by the lock's words."""
    shutil.rmtree(locked.store)
    assert "libbar1 1.0: in the image" in why(locked, "libbar1").out
    assert debian.server.count(r"libbar1_1.0") == 1 and debian.server.count(r"perl_|ucf_|Packages|InRelease") == 0
    assert why(locked, "ucf", status=1).out == """\
ucf 3.0: left out, since no kept file executes its programs (/usr/bin/ucf)
  apt would install it:
    app  the recipe names it
    ucf  app depends on ucf
"""
    assert why(locked, "/usr/bin/perl", status=1).out == """\
/usr/bin/perl: no package of test has it
  of 2 packages that were left out the files are not known here; whoever wrote the lock knows
"""


def test_the_lock_has_the_last_word(locked):
    """What the lock keeps is in the image, whatever evidence there is for it; and the other way."""
    text = (locked.work / "test.lock").read_text()
    digest = re.search(r"name: libbar1, .* sha256: ([0-9a-f]{64})", text)[1]
    line = re.search(r"    - \{name: libbar1, .*\n", text)[0]
    left_out = re.sub(r"state: kept", "state: left-out", re.sub(r", size: .*\}", "}", line))
    assert digest not in left_out
    locked.write("test.lock", text.replace(line, re.sub("why: .*, from", "why: cut by hand, from", left_out)))
    assert why(locked, "libbar1", status=1).out.startswith("libbar1 1.0: left out, since cut by hand\n")


def test_errors(locked):
    locked.write("test.yaml", RECIPE.replace("[app,", "[app, zstd,"))
    locked.run("why", "test.yaml", "app").fails(2, """\
error: test.yaml:4:19: 'zstd' is not in test.lock
  while comparing test.yaml with its lock test.lock
  hint: `debone lock test.yaml` brings the lock in line with the recipe""")
    locked.run("why", "test.yaml").fails(2, "error: NAME is required\n  hint: see debone why --help")
    locked.run("why", "test.yaml", "usr/bin/app").fails(
        2, "error: 'usr/bin/app' is no package, and a path begins with '/'\n  hint: did you mean '/usr/bin/app'?")
    for command in (["why", "test.yaml", "app"], ["tree", "test.yaml"]):
        locked.run(*command, "--arch", "amd64", "--arch", "arm64").fails(
            2, "error: --arch names 2 architectures, but this is about one\n  hint: name one")
    locked.run("tree", "test.lock").fails(
        2, "error: test.lock: a lock, not a recipe\n  hint: name the recipe that it lies beside: test.yaml")
    locked.run("tree", "nothing").fails(2, """\
error: no file 'nothing' and no recipe of that name in the catalog
  hint: `debone catalog` lists the recipes that come with debone""")


# --- tree -----------------------------------------------------------------------------------------------------------

TREE = """\
     own   in all
SIZES  test: 5 packages
SIZES  ├─ app 2.0: the recipe names it
SIZES  │  ├─ libfoo1 1.2: needs libfoo.so.1
SIZES  │  │  └─ libbar1 1.0: needs libbar.so.1
SIZES  │  └─ app-data 2.0: uses its data: /usr/share/app/data
SIZES  ├─ base-files 13.8: every image has it
SIZES  └─ base-passwd 3.6.7: read for the accounts of every Debian system
"""


def columns(text):
    return re.sub("^.{17}  ", "SIZES  ", text, flags=re.MULTILINE)


def test_tree(locked):
    assert columns(locked.run("tree", "test.yaml").ok().out) == TREE
    assert columns(locked.run("tree", "test.yaml", "--all").ok().out) == TREE + """
2 packages of apt's closure are left out
  perl 5.40: no kept file executes its programs (/usr/bin/perl)
  ucf 3.0: no kept file executes its programs (/usr/bin/ucf)
"""


def test_tree_as_json(locked):
    tree = locked.run("tree", "test.yaml", "--format", "json").ok().json
    by_name = {one["name"]: one for one in tree["packages"]}
    assert list(by_name) == ["app", "app-data", "base-files", "base-passwd", "libbar1", "libfoo1"]
    assert by_name["libfoo1"]["by"] == "app" and by_name["app"]["by"] is None
    assert by_name["libfoo1"]["size_with_it"] == by_name["libfoo1"]["size"] + by_name["libbar1"]["size"]
    assert by_name["app-data"]["size"] == 5000
    assert tree["size"] == sum(one["size"] for one in tree["packages"])
    assert [one["name"] for one in tree["left_out"]] == ["perl", "ucf"]


def test_tree_as_svg(locked):
    svg = locked.run("tree", "test.yaml", "--format", "svg").ok().out
    root = xml.etree.ElementTree.fromstring(svg)
    names = [text.text for text in root.iter("{http://www.w3.org/2000/svg}text") if text.get("class") == "name"]
    assert sorted(names) == ["app", "app-data", "base-files", "base-passwd", "libbar1", "libfoo1", "test"]
    titles = [title.text for title in root.iter("{http://www.w3.org/2000/svg}title")]
    assert any(f"/{LIB}/libfoo.so.1.2 of libfoo1 needs libbar.so.1" in title for title in titles)
    assert svg == locked.run("tree", "test.yaml", "--format", "svg", "-j", "5").ok().out


def test_tree_as_dot(locked):
    dot = locked.run("tree", "test.yaml", "--format", "dot").ok().out
    assert '  RECIPE -> "app" [tooltip="the recipe names it"];\n' in dot
    assert f'  "app" -> "libfoo1" [tooltip="/{LIB}/app/plugin.so needs libfoo.so.1"];\n' in dot
    assert dot.startswith('digraph "test" {\n') and dot.endswith("}\n")
