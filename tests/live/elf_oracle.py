#!/usr/bin/python3
"""Holds debone's reading of ELF files to readelf: of every ELF file of the .debs that are named, or of those in a store
of debone's (--store)."""

import argparse
import json
import os
import re
import struct
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from deb_oracle import dpkg_deb, records

BATCH = 200


def elf_files(root):
    """By path below the root."""
    found = {}
    for folder, _, files in os.walk(root):
        for name in files:
            path = Path(folder, name)
            if path.is_symlink() or not path.is_file():
                continue
            with open(path, "rb") as file:
                if file.read(4) == b"\x7fELF":
                    found[str(path.relative_to(root))] = path
    return found


def header(path):
    """Class, machine and type, by elf(5)'s offsets."""
    with open(path, "rb") as file:
        ident = file.read(20)
    order = ">" if ident[5] == 2 else "<"
    kind, machine = struct.unpack(order + "HH", ident[16:20])
    return {1: "32", 2: "64"}[ident[4]], str(machine), str(kind)


def readelf(paths):
    """What readelf says of each: a text a file."""
    texts = {}
    for at in range(0, len(paths), BATCH):
        some = paths[at:at + BATCH]
        # With the file twice readelf prints the headers `File: NAME` even for a single one.
        done = subprocess.run(["readelf", "-W", "-l", "-d", *some, some[-1]], capture_output=True, text=True,
                              errors="surrogateescape", env={**os.environ, "LC_ALL": "C"})
        parts = re.split(r"(?m)^File: (.*)$", done.stdout)[1:]
        texts.update(zip(parts[0::2], parts[1::2]))
    return texts


def dlopen_note(path):
    """The sonames of its section .note.dlopen: notes of name size, description size and type, padded to four bytes."""
    sections = subprocess.run(["readelf", "-W", "-S", path], capture_output=True, text=True, env={**os.environ, "LC_ALL": "C"})
    at = re.search(r" \.note\.dlopen +NOTE +[0-9a-f]+ ([0-9a-f]+) ([0-9a-f]+)", sections.stdout)
    if not at:
        return []
    content = path.read_bytes()
    order = ">" if content[5] == 2 else "<"
    begin, end = int(at[1], 16), int(at[1], 16) + int(at[2], 16)
    found = []
    while begin < end:
        name_size, size, _ = struct.unpack(order + "III", content[begin:begin + 12])
        begin += 12 + (name_size + 3) // 4 * 4
        for entry in json.loads(content[begin:begin + size].rstrip(b"\0")):
            found += entry.get("soname", [])
        begin += (size + 3) // 4 * 4
    return found


def expected(path, text):
    def all_of(pattern):
        return re.findall(pattern, text)

    def lines(names):
        return "".join(f"{name}\n" for name in names)

    def folders(found):
        return [folder for one in found for folder in one.split(":") if folder]

    loader = all_of(r"\[Requesting program interpreter: (.*)\]")
    soname = all_of(r"\(SONAME\)\s+Library soname: \[(.*)\]")
    return (*header(path), (loader or [""])[0], (soname or [""])[-1],
            lines(all_of(r"\(NEEDED\)\s+Shared library: \[(.*)\]")),
            lines(folders(all_of(r"\(RPATH\)\s+Library rpath: \[(.*)\]"))),
            lines(folders(all_of(r"\(RUNPATH\)\s+Library runpath: \[(.*)\]"))))


def compare(probe, deb):
    """The number of ELF files, and what differs, as lines."""
    ours = {record[0]: record[1:] for record in records(probe, 10, "elf", deb)}
    differences = []
    with tempfile.TemporaryDirectory() as root:
        subprocess.run(["tar", "-C", root, "-xf", "-", "--no-same-owner"], input=dpkg_deb("--fsys-tarfile", deb), check=True)
        subprocess.run(["chmod", "-R", "u+rwX", root], check=True)
        found = elf_files(root)
        texts = readelf([str(path) for path in found.values()])
        for name, path in sorted(found.items()):
            text = texts.get(str(path), "")
            # What the kernel and the loader would refuse is no ELF file to us; readelf says that it is damaged.
            if name not in ours and "Error:" not in text and "There are no program headers" not in text:
                # Hard links: the first name has the file.
                if path.stat().st_nlink == 1:
                    differences.append(f"{deb.name}: {name} is no ELF file to us")
                continue
            if name not in ours:
                continue
            they = (*expected(path, text), "".join(f"{one}\n" for one in dlopen_note(path)) if ours[name][8] or
                    b".note.dlopen" in path.read_bytes() else "")
            if ours[name] != they:
                differences.append(f"{deb.name}: {name}: we read {ours[name]}, readelf {they}")
        differences += [f"{deb.name}: {name} is an ELF file to us alone" for name in ours.keys() - found.keys()]
    return len(found), differences


def is_deb(path):
    with open(path, "rb") as file:
        return file.read(21) == b"!<arch>\ndebian-binary"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--probe", required=True, type=Path, help="the program deb_probe")
    parser.add_argument("--store", type=Path, help="a store of debone's: every .deb in it")
    parser.add_argument("debs", nargs="*", type=Path)
    options = parser.parse_args()
    debs = list(options.debs)
    if options.store:
        debs += sorted(path for path in options.store.glob("blobs/sha256/*/*") if is_deb(path))
    total, differences = 0, []
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for count, lines in pool.map(lambda deb: compare(options.probe.resolve(), deb), debs):
            total += count
            differences += lines
    print("\n".join(differences))
    print(f"{total} ELF files of {len(debs)} .debs, {len(differences)} differ")
    sys.exit(1 if differences or total == 0 else 0)


if __name__ == "__main__":
    main()
