"""kill -9 at any moment of a build does no harm: the next one gives the same image and nothing is left over."""

import random
import shutil
import time

from aptrepo import File, package
from ociimage import Image
from server import slow
from tinydebian import RECIPE, standard

MOMENTS = 40


def test_killed_at_many_moments(place, debian):
    noise = random.Random(1)
    big = package("big", files={f"/usr/share/big/{i}": File(noise.randbytes(400_000)) for i in range(20)},
                  compression="gzip")
    debian.publish(standard() + [big])
    recipe = RECIPE.replace("[hello, base-passwd]", "[hello, base-passwd, big]")
    place.write("test.yaml", recipe)
    begin = time.monotonic()
    place.build(recipe, "-o", "whole").ok()
    takes = time.monotonic() - begin
    expected = Image(place.work / "whole").digest
    reached_output = 0
    for moment in range(MOMENTS):
        if moment % 8 == 0:  # from an empty store now and then, so that fetching is killed as well
            shutil.rmtree(place.store, ignore_errors=True)
        process = place.start("build", "test.yaml", "-o", "killed")
        time.sleep(takes * 1.2 * (moment + 1) / MOMENTS)
        process.kill()
        process.communicate()
        if (place.work / "killed").exists():  # whole, if it is there at all
            reached_output += 1
            assert Image(place.work / "killed").digest == expected
    assert 0 < reached_output
    place.build(recipe, "-o", "killed").ok()
    assert Image(place.work / "killed").digest == expected
    leftovers = [path.name for path in place.work.iterdir()]
    assert sorted(leftovers) == ["debian.gpg", "killed", "test.yaml", "whole"]


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
