"""The same inputs give the same bits, whatever the time, umask, locale, folder, user or number of threads."""

import hashlib
import json
import os
import shutil

import pytest

from aptrepo import File, package, program
from debone import Workplace
from server import Server
from tinydebian import RECIPE, TinyDebian, standard

APP = RECIPE.replace("[hello, base-passwd]", "[hello, base-passwd, many]") + """accounts:
  users: [{username: app, uid: 1000, gid: 1000}]
  groups: [{groupname: app, gid: 1000}]
environment: {B: "2", A: "1"}
paths:
  - {path: /srv/app, type: tree, source: ./app}
  - {path: /run/app, type: directory, uid: 1000, gid: 1000, permissions: 0o750}
"""


def snapshot(path):
    """Every file's name and hash."""
    if path.is_file():
        return hashlib.sha256(path.read_bytes()).hexdigest()
    if path.suffix == ".rootfs":
        return nodes(path)
    return {str(file.relative_to(path)): hashlib.sha256(file.read_bytes()).hexdigest()
            for file in sorted(path.rglob("*")) if file.is_file()}


def nodes(folder):
    """All that a plain directory holds, itself included: names, kinds and modes, owners, times, contents, hard links."""
    found, inodes = {}, {}
    for path in [folder, *sorted(folder.rglob("*"))]:
        status = path.lstat()
        content = os.readlink(path) if path.is_symlink() else path.read_bytes() if path.is_file() else None
        name = str(path.relative_to(folder))
        linked = inodes.setdefault(status.st_ino, name)  # its first name
        found[name] = (status.st_mode, status.st_uid, status.st_gid, status.st_mtime_ns, linked, content)
    return found


def prepare(place, umask, when):
    """The same app as another checkout would have it: other umask, other times, other order of creation."""
    names = ["index.php", "lib/a.php", "lib/b.php", "bin/tool"]
    for name in names if when % 2 else reversed(names):
        path = place.write(f"app/{name}", f"<?php // {name}\n")
        path.chmod((0o777 if name == "bin/tool" else 0o666) & ~umask)
        os.utime(path, (when, when))
    place.write("test.yaml", APP)


@pytest.mark.parametrize("kind, name", [("oci", "test"), ("docker", "test.tar"), ("rootfs", "test.rootfs")])
def test_build_twice_and_compare(keys, archive_key, tmp_path_factory, kind, name):
    www = tmp_path_factory.mktemp("www")
    many = package("many", files={f"/usr/share/many/{i:03}": File(bytes([i]) * 5000, 0o644) for i in range(200)})
    archive = TinyDebian(www, keys, archive_key).publish(standard() + [many])
    differing = [
        dict(root=False, umask=0o022, when=1_500_000_001, jobs=1, env={"TZ": "UTC", "LC_ALL": "C"}),
        dict(root=True, umask=0o077, when=1_600_000_000, jobs=7,
             env={"TZ": "Pacific/Kiritimati", "LC_ALL": "tr_TR.UTF-8", "LANG": "de_DE.UTF-8", "HOME": "/nonexistent",
                  "XDG_CACHE_HOME": "/nonexistent", "NO_COLOR": "1"}),
    ]
    seen = []
    for how in differing:
        place = Workplace(root=how["root"] or kind == "rootfs")  # who alone can give files to the image's users
        try:
            with Server(www) as server:
                place.environment.update(archive.environment(server.url))
                place.environment["DEBONE_DEBIAN_KEYRING"] = str(place.write("k.gpg", archive_key.public.read_bytes()))
                prepare(place, how["umask"], how["when"])
                cwd, recipe, output = place.work, "test.yaml", name
                if how["root"]:  # from another folder, by absolute names
                    cwd, recipe, output = "/", place.work / "test.yaml", place.work / name
                result = place.run("build", recipe, "-o", output, "--to", kind, "-j", how["jobs"], "--format", "json",
                                   cwd=cwd, env=how["env"], umask=how["umask"]).ok().json
            seen.append((result["digest"], [one["packages"] for one in result["images"]], snapshot(place.work / name)))
        finally:
            place.close()
    assert seen[0] == seen[1]


def test_two_builds_from_one_store_are_equal(place, debian):
    place.write("app/index.php", "x")
    debian.publish(standard() + [package("many", files={"/usr/share/many/x": b"1"})])
    place.build(APP, "-o", "one").ok()
    place.build(APP, "-o", "two").ok()
    assert snapshot(place.work / "one") == snapshot(place.work / "two")


def test_the_order_of_the_index_changes_nothing(place, debian):
    place.build(RECIPE, "-o", "one").ok()
    debian.publish(list(reversed(standard())))
    place.build(RECIPE, "-o", "two").ok()
    assert snapshot(place.work / "one") == snapshot(place.work / "two")


def test_another_compression_of_the_index_changes_nothing(place, debian):
    import gzip
    place.build(RECIPE, "-o", "one").ok()
    shutil.rmtree(debian.main.root)
    debian.publish(compress=gzip.compress, suffix=".gz")
    place.build(RECIPE, "-o", "two", "--allow-older").ok()
    assert json.loads((place.work / "one/index.json").read_text()) == json.loads(
        (place.work / "two/index.json").read_text())
