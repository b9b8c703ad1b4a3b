"""What is known of maintainer scripts: `debone scripts`, a build's warnings, --strict."""

import pytest

from aptrepo import ARCH, package
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
    recipe = publish(debian, tool(postinst="#!/bin/sh\nset -e\n"))
    assert place.build(recipe, "--strict").ok().warnings == []
    publish(debian, package("tool", "2:1.1-1", scripts={"postinst": "#!/bin/sh\nset -e\ntouch /etc/tool\n"}))
    result = place.build(recipe, "--allow-older").ok()
    assert result.warnings == ["tool postinst is not in the table of effects: 2 lines (set -e | touch /etc/@PACKAGE@); what "
                               "it does is left out"]


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
                   "which is read by itself.\n1 script of 4 packages, 0 not accounted for\n")


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
