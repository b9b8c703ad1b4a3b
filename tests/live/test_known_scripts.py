"""The table of effects knows every maintainer script of the programs of test_programs.py, with apt's full closure and
lean, in trixie and, where there are packages of these names, in bookworm. Nothing is built for it."""

import pytest
import yaml

from debone import SOURCE
from test_programs import FOLDER, recipe_of

pytestmark = pytest.mark.wide
# What has its version in its name.
BOOKWORM = {"php8.4": "php8.2", "postgresql-17": "postgresql-15", "openjdk-21": "openjdk-17", "python3.13": "python3.11",
            "gcc-14": "gcc-12", "cpp-14-x86-64-linux-gnu": "cpp-12"}
# What bookworm has no package for.
NOT_IN_BOOKWORM = {"valkey"}


def in_suite(recipe, suite):
    """The recipe for the suite, or nothing where it includes one of the catalog that is for another."""
    if suite == "trixie":
        return recipe
    text = yaml.safe_dump(recipe)
    for ours, theirs in BOOKWORM.items():
        text = text.replace(ours, theirs)
    recipe = yaml.safe_load(text)
    if "include" in recipe and not recipe["include"].endswith(".yaml"):
        recipe["include"] = f"{suite}/{recipe['include']}"
        if not (SOURCE / f"catalog/{recipe['include']}.yaml").exists():
            return None
    if "sources" in recipe.get("contents", {}):
        recipe["contents"]["sources"] = [{"debian": suite}]
    return recipe


def written(place, name, suite, closure):
    """The file of a recipe of the programs, beside those that it includes."""
    recipe = in_suite(recipe_of(name), suite)
    if recipe.get("include", "").endswith(".yaml"):
        written(place, recipe["include"].removesuffix(".yaml"), suite, closure)
    if closure == "full":
        recipe = {key: value for key, value in recipe.items() if key not in ("keep", "exclude")} | {"closure": "full"}
    return place.write(f"{name}.yaml", yaml.safe_dump(recipe)).name


REQUESTS = [(path.stem, suite, closure) for path in sorted(FOLDER.glob("*.yaml")) for suite in ("trixie", "bookworm")
            for closure in ("full", "lean")
            if suite == "trixie" or path.stem not in NOT_IN_BOOKWORM and in_suite(recipe_of(path.stem), suite)]


@pytest.mark.parametrize("name, suite, closure", REQUESTS, ids=map("-".join, REQUESTS))
def test_every_script_is_known(live_place, name, suite, closure):
    file = written(live_place, name, suite, closure)
    result = live_place.run("scripts", "--open", file, "--allow-expired", "--allow-older", timeout=900)
    assert result.status == 0, result.out + result.err
