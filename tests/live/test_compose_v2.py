"""The compose files and `debone stack` with compose v2, beside what the stacks' own tests do with this machine's
docker-compose (Debian 12: 1.29)."""

import json
import os
import subprocess
import sys

import pytest
import yaml

from compose import variables
from compose_v2 import compose_v2
from debone import SOURCE, Workplace

pytestmark = pytest.mark.wide
STACKS = ["mediawiki", "passbolt"]
# What of a service has no variables in it, and is told in the words of the file.
PLAIN = {"image", "command", "read_only", "cap_drop", "security_opt", "restart", "network_mode", "tmpfs", "group_add",
         "healthcheck", "stop_signal", "profiles"}


@pytest.fixture(scope="module")
def v2():
    program = compose_v2()
    said = subprocess.run([program, "version", "--short"], capture_output=True, text=True, check=True).stdout
    assert said.lstrip("v").startswith("2.")
    return program


@pytest.fixture(params=[*STACKS, "new php"])
def file(request):
    """A compose file that debone brings or writes."""
    if request.param in STACKS:
        yield SOURCE / "stacks" / request.param / "compose.yaml"
        return
    place = Workplace(root=True)
    place.write("shop/composer.json", '{"require": {"php": ">=8.1"}}')
    place.write("shop/public/index.php", "<?php echo 'page';\n")
    place.run("new", "php", "shop").ok()
    yield place.work / "shop/compose.yaml"
    place.close()


def plain(service):
    """Of a service as the file has it, or as v2 tells it: what can be compared."""
    def volume(one):
        if isinstance(one, str):
            return one
        words = [word for word, is_set in (("ro", one.get("read_only")), ("nocopy", one["volume"].get("nocopy"))) if is_set]
        return ":".join([one["source"], one["target"], *([",".join(words)] if words else [])])
    return {**{key: value for key, value in service.items() if key in PLAIN and value is not None},
            "conditions": {name: one["condition"] for name, one in service.get("depends_on", {}).items()},
            "networks": sorted(service.get("networks") or (() if "network_mode" in service else ("default",))),
            "secrets": [one if isinstance(one, str) else one["source"] for one in service.get("secrets", ())],
            "volumes": [volume(one) for one in service.get("volumes", ())],
            "variables": sorted(service.get("environment", ()))}


def test_v2_reads_what_the_file_says(v2, file):
    done = subprocess.run([v2, "--file", file, "--profile", "cli", "config", "--format", "json"], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    told = json.loads(done.stdout)["services"]
    written = yaml.safe_load(file.read_text())["services"]
    assert {name: plain(one) for name, one in told.items()} == {name: plain(one) for name, one in written.items()}


def test_v2_gives_what_the_shell_says(v2):
    """A name without a value, of which the stack of Passbolt has many."""
    file = SOURCE / "stacks/passbolt/compose.yaml"
    names = list(yaml.safe_load(file.read_text())["x-settings"])
    values = {name: f"that of {name}, $x" for name in names}
    given, silent = variables(v2, file, values), variables(v2, file, {})
    for service in ("migrate", "fpm", "scheduler", "cli"):
        assert {name: given[service].get(name, "").replace("$$", "$") for name in names} == values
        assert {name for name in names if silent[service].get(name) is not None} == set()


@pytest.mark.parametrize("test", ["blackbox/test_stack.py::test_up_backup_down_restore", "live/test_mediawiki_stack.py",
                                  "live/test_passbolt_command.py::test_one_command_and_a_backup[trixie]"])
def test_the_command_with_v2(v2, test):
    """What is held of `debone stack` for real, again."""
    done = subprocess.run([sys.executable, "-B", "-m", "pytest", "--wide", SOURCE / "tests" / test], capture_output=True,
                          text=True, cwd=SOURCE, env={**os.environ, "DEBONE_COMPOSE": str(v2)})
    assert done.returncode == 0 and "1 passed" in done.stdout, done.stdout[-20000:] + done.stderr
