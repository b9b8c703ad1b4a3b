"""debone's tree beside a real installation of the same packages by apt and dpkg (mmdebstrap): the two as entries by path,
and what of their differences tests/oracle/expected.yaml does not explain. What is installed are the very .debs of a lock
that debone made, those of Essential packages and of apt among them, from an archive of their own."""

import functools
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

from aptrepo import ARCH, Keys, Package, Repository
from debone import SOURCE, Workplace
from resolve_oracle import Apt, mirrors

RULES = yaml.safe_load((SOURCE / "tests/oracle/expected.yaml").read_text())
ALWAYS = {"mmdebstrap", "debone"}
KEPT = Path(os.environ.get("DEBONE_LIVE_STORE", SOURCE / "build/live-store")).parent / "installations"
# Whose content is kept, for comparisons that know what it means.
KEPT_FOLDERS = ("etc/", "var/lib/exim4/", "usr/share/mime/", "usr/share/glib-2.0/schemas/")
KEPT_FILES = (".list", "dpkg/status", "loaders.cache", "giomodule.cache", "immodules.cache")
# What a system has in /run is made when it starts, by tmpfiles.d(5); by its own program, if it has one, which knows all
# of what its files say. 65 says that a line was not understood: the service of systemd takes it for success too.
MAKE_RUN = """
if [ -x "$1/usr/bin/systemd-tmpfiles" ]
then chroot "$1" systemd-tmpfiles --create --prefix=/run
else systemd-tmpfiles --root="$1" --create --prefix=/run
fi || [ $? -eq 65 ]
"""
used = Counter()  # of the rules, by position


XATTR = "SCHILY.xattr."
DEVICES = {tarfile.FIFOTYPE: "fifo", tarfile.CHRTYPE: "character device", tarfile.BLKTYPE: "block device"}


def entry_of(member, read):
    """Type, mode, owner and group, content or target or number, extended attributes: what must be equal."""
    xattrs = [(name.removeprefix(XATTR), value) for name, value in sorted(member.pax_headers.items())
              if name.startswith(XATTR)]
    if member.isdir():
        entry = "directory", member.mode, member.uid, member.gid
    elif member.issym():
        entry = "link", member.uid, member.gid, member.linkname
    elif member.type in DEVICES:
        entry = DEVICES[member.type], member.mode, member.uid, member.gid, member.devmajor, member.devminor
    else:
        assert member.isreg() or member.islnk(), f"{member.name} is of type {member.type}"
        entry = "file", member.mode, member.uid, member.gid, hashlib.sha256(read()).hexdigest()
    return (*entry, *xattrs)


class Installation:
    """A system that mmdebstrap installed: entries by path, and which packages dpkg lists for a path."""

    def __init__(self, archive):
        self.entries, self.owners, self.contents = {}, {}, {}
        with tarfile.open(archive) as tar:
            for member in tar:
                path = member.name.removeprefix("./").strip("/")
                content = tar.extractfile(member).read() if member.isreg() or member.islnk() else b""
                self.entries[path] = entry_of(member, lambda content=content: content)
                if path.startswith(KEPT_FOLDERS) or path.endswith(KEPT_FILES):
                    self.contents[path] = content
        for path, content in self.contents.items():
            if name := re.fullmatch(r"var/lib/dpkg/info/([^:]+)(?::\w+)?\.list", path):
                for line in content.decode().splitlines():
                    merged = re.sub(r"^/(bin|sbin|lib|lib64)/", r"/usr/\1/", line)
                    self.owners.setdefault(merged.strip("/"), set()).add(name[1])

    def versions(self):
        status = self.contents["var/lib/dpkg/status"].decode()
        return dict(re.findall(r"(?m)^Package: (\S+)\n(?:.+\n)*?Version: (\S+)$", status))


def installation(suite, packages, answers=()):
    """The real one, with answers (package, question, type, value) to debconf's questions. It is kept by the hash of the
    lock of what is installed: every package's name, version, architecture and SHA-256, Essential ones and apt included."""
    place = live_workplace()
    try:
        locked = lock_of(suite, essential(suite) | {"apt", *packages}, place)
        kept = KEPT / kept_as(suite, packages, answers, locked)
        if kept.exists():
            return pickle.loads(gzip.decompress(kept.read_bytes()))
        with tempfile.TemporaryDirectory(prefix="debone-installation-") as work:
            os.chmod(work, 0o755)  # apt reads as a user of its own
            installed = _install(suite, packages, answers, debs_of(locked, place), Path(work))
    finally:
        place.close()
    KEPT.mkdir(parents=True, exist_ok=True)
    half = kept.with_suffix(f".{os.getpid()}")
    half.write_bytes(gzip.compress(pickle.dumps(installed), 1))
    half.rename(kept)
    return installed


def kept_as(suite, packages, answers, locked):
    """The name by which an installation is kept."""
    asked = [3, MAKE_RUN, suite, sorted(packages), *answers, sorted(locked)]
    return hashlib.sha256(json.dumps(asked).encode()).hexdigest()


@functools.cache
def essential(suite):
    """The names of the suite's Essential packages."""
    with tempfile.TemporaryDirectory(prefix="debone-essential-") as work:
        apt = Apt(work, suite, ARCH, mirrors())
        apt.update()
        return {name for path in apt.packages_files() for name in re.findall(
            r"(?m)^Package: (\S+)\n(?:.+\n)*?Essential: yes$", Path(path.partition("=")[2]).read_text())}


def lock_of(suite, packages, place):
    """What debone's lock of these packages and of all that they depend on says of each: (name, version, architecture,
    SHA-256). Its recipe stands beside it, for debs_of."""
    recipe = place.write("system.yaml", f"name: system\ncontents:\n  sources: [{{debian: {suite}}}]\n"
                         f"  packages: [{', '.join(sorted(packages))}]\nclosure: full\n")
    place.run("lock", recipe.name, "--allow-expired", "--allow-older", timeout=900).ok()
    lock = yaml.load(recipe.with_suffix(".lock").read_text(), Loader=yaml.BaseLoader)  # a version is no number
    return [(one["name"], one["version"], one["arch"], one["sha256"]) for one in lock["packages"][ARCH]]


def debs_of(locked, place):
    """The packages of a lock that lock_of has just made, from the store."""
    place.run("fetch", "system.yaml", "--allow-expired", "--allow-older", timeout=900).ok()
    for name, version, arch, sha256 in locked:
        path = Path(place.environment["DEBONE_STORE"]) / "blobs/sha256" / sha256[:2] / sha256
        control = subprocess.run(["dpkg-deb", "--field", path], capture_output=True, text=True, check=True).stdout
        yield Package(name, version, arch, control, path.read_bytes())


def archive(suite, debs, work):
    """An archive with these packages: (its folder, its key)."""
    keys = Keys()
    try:
        key = keys.make("Archive")
        Repository(work / "archive", keys, key).publish(suite, list(debs))
        public = work / "archive.gpg"
        public.write_bytes(key.public.read_bytes())
        public.chmod(0o644)
        return work / "archive", public
    finally:
        keys.close()


def live_workplace():
    """A place where debone uses the mirrors of this machine's apt sources, and a store that is kept."""
    place = Workplace(root=True)
    for name in ("http_proxy", "https_proxy", "no_proxy", "DEBONE_DEBIAN_MIRROR", "DEBONE_DEBIAN_SECURITY_MIRROR"):
        if name in os.environ:
            place.environment[name] = os.environ[name]
    place.environment["DEBONE_STORE"] = os.environ.get("DEBONE_LIVE_STORE", str(SOURCE / "build/live-store"))
    for patient in ("DEBONE_RETRY_DELAY_MS", "DEBONE_STALL_SECONDS"):
        del place.environment[patient]
    return place


def _install(suite, packages, answers, debs, work):
    folder, key = archive(suite, debs, work)
    sources = work / "sources.list"
    sources.write_text(f"deb [signed-by={key}] copy:{folder} {suite} main\n")
    selections = work / "selections"
    selections.write_text("".join(" ".join(answer) + "\n" for answer in answers))
    hooks = [f"--essential-hook=chroot \"$1\" debconf-set-selections <{selections}"] if answers else []
    hooks.append(f"--customize-hook={MAKE_RUN}")
    done = subprocess.run(["mmdebstrap", "--variant=apt", *hooks, "--skip=cleanup/reproducible,cleanup/run,cleanup/tmp",
                           f"--include={','.join(packages)}", suite, work / "system.tar", sources],
                          capture_output=True, text=True)
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
    difference where it has nothing in their place either: dpkg's own lists say whose they are."""
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
        if mine == real or (mine is None and owners and not owners & packages):
            continue
        if not _explained(path, there, packages, mine is not None and real is not None):
            wrong.append(f"{path}: {mine}, but really {real}")
    return wrong


def account_lines(image, installed, path, stated=()):
    """Of passwd or group, ours and the real ones, but for those that the recipe states: comparable sets. The password
    field stands for no password in either; accounts that Debian does not number have no number here; bookworm's adduser
    writes a comment's empty fields out."""
    fixed = image.read("usr/share/base-passwd/" + {"etc/passwd": "passwd", "etc/group": "group"}[path] + ".master")
    known = names_of(fixed).values()
    both = []
    for read in (image.read, installed.contents.__getitem__):
        groups = names_of(read("etc/group"))
        accounts = set()
        for line in read(path).decode().splitlines():
            name, _, *fields = line.split(":")
            if name in stated:
                continue
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
