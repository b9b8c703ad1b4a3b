"""A Debian archive of a handful of packages, in trixie's shape: base-files with the merged-/usr links, base-passwd's
master files, a static program. A recipe with {debian: trixie} builds from it once environment() is set."""

import time
from pathlib import Path

from aptrepo import ARCH, Directory, File, Link, Repository, package, program

BUSYBOX = Path("/bin/busybox")
_OS_RELEASE = '''PRETTY_NAME="Debian GNU/Linux 13 (trixie)"
NAME="Debian GNU/Linux"
VERSION_ID="13"
VERSION="13 (trixie)"
VERSION_CODENAME=trixie
ID=debian
HOME_URL="https://www.debian.org/"
'''
_PASSWD = """root:*:0:0:root:/root:/bin/bash
daemon:*:1:1:daemon:/usr/sbin:/usr/sbin/nologin
www-data:*:33:33:www-data:/var/www:/usr/sbin/nologin
nobody:*:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
"""
_GROUP = """root:*:0:
daemon:*:1:
www-data:*:33:
nogroup:*:65534:
"""


def base_files(version="13.8"):
    files = {f"/{name}": Link(f"usr/{name}") for name in ("bin", "lib", "sbin")}
    files.update({"/usr/bin": Directory(), "/usr/lib": Directory(), "/usr/sbin": Directory(),
                  "/tmp": Directory(0o1777), "/var/tmp": Directory(0o1777), "/root": Directory(0o700),
                  "/etc/debian_version": f"{version}\n", "/etc/os-release": Link("../usr/lib/os-release"),
                  "/usr/lib/os-release": _OS_RELEASE,
                  "/usr/share/doc/base-files/copyright": "GPL\n"})
    if ARCH == "amd64":
        files.update({"/lib64": Link("usr/lib64"), "/usr/lib64": Directory()})
    return package("base-files", version, files=files, Essential="yes", Multi_Arch="foreign")


def base_passwd(architecture=ARCH):
    return package("base-passwd", "3.6.7", architecture, Essential="yes", Multi_Arch="foreign", files={
        "/usr/share/base-passwd/passwd.master": _PASSWD, "/usr/share/base-passwd/group.master": _GROUP,
        "/usr/share/doc/base-passwd/copyright": "GPL\n"})


def hello(version="1.0", **more):
    """The probe of tests/lib/probe.c as /usr/bin/hello."""
    return package("hello", version, files={
        "/usr/bin/hello": File(program(), 0o755), "/usr/share/doc/hello/copyright": "GPL\n",
        "/usr/share/man/man1/hello.1.gz": "man\n"}, Installed_Size="800", **more)


def busybox():
    """busybox-static, with this machine's busybox."""
    return package("busybox-static", "1.37", files={
        "/usr/bin/busybox": File(BUSYBOX.read_bytes(), 0o755), "/usr/share/doc/busybox-static/copyright": "GPL\n"})


_standard = []


def standard():
    """base-files, base-passwd and hello; made once."""
    if not _standard:
        _standard.extend([base_files(), base_passwd(), hello()])
    return list(_standard)


class TinyDebian:
    """trixie, trixie-updates and trixie-security below WWW/debian and WWW/debian-security."""

    def __init__(self, www, keys, key):
        self.main = Repository(www / "debian", keys, key)
        self.security = Repository(www / "debian-security", keys, key)
        self.key = key

    def publish(self, packages=None, updates=(), security=(), architectures=(ARCH,), **more):
        week = int(time.time()) + 7 * 86400
        self.main.publish("trixie", standard() if packages is None else packages, name="stable", codename="trixie",
                          architectures=architectures, fields={"Origin": "Debian", "Label": "Debian"}, **more)
        self.main.publish("trixie-updates", list(updates), name="stable-updates", codename="trixie-updates",
                          valid_until=week, architectures=architectures, fields={"Origin": "Debian", "Label": "Debian"})
        self.security.publish("trixie-security", list(security), name="stable-security", codename="trixie-security",
                              valid_until=week, architectures=architectures,
                              fields={"Origin": "Debian", "Label": "Debian-Security"})
        return self

    def environment(self, url):
        return {"DEBONE_DEBIAN_MIRROR": f"{url}/debian", "DEBONE_DEBIAN_SECURITY_MIRROR": f"{url}/debian-security",
                "DEBONE_DEBIAN_SNAPSHOT": f"{url}/snapshot", "DEBONE_DEBIAN_KEYRING": str(self.key.public)}


RECIPE = """name: test
contents:
  sources: [{debian: trixie}]
  packages: [hello, base-passwd]
entrypoint: {command: [/usr/bin/hello]}
"""


def recipe_of(url, packages=("hello",), source="", more=""):
    """A recipe with one source of its own, whose key lies beside it as key.gpg."""
    return (f"name: test\ncontents:\n  sources:\n    - {{name: tests, url: '{url}', suite: stable, components: [main], "
            f"key: key.gpg{source}}}\n  packages: [{', '.join(packages)}]\n{more}")
