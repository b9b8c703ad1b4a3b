"""Tests against the real Debian archive, by the mirrors of this machine's apt sources. What was fetched is kept in
build/live-store for the next time (DEBONE_LIVE_STORE names another folder)."""

import tempfile
from pathlib import Path

import pytest

import passbolt_standin
from debone import SOURCE
from docker import Engine
from installation import live_workplace
from mailsink import Sink


@pytest.fixture(scope="session")
def live_place():
    place = live_workplace()
    yield place
    place.close()


@pytest.fixture(scope="session")
def passbolt_source(live_place, keys):
    """The option by which a build takes Passbolt from the stand-in for the vendor's repository."""
    vendor = live_place.folder / "passbolt-vendor"
    passbolt_standin.publish(vendor, keys, keys.make("standin", "rsa3072"))
    return "--source", f"passbolt=file:{vendor}/ce/debian,{vendor}/pub.key"


@pytest.fixture(scope="session")
def passbolt_engine(live_place, passbolt_source):
    """A docker engine that has the images of the Passbolt stack."""
    with Engine() as engine:
        for name, recipe in passbolt_standin.IMAGES.items():
            file = live_place.work / f"{name}.tar"
            recipe = SOURCE / "stacks" / recipe if recipe.endswith(".yaml") else recipe
            live_place.build(recipe, "-o", file, "--to", "docker", "--allow-expired", "--allow-older", "--strict",
                             *(() if name in passbolt_standin.WITHOUT_IT else passbolt_source), timeout=1800).ok()
            assert engine.docker("load", "-i", file).returncode == 0
            file.unlink()
        yield engine


@pytest.fixture(scope="module")
def sink():
    with Sink() as sink:
        yield sink


@pytest.fixture(scope="session")
def live_build(live_place, passbolt_source):
    """live_build(recipe, *options): builds once a session, gives (the layout, the JSON summary). Mirrors may lag, so
    that an expired Release is accepted; and one of several may be older than the one seen last. The catalog's images
    of Passbolt are built with the stand-in for its package."""
    built = {}

    def build(recipe, *options):
        name = Path(str(recipe)).stem
        if name.startswith("passbolt-") and name not in passbolt_standin.WITHOUT_IT:
            options = (*options, *passbolt_source)
        key = (recipe, options)
        if key not in built:
            # Of its own: a recipe of the catalog leaves its lock there.
            folder = Path(tempfile.mkdtemp(prefix="build", dir=live_place.work))
            if "\n" in str(recipe):
                recipe = live_place.write("test.yaml", recipe)
            output = folder / "image"
            summary = live_place.build(recipe, "-o", output, "--allow-expired", "--allow-older", "--format", "json",
                                       *options, cwd=folder, timeout=900).ok().json
            built[key] = (Path(output), summary)
        return built[key]
    return build
