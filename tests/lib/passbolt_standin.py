"""The stand-in for the vendor's package passbolt-ce-server: the .deb of tests/fixtures/passbolt-ce-server, and a signed
repository that has it, laid out as the vendor's is (ce/debian, suite buster, component stable, pub.key).

    repository = publish(folder, keys, key)        # and: --source passbolt=file:FOLDER/ce/debian,FOLDER/pub.key

By hand: python3 tests/lib/passbolt_standin.py FOLDER
"""

import hashlib
import sys
from pathlib import Path

from aptrepo import Keys, Package, Repository, ar, directory, entry, gzip, tar

FIXTURE = Path(__file__).resolve().parents[1] / "fixtures/passbolt-ce-server"
NAME = "passbolt-ce-server"
# The stack's images, each with its recipe: a file of stacks/, or a name of the catalog.
IMAGES = {"mariadb": "include/mariadb.yaml", "valkey": "valkey",
          **{name: f"passbolt/{name}.yaml" for name in ("passbolt-keys", "passbolt-migrate")},
          **{name: name for name in ("passbolt-fpm", "passbolt-cli", "passbolt-scheduler", "passbolt-nginx")}}
WITHOUT_IT = ("mariadb", "valkey", "passbolt-keys")  # of them, what holds nothing of the package
WWW_DATA = 33

_CODE = "/usr/share/php/passbolt"
# Directories that the package ships empty; what git cannot keep stands here with the rest.
_EMPTY = ("/etc/passbolt/gpg", "/etc/passbolt/jwt", "/var/lib/passbolt/tmp", "/var/lib/passbolt/.gnupg",
          "/var/log/passbolt", f"{_CODE}/plugins", f"{_CODE}/webroot/img/public")
_PROGRAMS = {f"{_CODE}/bin/{name}" for name in ("cake", "cake.php", "cron", "healthcheck", "status-report", "versions")}
_MODES = {"/etc/passbolt": 0o770, "/etc/passbolt/gpg": 0o770, "/etc/passbolt/jwt": 0o770,
          "/var/lib/passbolt/.gnupg": 0o700}


def owners(path):
    """uid and gid, as the vendor's package has them."""
    if _is_or_below(path, "/etc/passbolt"):
        return 0, WWW_DATA
    writable = ("/var/lib/passbolt", "/var/log/passbolt", f"{_CODE}/webroot/img/public")
    if any(_is_or_below(path, one) for one in writable):
        return WWW_DATA, WWW_DATA
    return 0, 0


def mode(path, is_directory):
    private = _is_or_below(path, "/etc/passbolt")
    if is_directory:
        return _MODES.get(path, 0o750 if private else 0o755)
    return 0o640 if private else 0o755 if path in _PROGRAMS else 0o644


def deb():
    """The package; the same bytes each time."""
    root = FIXTURE / "root"
    files = {f"/{file.relative_to(root)}": file.read_bytes() for file in root.rglob("*") if file.is_file()}
    folders = set(_EMPTY)
    for path in [*files, *_EMPTY]:
        folders.update(str(parent) for parent in Path(path).parents if str(parent) != "/")
    data = [directory("./")]
    for path in sorted({*files, *folders}):
        is_directory = path in folders
        uid, gid = owners(path)
        options = {"mode": mode(path, is_directory), "uid": uid, "gid": gid}
        data.append(directory(f".{path}/", **options) if is_directory else entry(f".{path}", files[path], **options))
    for info, _ in data:
        info.uname, info.gname = ("www-data" if number else "root" for number in (info.uid, info.gid))
    stanza = _stanza(sum(map(len, files.values())))
    conffiles = "".join(f"{path}\n" for path in sorted(files) if path.startswith("/etc/"))
    md5sums = "".join(f"{hashlib.md5(files[path]).hexdigest()}  {path[1:]}\n" for path in sorted(files)
                      if not path.startswith("/etc/"))
    control = [directory("./"), entry("./control", stanza.encode()), entry("./conffiles", conffiles.encode()),
               entry("./md5sums", md5sums.encode())]
    for file in sorted((FIXTURE / "control").iterdir()):
        if file.name != "control":
            content = file.read_bytes()
            control.append(entry(f"./{file.name}", content, mode=0o755 if content.startswith(b"#!") else 0o644))
    version = next(line.split(": ")[1] for line in stanza.splitlines() if line.startswith("Version: "))
    return Package(NAME, version, "all", stanza, ar([
        ("debian-binary", b"2.0\n"), ("control.tar.gz", gzip(tar(control))), ("data.tar.gz", gzip(tar(data)))]))


def publish(folder, keys, key):
    """Writes FOLDER/ce/debian and FOLDER/pub.key."""
    folder = Path(folder)
    repository = Repository(folder / "ce/debian", keys, key)
    repository.publish("buster", None, components={"stable": [deb()]}, architectures=("amd64", "arm64"),
                       fields={"Origin": "Passbolt", "Label": "Passbolt"})
    (folder / "pub.key").write_bytes(keys.armoured(key))
    return repository


def _stanza(size):
    return (FIXTURE / "control/control").read_text().replace(
        "\nMaintainer:", f"\nInstalled-Size: {-(-size // 1024)}\nMaintainer:", 1)


def _is_or_below(path, folder):
    return path == folder or path.startswith(folder + "/")


if __name__ == "__main__":
    home = Keys()
    try:
        publish(sys.argv[1], home, home.make("standin", "rsa3072"))
    finally:
        home.close()
