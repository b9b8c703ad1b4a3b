"""The programs of docs/lean-programs.md: each is built from its recipe in tests/live/programs, lean, and does in a runc
container what it is for, without a shell. Its proof is the Python file beside the recipe, whose first words stand in the
page. A new program is these two files. ACCEPT=1 writes the page anew, with what the programs that ran weigh."""

import contextlib
import importlib
import os
import re
from pathlib import Path

import pytest
import yaml

from bundle import Bundle, own_network
from debone import SOURCE
from test_oracles import oracle

pytest.register_assert_rewrite("programs")

FOLDER = Path(__file__).parent / "programs"
PAGE = SOURCE / "docs/lean-programs.md"
NAMES = sorted(path.stem for path in FOLDER.glob("*.py"))
SAMPLE = {"curl", "nginx", "python3", "sqlite3", "valkey"}  # quick ones of different kinds
ACCEPT = os.environ.get("ACCEPT") == "1"


def proof_of(name):
    return importlib.import_module(f"programs.{name}")


def recipe_of(name):
    return yaml.safe_load((FOLDER / f"{name}.yaml").read_text())


class Programs:
    """Builds the images of recipes, and remembers what they weigh."""

    def __init__(self, live_build, folder):
        self.live_build, self.folder = live_build, folder

    def build(self, name, *, full=False):
        """A recipe of the folder, as it is or with apt's full closure: the layout, and the JSON summary of the image."""
        recipe = FOLDER / f"{name}.yaml"
        if full:
            stated = {key: value for key, value in recipe_of(name).items() if key not in ("keep", "exclude")}
            recipe = yaml.safe_dump({**stated, "closure": "full"})
        layout, summary = self.live_build(recipe)
        return layout, summary["images"][0]

    @contextlib.contextmanager
    def unpacked(self, name, **options):
        layout, _ = self.build(name, **options)
        bundle = Bundle(layout, self.folder / name)
        try:
            yield bundle
        finally:
            bundle.close()


@pytest.fixture(scope="module")
def programs(live_build, tmp_path_factory):
    return Programs(live_build, tmp_path_factory.mktemp("programs"))


# --- the proofs -----------------------------------------------------------------------------------------------------

def attempt(programs, name, *, tracing=False):
    """Unpacks what the proof needs and runs it. Gives the error, or None, and the paths that were looked for in vain."""
    proof = proof_of(name)
    with contextlib.ExitStack() as stack:
        bundles = [stack.enter_context(programs.unpacked(one)) for one in [name, *getattr(proof, "WITH", [])]]
        for bundle in bundles:
            bundle.tracing = tracing
        try:
            assert bundles[0].shells() == []
            assert bundles[0].set_id_files() == []
            with own_network():
                proof.prove(*bundles)
        except Exception as error:
            return error, {path for bundle in bundles for path in bundle.sought()}
    return None, set()


def missing(programs, name):
    """For a program that failed: what it looked for in vain though apt's closure has it, and in which package."""
    error, sought = attempt(programs, name, tracing=True)
    if error is None:
        return ["(the second time, traced, it did not fail)"]
    with programs.unpacked(name, full=True) as full:
        owners = full.owners()
        found = {path: os.path.relpath(os.path.realpath(full.root / path), full.root) for path in sought if full.has(path)}
    return [f"/{path} ({owners.get(real) or owners.get(path) or 'no file of a package'})"
            for path, real in sorted(found.items())] or ["nothing that apt's closure has"]


@pytest.mark.parametrize("name", [pytest.param(name, marks=[] if name in SAMPLE else pytest.mark.wide) for name in NAMES])
def test_program(programs, name):
    error, _ = attempt(programs, name)
    if error is not None:
        print("looked for in vain:", *missing(programs, name), sep="\n  ")
        raise error
    if ACCEPT:
        weights = {name: [weight(programs.build(name, full=full)[1]) for full in (True, False)]}
        PAGE.write_text(page({**weights_of_page(), **weights}))


@pytest.mark.wide
def test_every_elf_file_is_read_as_readelf_does(live_place, programs):
    """Of all packages of the programs' closures, which are in the store by now."""
    for name in NAMES:
        programs.build(name)
    oracle("elf_oracle.py", "deb_probe", "--store", live_place.environment["DEBONE_STORE"])


# --- the page -------------------------------------------------------------------------------------------------------

HEAD = """# Programs that run from lean images

Each of these {count} programs is built from a recipe of [tests/live/programs](../tests/live/programs), where its proof lies beside it, and does in a
runc container what the table says: a read-only root, no shell and no set-id file in the image, no network but the loopback interface. Data directories, keys and pages
are made outside and mounted. `make test` runs {sample}; `make test-all` runs all of them.

"apt" is what the recipe's packages bring with `closure: full`, "lean" is what debone keeps, each in packages (one of which only effects read, as base-passwd, counts) and in MB of tar, after the default cuts. A test writes
this page (`ACCEPT=1`).

| program | packages named | apt | lean | the proof |
| --- | --- | --- | --- | --- |
"""
UNKNOWN = "not measured"


def weight(image):
    return f"{len(image['packages'])} / {image['size'] / 1e6:.0f}"


def named(name):
    """The packages that a recipe names, and how it overrules the closure."""
    recipe = recipe_of(name)
    if "contents" not in recipe:
        return f"the catalog's {recipe['include']}"
    words = ", ".join(recipe["contents"]["packages"])
    for overruling in ("keep", "exclude"):
        if overruling in recipe:
            words += f"; {overruling}: {', '.join(recipe[overruling])}"
    return words


def page(weights):
    rows = [f"| {name} | {named(name)} | {' | '.join(weights.get(name, [UNKNOWN] * 2))} | "
            f"{' '.join(proof_of(name).__doc__.split())} |\n" for name in NAMES]
    return HEAD.format(count=len(NAMES), sample=", ".join(sorted(SAMPLE))) + "".join(rows)


def weights_of_page():
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in PAGE.read_text().splitlines()
            if re.match(r"\| \S+ \|.*\d+ / \d+ \|", line)]
    return {cells[0]: cells[2:4] for cells in rows}


def test_there_are_forty():
    assert len(NAMES) >= 40 and SAMPLE <= set(NAMES)


def test_every_recipe_has_a_use():
    used = set(NAMES).union(*(getattr(proof_of(name), "WITH", []) for name in NAMES))
    assert sorted(path.stem for path in FOLDER.glob("*.yaml")) == sorted(used)


def test_the_page_is_that_of_the_programs():
    if ACCEPT:
        PAGE.write_text(page(weights_of_page()))
    assert PAGE.read_text() == page(weights_of_page())


@pytest.mark.wide
@pytest.mark.parametrize("name", NAMES)
def test_the_page_has_the_weight(programs, name):
    """Of the lean image: the archive moves, but a closure that has grown or shrunk is to be looked at."""
    _, image = programs.build(name)
    packages, megabytes = map(int, weights_of_page()[name][1].split(" / "))
    assert len(image["packages"]) == packages
    assert abs(image["size"] / 1e6 - megabytes) <= 1 + megabytes / 50
