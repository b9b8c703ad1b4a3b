"""Each image of the catalog, built from the live archive, passes the tests of structure-tests/."""

import pytest

from debone import SOURCE

TESTS = SOURCE / "structure-tests"


def names(folder):
    return sorted(str(path.relative_to(folder).with_suffix("")) for path in folder.rglob("*.yaml"))


def test_every_recipe_has_its_tests():
    assert names(TESTS) == [name for name in names(SOURCE / "catalog") if not name.startswith("include/")]


@pytest.mark.parametrize("name", names(TESTS))
def test_image(live_place, live_build, name):
    layout, _ = live_build(name)
    out = live_place.run("test", layout, TESTS / f"{name}.yaml").ok().out
    assert out.endswith(" 0 failed\n")


@pytest.mark.wide
@pytest.mark.parametrize("name", names(TESTS))
def test_every_maintainer_script_is_accounted_for(live_place, live_build, name):
    """As the archive is today; tests/blackbox/test_scripts.py proves --strict on packages that do not move."""
    assert live_build(name, "--strict")[1]["warnings"] == []
