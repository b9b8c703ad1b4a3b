"""The tests' own repository is a real one: apt itself accepts it, and refuses what is spoilt."""

import subprocess

from aptrepo import entry, raw_deb
from tinydebian import standard


def apt(place, repo, key, *arguments):
    root = place.folder / "apt"
    for folder in ("etc", "state/lists/partial", "cache/archives/partial"):
        (root / folder).mkdir(parents=True, exist_ok=True)
    (root / "status").touch()
    (root / "etc/sources.list").write_text(f"deb [signed-by={key}] file:{repo.root} stable main\n")
    options = {"Dir::Etc": root / "etc", "Dir::Etc::sourcelist": root / "etc/sources.list",
               "Dir::Etc::sourceparts": "-", "Dir::State": root / "state", "Dir::Cache": root / "cache",
               "Dir::State::status": root / "status", "APT::Sandbox::User": "root", "Dir::Etc::Trusted": "/dev/null",
               "Dir::Etc::TrustedParts": "/dev/null", "Debug::NoLocking": "1"}
    flags = [f"-o{name}={value}" for name, value in options.items()]
    return subprocess.run(["apt-get", *flags, *arguments], capture_output=True, text=True,
                          env={"PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "APT_CONFIG": "/dev/null", "LC_ALL": "C"})


def test_apt_accepts_it(place, repo, archive_key):
    repo.publish("stable", standard())
    update = apt(place, repo, archive_key.public, "update")
    assert update.returncode == 0, update.stderr
    plan = apt(place, repo, archive_key.public, "install", "-s", "hello")
    assert "Inst hello (1.0" in plan.stdout


def test_apt_refuses_another_key(place, repo, other_key):
    repo.publish("stable", standard(), signers=[other_key])
    update = apt(place, repo, place.work / "key.gpg", "update")
    said = update.stdout + update.stderr
    assert "NO_PUBKEY" in said or "Missing key" in said  # as bookworm's apt has it, and as trixie's


def test_dpkg_deb_reads_hand_made_debs(place):
    one = raw_deb("handmade", [entry("./etc/x", b"1\n")])
    path = place.write("x.deb", one.deb)
    listing = subprocess.run(["dpkg-deb", "--contents", path], capture_output=True, text=True, check=True).stdout
    assert "./etc/x" in listing
