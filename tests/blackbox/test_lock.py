"""The lock: written, used, proven, renewed; and every way in which it can be wrong."""

import functools
import re
import shutil
import time
from email.utils import parsedate_to_datetime

import pytest
import yaml

from aptrepo import ARCH, Directory, File, Repository, package, program, shared_library
from debone import Workplace
from ociimage import Image
from server import Server, replaced
from tinydebian import RECIPE, TinyDebian, base_files, busybox, hello, recipe_of, standard

LATER = 60  # seconds after the Release that was locked


def lock_of(place, name="test.lock"):
    return (place.work / name).read_text()


def line_of(place, words, name="test.lock"):
    """The number of the one line of the lock that holds the words."""
    numbers = [number for number, line in enumerate(lock_of(place, name).splitlines(), 1) if words in line]
    assert len(numbers) == 1, (words, numbers)
    return numbers[0]


def edit(place, old, new, name="test.lock"):
    text = lock_of(place, name)
    assert text.count(old) >= 1, f"{old} is not in\n{text}"
    place.write(name, text.replace(old, new, 1))


def locked(place, recipe=RECIPE, *arguments):
    place.write("test.yaml", recipe)
    return place.run("lock", "test.yaml", *arguments).ok()


own_hello = functools.cache(hello)


def forget(place):
    shutil.rmtree(place.store, ignore_errors=True)


def move_on(debian, packages=None):
    """The archive's main suite has new versions alone, and a later Release."""
    for folder in ("pool", "dists/trixie"):
        shutil.rmtree(debian.main.root / folder)
    debian.main.publish("trixie", packages or standard()[:2] + [hello("2.0")], name="stable", codename="trixie",
                        date=time.time() + LATER, fields={"Origin": "Debian", "Label": "Debian"})


def timestamp(seconds):
    return time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(seconds))


def keep_snapshot(debian, hours=6):
    """Copies the archive as it stands to where the snapshot archive has it, some hours after its Release."""
    release = (debian.main.root / "dists/trixie/Release").read_text()
    date = parsedate_to_datetime(re.search("^Date: (.*)$", release, re.MULTILINE)[1]).timestamp()
    www = debian.main.root.parent
    shutil.copytree(debian.main.root, www / "snapshot/debian" / timestamp(date + hours * 3600))


# --- written, and used ----------------------------------------------------------------------------------------------

def test_the_lock_is_made_for_review(place, debian):
    assert locked(place).out == f"test.lock: 3 packages for {ARCH}\n"
    text = lock_of(place)
    assert debian.server.url not in text and "127.0.0.1" not in text, "no address of a mirror"
    lines = text.splitlines()
    packages = lines[lines.index(f"  {ARCH}:", lines.index("packages:")) + 1:lines.index("with-apt:")]
    assert [re.match(r"    - \{name: ([^,]*), version: ([^,]*), ", line).groups() for line in packages] == [
        ("base-files", "13.8"), ("base-passwd", "3.6.7"), ("hello", "1.0")]
    assert "  - {name: www-data, id: 33}" in lines
    assert f"key: {debian.key.fingerprint}," in text


def test_a_new_version_is_one_changed_line(place, debian):
    locked(place)
    before = lock_of(place).splitlines()
    move_on(debian)
    place.run("update", "test.yaml").ok()
    after = lock_of(place).splitlines()
    assert len(before) == len(after)
    changed = [line.split(",")[0] for line, was in zip(after, before) if line != was]
    assert changed == ["  - {label: trixie", "    - {name: hello"]


def test_a_build_from_the_lock_asks_for_nothing(place, debian):
    place.build(RECIPE, "-o", "without").ok()
    locked(place)
    debian.server.clear()
    result = place.build(RECIPE, "-o", "with", "--format", "json").ok().json
    assert debian.server.requests == []
    assert result["lock"] == {"file": "test.lock", "used": True, "checked": True}
    assert Image(place.work / "with").digest == Image(place.work / "without").digest


def test_without_a_lock_the_summary_says_nothing_of_one(place, debian):
    assert place.build(RECIPE, "--format", "json").ok().json["lock"] is None
    assert sorted(path.name for path in place.work.iterdir()) == ["debian.gpg", "test", "test.yaml"]


def test_the_same_image_when_the_archive_has_moved_on(place, debian):
    locked(place)
    place.build(RECIPE, "-o", "before").ok()
    move_on(debian)
    place.build(RECIPE, "-o", "after").ok()
    assert Image(place.work / "after").digest == Image(place.work / "before").digest
    place.run("update", "test.yaml").ok()
    place.build(RECIPE, "-o", "updated").ok()
    assert Image(place.work / "updated").digest != Image(place.work / "before").digest


@pytest.mark.parametrize("hours", [0, 6, 168])
def test_the_same_image_from_the_snapshot_archive(place, debian, hours):
    locked(place)
    place.build(RECIPE, "-o", "before").ok()
    keep_snapshot(debian, hours)
    move_on(debian)
    forget(place)
    place.build(RECIPE, "-o", "after").ok()
    assert Image(place.work / "after").digest == Image(place.work / "before").digest
    assert debian.server.count(r"snapshot/.*/hello_1.0") >= 1
    assert debian.server.count(r"snapshot/.*/base-files") == 0, "the mirror still has it"


def test_a_source_may_name_its_own_snapshot_archive(place, debian):
    debian.publish()
    recipe = RECIPE.replace("{debian: trixie}", f"{{debian: trixie, snapshot: '{debian.server.url}/old'}}")
    locked(place, recipe)
    keep_snapshot(debian, 0)
    www = debian.main.root.parent
    (www / "snapshot").rename(www / "old")
    move_on(debian)
    forget(place)
    place.build(recipe).ok()


def test_a_package_that_nobody_has_any_more(place, debian):
    locked(place)
    move_on(debian)
    forget(place)
    result = place.build(RECIPE)
    assert result.status == 3
    assert re.fullmatch(
        rf"error: {debian.server.url}/snapshot/debian/\d{{8}}T\d{{6}}Z/pool/hello_1.0_{ARCH}.deb: not found \(404\); the mirror no "
        rf"longer has hello_1.0_{ARCH}.deb\n"
        rf"  while building test for {ARCH}\n"
        r"  hint: `debone update RECIPE` resolves anew; `snapshot:` of a source in the recipe names another archive of "
        r"old versions", result.errors), result.errors
    place.run("update", "test.yaml").ok()
    place.build(RECIPE).ok()


def test_a_lock_is_the_same_wherever_it_is_made(keys, archive_key, tmp_path_factory):
    www = tmp_path_factory.mktemp("www")
    archive = TinyDebian(www, keys, archive_key).publish()
    texts = []
    with Server(www) as server:
        for how in ({"env": {"TZ": "UTC"}, "jobs": 1, "umask": 0o022}, {"env": {"TZ": "Asia/Tokyo"}, "jobs": 5, "umask": 0o077}):
            place = Workplace()
            try:
                place.environment.update(archive.environment(server.url))
                place.environment["DEBONE_DEBIAN_KEYRING"] = str(place.write("k.gpg", archive_key.public.read_bytes()))
                place.write("test.yaml", RECIPE)
                place.run("lock", "test.yaml", "-j", how["jobs"], env=how["env"], umask=how["umask"]).ok()
                texts.append(lock_of(place))
            finally:
                place.close()
    assert texts[0] == texts[1]


FOREIGN = "arm64" if ARCH != "arm64" else "amd64"


@functools.cache
def foreign_base():
    """base-files and base-passwd, as small as may be."""
    return [package("base-files", "13.8", FOREIGN, files={
                **{f"/{name}": Directory() for name in ("usr/bin", "usr/lib", "usr/sbin")},
                "/usr/lib/os-release": "ID=debian\n"}, Essential="yes"),
            package("base-passwd", "3.6.7", FOREIGN, files={
                "/usr/share/base-passwd/passwd.master": "root:*:0:0:root:/root:/bin/sh\n",
                "/usr/share/base-passwd/group.master": "root:*:0:\n"}, Essential="yes")]


@functools.cache
def foreign_hello(version):
    return package("hello", version, FOREIGN, files={"/usr/share/hello": b"x"})


def publish_for_both(debian, own="1.0", foreign="1.0", later=0):
    """The standard packages for two architectures, hello in that version for each."""
    shutil.rmtree(debian.main.root)
    both = {"architectures": (ARCH, FOREIGN), "date": time.time() + later * LATER}
    debian.main.publish("trixie", standard()[:2] + foreign_base() + [own_hello(own), foreign_hello(foreign)], **both)
    debian.main.publish("trixie-updates", [], **both)
    debian.security.publish("trixie-security", [], **both)


FOR_BOTH = RECIPE.replace("entrypoint: {command: [/usr/bin/hello]}\n", "")
BOTH = sorted([ARCH, FOREIGN])


def test_several_architectures_in_one_lock(place, debian):
    publish_for_both(debian)
    assert locked(place, FOR_BOTH, "--arch", FOREIGN, "--arch", ARCH).out == "test.lock: " + ", ".join(
        f"3 packages for {name}" for name in BOTH) + "\n"
    debian.server.clear()
    place.build(FOR_BOTH, "--arch", FOREIGN, "-o", "foreign").ok()
    place.build(FOR_BOTH, "-o", "own").ok()
    assert debian.server.requests == []
    assert "nothing changes in the image" in place.run("update", "test.yaml").ok().out
    assert place.run("lock", "--check", "test.yaml").ok().out.startswith("test.lock: all of its 9 ")


def test_an_architecture_is_added_to_those_of_the_lock(place, debian):
    publish_for_both(debian)
    locked(place, FOR_BOTH)
    sizes = "test.lock: " + ", ".join(f"3 packages for {name}" for name in BOTH) + "\n"
    assert place.run("lock", "test.yaml", "--arch", FOREIGN).ok().out == f"+ {FOREIGN}\n{sizes}"
    assert place.run("lock", "test.yaml", "--arch", ARCH).ok().out.startswith("test.lock fits the recipe; ")
    assert lock_of(place).count("{name: hello,") == 2


def test_what_changes_for_one_architecture_alone(place, debian):
    publish_for_both(debian)
    locked(place, FOR_BOTH, "--arch", FOREIGN, "--arch", ARCH)
    def told(*versions, later):
        publish_for_both(debian, *versions, later=later)
        return place.run("update", "test.yaml").ok().out.splitlines()[:-1]

    assert told("1.1", "1.0", later=1) == [f"~ hello 1.0 -> 1.1 ({ARCH})"]
    assert told("1.2", "1.1", later=2) == [f"~ hello 1.0 -> 1.1 ({FOREIGN})", f"~ hello 1.1 -> 1.2 ({ARCH})"]
    assert told("1.2", "1.2", later=3) == [f"~ hello 1.1 -> 1.2 ({FOREIGN})"]
    assert told("1.3", "1.3", later=4) == ["~ hello 1.2 -> 1.3"]


def test_the_recipes_architectures_are_the_locks(place, debian):
    publish_for_both(debian)
    locked(place, FOR_BOTH + f"archs: [{ARCH}]\n")
    place.write("test.yaml", FOR_BOTH + f"archs: [{ARCH}, {FOREIGN}]\n")
    assert place.run("lock", "test.yaml").ok().out.startswith(f"+ {FOREIGN}\n")
    place.write("test.yaml", FOR_BOTH + f"archs: [{ARCH}]\n")
    place.run("update", "test.yaml", "--arch", FOREIGN).fails(2, f"""
error: test.yaml: --arch names {FOREIGN}, and 'archs' of the recipe does not
  hint: a lock is for the architectures that the recipe states: add it there
""")
    assert place.run("update", "test.yaml").ok().out.startswith(f"- {FOREIGN}\n")


def test_a_release_that_changes_between_two_architectures(place, debian):
    publish_for_both(debian)
    old = (debian.main.root / "dists/trixie/InRelease").read_bytes()
    place.write("test.yaml", FOR_BOTH)
    publish_for_both(debian, later=1)
    debian.server.fault("debian/dists/trixie/InRelease", replaced(old), times=1)
    place.run("lock", "test.yaml", "--arch", ARCH, "--arch", FOREIGN).fails(3, """
error: trixie got another Release while it was read
  hint: the mirror is in the middle of an update: run the command again
""")
    assert not (place.work / "test.lock").exists()


# --- lock and update ------------------------------------------------------------------------------------------------

def test_a_lock_that_fits_is_left_alone(place, debian):
    locked(place)
    before = lock_of(place)
    move_on(debian)
    assert place.run("lock", "test.yaml").ok().out == "test.lock fits the recipe; `debone update test.yaml` resolves anew\n"
    assert lock_of(place) == before


def test_a_lock_that_no_longer_fits_is_written_anew(place, debian):
    locked(place)
    debian.publish(standard() + [package("extra", files={"/usr/share/extra/x": b"1"})], date=time.time() + LATER)
    place.write("test.yaml", RECIPE.replace("[hello,", "[hello, extra,"))
    assert place.run("lock", "test.yaml").ok().out == f"+ extra 1.0\ntest.lock: 4 packages for {ARCH}\n"


def test_update_prints_what_changed(place, debian):
    depending = standard()[:2] + [hello(Depends="old"), package("old", files={"/usr/share/old/x": b"1"})]
    debian.publish(depending)
    locked(place)
    new = standard()[:2] + [hello("1.1", Depends="new"), package("new", files={"/usr/share/new/x": b"1"})]
    move_on(debian, new)
    assert place.run("update", "test.yaml").ok().out == (
        f"~ hello 1.0 -> 1.1\n+ new 1.0\n- old 1.0\ntest.lock: 4 packages for {ARCH}\n")
    assert place.run("update", "test.yaml").ok().out == f"nothing changes in the image\ntest.lock: 4 packages for {ARCH}\n"


def test_what_is_left_out_is_no_change_of_the_image(place, debian):
    """A dependency with nothing but a program that nothing executes, for maintainer scripts perhaps."""
    def with_helper(version):
        helper = package("helper", version, files={"/usr/bin/help-scripts": File(program(), 0o755)})
        return standard()[:2] + [own_hello("1.0", Depends="helper"), helper]

    debian.publish(with_helper("1.0"))
    place.write("test.yaml", RECIPE)
    assert place.run("lock", "test.yaml").ok().out == f"test.lock: 4 packages (1 left out) for {ARCH}\n"
    assert re.search("  - {name: helper, version: 1.0, arch: [^,]*, state: left-out, why: [^,]*, from: trixie}\n", lock_of(place))
    place.build(RECIPE, "-o", "before").ok()
    assert "usr/bin/help-scripts" not in Image(place.work / "before").entries()
    move_on(debian, with_helper("1.1"))
    assert place.run("update", "test.yaml").ok().out == (
        f"nothing changes in the image\ntest.lock: 4 packages (1 left out) for {ARCH}\n")
    assert "name: helper, version: 1.1," in lock_of(place)
    forget(place)
    debian.server.clear()
    place.build(RECIPE).ok()
    assert debian.server.count("helper") == 0
    assert Image(place.work / "test").digest == Image(place.work / "before").digest
    place.run("lock", "--check", "test.yaml").ok()
    edit(place, "{name: helper, version: 1.1", "{name: helper, version: 1.2")
    result = place.run("lock", "--check", "test.yaml")
    assert (result.status, result.out) == (
        1, f"test.lock:{line_of(place, '{name: helper')}:7: helper 1.2: trixie has it in version 1.1 ({ARCH})\n")


def test_a_deb_is_inspected_once(place, debian):
    """What was found in it is kept, so that resolving again needs none of its bytes."""
    helper = package("helper", "1.0", files={"/usr/bin/help-scripts": File(program(), 0o755)})
    debian.publish(standard()[:2] + [own_hello("1.0", Depends="helper"), helper])
    place.write("test.yaml", RECIPE)
    place.run("lock", "test.yaml").ok()
    blobs = [blob for blob in place.store.glob("blobs/sha256/*/*") if blob.read_bytes() == helper.deb]
    assert len(blobs) == 1
    blobs[0].unlink()
    debian.server.clear()
    assert "nothing changes in the image\n" in place.run("update", "test.yaml").ok().out
    assert debian.server.count("helper_") == 0


def test_update_replaces_a_lock_that_cannot_be_read(place, debian):
    place.write("test.yaml", RECIPE)
    place.write("test.lock", "lock: 2\n")
    result = place.run("update", "test.yaml").ok()
    assert result.warnings == ["test.lock:1:7: this lock has form 2, which a newer debone wrote; this one reads form 1; "
                               "it is written anew"]
    place.build(RECIPE).ok()


def test_what_does_not_resolve_leaves_the_lock_as_it_was(place, debian):
    locked(place)
    before = lock_of(place)
    place.write("test.yaml", RECIPE.replace("hello,", "hallo,"))
    assert place.run("lock", "test.yaml").status == 2
    assert lock_of(place) == before
    assert sorted(path.name for path in place.work.iterdir()) == ["debian.gpg", "test.lock", "test.yaml"]


def test_a_mirror_that_lags(place, debian):
    place.write("test.yaml", RECIPE)
    debian.main.publish("trixie", standard(), name="stable", codename="trixie", date=time.time() - 2 * LATER,
                        valid_until=time.time() - LATER, fields={"Origin": "Debian", "Label": "Debian"})
    result = place.run("lock", "test.yaml")
    assert result.status == 4 and "--allow-expired" in result.errors
    # What was let pass is told wherever the lock is written or used, and changes no byte of the image.
    told = place.run("lock", "test.yaml", "--allow-expired").ok().out
    waived = re.fullmatch(rf"test.lock: 3 packages for {ARCH}\nwaived (trixie: expired on \S+Z \(Valid-Until\))\n", told)[1]
    assert f'\nwaived:\n  - "{waived}"\nusers:\n' in lock_of(place)
    assert f"\n  waived    {waived}\n" in place.build(RECIPE, "-o", "by-lock").ok().out
    result = place.build(RECIPE, "-o", "by-lock-again", "--format", "json").ok().json
    assert [image["waived"] for image in result["images"]] == [[waived]]
    assert place.run("lock", "--check", "test.yaml").ok().out.startswith(f"waived {waived}\ntest.lock: all of its ")
    (place.work / "test.lock").rename(place.work / "kept.lock")
    assert f"\n  waived    {waived}\n" in place.build(RECIPE, "--allow-expired", "-o", "without").ok().out
    assert Image(place.work / "without").digest == Image(place.work / "by-lock").digest
    # Once the mirror has caught up nothing is waived.
    (place.work / "kept.lock").rename(place.work / "test.lock")
    debian.publish()
    assert place.run("update", "test.yaml", "--allow-expired").ok().out == (
        f"nothing changes in the image\ntest.lock: 3 packages for {ARCH}\n")
    assert "waived" not in lock_of(place) + place.build(RECIPE).ok().out


def test_what_was_waived_for_a_recipe_of_the_catalog_stands_in_the_lock_of_its_build(place, debian):
    named = ("ca-certificates", "media-types", "netbase", "tzdata", "tzdata-legacy")
    debian.publish([*standard(), busybox(), *map(package, named)], date=time.time() - 2 * LATER,
                   valid_until=time.time() - LATER)
    assert "\n  waived    trixie: expired on " in place.run("build", "static", "--allow-expired").ok().out
    assert "\nwaived:\n  - \"trixie: expired on " in lock_of(place, "static.lock")


def test_killed_at_many_moments(place, debian):
    locked(place)
    before = lock_of(place)
    begin = time.monotonic()
    move_on(debian)
    place.run("update", "test.yaml").ok()
    takes = time.monotonic() - begin
    after = lock_of(place)
    for moment in range(25):
        place.write("test.lock", before)
        process = place.start("update", "test.yaml")
        time.sleep(takes * 1.2 * (moment + 1) / 25)
        process.kill()
        process.communicate()
        assert lock_of(place) in (before, after)
    place.run("update", "test.yaml").ok()
    place.build(RECIPE).ok()


# --- drift ----------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("old, new, error", [
    ("[hello,", "[hello, extra,", "test.yaml:4:21: 'extra' is not in test.lock"),
    ("[hello, ", "[", "LOCK(  - hello): 'hello' is no longer in test.yaml"),
    ("[hello,", "[hello=1.0,", "test.yaml:4:14: 'hello=1.0' stands as 'hello' in LOCK(  - hello)"),
    ("{debian: trixie}", "{debian: trixie, components: [main, contrib]}",
     "test.yaml:3:13: '{debian: trixie, components: [main, contrib]}' stands as '{debian: trixie, components: [main]}' in "
     "LOCK(  - {debian)"),
    ("{debian: trixie}", "{debian: trixie, packages: [hello]}",
     "test.yaml:3:13: '{debian: trixie, components: [main], packages: [hello]}' stands as '{debian: trixie, components: "
     "[main]}' in LOCK(  - {debian)"),
    ("[/usr/bin/hello]", "[/usr/bin/other]", "test.yaml: it starts '/usr/bin/other', and '/usr/bin/hello' in LOCK(starts:)"),
    ("entrypoint", "cuts: [no-gconv-extra]\nentrypoint", "test.yaml:5:8: 'no-gconv-extra' of 'cuts' is not in test.lock"),
    ("entrypoint", "closure: full\nentrypoint", "test.yaml: the closure is full, and lean in test.lock:4:10"),
    ("entrypoint", "keep: {base-passwd: for its users}\nentrypoint", "test.yaml:5:8: 'base-passwd' of 'keep' is not in test.lock"),
    ("name: test", "name: other", "test.yaml: its name is 'other', and 'test' in test.lock:3:7"),
    ("entrypoint", "archs: [s390x]\nentrypoint",
     f"test.yaml: test.lock has no packages for s390x; 1 more line differs as well"),
])
def test_drift(place, debian, old, new, error):
    locked(place)
    place.write("test.yaml", RECIPE.replace(old, new))
    error = re.sub(r"LOCK\((.*?)\)$|LOCK\((.*?)\)(?=:)",
                   lambda at: f"test.lock:{line_of(place, at[1] or at[2])}:{9 if at[1] == 'starts:' else 5}", error)
    expected = (f"error: {error}\n  while comparing test.yaml with its lock test.lock\n"
                "  hint: `debone lock test.yaml` brings the lock in line with the recipe")
    place.run("build", "test.yaml").fails(2, expected)
    place.run("lock", "--check", "test.yaml").fails(2, expected)
    place.run("fetch", "test.yaml").fails(2, expected)
    assert not (place.work / "test").exists()


def test_what_decides_nothing_may_change(place, debian):
    locked(place)
    place.build(RECIPE.replace("/usr/bin/hello]", "/usr/bin/hello, other]") +
                "environment: {LANG: C.UTF-8}\npaths:\n  - {path: /srv, type: directory}\n").ok()


def test_an_account_that_would_get_another_number(place, debian):
    locked(place)
    edit(place, "{name: www-data, id: 33}", "{name: www-data, id: 34}")
    place.run("build", "test.yaml").fails(2, f"""
error: test.lock:{line_of(place, "{name: www-data, id: 34}")}:5: the user 'www-data' has the number 33 in the image, 34 here
  while building test for {ARCH}
  hint: files in volumes belong to the number; where that is meant, `debone update RECIPE` records the new one
""")


def test_an_account_that_the_recipe_adds(place, debian):
    locked(place)
    more = "accounts:\n  users: [{username: app, uid: 1000}]\n"
    place.build(RECIPE + more).fails(2, """
error: test.yaml: the user 'app' (1000) is not in test.lock
  while comparing test.yaml with its lock test.lock
  hint: `debone lock test.yaml` brings the lock in line with the recipe
""")
    place.run("lock", "test.yaml").ok()
    place.build(RECIPE + more).ok()


# --- bad locks ------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("old, new, error", [
    ("lock: 1", "lock: 7", """
error: test.lock:2:7: this lock has form 7, which a newer debone wrote; this one reads form 1
  hint: take a newer debone, or let `debone update RECIPE` write it anew
"""),
    ("closure: lean\n", "<<<<<<< HEAD\nclosure: lean\n=======\nclosure: full\n>>>>>>> theirs\n", """
error: test.lock:4:1: a merge conflict that is not resolved
  hint: take either side, and let `debone lock RECIPE` bring it in line with the recipe
"""),
    ("closure: lean", "closure: lean}", """
error: test.lock:4:10: 'closure' cannot be 'lean}'
  hint: did you mean 'lean'?
"""),
    ("requests:", "request:", """
error: test.lock:7:1: unknown key 'request' in the lock
  hint: did you mean 'requests'?
"""),
])
def test_a_damaged_lock(place, debian, old, new, error):
    locked(place)
    edit(place, old, new)
    place.run("build", "test.yaml").fails(2, error)
    place.run("lock", "--check", "test.yaml").fails(2, error)
    assert not (place.work / "test").exists()
    place.run("update", "test.yaml").ok()
    place.run("build", "test.yaml").ok()


def test_a_lock_that_was_cut_short(place, debian):
    locked(place)
    text = lock_of(place)
    for length in range(0, len(text), 97):
        place.write("test.lock", text[:length])
        result = place.run("build", "test.yaml", "-o", "cut")
        assert result.status == 2, result.err
        assert not (place.work / "cut").exists()
    lines = text.splitlines(keepends=True)
    for count in range(len(lines)):
        place.write("test.lock", "".join(lines[:count]))
        assert place.run("build", "test.yaml", "-o", "cut").status == 2, f"cut after line {count}"


def test_a_lock_for_another_architecture(place, debian):
    locked(place)
    place.run("build", "test.yaml", "--arch", "s390x").fails(2, f"""
error: test.lock: has no packages for s390x, but for {ARCH}
  while building test for s390x
  hint: `debone update test.yaml --arch {ARCH} --arch s390x` locks them all
""")


def test_a_hash_that_was_edited_is_not_built_from(place, debian):
    locked(place)
    line = next(line for line in lock_of(place).splitlines() if "{name: hello" in line)
    wrong = re.sub("sha256: [0-9a-f]{4}", "sha256: dead", line)
    edit(place, line, wrong)
    result = place.run("build", "test.yaml")
    assert result.status == 4
    assert f"/debian/pool/hello_1.0_{ARCH}.deb: expected SHA-256 dead" in result.errors
    assert result.errors.endswith(
        f"\n  hint: test.lock:{line_of(place, '{name: hello')}:7 names it; `debone lock --check RECIPE` tells whether that line "
        "is as the archive has it")


def test_another_version_is_not_built_from(place, debian):
    locked(place)
    edit(place, "{name: hello, version: 1.0,", "{name: hello, version: 1.1,")
    place.run("build", "test.yaml").fails(4, f"""
error: hello_1.1_{ARCH}.deb: the package inside calls itself hello_1.0_{ARCH}
  while building test for {ARCH}
  hint: test.lock:{line_of(place, "{name: hello")}:7 names it; `debone lock --check RECIPE` tells whether that line is as the archive has it
""")


def test_a_source_supplies_only_what_the_recipe_lets_it(place, debian):
    vendor = Repository(place.folder / "www/vendor", debian.main.keys, debian.key)
    vendor.publish("stable", [package("tool", files={"/usr/share/tool/x": b"1"})])
    place.write("vendor.gpg", debian.key.public.read_bytes())
    recipe = RECIPE.replace("{debian: trixie}", "{debian: trixie}, {name: vendor, suite: stable, components: [main], "
                            f"url: '{debian.server.url}/vendor', key: vendor.gpg, packages: [tool]}}")
    locked(place, recipe.replace("[hello,", "[hello, tool,"))
    line = next(line for line in lock_of(place).splitlines() if "{name: hello" in line)
    edit(place, line, line.replace("from: trixie", "from: vendor stable"))
    place.run("build", "test.yaml").fails(2, f"""
error: test.lock:{line_of(place, "{name: hello")}:7: the recipe does not let vendor stable supply 'hello'
  while building test for {ARCH}
  hint: `debone update RECIPE` resolves anew
""")
    result = place.run("lock", "--check", "test.yaml")
    assert (result.status, result.out) == (
        1, f"test.lock:{line_of(place, '{name: hello')}:7: hello 1.0: the recipe does not let vendor stable supply it\n")


# --- checked --------------------------------------------------------------------------------------------------------

def test_check_proves_it_from_the_store(place, debian):
    locked(place)
    debian.server.clear()
    assert place.run("lock", "--check", "test.yaml").ok().out == (
        "test.lock: all of its 6 suites and packages are as their Releases have them, and chosen as the recipe has it; of "
        "users and groups each build makes sure\n")
    assert debian.server.requests == []


def test_check_proves_it_on_another_machine(place, debian):
    locked(place)
    forget(place)
    assert place.build(RECIPE, "--format", "json").ok().json["lock"] == {
        "file": "test.lock", "used": True, "checked": False}
    assert "test.lock (not checked; debone lock --check test.yaml)" in place.build(RECIPE).ok().out
    place.run("lock", "--check", "test.yaml").ok()
    assert "test.lock (checked)" in place.build(RECIPE).ok().out
    place.write("test.lock", lock_of(place) + "# a remark\n")
    assert "test.lock (not checked; " in place.build(RECIPE).ok().out, "another text is another lock"


def test_check_proves_it_by_the_snapshot_archive(place, debian):
    locked(place)
    keep_snapshot(debian)
    move_on(debian)
    forget(place)
    place.run("lock", "--check", "test.yaml").ok()
    assert debian.server.count("snapshot/.*/InRelease") > 0


def test_what_cannot_be_had_again_is_unproven(place, debian):
    locked(place)
    move_on(debian)
    forget(place)
    result = place.run("lock", "--check", "test.yaml")
    date = re.search("label: trixie, .*date: ([^,]*),", lock_of(place))[1]
    assert result.out == (
        f"test.lock:{line_of(place, 'label: trixie,')}:5: trixie: no Release of {date} with that SHA-256 can be had [unproven]\n"
        "test.lock: 3 packages from trixie: the Release of trixie is not proven [unproven]\n")
    result.fails(1, """
error: test.lock: not all of it can be proven
  hint: `debone update test.yaml` writes what the archive has today
""")


@pytest.mark.parametrize("pattern, new, said", [
    ("version: 1.0", "version: 1.1", f"hello 1.1: trixie has it in version 1.0 ({ARCH})"),
    ("size: [0-9]+", "size: 17", "hello 1.0: its size there is SIZE"),
    ("sha256: [0-9a-f]{4}", "sha256: dead", "hello 1.0: its SHA-256 there is HASH"),
    ("path: pool/hello", "path: pool/hallo", f"hello 1.0: its path there is pool/hello_1.0_{ARCH}.deb"),
    ("from: trixie", "from: trixie-security", "hello 1.0: trixie-security has no such package"),
])
def test_a_line_that_was_edited_is_named(place, debian, pattern, new, said):
    locked(place)
    line = next(line for line in lock_of(place).splitlines() if "{name: hello" in line)
    edit(place, line, re.sub(pattern, new, line))
    result = place.run("lock", "--check", "test.yaml")
    said = said.replace("SIZE", re.search("size: ([0-9]+)", line)[1]).replace("HASH", re.search("sha256: ([0-9a-f]+)", line)[1])
    assert result.out == f"test.lock:{line_of(place, '{name: hello')}:7: {said}\n"
    result.fails(1, """
error: test.lock: a line that is not so
  hint: `debone update test.yaml` writes what the archive has today
""")


APP = "#include <unistd.h>\nvoid _start(void) { _exit(0); }\n"


def locked_app(place, debian):
    """A lock of an app that needs libfoo.so.1 of priv, and whose dependency `spare` nothing needs."""
    app = program(APP, "-nostartfiles")
    library = shared_library("libfoo.so.1")
    debian.publish([*standard(), package("priv", files={"/usr/lib/libfoo.so.1": library}),
                    package("spare", files={"/usr/bin/spare": File(program(), 0o755)}),
                    package("app", Depends="priv, spare", files={
                        "/usr/bin/app": File(app, 0o755), "/usr/lib/app.so": shared_library("app.so", ["libfoo.so.1"])})])
    locked(place, RECIPE.replace("[hello,", "[hello, app,"))


def leave_out(place, name):
    line = next(line for line in lock_of(place).splitlines() if f"{{name: {name}," in line)
    edit(place, line, re.sub(", size: .*}", "}", re.sub("state: [a-z-]*", "state: left-out", line)))


def refused(place, *lines):
    result = place.run("lock", "--check", "test.yaml")
    assert (result.status, result.out) == (1, "".join(line + "\n" for line in lines)), result.err
    assert "error: test.lock: a line that is not so" in result.errors


def test_a_state_that_was_edited_is_named(place, debian):
    locked_app(place, debian)
    place.run("lock", "--check", "test.yaml").ok()
    leave_out(place, "priv")
    refused(place, f"test.lock:{line_of(place, '{name: priv')}:7: priv 1.0: it is kept, not left-out: /usr/lib/app.so of "
            "app needs libfoo.so.1")


def test_a_need_that_was_edited_in_is_named(place, debian):
    locked_app(place, debian)
    leave_out(place, "priv")
    edit(place, "with-apt:", f"unresolved:\n  {ARCH}:\n    - {{path: usr/lib/app.so, soname: libfoo.so.1}}\nwith-apt:")
    refused(place, f"test.lock:{line_of(place, '{name: priv')}:7: priv 1.0: it is kept, not left-out: /usr/lib/app.so of "
            "app needs libfoo.so.1",
            f"test.lock:{line_of(place, '{path: usr/lib/app.so')}:7: /usr/lib/app.so does not lack libfoo.so.1 in Debian: "
            "a package of the closure has it, or it is not needed")


def test_a_reason_and_a_size_that_were_edited_are_named(place, debian):
    locked_app(place, debian)
    why = re.search("name: priv, .*why: (/usr[^,]*),", lock_of(place))[1]
    edit(place, why, "because")
    packages, size = re.search("packages: ([0-9]+), size: ([0-9]+)", lock_of(place)).groups()
    edit(place, f"packages: {packages}, size: {size}", f"packages: {packages}, size: 1")
    line = lock_of(place).splitlines().index(f"  {ARCH}:") + 1
    refused(place, f"test.lock:{line_of(place, '{name: priv')}:7: priv 1.0: the reason is another: {why}",
            f"test.lock:{line}:3: with apt it is {packages} packages of {size} bytes for {ARCH}")


def test_a_package_that_was_taken_out_is_named(place, debian):
    locked_app(place, debian)
    spare = next(line for line in lock_of(place).splitlines() if "{name: spare" in line)
    edit(place, spare + "\n", "")
    why = re.search("why: ([^,]*),", spare)[1]
    line = lock_of(place).splitlines().index(f"  {ARCH}:") + 1
    refused(place, f"test.lock:{line}:3: spare 1.0 has no line for {ARCH}, and it is left-out: {why}")


def test_a_suite_that_was_taken_out_is_named(place, debian):
    locked(place)
    line = next(line for line in lock_of(place).splitlines() if "label: trixie-security" in line)
    edit(place, line + "\n", "")
    refused(place, "test.lock: 'suites' has no line for trixie-security")


def test_a_suite_that_was_edited_is_named(place, debian, other_key):
    locked(place)
    edit(place, debian.key.fingerprint, other_key.fingerprint)
    result = place.run("lock", "--check", "test.yaml")
    assert result.status == 1
    assert f"test.lock:{line_of(place, 'label: trixie,')}:5: trixie: " in result.out
    assert f"does not hold the key {other_key.fingerprint}" in result.out


def test_a_deb_of_ones_own_is_unproven(place, debian):
    tool = package("tool", files={"/usr/share/tool/x": b"1"})
    place.write("tool.deb", tool.deb)
    recipe = RECIPE.replace("{debian: trixie}", "{debian: trixie}, {deb: ./tool.deb}").replace("[hello,", "[hello, tool,")
    locked(place, recipe)
    line = line_of(place, "{name: tool")
    result = place.run("lock", "--check", "test.yaml")
    assert result.out == f"test.lock:{line}:7: tool 1.0: it is the recipe's own file, which nobody signed [unproven]\n"
    assert result.status == 1
    debian.server.clear()
    assert "test.lock (not checked; " in place.build(recipe).ok().out
    assert debian.server.requests == []
    place.write("tool.deb", package("tool", files={"/usr/share/tool/x": b"2"}).deb)
    result = place.run("build", "test.yaml")
    assert result.status == 2
    assert f"test.lock:{line}:7: './tool.deb' is another file than the one that was locked: its SHA-256 is " in result.errors
    assert place.run("update", "test.yaml").ok().out.startswith("~ tool 1.0: another build\n")


def test_check_takes_the_whole_lock(place, debian):
    locked(place)
    place.run("lock", "--check", "test.yaml", "--arch", ARCH).fails(
        2, "error: --check excludes --arch\n  hint: see debone lock --help")


def test_check_without_a_lock(place, debian):
    place.write("test.yaml", RECIPE)
    place.run("lock", "--check", "test.yaml").fails(2, """
error: test.lock: there is no lock yet
  hint: `debone lock test.yaml` writes it
""")


# --- offline --------------------------------------------------------------------------------------------------------

def test_offline_from_the_store_alone(place, debian):
    locked(place)
    forget(place)
    assert place.run("fetch", "test.yaml").ok().out == "3 packages of test.lock are in the store\n"
    debian.server.clear()
    place.build(RECIPE, "--offline").ok()
    place.run("fetch", "test.yaml", "--offline").ok()
    assert debian.server.requests == []


def test_offline_names_what_is_missing(place, debian):
    locked(place)
    forget(place)
    debian.server.clear()
    error = f"""error: not in the store, and --offline allows no request: base-files_13.8_{ARCH}.deb, base-passwd_3.6.7_{ARCH}.deb, hello_1.0_{ARCH}.deb
  while building test for {ARCH}
  hint: `debone fetch RECIPE` brings them while the network is there"""
    place.build(RECIPE, "--offline").fails(3, error)
    result = place.run("lock", "--check", "test.yaml", "--offline")
    assert result.status == 1
    assert "it is not in the store, and --offline allows no request" in result.out
    assert debian.server.requests == []


def test_offline_needs_a_lock(place, debian):
    place.build(RECIPE, "--offline").fails(2, """
error: test.lock: there is no lock, and --offline allows no request that would resolve anew
  hint: `debone lock test.yaml` writes it
""")
    place.run("lock", "test.yaml", "--offline").fails(3, f"""
error: --offline allows no request, and only the archive can say what there is to choose from
  while locking test for {ARCH}
  hint: run it without --offline while the network is there; a build from a lock needs no index
""")
    place.run("fetch", "test.yaml").fails(2, """
error: test.lock: there is no lock that says what to fetch
  hint: `debone lock test.yaml` writes it
""")
    assert debian.server.requests == []


def test_a_deb_that_was_damaged_in_the_store(place, debian):
    locked(place)
    digest = re.search("name: hello.*sha256: ([0-9a-f]+)", lock_of(place))[1]
    blob = place.store / "blobs/sha256" / digest[:2] / digest
    blob.write_bytes(bytes(blob.stat().st_size))
    place.build(RECIPE).ok()
    blob.write_bytes(bytes(blob.stat().st_size))
    result = place.build(RECIPE, "--offline")
    assert result.status == 3 and f"hello_1.0_{ARCH}.deb" in result.errors


def test_fetch_heals_the_store(place, debian):
    tool = package("tool", files={"/usr/share/tool/x": b"1"})
    place.write("tool.deb", tool.deb)
    recipe = RECIPE.replace("{debian: trixie}", "{debian: trixie}, {deb: ./tool.deb}").replace("[hello,", "[hello, tool,")
    locked(place, recipe)
    for name in ("hello", "tool"):
        digest = re.search(f"name: {name}.*sha256: ([0-9a-f]+)", lock_of(place))[1]
        blob = place.store / "blobs/sha256" / digest[:2] / digest
        blob.write_bytes(bytes(blob.stat().st_size))
    debian.server.clear()
    assert place.run("fetch", "test.yaml").ok().out == "4 packages of test.lock are in the store\n"
    assert [path for path, _ in debian.server.requests] == [f"/debian/pool/hello_1.0_{ARCH}.deb"]
    place.build(recipe, "--offline").ok()


# --- the catalog ----------------------------------------------------------------------------------------------------

def publish_php_cli(place, debian):
    """Packages of the names that the catalog's php-cli asks for, empty but for a program where PHP is."""
    texts = "".join(place.run("catalog", name).ok().out for name in ("php-cli", "include/php8.4"))
    names = yaml.safe_load(texts.split("contents:", 1)[1].split("accounts:")[0].join(["contents:", ""]))["contents"]["packages"]
    with_files = [package("php8.4-cli", files={"/usr/bin/php8.4": File(program(), 0o755)}),
                  package("tzdata", files={"/usr/share/zoneinfo/Etc/UTC": b"TZif"})]
    there = {"base-passwd"} | {one.name for one in with_files}
    debian.publish(standard() + with_files + [package(name) for name in names if name not in there])
    return len(names) + 1  # base-files


def test_a_build_of_the_catalog_writes_its_lock(place, debian):
    count = publish_php_cli(place, debian)
    assert place.run("build", "php-cli", "--format", "json").ok().json["lock"] == {
        "file": "php-cli.lock", "used": False, "checked": True}
    image = Image(place.work / "php-cli").digest
    text = lock_of(place, "php-cli.lock")
    debian.server.clear()
    assert "  lock      php-cli.lock (checked)\n" in place.run("build", "php-cli", "-o", "again").ok().out
    assert debian.server.requests == []
    assert Image(place.work / "again").digest == image
    (place.work / "php-cli.lock").unlink()
    assert "  lock      php-cli.lock (written)\n" in place.run("build", "php-cli", "--to", "docker").ok().out
    assert lock_of(place, "php-cli.lock") == text
    (place.work / "php-cli.lock").unlink()
    assert place.run("lock", "php-cli").ok().out == f"php-cli.lock: {count} packages for {ARCH}\n"
    assert lock_of(place, "php-cli.lock") == text, "the same text wherever it is made"


def test_a_failed_build_of_the_catalog_leaves_no_lock(place, debian):
    publish_php_cli(place, debian)
    debian.server.fault(r"openssl_.*\.deb", replaced(b"x"))
    assert place.run("build", "php-cli").status == 4
    assert sorted(path.name for path in place.work.iterdir()) == ["debian.gpg"]


def test_an_image_that_could_not_be_written_leaves_no_lock(place, debian):
    publish_php_cli(place, debian)
    place.run("build", "php-cli", "-o", "first").ok()  # all that is fetched is in the store now
    (place.work / "php-cli.lock").unlink()
    no_large_file = ["env", "--ignore-signal=XFSZ", "prlimit", "--fsize=100000"]
    result = place.run("build", "php-cli", "--to", "docker", prefix=no_large_file)
    result.fails(5, "error: php-cli.tar: cannot write: File too large")
    assert sorted(path.name for path in place.work.iterdir()) == ["debian.gpg", "first"]


def test_a_recipe_of_that_name_for_another_suite_has_a_lock_of_its_own(place, debian):
    publish_php_cli(place, debian)
    place.run("build", "php-cli").ok()
    assert (place.work / "php-cli.lock").exists()
    place.run("lock", "--check", "bookworm/php-cli").fails(2, """
error: bookworm-php-cli.lock: there is no lock yet
  hint: `debone lock bookworm/php-cli` writes it
""")


# --- other sources, other places ------------------------------------------------------------------------------------

def test_a_repository_of_ones_own(place, repo, server):
    repo.publish("stable", standard())
    recipe = recipe_of(server.url)
    locked(place, recipe)
    assert server.url not in lock_of(place)
    assert "  - {label: tests stable, origin: Tests, suite: stable, " in lock_of(place)
    with Server(repo.root) as other:  # the same repository at another address
        place.build(recipe_of(other.url)).ok()
        assert other.count("InRelease") == 0
    place.run("lock", "--check", "test.yaml").ok()


def test_a_lock_lies_beside_its_recipe(place, debian):
    place.write("recipes/app.yaml", RECIPE)
    assert place.run("lock", "recipes/app.yaml").ok().out.startswith("recipes/app.lock: ")
    debian.server.clear()
    place.run("build", place.work / "recipes/app.yaml", cwd="/", env={"DEBONE_STORE": str(place.store)}).status
    assert debian.server.requests == []


def test_a_folder_that_cannot_be_written(place, debian):
    place.write("test.yaml", RECIPE)
    place.work.chmod(0o555)
    result = place.run("lock", "test.yaml")
    place.work.chmod(0o755)
    result.fails(5, "error: test.lock: cannot write: Permission denied")
