"""debone's tree beside a real installation of the same packages by apt and dpkg (mmdebstrap): the two as entries by path,
and what of their differences tests/oracle/expected.yaml does not explain."""

import gzip
import hashlib
import io
import json
import os
import pickle
import re
import subprocess
import tarfile
import tempfile
from collections import Counter
from pathlib import Path

import yaml

from debone import SOURCE
from resolve_oracle import KEYRING, mirrors

RULES = yaml.safe_load((SOURCE / "tests/oracle/expected.yaml").read_text())
ALWAYS = {"mmdebstrap", "debone"}
KEPT = Path(os.environ.get("DEBONE_LIVE_STORE", SOURCE / "build/live-store")).parent / "installations"
used = Counter()  # of the rules, by position


def entry_of(member, read):
    """Type, mode, owner and group, content or target: what must be equal."""
    if member.isdir():
        return "directory", member.mode, member.uid, member.gid
    if member.issym():
        return "link", member.uid, member.gid, member.linkname
    return "file", member.mode, member.uid, member.gid, hashlib.sha256(read()).hexdigest()


class Installation:
    """A system that mmdebstrap installed: entries by path, and which packages dpkg lists for a path."""

    def __init__(self, archive):
        self.entries, self.owners, self.contents = {}, {}, {}
        with tarfile.open(archive) as tar:
            for member in tar:
                path = member.name.removeprefix("./").strip("/")
                if not (member.isreg() or member.isdir() or member.issym() or member.islnk()):
                    continue
                content = tar.extractfile(member).read() if member.isreg() or member.islnk() else b""
                self.entries[path] = entry_of(member, lambda content=content: content)
                if path.startswith(("etc/", "var/lib/exim4/")) or path.endswith((".list", "dpkg/status")):
                    self.contents[path] = content
        for path, content in self.contents.items():
            if name := re.fullmatch(r"var/lib/dpkg/info/([^:]+)(?::\w+)?\.list", path):
                for line in content.decode().splitlines():
                    merged = re.sub(r"^/(bin|sbin|lib|lib64)/", r"/usr/\1/", line)
                    self.owners.setdefault(merged.strip("/"), set()).add(name[1])

    def versions(self):
        status = self.contents["var/lib/dpkg/status"].decode()
        return dict(re.findall(r"(?m)^Package: (\S+)\n(?:.+\n)*?Version: (\S+)$", status))


def installation(suite, packages, image, answers=()):
    """The real one, with answers (package, question, type, value) to debconf's questions. It is kept for the very packages
    that the image has, by their versions."""
    stanzas = sorted(image.read(path).decode() for path in image.entries()
                     if path.startswith("var/lib/dpkg/status.d/") and not path.endswith(".md5sums"))
    key = hashlib.sha256(json.dumps([1, suite, sorted(packages), stanzas, *answers]).encode()).hexdigest()
    kept = KEPT / key
    if kept.exists():
        return pickle.loads(gzip.decompress(kept.read_bytes()))
    with tempfile.TemporaryDirectory(prefix="debone-installation-") as work:
        installed = _install(suite, packages, answers, Path(work))
    KEPT.mkdir(parents=True, exist_ok=True)
    half = kept.with_suffix(f".{os.getpid()}")
    half.write_bytes(gzip.compress(pickle.dumps(installed), 1))
    half.rename(kept)
    return installed


def _install(suite, packages, answers, work):
    addresses = mirrors()
    sources = work / "sources.list"
    sources.write_text("".join(f"deb [signed-by={KEYRING}] {addresses[kind]} {name} main\n" for name, kind in (
        (suite, "main"), (f"{suite}-updates", "main"), (f"{suite}-security", "security"))))
    selections = work / "selections"
    selections.write_text("".join(" ".join(answer) + "\n" for answer in answers))
    hooks = [f"--essential-hook=chroot \"$1\" debconf-set-selections <{selections}"] if answers else []
    done = subprocess.run(["mmdebstrap", "--variant=apt", *hooks, "--skip=cleanup/reproducible,cleanup/tmp",
                           "--aptopt=Acquire::Check-Valid-Until \"false\"", f"--include={','.join(packages)}", suite,
                           work / "system.tar", sources], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return Installation(work / "system.tar")


def entries_of(image):
    """By path; read in one pass."""
    entries, contents = {}, {}
    for layer in image.layers():
        for member in tarfile.open(fileobj=io.BytesIO(layer)):
            path = member.name.removeprefix("./").strip("/")
            offset = member.offset_data
            if member.isreg():
                contents[path] = layer[offset:offset + member.size]
            elif member.islnk():
                contents[path] = contents[member.linkname.removeprefix("./").strip("/")]
            entries[path] = entry_of(member, lambda path=path: contents[path])
    return entries


def names_of(text):
    """Of the ids of a passwd or group file."""
    return {int(line.split(":")[2]): line.split(":")[0] for line in text.decode().splitlines()}


def _named(entry, users, groups):
    """With names for numbers: Debian gives system accounts' numbers out in the order of installation."""
    at = 1 if entry[0] == "link" else 2
    return (*entry[:at], users.get(entry[at], entry[at]), groups.get(entry[at + 1], entry[at + 1]), *entry[at + 2:])


def _explained(path, there, packages, is_in_both):
    """Whether a rule of a package that is there accounts for the path. `closure: without` is a rule for images that are
    without the package, which the installation has; `trees: both` one for what both trees have."""
    found = [i for i, rule in enumerate(RULES)
             if rule["package"] in there and re.fullmatch(rule["path"], path)
             and not (rule.get("closure") == "without" and rule["package"] in packages)
             and not (rule.get("trees") == "both" and not is_in_both)]
    used.update(found)
    return bool(found)


def unexplained(image, installed):
    """A line for each difference that no rule accounts for. Files of packages that the image has not are nobody's
    difference: dpkg's own lists say whose they are."""
    ours = entries_of(image)
    packages = {path.removeprefix("var/lib/dpkg/status.d/") for path in ours
                if path.startswith("var/lib/dpkg/status.d/") and not path.endswith(".md5sums")}
    there = installed.versions().keys() | ALWAYS
    accounts = [(names_of(read("etc/passwd")), names_of(read("etc/group"))) if path_is_there else ({}, {})
                for read, path_is_there in ((image.read, "etc/passwd" in ours and "etc/group" in ours),
                                            (installed.contents.__getitem__, True))]
    wrong = []
    for path in sorted(ours.keys() | installed.entries.keys()):
        mine, real = (found and _named(found, *names)
                      for found, names in zip((ours.get(path), installed.entries.get(path)), accounts))
        owners = installed.owners.get(path)
        if mine == real or (owners and not owners & packages):
            continue
        if not _explained(path, there, packages, mine is not None and real is not None):
            wrong.append(f"{path}: {mine}, but really {real}")
    return wrong


def account_lines(image, installed, path):
    """Of passwd or group, ours and the real ones: comparable sets. The password field stands for no password in either;
    accounts that Debian does not number have no number here; bookworm's adduser writes a comment's empty fields out."""
    fixed = image.read("usr/share/base-passwd/" + {"etc/passwd": "passwd", "etc/group": "group"}[path] + ".master")
    known = names_of(fixed).values()
    both = []
    for read in (image.read, installed.contents.__getitem__):
        groups = names_of(read("etc/group"))
        accounts = set()
        for line in read(path).decode().splitlines():
            name, _, *fields = line.split(":")
            if name not in known:
                fields[0] = ""
                if path == "etc/passwd":
                    fields[1] = groups[int(fields[1])]
                    fields[2] = fields[2].rstrip(",")
            if path == "etc/group":
                fields[1] = ",".join(sorted(fields[1].split(",")))
            accounts.add((name, *fields))
        both.append(accounts)
    return both


def cached_libraries(image, installed):
    """What the two ld.so.caches say, line by line as ldconfig -p prints them."""
    both = []
    for content in (image.read("etc/ld.so.cache"), installed.contents["etc/ld.so.cache"]):
        with tempfile.NamedTemporaryFile() as cache:
            cache.write(content)
            cache.flush()
            listed = subprocess.run(["/sbin/ldconfig", "-C", cache.name, "-p"], capture_output=True, text=True,
                                    check=True).stdout
        both.append([line for line in listed.splitlines() if "=>" in line])
    return both
