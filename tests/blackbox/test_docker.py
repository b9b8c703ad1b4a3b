"""A docker engine loads the docker archive and runs it."""

import json

import pytest

from docker import Engine
from tinydebian import RECIPE


@pytest.fixture(scope="module")
def engine():
    with Engine() as running:
        yield running


def test_load_and_run(place, debian, engine):
    place.build(RECIPE + "cmd: [args, from-cmd]\naccounts: {run-as: www-data}\nenvironment: {GREETING: hi}\n"
                         "stop-signal: SIGQUIT\n", "--to", "docker", "--tag", "debone-test/hello:1").ok()
    loaded = engine.docker("load", "-i", place.work / "test.tar")
    assert loaded.returncode == 0 and "debone-test/hello:1" in loaded.stdout, loaded
    try:
        def run(*arguments):
            done = engine.docker("run", "--rm", "--network=none", "debone-test/hello:1", *arguments)
            assert done.returncode == 0, done
            return done.stdout
        assert run() == "from-cmd\n"
        assert run("id") == "33:33\n"
        assert "GREETING=hi" in run("env").splitlines()
        config = json.loads(engine.docker("image", "inspect", "debone-test/hello:1").stdout)[0]["Config"]
        assert config["StopSignal"] == "SIGQUIT" and config["User"] == "www-data"
        # Loaded into an engine, the image has the very config that the layout has.
        layout = place.build(RECIPE + "cmd: [args, from-cmd]\naccounts: {run-as: www-data}\nenvironment: {GREETING: hi}\n"
                                      "stop-signal: SIGQUIT\n").ok()
        assert layout
        shown = place.run("show", "test", "--format", "json").ok().json
        saved = place.folder / "saved.tar"
        assert engine.docker("save", "-o", saved, "debone-test/hello:1").returncode == 0
        saved.chmod(0o644)
        again = place.run("show", saved, "--format", "json").ok().json
        assert again["packages"] == shown["packages"] and again["config"]["entrypoint"] == ["/usr/bin/hello"]
    finally:
        engine.docker("image", "rm", "-f", "debone-test/hello:1")
