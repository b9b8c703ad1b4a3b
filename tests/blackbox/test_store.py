"""The store: damage is noticed and healed, two processes share it, a full disk is an error with a way out."""

import os
import subprocess

import pytest

from aptrepo import File, package
from ociimage import Image
from tinydebian import RECIPE, standard

import random


def big_archive(debian):
    noise = random.Random(2).randbytes(3_000_000)
    debian.publish(standard() + [package("big", files={"/usr/share/big/x": File(noise)}, compression="none")])
    return RECIPE.replace("[hello, base-passwd]", "[hello, base-passwd, big]")


def blobs(place):
    return sorted(path for path in (place.store / "blobs").rglob("*") if path.is_file())


@pytest.mark.parametrize("damage", ["changed", "shortened", "emptied", "lengthened", "removed"])
def test_every_damaged_file_is_fetched_again(place, debian, damage):
    place.build(RECIPE).ok()
    digest = Image(place.work / "test").digest
    for blob in blobs(place):
        content = blob.read_bytes() or b"\0"  # an empty index is a blob too
        if damage == "changed":
            blob.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
        elif damage == "shortened":
            blob.write_bytes(content[:-1])
        elif damage == "emptied":
            blob.write_bytes(b"")
        elif damage == "lengthened":
            blob.write_bytes(content + b"\0")
        else:
            blob.unlink()
    place.build(RECIPE).ok()
    assert Image(place.work / "test").digest == digest


def test_damaged_records_do_no_harm(place, debian):
    place.build(RECIPE).ok()
    for record in (place.store / "records").rglob("*"):
        if record.is_file():
            record.write_bytes(b"damaged" * 10)
    place.build(RECIPE).ok()


def test_two_processes_at_once_fetch_each_file_once(place, debian):
    recipe = big_archive(debian)
    place.write("test.yaml", recipe)
    running = [place.start("build", "test.yaml", "-o", f"out{i}") for i in range(4)]
    for process in running:
        out, err = process.communicate(timeout=60)
        assert process.returncode == 0, err
    assert len({Image(place.work / f"out{i}").digest for i in range(4)}) == 1
    assert debian.server.count(r"\.deb$") == 4


def test_the_store_is_where_the_environment_says(place, debian):
    place.build(RECIPE, env={"DEBONE_STORE": None, "XDG_CACHE_HOME": str(place.home / "cache")}).ok()
    assert (place.home / "cache/debone").is_dir() and not place.store.exists()
    place.build(RECIPE, env={"DEBONE_STORE": None}).ok()
    assert (place.home / ".cache/debone").is_dir()


def test_a_store_that_cannot_be_written(place, debian, golden):
    golden(place.build(RECIPE, env={"DEBONE_STORE": "/proc/debone"}))


def test_no_place_for_a_store(place, debian):
    place.build(RECIPE, env={"DEBONE_STORE": None, "HOME": None}).fails(2, """
error: no folder to keep what is fetched: neither HOME nor XDG_CACHE_HOME is set
  hint: set DEBONE_STORE to a folder""")


@pytest.fixture
def small_disk(place):
    """A disk of 2 MB, that can be made larger."""
    disk = place.folder / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m,mode=1777", "tmpfs", disk], check=True)
    yield disk
    subprocess.run(["umount", disk], check=True)


def enlarge(disk):
    subprocess.run(["mount", "-o", "remount,size=50m", disk], check=True)


def test_a_full_disk_under_the_store(place, debian, small_disk, golden):
    recipe = big_archive(debian)
    env = {"DEBONE_STORE": str(small_disk / "store")}
    result = place.build(recipe, env=env)
    golden(result)
    assert not (place.work / "test").exists()
    enlarge(small_disk)
    place.build(recipe, env=env).ok()


@pytest.mark.parametrize("kind, output", [("oci", "out"), ("docker", "out.tar"), ("rootfs", "out.rootfs")])
def test_a_full_disk_under_the_output(place, debian, small_disk, kind, output, golden):
    recipe = big_archive(debian)
    result = place.build(recipe, "--to", kind, "-o", small_disk / output)
    golden(result)
    assert os.listdir(small_disk) == [], "nothing half-written stays"
    enlarge(small_disk)
    place.build(recipe, "--to", kind, "-o", small_disk / output).ok()
