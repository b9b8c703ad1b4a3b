"""docs/debugging.md as a reader follows it: its recipe, and every command of it in a shell, in the page's order."""

import os
import re
import subprocess

import pytest

from debone import SOURCE
from docker import Engine

PAGE = (SOURCE / "docs/debugging.md").read_text()
BLOCKS = re.findall(r"^```\w*\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
LOOKING, STARTING, RECIPE, BESIDE = BLOCKS
KUBECTL = "kubectl debug"  # the one thing of the page that needs a cluster


@pytest.fixture(scope="module")
def engine():
    with Engine() as engine:
        yield engine


@pytest.fixture(scope="module")
def shell(live_place, engine):
    """shell(line, typed): what the line printed, in a folder with the page's image as a layout, and in the engine."""
    folder = live_place.work / "debugging"
    folder.mkdir()
    (folder / "app.yaml").write_text(RECIPE)
    environment = {**live_place.environment, "DOCKER_HOST": engine.host, "DOCKER_CONFIG": str(engine.folder),
                   "PATH": f"{live_place.program.parent}:{os.environ['PATH']}"}

    def run(line, typed=None):
        # Mirrors may lag; and there is no terminal here.
        line = re.sub(r"\bdebone build \S+", r"\g<0> --allow-expired --allow-older", line).replace(" -it ", " -i ")
        return subprocess.run(["bash", "-ec", line.replace("CONTAINER", "app")], input=typed or "", text=True, cwd=folder,
                              env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=300)
    assert run("debone build app.yaml").returncode == 0
    return run


@pytest.fixture(scope="module")
def beside(shell):
    """What the page's shell beside the container printed, by the command that was typed into it."""
    lines = BESIDE.splitlines()
    outside = [line.removeprefix("$ ") for line in lines if line.startswith("$ ")]
    typed = [line.removeprefix("/srv/app $ ") for line in lines if line.startswith("/srv/app $ ")]
    *before, session = outside
    for line in before:
        ran = shell(line)
        assert ran.returncode == 0, ran.stdout
    commands = [command.split("#")[0].strip() for command in typed]
    ran = shell(session, "".join(f"{command}; echo ==\n" for command in commands))
    assert ran.returncode == 0, ran.stdout
    yield dict(zip(commands, ran.stdout.split("==\n"), strict=False))
    shell("docker rm -f app")


def test_a_shell_beside_it(beside):
    assert list(beside) == ["ps", "netstat -ltn", "ls /proc/1/root/srv"]
    processes = [line.split(None, 3)[1:] for line in beside["ps"].splitlines()]
    assert ["www-data", "{php-fpm8.4}", "php-fpm: master process (/etc/php/8.4/fpm/php-fpm.conf)"] in processes
    assert ["www-data", "{php-fpm8.4}", "php-fpm: pool www"] in processes
    assert re.search(r"^tcp .* :::9000 .* LISTEN", beside["netstat -ltn"], re.MULTILINE)
    assert beside["ls /proc/1/root/srv"] == "app\n"


@pytest.mark.parametrize("line", [line.split("   #")[0].strip() for line in (LOOKING + STARTING).splitlines()])
def test_a_command_of_the_page(shell, beside, line):
    expected = {
        "debone show app": "entrypoint", "debone tree": "php8.4-fpm", "debone why": "libxml2.so.2",
        "docker export": "usr/sbin/php-fpm8.4\n", "docker diff": "A /tmp/changed\n", "docker cp": "[global]", "debone run": "\nmysqlnd\n",
        "docker exec": "\nmysqlnd\n"}
    assert shell("docker exec app php8.4 -r 'touch(\"/tmp/changed\");'").returncode == 0
    ran = shell(f"{line} && cat php-fpm.conf" if line.startswith("docker cp") else line)
    assert ran.returncode == 0, ran.stdout
    assert next(text for start, text in expected.items() if line.startswith(start)) in ran.stdout


def test_what_the_page_says_of_commands_in_its_text(shell, beside):
    assert shell("debone check app").returncode == 0
    missing = shell("debone run --entrypoint bash app")
    assert missing.returncode == 127 and "bash" in missing.stdout
    assert "vain" in shell("debone trace --entrypoint php8.4 app -- -v").stdout


def test_a_shell_in_it(shell, beside):
    found = re.search(r"`(docker run -it --entrypoint sh app:debug)`", PAGE)
    ran = shell(found[1].replace("-it", "-i --rm"), "echo $PATH; ls /bin/sh 2>&1; id -u\n")
    path, missing, user = ran.stdout.splitlines()
    assert path.startswith("/busybox:") and "No such file" in missing and user == "33"
    assert shell("debone check app:debug").returncode == 0


def test_nothing_else_is_asked_of_a_reader():
    """A command that the page gains is one that is tried here."""
    commands = re.findall(r"`((?:docker|debone|kubectl) [^`]+)`", PAGE)
    assert {" ".join(command.split()[:2]) for command in commands} == {
        "debone run", "debone trace", "debone check", KUBECTL, "docker run"}
