"""kill -9 at any moment of a build does no harm: the next one gives the same image and nothing is left over."""

import random
import shutil
import signal
import subprocess
import time

import pytest

from aptrepo import File, package
from ociimage import Image
from server import slow
from tinydebian import RECIPE, busybox, standard

MOMENTS = {"cold": 12, "warm": 28}  # from an empty store, so that fetching is killed as well; with all in it
IN_STATIC = ("media-types", "netbase", "tzdata", "tzdata-legacy")  # what the catalog's static takes beside


def content_of(output, kind):
    """What is compared of an image that was written."""
    if kind == "oci":
        return Image(output).digest
    if kind == "docker":
        return output.read_bytes()
    return {str(path.relative_to(output)): path.read_bytes() for path in sorted(output.rglob("*"))
            if path.is_file() and not path.is_symlink()}


def remove(path):
    shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)


def is_killed(place, arguments, after):
    """Whether the build still ran after these seconds and was killed, and how long it ran."""
    begin = time.monotonic()
    with place.start(*arguments) as process:
        try:
            _, told = process.communicate(timeout=after)
        except subprocess.TimeoutExpired:
            process.kill()
            _, told = process.communicate()
    assert process.returncode in (0, -signal.SIGKILL), told
    return process.returncode != 0, time.monotonic() - begin


@pytest.mark.parametrize("recipe, kind, name", [
    ("test.yaml", "oci", "killed"), ("test.yaml", "docker", "killed.tar"), ("test.yaml", "rootfs", "killed.rootfs"),
    ("static", "oci", "killed")], ids=["oci", "docker", "rootfs", "with-its-lock"])
def test_killed_at_many_moments(place, debian, recipe, kind, name):
    """A recipe of the catalog writes its lock, after the image."""
    noise = random.Random(1)
    big = package("ca-certificates", compression="gzip", files={
        f"/usr/share/big/{i}": File(noise.randbytes(400_000)) for i in range(20)})
    debian.publish([*standard(), busybox(), big, *map(package, IN_STATIC)])
    place.write("test.yaml", RECIPE.replace("[hello, base-passwd]", "[hello, base-passwd, ca-certificates]"))
    output, whole, lock = (place.work / one for one in (name, "whole", "static.lock"))
    arguments = ["build", recipe, "--variant", "latest", "--to", kind, "-o"]

    def clear():
        if kind == "rootfs":  # which is not written over
            remove(output)
        if recipe == "static":  # by which it would be built
            remove(output)
            remove(lock)

    def built():
        """How long it takes."""
        clear()
        begin = time.monotonic()
        place.run(*arguments, name).ok()
        return time.monotonic() - begin

    takes = {"cold": built()}
    expected = content_of(output, kind)
    expected_lock = lock.read_text() if lock.exists() else None
    assert (expected_lock is not None) == (recipe == "static")
    output.rename(whole)
    for state, moments in MOMENTS.items():
        if state == "warm":
            takes["warm"] = min(built() for _ in range(2))
        killed = 0
        for moment in range(moments):
            if state == "cold":
                remove(place.store)
            clear()
            was_killed, lasted = is_killed(place, [*arguments, name], takes[state] * 1.1 * (moment + 0.5) / moments)
            killed += was_killed
            if not was_killed:  # the machine was busier when it was measured
                takes[state] = min(takes[state], lasted)
            if output.exists():  # whole, if it is there at all
                assert content_of(output, kind) == expected
            if recipe == "static" and lock.exists():
                assert lock.read_text() == expected_lock and output.exists(), "a lock says that there is an image of it"
        assert killed >= moments / 2, (state, takes)
    built()
    assert content_of(output, kind) == expected
    leftovers = {path.name for path in place.work.iterdir()}
    assert leftovers == {"debian.gpg", name, "test.yaml", "whole"} | ({"static.lock"} if recipe == "static" else set())


def test_killed_while_fetching_resumes_or_begins_again(place, debian):
    debian.server.fault(r"hello.*\.deb", slow(30), times=1)
    place.write("test.yaml", RECIPE)
    process = place.start("build", "test.yaml")
    deadline = time.monotonic() + 20
    while debian.server.count(r"hello.*\.deb") == 0 and time.monotonic() < deadline:
        time.sleep(0.02)
    process.kill()
    process.communicate()
    place.build(RECIPE).ok()
