"""The forty programs of docs/lean-programs.md: each is built from its recipe in tests/live/programs, lean, and does in
a runc container what it is for. Its proof is the Python file beside the recipe; the proof's first words stand in the
page. A new program is these two files. ACCEPT=1 writes the page anew, with what was measured for the programs that
ran."""

import contextlib
import importlib
import os
import re
from pathlib import Path

import pytest

from bundle import Bundle, own_network
from debone import SOURCE

FOLDER = Path(__file__).parent / "programs"
NAMES = sorted(path.stem for path in FOLDER.glob("*.py"))
pytest.register_assert_rewrite("programs")
SAMPLE = {"curl", "nginx", "python3", "sqlite3", "valkey"}  # quick ones of different kinds


def proof_of(name):
    return importlib.import_module(f"programs.{name}")


def asked_of(name):
    """What the proof asks of the program, in one line."""
    return " ".join(proof_of(name).__doc__.split())


# --- the proofs -----------------------------------------------------------------------------------------------------

class Programs:
    """Builds the images of recipes, and remembers what they weigh."""

    def __init__(self, live_build, folder):
        self.live_build, self.folder, self.measured = live_build, folder, {}

    def build(self, name, *, full=False):
        """A recipe of the folder, as it is or with apt's full closure."""
        recipe = FOLDER / f"{name}.yaml"
        if not full:
            return self.live_build(recipe)
        return self.live_build(f"name: {name}\ninclude: {recipe}\nclosure: full\n")

    @contextlib.contextmanager
    def unpacked(self, name, **options):
        layout, _ = self.build(name, **options)
        bundle = Bundle(layout, self.folder / name)
        try:
            yield bundle
        finally:
            bundle.close()

    def weighed(self, name, **options):
        """How many packages an image has, and its bytes."""
        _, summary = self.build(name, **options)
        (image,) = summary["images"]
        return len(image["packages"]), image["size"]


@pytest.fixture(scope="module")
def programs(live_build, tmp_path_factory):
    return Programs(live_build, tmp_path_factory.mktemp("programs"))


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


def owners(root):
    """By path, the package that ships it, as an image of debone's records it."""
    found = {}
    for path in (root / "var/lib/dpkg/status.d").glob("*.md5sums"):
        for line in path.read_text().splitlines():
            found[line.split("  ", 1)[1]] = path.stem
    return found


def missing(programs, name):
    """For a program that failed: what it looked for in vain though apt's closure has it, and in which package."""
    error, sought = attempt(programs, name, tracing=True)
    if error is None:
        return ["(a second time, traced, it did not fail)"]
    with programs.unpacked(name, full=True) as full:
        owner = owners(full.root)
        lines = []
        for path in sorted(sought):
            if full.has(path):
                real = os.path.relpath(os.path.realpath(full.root / path), full.root)
                lines.append(f"{path} ({owner.get(real) or owner.get(path) or 'made by an effect'})")
    return lines or ["nothing that apt's closure has"]


@pytest.mark.parametrize("name", [pytest.param(name, marks=[] if name in SAMPLE else pytest.mark.wide) for name in NAMES])
def test_program(programs, name):
    error, _ = attempt(programs, name)
    if error is not None:
        print("looked for in vain:", *missing(programs, name), sep="\n  ")
        raise error
