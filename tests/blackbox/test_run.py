"""debone run: the program's output, status, signals, user, environment and file system, as docker run has them."""

import os
import pty
import signal

import pytest

from server import Server
from tinydebian import RECIPE, TinyDebian, standard

IMAGE = RECIPE + """accounts: {run-as: www-data}
environment: {GREETING: hello}
work-dir: /tmp
cmd: [args, from-cmd]
paths:
  - {path: /secret, type: file, content: "for root\\n", permissions: 0o600}
"""


@pytest.fixture
def image(root_place, keys, archive_key):
    """Root's workplace with a built image in it, as a layout and as a docker archive."""
    archive = TinyDebian(root_place.folder / "www", keys, archive_key).publish(standard())
    with Server(root_place.folder / "www") as server:
        mirrors = archive.environment(server.url)
        root_place.build(IMAGE, "-o", "image", env=mirrors).ok()
        root_place.build(IMAGE, "-o", "image.tar", "--to", "docker", env=mirrors).ok()
    return root_place


def test_entrypoint_and_cmd(image):
    assert image.run("run", "image").ok().out == "from-cmd\n"


def test_arguments_replace_cmd(image):
    assert image.run("run", "image", "--", "args", "--one", "two words", "").ok().out == "--one\ntwo words\n\n"


def test_entrypoint_is_replaced(image):
    assert image.run("run", "image", "--entrypoint", "/usr/bin/hello", "--", "id").ok().out == "33:33\n"


def test_entrypoint_is_found_in_path(image):
    assert image.run("run", "image", "--entrypoint", "hello", "--", "cwd").ok().out == "/tmp\n"


@pytest.mark.parametrize("user, expected", [(None, "33:33"), ("0", "0:0"), ("www-data", "33:33"), ("12:34", "12:34")])
def test_user(image, user, expected):
    option = ["--user", user] if user else []
    assert image.run("run", "image", *option, "--", "id").ok().out == expected + "\n"


def test_files_of_others_cannot_be_read(image):
    assert image.run("run", "image", "--", "cat", "/secret").ok().out == "cannot read /secret: Permission denied\n"
    assert image.run("run", "image", "--user", "0", "--", "cat", "/secret").ok().out == "for root\n"


def test_environment(image):
    out = image.run("run", "image", "--env", "A=b c", "--env", "PASSED", "--", "env", env={"PASSED": "on"}).ok().out
    lines = out.splitlines()
    assert {"GREETING=hello", "A=b c", "PASSED=on"} <= set(lines)
    assert any(line.startswith("PATH=") for line in lines)
    assert not any(line.startswith("DEBONE_") for line in lines), "nothing of the caller's environment"


@pytest.mark.parametrize("status", [0, 1, 3, 42, 255])
def test_exit_status(image, status):
    assert image.run("run", "image", "--", "exit", str(status)).status == status


def test_death_by_signal(image):
    assert image.run("run", "image", "--", "crash").status == 128 + signal.SIGSEGV


@pytest.mark.parametrize("entrypoint, status", [("/not/here", 127), ("nothere", 127), ("/secret", 126), ("/tmp", 126)])
def test_what_cannot_be_run(image, entrypoint, status):
    result = image.run("run", "image", "--user", "0", "--entrypoint", entrypoint)
    assert result.status == status, result
    assert entrypoint in result.err


def test_no_image(image):
    result = image.run("run", "nothing-here")
    assert result.status == 125
    assert result.errors.startswith("error: nothing-here: ")


@pytest.mark.parametrize("name", ["TERM", "INT", "QUIT", "HUP", "USR1", "USR2"])
def test_signals_are_passed_on(image, name):
    number = getattr(signal, f"SIG{name}")
    process = image.start("run", "image", "--", "wait")
    assert process.stdout.readline() == "waiting\n"
    process.send_signal(number)
    out, err = process.communicate(timeout=20)
    assert (out, process.returncode) == (f"signal {int(number)}\n", 0), err


def test_read_only(image):
    result = image.run("run", "image", "--user", "0", "--read-only", "--tmpfs", "/run", "--", "write", "/x", "write",
                       "/run/x").ok()
    assert result.out == "cannot write /x: Read-only file system\nwritten\n"


def test_the_root_is_temporary(image):
    assert image.run("run", "image", "--user", "0", "--", "write", "/new").ok().out == "written\n"
    assert image.run("run", "image", "--user", "0", "--", "stat", "/new").ok().out == "/new: No such file or directory\n"


def test_tmpfs_can_be_written_by_everyone(image):
    assert image.run("run", "image", "--tmpfs", "/data", "--", "write", "/data/x").ok().out == "written\n"


def test_it_is_a_container(image):
    assert image.run("run", "image", "--", "pid").ok().out == "1\n"
    assert image.run("run", "image", "--", "stat", image.work).ok().out.endswith("No such file or directory\n")


def test_standard_input_is_passed(image):
    out = image.run("run", "image", "--", "cat", "/dev/stdin", input="from outside\n").out
    assert out in ("from outside\n", "cannot read /dev/stdin: Permission denied\n")
    assert image.run("run", "image", "--user", "0", "--", "cat", "/dev/stdin", input="in\n").ok().out == "in\n"


def test_a_terminal_is_passed(image):
    assert image.run("run", "image", "--", "tty").ok().out == "no tty\n"
    parent, child = pty.openpty()
    process = image.start("run", "image", "--", "tty", stdin=child, stdout=child, stderr=child, start_new_session=True)
    os.close(child)
    seen = b""
    while True:
        try:
            piece = os.read(parent, 4096)
        except OSError:
            break
        if not piece:
            break
        seen += piece
    process.wait(20)
    os.close(parent)
    assert seen.replace(b"\r", b"") == b"tty\n"


def test_nothing_is_left(image, tmp_path):
    image.environment["TMPDIR"] = str(tmp_path)  # others use /tmp at the same time
    try:
        before = sorted(os.listdir(image.work))
        image.run("run", "image").ok()
        image.run("run", "image", "--entrypoint", "/not/here")
        assert os.listdir(tmp_path) == []
        assert sorted(os.listdir(image.work)) == before
    finally:
        del image.environment["TMPDIR"]


def test_a_docker_archive_runs_too(image):
    assert image.run("run", "image.tar").ok().out == "from-cmd\n"


def test_without_root(place, debian):
    """Where the kernel lets users have namespaces it runs; where not it says so, with docker's own status."""
    place.build(RECIPE).ok()
    result = place.run("run", "test", "--", "id")
    if result.status == 0:
        assert result.out == "0:0\n"
    else:
        assert result.status == 125 and result.errors.startswith("error: "), result


def test_a_run_that_is_ended_leaves_no_container(image, tmp_path):
    image.environment["TMPDIR"] = str(tmp_path)  # the bundle and runc's state of it are there
    try:
        process = image.start("run", "image", "--", "wait")
        assert process.stdout.readline() == "waiting\n"
        assert os.listdir(tmp_path) != []
        process.terminate()
        process.communicate(timeout=20)
        assert os.listdir(tmp_path) == []
    finally:
        del image.environment["TMPDIR"]
