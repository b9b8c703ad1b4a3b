"""Bad archives and bad packages: the exact messages stand in golden/test_bad_archive.txt. After each the good archive
builds."""

import lzma
import re
import subprocess
import tarfile
import time
import zlib

import pytest

import aptrepo
from aptrepo import (ARCH, Directory, Link, Package, directory, entry, gzip, hard_link, package, raw_deb, symlink,
                     tar)
from ociimage import Image
from tinydebian import RECIPE, hello, recipe_of, standard

DAY = 86400
FAR_FUTURE = 4_000_000_000  # 2096


def build(place, server, packages=("hello",), **more):
    return place.build(recipe_of(server.url, packages), **more)


def fails_then_heals(place, repo, server, golden, packages=("hello",)):
    """The build fails as it should and leaves nothing; the same command succeeds once the archive is good."""
    golden(build(place, server, packages))
    assert sorted(path.name for path in place.work.iterdir() if path.suffix not in (".yaml", ".gpg")) == []
    repo.publish("stable", standard() + [package(name) for name in packages if name != "hello"],
                 date=time.time() + 60)
    build(place, server, packages).ok()


def heals(place, repo, server, key=None):
    """Once the cause is gone the same recipe builds."""
    if key is not None:
        place.write("key.gpg", key.public.read_bytes())
    repo.publish("stable", standard(), date=time.time() + 60)
    build(place, server).ok()


# --- trust ----------------------------------------------------------------------------------------------------------

def test_signed_by_another_key(place, repo, server, archive_key, other_key, golden):
    repo.publish("stable", standard(), signers=[other_key])
    fails_then_heals(place, repo, server, golden)


def test_not_signed(place, repo, server, golden):
    repo.publish("stable", standard(), signers=[])
    fails_then_heals(place, repo, server, golden)


def test_an_unsigned_file_as_in_release(place, repo, server, golden):
    repo.publish("stable", standard(), signers=[])
    (repo.root / "dists/stable/Release").rename(repo.root / "dists/stable/InRelease")
    fails_then_heals(place, repo, server, golden)


def test_signed_text_was_changed(place, repo, server, golden):
    repo.publish("stable", standard())
    release = repo.root / "dists/stable/InRelease"
    release.write_text(release.read_text().replace("Origin: Tests", "Origin: Other"))
    fails_then_heals(place, repo, server, golden)


def test_text_around_the_signed_text(place, repo, server, golden):
    """Only what is signed may be read, whatever stands before or behind it."""
    repo.publish("stable", standard())
    release = repo.root / "dists/stable/InRelease"
    release.write_text("Origin: Evil\n\n" + release.read_text())
    fails_then_heals(place, repo, server, golden)


def test_in_release_cut_short(place, repo, server, golden):
    repo.publish("stable", standard())
    release = repo.root / "dists/stable/InRelease"
    release.write_bytes(release.read_bytes()[:-200])
    fails_then_heals(place, repo, server, golden)


def test_detached_signature_of_another_text(place, repo, server, golden):
    repo.publish("stable", standard(), inline=False)
    release = repo.root / "dists/stable/Release"
    release.write_text(release.read_text().replace("Origin: Tests", "Origin: Other"))
    fails_then_heals(place, repo, server, golden)


def test_detached_signature_by_another_key(place, repo, server, archive_key, other_key, golden):
    repo.publish("stable", standard(), inline=False, signers=[other_key])
    fails_then_heals(place, repo, server, golden)


def test_detached_signature_that_is_none(place, repo, server, golden):
    repo.publish("stable", standard(), inline=False)
    (repo.root / "dists/stable/Release.gpg").write_text("signed, the archive\n")
    fails_then_heals(place, repo, server, golden)


def test_two_signatures_of_which_one_is_known(place, repo, server, archive_key, other_key):
    repo.publish("stable", standard(), signers=[other_key, archive_key])
    build(place, server).ok()


def test_expired_key(place, repo, server, keys, archive_key, golden):
    old = keys.make("expired", created=1_780_000_000, expires="2d")
    repo.publish("stable", standard(), signers=[old], signed_at=1_780_100_000)
    place.write("key.gpg", old.public.read_bytes())
    golden(build(place, server))
    heals(place, repo, server, archive_key)


def test_revoked_key(place, repo, server, keys, archive_key, golden):
    lost = keys.make("lost")
    repo.publish("stable", standard(), signers=[lost])
    place.write("key.gpg", keys.revoked(lost))
    golden(build(place, server))
    heals(place, repo, server, archive_key)


def test_signature_from_the_future(place, repo, server, archive_key, golden):
    repo.publish("stable", standard(), signed_at=FAR_FUTURE)
    fails_then_heals(place, repo, server, golden)


def test_no_key_file(place, repo, server, archive_key, golden):
    repo.publish("stable", standard())
    (place.work / "key.gpg").unlink()
    golden(build(place, server))
    heals(place, repo, server, archive_key)


def test_key_file_without_a_key(place, repo, server, archive_key, golden):
    repo.publish("stable", standard())
    place.write("key.gpg", "no key\n")
    golden(build(place, server))
    heals(place, repo, server, archive_key)


def test_no_debian_keyring_where_the_environment_names_one(place, debian, golden):
    golden(place.build(RECIPE, env={"DEBONE_DEBIAN_KEYRING": "/nowhere/debian.gpg"}))
    place.build(RECIPE).ok()


def test_no_debian_keyring_on_this_machine(root_place, debian, golden):
    """As where debian-archive-keyring is not installed."""
    root_place.environment.update(debian.environment(debian.server.url), DEBONE_DEBIAN_KEYRING="")
    golden(root_place.build(RECIPE, prefix=["unshare", "--mount", "sh", "-c",
                                            'mount -t tmpfs tmpfs /usr/share/keyrings && exec "$@"', "sh"]))


def test_no_key_at_its_address(place, repo, server, keys, archive_key, golden):
    repo.publish("stable", standard())
    key = f"{{url: '{server.url}/key.asc', fingerprint: {archive_key.fingerprint}}}"
    recipe = recipe_of(server.url).replace("key.gpg", key)
    golden(place.build(recipe))
    (repo.root / "key.asc").write_bytes(keys.armoured(archive_key))
    place.build(recipe).ok()


def test_key_url_with_another_fingerprint(place, repo, server, keys, archive_key, other_key, golden):
    repo.publish("stable", standard())
    (repo.root / "key.asc").write_bytes(keys.armoured(archive_key))
    key = f"{{url: '{server.url}/key.asc', fingerprint: {other_key.fingerprint}}}"
    golden(place.build(recipe_of(server.url).replace("key.gpg", key)))
    place.build(recipe_of(server.url).replace("key.gpg", key.replace(other_key.fingerprint, archive_key.fingerprint))).ok()


# --- the Release ----------------------------------------------------------------------------------------------------

def test_expired_release(place, repo, server, golden):
    repo.publish("stable", standard(), date=time.time() - 9 * DAY, valid_until=1_790_000_000)
    fails_then_heals(place, repo, server, golden)


def test_expired_release_is_accepted_on_request_and_recorded(place, repo, server):
    repo.publish("stable", standard(), date=time.time() - 9 * DAY, valid_until=1_790_000_000)
    result = place.build(recipe_of(server.url), "--allow-expired", "--format", "json").ok().json
    assert len(result["images"][0]["waived"]) == 1 and "expired" in result["images"][0]["waived"][0]


def test_older_release_than_seen_before(place, repo, server, golden):
    repo.publish("stable", standard(), date=1_790_000_000)
    build(place, server).ok()
    repo.publish("stable", standard(), date=1_780_000_000)
    golden(build(place, server))
    result = place.build(recipe_of(server.url), "--allow-older", "--format", "json").ok().json
    assert len(result["images"][0]["waived"]) == 1 and "older" in result["images"][0]["waived"][0]
    golden(build(place, server))  # the option was for that once
    repo.publish("stable", standard(), date=1_790_000_001)
    build(place, server).ok()


def test_another_suite_under_the_name(place, repo, server, golden):
    repo.publish("stable", standard(), name="oldstable", codename="bookworm")
    fails_then_heals(place, repo, server, golden)


def test_release_from_the_future(place, repo, server, golden):
    repo.publish("stable", standard(), date=FAR_FUTURE)
    fails_then_heals(place, repo, server, golden)


@pytest.mark.parametrize("edit", [
    lambda text: text.replace("Date:", "Dote:"),
    lambda text: re.sub("Date: .*", "Date: Caturday, 8 Nov 2026", text),
    lambda text: text.split("SHA256:")[0],
    lambda text: re.sub("SHA256:\n .*", "SHA256:\n zz 1 main/binary-amd64/Packages", text),
    lambda text: text.replace("Codename:", "Codename stable\nX:"),
    lambda text: text.replace("main/binary", "other/binary"),
], ids=["no-date", "bad-date", "no-hashes", "bad-hash", "no-colon", "no-index"])
def test_malformed_release(place, repo, server, edit, golden):
    repo.publish("stable", standard(), edit_release=edit)
    fails_then_heals(place, repo, server, golden)


# --- the index ------------------------------------------------------------------------------------------------------

def spoil_index(repo, change):
    for path in (repo.root / "dists").rglob("*"):
        if path.is_file() and "Release" not in path.name:
            path.write_bytes(change(path.read_bytes()))


def test_index_with_a_wrong_hash(place, repo, server, golden):
    repo.publish("stable", standard())
    spoil_index(repo, lambda content: content[:-1] + bytes([content[-1] ^ 1]))
    fails_then_heals(place, repo, server, golden)


def test_index_truncated(place, repo, server, golden):
    repo.publish("stable", standard())
    spoil_index(repo, lambda content: content[:-5])
    fails_then_heals(place, repo, server, golden)


def test_index_too_long(place, repo, server, golden):
    repo.publish("stable", standard())
    spoil_index(repo, lambda content: content + b"\0" * 100)
    fails_then_heals(place, repo, server, golden)


def test_index_not_xz(place, repo, server, golden):
    repo.publish("stable", standard(), compress=lambda text: b"this is no xz at all", edit_release=_only_xz)
    fails_then_heals(place, repo, server, golden)


def _only_xz(text):
    return "".join(line for line in text.splitlines(True) if not line.rstrip().endswith("/Packages"))


def test_index_a_decompression_bomb(place, repo, server, golden):
    bomb = lzma.compress(bytes(600 << 20), preset=0)
    repo.publish("stable", standard(), compress=lambda text: bomb, edit_release=_only_xz)
    begin = time.monotonic()
    fails_then_heals(place, repo, server, golden)
    assert time.monotonic() - begin < 60


def wanting_memory(content):
    """xz data whose header asks for a dictionary of 512 MiB."""
    packed = bytearray(lzma.compress(content))
    end = 12 + (packed[12] + 1) * 4  # of the first block's header (https://tukaani.org/xz/xz-file-format.txt, 3.1)
    assert packed[14:16] == b"\x21\x01"
    packed[16] = 34
    packed[end - 4:end] = zlib.crc32(packed[12:end - 4]).to_bytes(4, "little")
    return bytes(packed)


def test_index_that_wants_memory(place, repo, server, golden):
    repo.publish("stable", standard(), compress=wanting_memory, edit_release=_only_xz)
    fails_then_heals(place, repo, server, golden)


@pytest.mark.parametrize("edit", [
    lambda text: text.replace("Package: hello\n", "Package hello\n"),
    lambda text: text.replace("Package: hello\n", "Package: hello\nPackage: hello\n"),
    lambda text: text.replace("Package: hello\nVersion: 1.0\n", "Package: hello\n"),
    lambda text: text.replace("Package: hello\nVersion: 1.0\n", "Package: hello\nVersion: x_1\n"),
    lambda text: text.replace("Package: hello\n", "Package: hello\nDepends: (>= 1)\n"),
    lambda text: text.replace("Package: hello\n", "Package: hello/../x\n"),
    lambda text: text.replace("pool/hello", "../../hello"),
    lambda text: text.replace("Filename: pool/hello", "Filename: /etc/hello"),
], ids=["no-colon", "twice", "no-version", "bad-version", "bad-relation", "bad-name", "dotdot-file", "absolute-file"])
def test_malformed_stanza(place, repo, server, edit, golden):
    """A name that none can have is another package's, as apt has it, and of no concern until something asks for that one."""
    repo.publish("stable", standard(), edit_index=edit)
    fails_then_heals(place, repo, server, golden)


# --- .debs ----------------------------------------------------------------------------------------------------------

def spoil_deb(repo, one, change):
    path = repo.deb(one)
    path.write_bytes(change(path.read_bytes()))


@pytest.mark.parametrize("change", [
    lambda content: content[:-1] + bytes([content[-1] ^ 1]),
    lambda content: content[:-100],
    lambda content: content + b"x" * 100,
    lambda content: b"",
], ids=["wrong-hash", "truncated", "too-long", "empty"])
def test_deb_that_is_not_the_indexs(place, repo, server, change, golden):
    repo.publish("stable", standard())
    spoil_deb(repo, hello(), change)
    fails_then_heals(place, repo, server, golden)


def shaped(content):
    """These bytes as the .deb of package bad."""
    return Package("bad", "1.0", ARCH, aptrepo.control_stanza("bad", "1.0", ARCH), content)


DATA = tar([directory("./"), entry("./usr/share/bad/x", b"x" * 2000)])
CHECKSUM = bytearray(DATA)
CHECKSUM[0x200 + 150] ^= 1
BAD_DEBS = {
    "no-ar": shaped(b"not an archive, not at all" * 5),
    "ar-cut-short": shaped(raw_deb("bad").deb[:-30]),
    "ar-bad-size": shaped(raw_deb("bad").deb.replace(b"4         `", b"x         `", 1)),
    "empty-ar": raw_deb("bad", members=lambda good: []),
    "wrong-order": raw_deb("bad", members=lambda good: [good[0], good[2], good[1]]),
    "no-data": raw_deb("bad", members=lambda good: good[:2]),
    "no-control": raw_deb("bad", members=lambda good: [good[0], good[2]]),
    "format-3": raw_deb("bad", members=lambda good: [("debian-binary", b"3.0\n"), *good[1:]]),
    "unknown-member": raw_deb("bad", members=lambda good: [*good[:2], ("strange", b"x"), good[2]]),
    "data-twice": raw_deb("bad", members=lambda good: [*good, good[2]]),
    "unknown-compression": raw_deb("bad", members=lambda good: [*good[:2], ("data.tar.lz4", good[2][1])]),
    "gzip-damaged": raw_deb("bad", data=gzip(DATA)[:40] + b"\xff" * 20 + gzip(DATA)[60:]),
    "gzip-cut-short": raw_deb("bad", data=gzip(DATA)[:-12]),
    "tar-cut-short": raw_deb("bad", data=gzip(DATA[:1500])),
    "tar-checksum": raw_deb("bad", data=gzip(bytes(CHECKSUM))),
    "control-malformed": raw_deb("bad", control="Package bad\n"),
    "control-a-bomb": raw_deb("bad", members=lambda good: [
        good[0], ("control.tar.gz", gzip(tar([entry("./control", bytes(100 << 20))]))), good[2]]),
    "data-wants-memory": raw_deb("bad", members=lambda good: [*good[:2], ("data.tar.xz", wanting_memory(DATA))]),
    "control-of-another": raw_deb("bad", control=aptrepo.control_stanza("other", "1.0", ARCH)),
    "absolute-path": raw_deb("bad", [entry("/etc/x", b"x")]),
    "dotdot-path": raw_deb("bad", [entry("./usr/../../x", b"x")]),
    "character-device": raw_deb("bad", [entry("./dev/null", type=tarfile.CHRTYPE, device=(1, 3))]),
    "block-device": raw_deb("bad", [entry("./dev/sda", type=tarfile.BLKTYPE, device=(8, 0))]),
    "fifo": raw_deb("bad", [entry("./run/fifo", type=tarfile.FIFOTYPE)]),
    "link-out-of-the-root": raw_deb("bad", [directory("./usr"), symlink("./usr/out", "../../etc/passwd")]),
    "file-below-a-link-out": raw_deb("bad", [symlink("./out", "../../tmp"), entry("./out/x", b"x")]),
    "links-in-a-circle": raw_deb("bad", [symlink("./a", "b"), symlink("./b", "a"), entry("./a/x", b"x")]),
    "hard-link-to-nowhere": raw_deb("bad", [hard_link("./usr/x", "./usr/nothing")]),
    "hard-link-out": raw_deb("bad", [hard_link("./x", "../../etc/passwd")]),
    "hard-link-to-a-directory": raw_deb("bad", [directory("./usr"), hard_link("./x", "./usr")]),
    "file-over-a-directory": raw_deb("bad", [entry("./usr/bin", b"x")]),
    "file-below-a-file": raw_deb("bad", [entry("./f", b"x"), entry("./f/g", b"x")]),
    "file-over-its-own-directory": raw_deb("bad", [directory("./d"), entry("./d", b"x")]),
    "same-path-twice": raw_deb("bad", [entry("./f", b"x"), entry("./f", b"y")]),
}


@pytest.mark.parametrize("name", BAD_DEBS)
def test_bad_deb(place, repo, server, name, golden):
    one = BAD_DEBS[name]
    repo.publish("stable", standard() + [one])
    fails_then_heals(place, repo, server, golden, ["bad"])


def zeroes(size):
    """A .deb whose data.tar.xz is nothing but zeroes."""
    with subprocess.Popen(["sh", "-c", f"head -c {size} /dev/zero | xz -0 -T2"], stdout=subprocess.PIPE) as made:
        bomb = made.stdout.read()
    return raw_deb("bad", members=lambda good: [*good[:2], ("data.tar.xz", bomb)])


def test_deb_a_decompression_bomb(place, repo, server, golden):
    """200 MB of zeroes in 30 kB, with an Installed-Size of next to nothing."""
    repo.publish("stable", standard() + [zeroes(200_000_000)])
    fails_then_heals(place, repo, server, golden, ["bad"])


@pytest.mark.wide  # making it takes a minute
def test_deb_a_great_decompression_bomb(place, repo, server, golden):
    """9 GB of zeroes in 1.3 MB: refused when a hundred times that has come out, long before the memory is full."""
    repo.publish("stable", standard() + [zeroes(9_000_000_000)])
    fails_then_heals(place, repo, server, golden, ["bad"])


# --- packages that do not go together -------------------------------------------------------------------------------

def test_two_packages_with_the_same_file(place, repo, server, golden):
    repo.publish("stable", standard() + [package("aa", files={"/usr/share/x": b"1"}),
                                         package("bb", files={"/usr/share/x": b"2"})])
    fails_then_heals(place, repo, server, golden, ["aa", "bb"])


def test_replaces_makes_it_right(place, repo, server):
    repo.publish("stable", standard() + [package("aa", files={"/usr/share/x": b"1"}),
                                         package("bb", files={"/usr/share/x": b"2"}, Replaces="aa", Depends="aa")])
    build(place, server, ["aa", "bb"]).ok()
    assert Image(place.work / "test").read("usr/share/x") == b"2"


def test_a_link_is_never_replaced_by_a_directory(place, repo, server):
    """As dpkg does: what is shipped below a link lands where the link points."""
    repo.publish("stable", standard() + [package("aa", files={"/opt/real": Directory(), "/opt/link": Link("real")}),
                                         package("bb", files={"/opt/link/x": b"1"}, Depends="aa")])
    build(place, server, ["bb"]).ok()
    entries = Image(place.work / "test").entries()
    assert entries["opt/link"].issym() and "opt/real/x" in entries and "opt/link/x" not in entries


@pytest.mark.parametrize("packages, wanted", [
    ([], "helo"),
    ([], "x-y-z"),
    ([package("aa", Depends="nowhere (>= 2)")], "aa"),
    ([package("aa", Depends="bb"), package("bb", Depends="hello (>= 2)")], "aa"),
    ([package("aa", Depends="bb, cc"), package("bb"), package("cc", Conflicts="bb")], "aa"),
    ([package("one", Provides="virtual"), package("two", Provides="virtual")], "virtual"),
    ([], "hello=7"),
    ([], "hello:s390x"),
], ids=["unknown-near", "unknown", "missing-dependency", "version-too-old", "conflict", "virtual", "version", "architecture"])
def test_what_cannot_be_resolved(place, repo, server, packages, wanted, golden):
    repo.publish("stable", standard() + packages)
    golden(build(place, server, [wanted]))
    heals(place, repo, server)


def test_a_virtual_name_with_one_provider_is_taken(place, repo, server):
    repo.publish("stable", standard() + [package("one", Provides="virtual")])
    build(place, server, ["virtual"]).ok()


def test_no_such_component(place, repo, server, golden):
    repo.publish("stable", standard())
    golden(place.build(recipe_of(server.url).replace("[main]", "[main, contrib]")))
    heals(place, repo, server)


def test_no_such_architecture(place, repo, server, golden):
    repo.publish("stable", standard())
    golden(place.build(recipe_of(server.url), "--arch", "riscv64"))
    heals(place, repo, server)


def test_no_base_files(place, repo, server, golden):
    repo.publish("stable", [hello()])
    fails_then_heals(place, repo, server, golden)
