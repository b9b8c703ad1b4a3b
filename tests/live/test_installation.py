"""What debone's effects leave, held to a real installation of the same packages by apt and dpkg (mmdebstrap): every
difference in path, type, mode, owner, link target or content has its explanation here, or is a bug."""

import hashlib
import io
import re
import subprocess
import tarfile
from collections import Counter

import pytest
import yaml

from debone import SOURCE
from ociimage import Image
from resolve_oracle import KEYRING, mirrors

PHP = "fpm cli mysql gd mbstring xml readline opcache"
OTHERS = "base-passwd ca-certificates openssl netbase tzdata base-files"
# Requests by name: the suite and the packages.
REQUESTS = {
    "php-trixie": ("trixie", [f"php8.4-{name}" for name in PHP.split()] + OTHERS.split()),
    "php-bookworm": ("bookworm", [f"php8.2-{name}" for name in PHP.split()] + OTHERS.split()),
    "servers-trixie": ("trixie", "bind9 ca-certificates-java dovecot-imapd haproxy mariadb-server memcached mosquitto nginx "
                                 "openjdk-21-jre-headless openssh-server postfix postgresql-17 python3 redis-server squid "
                                 "tomcat10 unbound vsftpd base-passwd base-files".split()),
}
RULES = yaml.safe_load((SOURCE / "tests/oracle/expected.yaml").read_text())
ALWAYS = {"mmdebstrap", "debone"}
used = Counter()  # of the rules, by position
compared = set()  # requests


def explained(path, packages):
    """Whether a rule of a package that is there accounts for the path."""
    found = [i for i, rule in enumerate(RULES)
             if rule["package"] in packages and re.fullmatch(rule["path"], path)]
    used.update(found)
    return bool(found)


def names_of(text):
    """Of the ids of a passwd or group file."""
    return {int(line.split(":")[2]): line.split(":")[0] for line in text.decode().splitlines()}


def named(entry, users, groups):
    """With names for numbers: Debian gives system accounts' numbers out in the order of installation."""
    at = 1 if entry[0] == "link" else 2
    return (*entry[:at], users.get(entry[at], entry[at]), groups.get(entry[at + 1], entry[at + 1]), *entry[at + 2:])


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
                if path.startswith("etc/") or path.endswith((".list", "dpkg/status")):
                    self.contents[path] = content
        for path, content in self.contents.items():
            if name := re.fullmatch(r"var/lib/dpkg/info/([^:]+)(?::\w+)?\.list", path):
                for line in content.decode().splitlines():
                    merged = re.sub(r"^/(bin|sbin|lib|lib64)/", r"/usr/\1/", line)
                    self.owners.setdefault(merged.strip("/"), set()).add(name[1])

    def versions(self):
        status = self.contents["var/lib/dpkg/status"].decode()
        return dict(re.findall(r"(?m)^Package: (\S+)\n(?:.+\n)*?Version: (\S+)$", status))


@pytest.fixture(scope="module", params=[pytest.param(name, marks=[] if name == "php-trixie" else pytest.mark.wide)
                                        for name in REQUESTS])
def both(request, live_build, tmp_path_factory):
    """(debone's image, the real installation) of one request."""
    suite, packages = REQUESTS[request.param]
    recipe = (f"name: real\ncontents:\n  sources: [{{debian: {suite}}}]\n  packages: [{', '.join(packages)}]\n"
              "closure: full\ncuts: ['!default']\n")
    layout, summary = live_build(recipe)
    assert [line for line in summary["warnings"] if "table of effects" in line or "has changed" in line] == []

    work = tmp_path_factory.mktemp(suite)
    addresses = mirrors()
    sources = work / "sources.list"
    sources.write_text("".join(f"deb [signed-by={KEYRING}] {addresses[kind]} {name} main\n" for name, kind in (
        (suite, "main"), (f"{suite}-updates", "main"), (f"{suite}-security", "security"))))
    done = subprocess.run(["mmdebstrap", "--variant=apt", "--skip=cleanup/reproducible,cleanup/tmp",
                           "--aptopt=Acquire::Check-Valid-Until \"false\"", f"--include={','.join(packages)}", suite,
                           work / "system.tar", sources], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    compared.add(request.param)
    installed = Installation(work / "system.tar")
    (work / "system.tar").unlink()
    return Image(layout), installed


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


def test_every_difference_is_explained(both):
    image, installed = both
    ours = entries_of(image)
    packages = {path.removeprefix("var/lib/dpkg/status.d/") for path in ours
                if path.startswith("var/lib/dpkg/status.d/") and not path.endswith(".md5sums")}
    there = installed.versions().keys() | ALWAYS
    accounts = [(names_of(read("etc/passwd")), names_of(read("etc/group")))
                for read in (image.read, installed.contents.__getitem__)]
    wrong = []
    for path in sorted(ours.keys() | installed.entries.keys()):
        mine, real = (found and named(found, *names)
                      for found, names in zip((ours.get(path), installed.entries.get(path)), accounts))
        owners = installed.owners.get(path)
        if mine == real or (owners and not owners & packages):
            continue
        if not explained(path, there):
            wrong.append(f"{path}: {mine}, but really {real}")
    assert wrong == [], "\n".join(wrong)


@pytest.mark.wide
def test_every_rule_explains_something():
    assert compared == set(REQUESTS), "the rules are judged when all requests are"
    assert [rule for i, rule in enumerate(RULES) if not used[i]] == []


def test_the_packages_are_the_same(both):
    """But for one that a package which every system has stands for there: it comes first on such a system."""
    image, installed = both
    real = installed.versions()
    provided = {name.split()[0] for names in re.findall(r"(?m)^Provides: (.+)$", installed.contents["var/lib/dpkg/status"].decode())
                for name in names.split(",")}
    for path in image.entries():
        if name := re.fullmatch(r"var/lib/dpkg/status\.d/(.+)(?<!\.md5sums)", path):
            version = re.search(r"(?m)^Version: (\S+)$", image.read(path).decode())[1]
            assert real.get(name[1]) == version or (name[1] not in real and name[1] in provided), name[1]


def test_accounts(both):
    """But for the password field, which stands for no password in either, and the numbers of those that have none of
    Debian's own, every account is the same."""
    image, installed = both
    for path in ("etc/passwd", "etc/group"):
        fixed = image.read("usr/share/base-passwd/" + {"etc/passwd": "passwd", "etc/group": "group"}[path] + ".master")
        known = names_of(fixed).values()
        lines = []
        for read in (image.read, installed.contents.__getitem__):
            groups = names_of(read("etc/group"))
            accounts = set()
            for line in read(path).decode().splitlines():
                name, _, *fields = line.split(":")
                if name not in known:
                    fields[0] = ""
                    if path == "etc/passwd":
                        fields[1] = groups[int(fields[1])]
                if path == "etc/group":
                    fields[1] = ",".join(sorted(fields[1].split(",")))
                accounts.add((name, *fields))
            lines.append(accounts)
        assert lines[0] == lines[1]


def test_ld_so_cache(both, tmp_path):
    """The cache of the installation holds the libraries of other packages too; what it says of ours is the same."""
    image, installed = both

    def said(content):
        cache = tmp_path / "cache"
        cache.write_bytes(content)
        listed = subprocess.run(["/sbin/ldconfig", "-C", cache, "-p"], capture_output=True, text=True, check=True).stdout
        return [line for line in listed.splitlines() if "=>" in line]
    ours, real = said(image.read("etc/ld.so.cache")), said(installed.contents["etc/ld.so.cache"])
    assert ours == [line for line in real if line in set(ours)]
    for line in set(real) - set(ours):
        path = "usr" + line.split("=> ")[1]
        assert path not in image.entries(), f"{path} is not in the cache"


def test_md5sums_are_those_of_the_files(both):
    image, _ = both
    for path in image.entries():
        if path.startswith("var/lib/dpkg/status.d/") and path.endswith(".md5sums"):
            for line in image.read(path).decode().splitlines():
                digest, _, file = line.partition("  ")
                assert hashlib.md5(image.read(file)).hexdigest() == digest, f"{file} of {path}"
