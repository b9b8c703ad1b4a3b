"""What is known of maintainer scripts: `debone scripts`, a build's warnings, --strict."""

import os
import re
import shutil
import subprocess

import pytest

from aptrepo import ARCH, Directory, File, package
from ociimage import Image
from tinydebian import RECIPE, standard

BEGIN, END = "# Automatically added by dh_installinit/13.24\n", "# End automatically added section\n"
UNKNOWN = "#!/bin/sh\nset -e\n\n# why\nmkdir -p /var/lib/tool\n"


def tool(**scripts):
    return package("tool", "2:1.0-1", files={"/usr/share/tool/x": "1"}, scripts=scripts)


def publish(debian, *packages):
    debian.publish([*standard(), *packages])
    return RECIPE.replace("[hello, base-passwd]", "[hello, base-passwd, tool]")


def test_a_script_that_nobody_knows(place, debian):
    recipe = publish(debian, tool(postinst=UNKNOWN, postrm="#!/bin/sh\nrm -rf /var/lib/tool\n"))
    result = place.build(recipe).ok()
    told = ("tool postinst is not in the table of effects: 2 lines (set -e | mkdir -p /var/lib/@PACKAGE@); what it does "
            "is left out")
    assert result.warnings == [told]
    result = place.build(recipe, "--strict", "-o", "strict")
    assert result.status == 1 and result.warnings == [told]
    assert result.errors == (
        "error: 1 maintainer script is not accounted for (--strict)\n"
        f"  while building test for {ARCH}\n"
        "  hint: `debone scripts --open RECIPE` shows them; the recipe's `effects:` can speak for a package")
    assert not (place.work / "strict").exists()


def test_a_recipe_speaks_for_a_package(place, debian):
    recipe = publish(debian, tool(postinst=UNKNOWN))
    recipe += "effects:\n  tool:\n    accept: any-version\n    paths: [{path: /var/lib/tool, type: directory}]\n"
    assert place.build(recipe, "--strict").ok().warnings == []


def test_a_changed_script_is_reported_at_the_next_build(place, debian):
    place.write("own/tool.yaml", "- package: tool\n  script: postinst\n  known: [6f7a560154be1ce6 gldpPz_f]\n"
                "  does: [{directory: {path: /var/lib/tool}}]\n")
    place.environment["DEBONE_EFFECTS"] = "own"
    recipe = publish(debian, tool(postinst=UNKNOWN))
    assert place.build(recipe, "--strict").ok().warnings == []
    publish(debian, package("tool", "2:1.1-1", scripts={"postinst": UNKNOWN + "touch /etc/tool\n"}))
    told = ("tool postinst has changed since own/tool.yaml:1:3: 1 line is new (touch /etc/@PACKAGE@), 0 gone; what it did "
            "before is taken")
    result = place.build(recipe, "--allow-older", "-o", "changed").ok()
    assert result.warnings == [told]
    assert Image(place.work / "changed").entries()["var/lib/tool"].isdir()
    result = place.build(recipe, "--allow-older", "--strict")
    assert (result.status, result.warnings) == (1, [told])


def test_what_was_known_is_done_and_the_difference_told(place, debian):
    """netbase is in the table; this form of its script is not."""
    debian.publish([*standard(), package("netbase", "9", scripts={"postinst": "#!/bin/sh\nset -e\necho new >/etc/new\n"})])
    result = place.build(RECIPE.replace("[hello, base-passwd]", "[hello, base-passwd, netbase]")).ok()
    warning, = result.warnings
    assert warning.startswith("netbase postinst has changed since effects/netbase.yaml:")
    assert "2 lines are new (set -e | echo new >/etc/new), 27 gone" in warning and warning.endswith("; what it did before is taken")


SECTION = """if [ "$1" = "configure" ] || [ "$1" = "abort-upgrade" ] || [ "$1" = "abort-deconfigure" ] || [ "$1" = "abort-remove" ] ; then
\tif [ -x "/etc/init.d/tool" ]; then
\t\tupdate-rc.d tool defaults >/dev/null || exit 1
\tfi
fi
"""


@pytest.mark.parametrize("body, status", [
    (SECTION, 0),
    (SECTION.replace("defaults", "defaults; rm -rf /"), 1),
    (SECTION + "rm -rf /\n", 1),
    (SECTION.replace("init.d/tool", "init.d/$(reboot)"), 1),
    ("rm -rf /\n", 1),
], ids=["debhelper's own", "a command more", "a line more", "a substitution", "another"])
def test_forged_markers_hide_nothing(place, debian, body, status):
    recipe = publish(debian, tool(postinst=f"#!/bin/sh\nset -e\n{BEGIN}{body}{END}"))
    assert place.build(recipe, "--strict").status == status


def test_scripts_of_a_package(place):
    path = place.write("tool.deb", tool(postinst=UNKNOWN, prerm="#!/bin/sh\nexit 1\n", preinst="#!/bin/sh\nset -e\n",
                                        triggers="interest-noawait /usr/share/tool\n").deb)
    result = place.run("scripts", path.name)
    assert result.status == 1
    assert result.out == """tool 2:1.0-1
  preinst   known    does nothing: Nothing is left of the script beside what debhelper added, which is read by itself.
      effects/any.yaml:3:3, 825769eed1c7cd65
  postinst  UNKNOWN  2 lines
      set -e
      mkdir -p /var/lib/@PACKAGE@
    an entry for the table of effects:
      - package: tool
        script: postinst
        known: [6f7a560154be1ce6 gldpPz_f]
        does: nothing
        why:
  trigger /usr/share/tool UNKNOWN  0 lines
    an entry for the table of effects:
      - package: tool
        trigger: /usr/share/tool
        does: nothing
        why:
  prerm     not run  not by a first installation
4 scripts of 1 package, 2 not accounted for
"""
    only = place.run("scripts", "--open", path.name, "--format", "json").json
    assert [(one["script"], one["state"]) for one in only["packages"][0]["scripts"]] == [
        ("postinst", "unknown"), ("trigger /usr/share/tool", "unknown")]


def test_scripts_of_a_recipe(place, debian):
    recipe = publish(debian, tool(postinst="#!/bin/sh\nset -e\n"))
    place.write("test.yaml", recipe)
    out = place.run("scripts", "test.yaml").ok().out
    assert out == ("tool 2:1.0-1\n  postinst  known    does nothing: Nothing is left of the script beside what debhelper added, "
                   "which is read by itself.\n      effects/any.yaml:10:3, 825769eed1c7cd65\n1 script of 4 packages, 0 not accounted for\n")


def printed_entries(out):
    """What `debone scripts` prints of entries to fill in, by script."""
    found = re.findall(r"(?m)^  (\S+(?: \S+)?) +UNKNOWN .*\n(?:      .*\n)*    an entry for the table of effects:\n((?:      .*\n)+)",
                       out)
    return {script: re.sub("(?m)^ {6}", "", text) for script, text in found}


def test_the_entry_that_is_printed_is_taken_once_it_is_filled_in(place, debian):
    recipe = publish(debian, tool(postinst=UNKNOWN, triggers="interest-noawait /usr/share/tool\n"))
    place.write("test.yaml", recipe)
    warned = place.build(recipe).ok().warnings
    assert [line.split(" is not")[0] for line in warned] == ["tool postinst", "tool trigger /usr/share/tool"]
    printed = printed_entries(place.run("scripts", "--open", "test.yaml").out)
    assert printed.keys() == {"postinst", "trigger /usr/share/tool"}
    # As docs/effects.md says: the steps, or why there are none.
    filled = (printed["postinst"].replace("does: nothing\n  why:", "does:\n    - directory: {path: /var/lib/tool, mode: 0o750}")
              + printed["trigger /usr/share/tool"].replace("why:", "why: it makes an index that tool does without"))
    place.write("own/tool.yaml", filled)
    place.environment["DEBONE_EFFECTS"] = "own"
    assert place.build(recipe, "--strict", "-o", "known").ok().warnings == []
    made = Image(place.work / "known").entries()["var/lib/tool"]
    assert (made.isdir(), made.mode, made.uid, made.gid) == (True, 0o750, 0, 0)
    assert place.run("scripts", "test.yaml").ok().out == """tool 2:1.0-1
  postinst  known    1 step
      own/tool.yaml:1:3, 6f7a560154be1ce6
  trigger /usr/share/tool known    does nothing: it makes an index that tool does without
      own/tool.yaml:6:3
2 scripts of 4 packages, 0 not accounted for
"""


def test_entries_of_ones_own_are_held_to_their_form(place):
    deb = place.write("tool.deb", tool(postinst=UNKNOWN).deb).name
    entry = "- package: tool\n  script: postinst\n  known: [6f7a560154be1ce6]\n  does: nothing\n"
    place.environment["DEBONE_EFFECTS"] = "own"
    place.run("scripts", deb).fails(2, "error: own: cannot read the folder: No such file or directory\n  hint: DEBONE_EFFECTS names it")
    place.write("own/tool.yaml", entry)
    place.run("scripts", deb).fails(2, "error: own/tool.yaml:1:3: nothing is done, and 'why' is not said")
    place.write("own/tool.yaml", entry + "  why: so\n")
    place.write("own/notes.txt", "- package: tool\n")
    place.run("scripts", deb).ok()
    place.write("own/another.yaml", entry + "  why: so\n")
    place.run("scripts", deb).fails(
        2, "error: own/tool.yaml:1:3: postinst 6f7a560154be1ce6 of 'tool' stands at own/another.yaml:1:3 already")


# What packages with dpkg-statoverride and ucf do, here in a root of its own: dpkg-statoverride takes DPKG_ROOT itself.
OVERRIDING = """#!/bin/sh
set -e
if [ "$1" = configure ]; then
	if ! dpkg-statoverride --list /usr/share/tool/key >/dev/null; then
		dpkg-statoverride --update --add root www-data 0640 /usr/share/tool/key
	fi
	dpkg-statoverride --update --add www-data daemon 2750 /var/lib/tool
	for name in tool.conf tool.secret; do
		ucf --debconf-ok --state-dir "$DPKG_ROOT/var/lib/ucf" "$DPKG_ROOT/usr/share/tool/$name" "$DPKG_ROOT/etc/tool/$name"
	done
fi
"""
DOES = """
    - set: {path: /usr/share/tool/key, group: www-data, mode: 0o640}
    - set: {path: /var/lib/tool, owner: www-data, group: daemon, mode: 0o2750}
    - copy: {from: /usr/share/tool/tool.conf, to: /etc/tool/tool.conf}
    - copy: {from: /usr/share/tool/tool.secret, to: /etc/tool/tool.secret}"""


DEBCONF = """Config: config
Templates: templates

Name: config
Driver: File
Filename: /var/cache/debconf/config.dat

Name: templates
Driver: File
Filename: /var/cache/debconf/templates.dat
"""
TOOLS_OWN = r"etc/debconf\.conf|var/cache(/.*)?|var/lib/(dpkg|ucf)(/.*)?"


def really_installed(place, deb):
    """The files of a system of this package alone, which the real dpkg, dpkg-statoverride and ucf made."""
    root = place.folder / "root"
    for folder in ("etc", "var/cache/debconf", "var/lib/dpkg/info", "var/lib/dpkg/updates", "var/lib/ucf"):
        (root / folder).mkdir(parents=True)
    (root / "etc/debconf.conf").write_text(DEBCONF)
    # ucf asks for its own templates, by the status of the root.
    stanza = subprocess.run(["dpkg-query", "--status", "ucf"], capture_output=True, text=True, check=True).stdout
    (root / "var/lib/dpkg/status").write_text(stanza)
    shutil.copy("/var/lib/dpkg/info/ucf.templates", root / "var/lib/dpkg/info")
    done = subprocess.run(["dpkg", f"--root={root}", "--force-script-chrootless", "--log=/dev/null", "--install", deb],
                          capture_output=True, text=True, umask=0o022,
                          env={**os.environ, "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"})
    assert done.returncode == 0, done.stdout + done.stderr
    return {str(path.relative_to(root)): (path.lstat().st_mode, path.lstat().st_uid, path.lstat().st_gid,
                                          path.read_bytes() if path.is_file() else b"")
            for path in root.rglob("*") if not re.fullmatch(TOOLS_OWN, str(path.relative_to(root)))}


def test_dpkg_statoverride_and_ucf_by_steps_leave_what_they_leave(place, debian):
    overriding = package("tool", "1", scripts={"postinst": OVERRIDING}, files={
        "/usr/share/tool/key": File(b"key", 0o600), "/usr/share/tool/tool.conf": "a = b\n",
        "/usr/share/tool/tool.secret": File(b"c\n", 0o640), "/var/lib/tool": Directory(), "/etc/tool": Directory()})
    recipe = publish(debian, overriding)
    place.write("test.yaml", recipe)
    entry = printed_entries(place.run("scripts", "test.yaml").out)["postinst"]
    place.write("own/tool.yaml", entry.replace("does: nothing\n  why:", "does:" + DOES))
    place.environment["DEBONE_EFFECTS"] = "own"
    place.build(recipe, "--strict", "-o", "image").ok()
    image = Image(place.work / "image")
    real = really_installed(place, place.write("tool.deb", overriding.deb))
    assert {"usr/share/tool/key", "etc/tool/tool.conf", "etc/tool/tool.secret", "var/lib/tool"} <= real.keys()
    assert real["usr/share/tool/key"][:3] == (0o100640, 0, 33) and real["var/lib/tool"][:3] == (0o042750, 33, 1)
    kinds = {True: 0o040000, False: 0o100000}
    assert real == {path: (kinds[entry.isdir()] | entry.mode, entry.uid, entry.gid,
                           b"" if entry.isdir() else image.read(path))
                    for path, entry in image.entries().items() if path in real}


def test_a_file_that_is_no_package(place):
    place.write("x.deb", "no package")
    result = place.run("scripts", "x.deb")
    assert result.status == 4
    assert result.errors == "error: x.deb: malformed ar archive: it does not begin with '!<arch>'"


def asking(debian):
    """A recipe with a package that asks a question."""
    debian.publish([*standard(), package("tool", "1", scripts={
        "templates": "Template: tool/mode\nType: select\nChoices: fast, safe\nDefault: safe\nDescription: Mode\n"})])
    return RECIPE.replace("[hello, base-passwd]", "[hello, base-passwd, tool]")


def test_answers_to_questions_are_held_to_the_packages_templates(place, debian):
    recipe = asking(debian)
    place.build(recipe + "debconf: {tool/mod: fast}\n").fails(
        2, f"error: test.yaml:6:11: no package of the image asks 'tool/mod'\n  while building test for {ARCH}\n"
        "  hint: did you mean 'tool/mode'?")
    place.build(recipe + "debconf: {tool/mode: fats}\n").fails(
        2, f"error: test.yaml:6:11: 'fats' is no answer to 'tool/mode'\n  while building test for {ARCH}\n"
        "  hint: did you mean 'fast'?")
    place.build(recipe + "debconf: {mode: fast}\n").fails(
        2, "error: test.yaml:6:11: 'mode' is not a question's name, such as tzdata/Areas")
    told = ("test.yaml:6:11: the table of effects makes nothing of the answer to 'tool/mode'; say under `effects` or `paths` "
            "what it changes")
    assert place.build(recipe + "debconf: {tool/mode: fast}\n").ok().warnings == [told]
