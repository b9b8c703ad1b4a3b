"""kill -9 at any moment of a build does no harm: the next one gives the same image and nothing is left over."""

import random
import shutil
import time

import pytest

from aptrepo import File, package
from ociimage import Image
from server import slow
from tinydebian import RECIPE, standard

MOMENTS = 40


def content_of(output, kind):
    """What is compared of an image that was written."""
    if kind == "oci":
        return Image(output).digest
    if kind == "docker":
        return output.read_bytes()
    return {str(path.relative_to(output)): path.read_bytes() for path in sorted(output.rglob("*"))
            if path.is_file() and not path.is_symlink()}


@pytest.mark.parametrize("kind, name", [("oci", "killed"), ("docker", "killed.tar"), ("rootfs", "killed.rootfs")])
def test_killed_at_many_moments(place, debian, kind, name):
    noise = random.Random(1)
    big = package("big", files={f"/usr/share/big/{i}": File(noise.randbytes(400_000)) for i in range(20)},
                  compression="gzip")
    debian.publish(standard() + [big])
    recipe = RECIPE.replace("[hello, base-passwd]", "[hello, base-passwd, big]")
    place.write("test.yaml", recipe)
    begin = time.monotonic()
    place.build(recipe, "--to", kind, "-o", "whole").ok()
    takes = time.monotonic() - begin
    expected = content_of(place.work / "whole", kind)
    output = place.work / name
    reached_output = 0
    for moment in range(MOMENTS):
        if moment % 8 == 0:  # from an empty store now and then, so that fetching is killed as well
            shutil.rmtree(place.store, ignore_errors=True)
        if kind == "rootfs":  # which is not written over
            shutil.rmtree(output, ignore_errors=True)
        process = place.start("build", "test.yaml", "--to", kind, "-o", name)
        time.sleep(takes * 1.2 * (moment + 1) / MOMENTS)
        process.kill()
        process.communicate()
        if output.exists():  # whole, if it is there at all
            reached_output += 1
            assert content_of(output, kind) == expected
    assert 0 < reached_output
    if kind == "rootfs":
        shutil.rmtree(output, ignore_errors=True)
    place.build(recipe, "--to", kind, "-o", name).ok()
    assert content_of(output, kind) == expected
    leftovers = [path.name for path in place.work.iterdir()]
    assert sorted(leftovers) == ["debian.gpg", name, "test.yaml", "whole"]


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
