"""The table of effects knows every maintainer script of the programs of test_programs.py, with apt's full closure and
lean, in trixie and, where there are packages of these names, in bookworm. Nothing is built for it."""

import pytest
import yaml

from debone import SOURCE
from test_programs import FOLDER, recipe_of

pytestmark = pytest.mark.wide
# What has its version in its name.
BOOKWORM = {"php8.4": "php8.2", "postgresql-17": "postgresql-15", "openjdk-21": "openjdk-17"}
REQUESTS = [(path.stem, suite, closure) for path in sorted(FOLDER.glob("*.yaml")) for suite in ("trixie", "bookworm")
            for closure in ("full", "lean")]


def in_suite(recipe, suite):
    """The recipe for the suite, or nothing where it includes one of the catalog that is for another."""
    if suite == "trixie":
        return recipe
    if "include" in recipe:
        other = f"{suite}/{recipe['include']}"
        return {**recipe, "include": other} if (SOURCE / f"catalog/{other}.yaml").exists() else None
    names = recipe["contents"]["packages"]
    for ours, theirs in BOOKWORM.items():
        names = [name.replace(ours, theirs) for name in names]
    return {**recipe, "contents": {**recipe["contents"], "sources": [{"debian": suite}], "packages": names}}


@pytest.mark.parametrize("name, suite, closure", REQUESTS, ids=map("-".join, REQUESTS))
def test_every_script_is_known(live_place, name, suite, closure):
    recipe = in_suite(recipe_of(name), suite)
    if recipe is None:
        pytest.skip(f"the catalog has it not for {suite}")
    if closure == "full":
        recipe = {key: value for key, value in recipe.items() if key not in ("keep", "exclude")} | {"closure": "full"}
    live_place.write("known.yaml", yaml.safe_dump(recipe))
    result = live_place.run("scripts", "--open", "known.yaml", "--allow-expired", "--allow-older", timeout=900)
    if suite == "bookworm" and result.errors.startswith("error: no package '"):
        pytest.skip(result.errors.splitlines()[0])
    assert result.status == 0, result.out + result.err
