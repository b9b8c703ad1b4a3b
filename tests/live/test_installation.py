"""What debone's effects leave, held to a real installation of the same packages by apt and dpkg (mmdebstrap): every
difference in path, type, mode, owner, link target or content has its explanation here, or is a bug."""

import hashlib
import re
import subprocess
import tarfile

import pytest

from ociimage import Image
from resolve_oracle import KEYRING, mirrors

PHP = "fpm cli mysql gd mbstring xml readline opcache"
OTHERS = "base-passwd ca-certificates openssl netbase tzdata base-files"

# Paths that a real installation has and debone's tree has not, or not the same.
EXPLAINED = [
    (r"dev/.*", "the container engine makes these"),
    (r"run/.*", "mmdebstrap empties it"),
    (r"etc/(hostname|resolv\.conf|fstab|apt/.*)", "mmdebstrap's own"),
    (r"var/(cache|lib|log)/apt/.*|var/log/(dpkg|alternatives)\.log", "apt's and dpkg's state and logs"),
    (r"var/lib/dpkg/.*", "dpkg's database: an image has status.d instead"),
    (r"var/cache/debconf/.*", "debconf's answers: there is no debconf to read them"),
    (r"var/lib/ucf/.*", "what ucf remembers for the next upgrade"),
    (r"var/cache/ldconfig/aux-cache", "ldconfig's cache of inode numbers"),
    (r"etc/(passwd|group|g?shadow|sub[ug]id)-|etc/\.pwd\.lock", "backups and locks of the tools that wrote them"),
    (r"etc/g?shadow", "nothing in an image has a password"),
    (r"etc/(passwd|group)", "judged by test_accounts"),
    (r"etc/ld\.so\.cache", "judged by test_ld_so_cache"),
    (r"etc/machine-id", "empty: a system's identity is no part of an image"),
    (r"var/lib/systemd/(catalog|deb-systemd-helper-enabled)(/.*)?", "systemd starts nothing in an image"),
    (r"etc/systemd/system/.*\.wants(/.*)?|etc/rc[0-9S]\.d/.*", "systemd starts nothing in an image"),
]
# Paths that come from the scripts of packages which minimal systems have and the image's closure has not.
OF_OTHER_PACKAGES = [
    (r"(usr/bin|etc/alternatives)/(which|pager)(\..*)?|usr/share/man/.*(which|pager|builtins|rmt)\..*", "debianutils, util-linux, bash"),
    (r"etc/alternatives/(which|builtins|rmt)\..*|(usr/sbin|etc/alternatives)/rmt", "debianutils, bash, tar"),
    (r"etc/(environment|security/opasswd)|var/lib/pam/.*|etc/pam\.d/common-.*", "libpam-modules, libpam-runtime"),
    (r"etc/shells|var/lib/shells\.state", "debianutils"),
    (r"etc/nsswitch\.conf", "libc-bin"),
    (r"etc/sub[ug]id|var/log/faillog", "passwd, login (base-passwd's own from trixie on)"),
    (r"etc/default/locale|etc/vconsole\.conf", "made by systemd's tmpfiles where it is there"),
]
# Paths that debone alone has.
ADDED = [
    (r"var/lib/dpkg/status\.d(/.*)?", "the packages' stanzas, for scanners"),
    (r"run/.*", "what tmpfiles.d makes"),
]


def matches(patterns, path):
    return any(re.fullmatch(pattern, path) for pattern, _ in patterns)


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


@pytest.fixture(scope="module", params=[("trixie", "8.4"), pytest.param(("bookworm", "8.2"), marks=pytest.mark.wide)],
                ids=["trixie", "bookworm"])
def both(request, live_build, tmp_path_factory):
    """(debone's image, the real installation) of one request."""
    suite, version = request.param
    packages = [f"php{version}-{name}" for name in PHP.split()] + OTHERS.split()
    recipe = (f"name: real\ncontents:\n  sources: [{{debian: {suite}}}]\n  packages: [{', '.join(packages)}]\n"
              "closure: full\ncuts: ['!default']\n")
    layout, _ = live_build(recipe)

    work = tmp_path_factory.mktemp(suite)
    addresses = mirrors()
    sources = work / "sources.list"
    sources.write_text("".join(f"deb [signed-by={KEYRING}] {addresses[kind]} {name} main\n" for name, kind in (
        (suite, "main"), (f"{suite}-updates", "main"), (f"{suite}-security", "security"))))
    done = subprocess.run(["mmdebstrap", "--variant=apt", "--skip=cleanup/reproducible,cleanup/tmp",
                           "--aptopt=Acquire::Check-Valid-Until \"false\"", f"--include={','.join(packages)}", suite,
                           work / "system.tar", sources], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return Image(layout), Installation(work / "system.tar")


def test_every_difference_is_explained(both):
    image, installed = both
    packages = {path.removeprefix("var/lib/dpkg/status.d/") for path in image.entries()
                if path.startswith("var/lib/dpkg/status.d/") and not path.endswith(".md5sums")}
    ours = {path: entry_of(member, lambda path=path: image.read(path)) for path, member in image.entries().items()}
    wrong = []
    for path in sorted(ours.keys() | installed.entries.keys()):
        mine, real = ours.get(path), installed.entries.get(path)
        owners = installed.owners.get(path)
        if mine == real or (owners and not owners & packages):
            continue
        if mine is None and matches(EXPLAINED + OF_OTHER_PACKAGES, path):
            continue
        if real is None and matches(ADDED, path):
            continue
        if mine and real and matches(EXPLAINED, path):
            continue
        wrong.append(f"{path}: {mine}, but really {real}")
    assert wrong == []


def test_the_packages_are_the_same(both):
    image, installed = both
    real = installed.versions()
    for path in image.entries():
        if name := re.fullmatch(r"var/lib/dpkg/status\.d/(.+)(?<!\.md5sums)", path):
            version = re.search(r"(?m)^Version: (\S+)$", image.read(path).decode())[1]
            assert real[name[1]] == version, "the archive changed between the two"


def test_accounts(both):
    """But for the password field, which stands for no password in either, every account is the same."""
    image, installed = both
    for path in ("etc/passwd", "etc/group"):
        lines = [{re.sub(r"^(\S+?):[x*]:", r"\1::", line) for line in text.decode().splitlines()}
                 for text in (image.read(path), installed.contents[path])]
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
