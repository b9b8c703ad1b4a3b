#!/usr/bin/python3
"""Holds debone's reading of .debs to dpkg-deb, and its assembling to unpacking, over the live archive.

Of each suite the closures of a few requests are downloaded by apt. Each .deb is read by tests/tools/deb_probe and by
dpkg-deb with Python's tarfile: control files and entries must be equal. Then all of a closure are assembled by the probe
and unpacked by tar into a folder with merged /usr: paths, types, modes, owners, times, contents and link targets must be
equal. Needs root, for the owners.
"""

import argparse
import hashlib
import io
import os
import stat
import subprocess
import sys
import tarfile
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from resolve_oracle import SUITES, Apt, mirrors

REQUESTS = {
    "trixie": ["php8.4-fpm php8.4-cli php8.4-mysql php8.4-intl base-files", "nginx python3 base-files"],
    "bookworm": ["php8.2-fpm php8.2-cli php8.2-mysql php8.2-intl base-files", "nginx python3 base-files"],
}
MERGED = ("bin", "sbin", "lib", "lib32", "lib64", "libo32", "libx32")


def sha256(content):
    return hashlib.sha256(content).hexdigest()


def records(probe, width, *arguments):
    """The probe's fields, `width` a record."""
    done = subprocess.run([probe, *arguments], capture_output=True)
    if done.returncode != 0:
        raise AssertionError(done.stderr.decode(errors="replace").strip())
    fields = done.stdout.split(b"\0")[:-1]
    return [tuple(field.decode(errors="surrogateescape") for field in fields[i:i + width])
            for i in range(0, len(fields), width)]


def dpkg_deb(*arguments):
    return subprocess.run(["dpkg-deb", *arguments], capture_output=True, check=True).stdout


def tar_entries(archive):
    types = {tarfile.REGTYPE: "f", tarfile.AREGTYPE: "f", tarfile.LNKTYPE: "h", tarfile.SYMTYPE: "l",
             tarfile.CHRTYPE: "c", tarfile.BLKTYPE: "b", tarfile.DIRTYPE: "d", tarfile.FIFOTYPE: "p"}
    with tarfile.open(fileobj=io.BytesIO(archive), errors="surrogateescape") as tar:
        for member in tar:
            content = tar.extractfile(member).read() if member.isreg() else b""
            # tarfile cuts the slash off a directory's name.
            name = member.name + "/" if member.isdir() and not member.name.endswith("/") else member.name
            yield tuple(str(field) for field in (
                types[member.type], member.mode & 0o7777, member.uid, member.gid, member.uname, member.gname,
                int(member.mtime // 1), len(content), sha256(content), name,
                member.linkname if member.islnk() or member.issym() else ""))


def compare_deb(probe, deb):
    """What differs of one .deb, as lines."""
    found = []
    try:
        control = records(probe, 1, "control", deb)
        entries = records(probe, 11, "entries", deb)
    except AssertionError as error:
        return [f"{deb.name}: {error}"]
    if control[0][0] + "\n" != dpkg_deb("--field", deb).decode(errors="surrogateescape"):
        found.append(f"{deb.name}: the control stanza differs")
    ours = {name: content for (name,), (content,) in zip(control[1::2], control[2::2])}
    theirs = {}
    with tarfile.open(fileobj=io.BytesIO(dpkg_deb("--ctrl-tarfile", deb))) as tar:
        for member in tar:
            if member.isreg() and member.name != "./control":
                theirs[member.name.removeprefix("./")] = tar.extractfile(member).read().decode(errors="surrogateescape")
    if ours != theirs:
        found.append(f"{deb.name}: the control files differ")
    expected = list(tar_entries(dpkg_deb("--fsys-tarfile", deb)))
    for we, they in zip(entries, expected):
        if we != they:
            found.append(f"{deb.name}: we read {we}, dpkg-deb and tarfile {they}")
    if len(entries) != len(expected):
        found.append(f"{deb.name}: we read {len(entries)} entries, dpkg-deb and tarfile {len(expected)}")
    return found


def unpack(debs, root):
    """As dpkg does, but for its scripts: links to directories stay, the first package has a directory's mode."""
    for name in MERGED:
        (root / "usr" / name).mkdir(parents=True)
        (root / name).symlink_to(f"usr/{name}")
    for deb in debs:
        archive = dpkg_deb("--fsys-tarfile", deb)
        subprocess.run(["tar", "-C", root, "-xpf", "-", "--numeric-owner", "--keep-directory-symlink",
                        "--no-overwrite-dir", "--xattrs", "--xattrs-include=*"], input=archive, check=True)
    for name in MERGED:
        if not any((root / "usr" / name).iterdir()):
            (root / "usr" / name).rmdir()
            (root / name).unlink()


def unpacked(root):
    """By path: type, mode, owner, group, time, content's hash, link target. Times of directories say nothing."""
    found = {}
    for folder, folders, files in os.walk(os.fsencode(root)):
        for name in folders + files:
            path = os.path.join(folder, name)
            status = os.lstat(path)
            where = os.path.relpath(path, os.fsencode(root)).decode(errors="surrogateescape")
            kind = "l" if stat.S_ISLNK(status.st_mode) else "d" if stat.S_ISDIR(status.st_mode) else "f"
            with_content = Path(os.fsdecode(path)).read_bytes() if kind == "f" else b""
            found[where] = (kind, str(stat.S_IMODE(status.st_mode)), str(status.st_uid), str(status.st_gid),
                            "" if kind == "d" else str(int(status.st_mtime)), sha256(with_content),
                            os.readlink(path).decode(errors="surrogateescape") if kind == "l" else "")
    return found


def assembled(probe, debs):
    found = {}
    for kind, mode, uid, gid, mtime, digest, where, target in records(probe, 8, "tree", *debs):
        if where:
            found[where] = (kind, mode, uid, gid, "" if kind == "d" else mtime, digest, target)
    return found


def compare_tree(probe, debs):
    """What differs of the assembled tree, as lines."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        unpack(debs, root)
        theirs = unpacked(root)
    try:
        ours = assembled(probe, debs)
    except AssertionError as error:
        return [str(error)]
    # Nobody but this script gave the merged directories and links their times.
    for name in MERGED:
        for found in (ours, theirs):
            if name in found:
                found[name] = (*found[name][:4], "", *found[name][5:])
    return [f"/{where}: we have {ours.get(where)}, unpacking {theirs.get(where)}"
            for where in sorted(ours.keys() | theirs.keys()) if ours.get(where) != theirs.get(where)]


def download(apt, names):
    """The .debs of apt's closure of `names`, sorted by name."""
    closure = apt.solve(names)
    if isinstance(closure, str):
        sys.exit(f"apt cannot solve {' '.join(names)}: {closure}")
    folder = apt.home / "debs"
    folder.mkdir(exist_ok=True)
    done = subprocess.run(["apt-get", "download", *(f"{name}={version}" for name, version in sorted(closure))],
                          cwd=folder, capture_output=True, text=True,
                          env={**os.environ, "APT_CONFIG": str(apt.home / "apt.conf"), "LC_ALL": "C"})
    if done.returncode != 0:
        sys.exit(f"apt-get download: {done.stderr}")
    return sorted(path for name, _ in closure for path in folder.glob(f"{name}_*.deb"))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--probe", required=True, type=Path, help="the program deb_probe")
    parser.add_argument("--suite", action="append", choices=SUITES, help="default: all")
    parser.add_argument("--work", help="a folder to keep apt's lists and .debs in; default: a temporary one")
    options = parser.parse_args()
    probe = options.probe.resolve()
    differences = []
    with tempfile.TemporaryDirectory() as temporary, ThreadPoolExecutor(os.cpu_count()) as pool:
        for suite in options.suite or SUITES:
            apt = Apt(options.work or temporary, suite, "amd64", mirrors())
            apt.update()
            closures = [download(apt, request.split()) for request in REQUESTS[suite]]
            debs = sorted({deb for closure in closures for deb in closure})
            of_debs = [line for lines in pool.map(lambda deb: compare_deb(probe, deb), debs) for line in lines]
            of_trees = [line for closure in closures for line in compare_tree(probe, closure)]
            for line in of_debs + of_trees:
                print(f"{suite}: {line}")
            print(f"{suite}: {len(debs)} .debs, {len(of_debs)} differ; {len(closures)} trees, {len(of_trees)} paths differ")
            differences += of_debs + of_trees
    sys.exit(1 if differences else 0)


if __name__ == "__main__":
    main()
