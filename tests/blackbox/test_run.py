"""debone run: the program's output, status, signals, user, environment and file system, as docker run has them."""

import contextlib
import os
import pty
import signal
import time
from pathlib import Path

import pytest

from debone import users_have_namespaces
from server import Server
from tinydebian import RECIPE, TinyDebian, standard

IMAGE = RECIPE + """accounts: {run-as: www-data}
environment: {GREETING: hello}
work-dir: /tmp
cmd: [args, from-cmd]
paths:
  - {path: /secret, type: file, content: "for root\\n", permissions: 0o600}
  - {path: /only-root, type: file, content: "x", permissions: 0o700}
  - {path: /script, type: file, content: "#!/bin/sh\\necho\\n", permissions: 0o755}
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


def test_arguments_are_passed_on_as_they_are(image):
    words = ["--", "[a,b]", "[]", "[[x]]", "{a: 1}", '"q"', "-v", "run", "--entrypoint", "%%"]
    assert image.run("run", "image", "--", "args", *words).ok().out.splitlines() == words


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


PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


@pytest.mark.parametrize("user, entrypoint, status, error", [
    ("0", "/not/here", 127, "error: image: the image has no program '/not/here'\n"
                            "  hint: build the image with the package that has it, or name another"),
    ("0", "nothere", 127, f"error: image: the image has no program 'nothere' in its PATH ({PATH})\n"
                          "  hint: build the image with the package that has it, or name another by its path"),
    ("0", "hallo", 127, f"error: image: the image has no program 'hallo' in its PATH ({PATH})\n"
                        "  hint: did you mean 'hello'?"),
    ("0", "/secret", 126, "error: image: '/secret' may not be executed by 0:0 (mode 0600, owner 0:0)\n"
                          "  hint: give it permissions 0o755 under paths in the recipe, or name another program"),
    ("33", "/only-root", 126, "error: image: '/only-root' may not be executed by 33:33 (mode 0700, owner 0:0)\n"
                              "  hint: give it permissions 0o755 under paths in the recipe, or name another program"),
    ("0", "/tmp", 126, "error: image: '/tmp' is a directory\n  hint: name a program in it"),
    ("0", "/script", 127, "error: image: the image has no '/bin/sh', which '/script' needs to run\n"
                          "  hint: it is a script: build the image with the package of its interpreter")])
def test_what_cannot_be_run(image, user, entrypoint, status, error):
    result = image.run("run", "image", "--user", user, "--entrypoint", entrypoint).fails(status, error)
    assert result.err == error + "\n", "and nothing of runc's"


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
    if users_have_namespaces():
        assert result.ok().out == "0:0\n"
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


def processes_with(text):
    """The ids of the processes that have `text` among their arguments."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if text.encode() in (folder / "cmdline").read_bytes():
                found.append(folder.name)
    return found


def cgroups_of(name):
    return [str(path) for path in Path("/sys/fs/cgroup").rglob(name)]


def test_a_run_that_is_killed_leaves_no_container(image, tmp_path):
    image.environment["TMPDIR"] = str(tmp_path)
    try:
        process = image.start("run", "image", "--", "wait", f"mark-{os.getpid()}")
        assert process.stdout.readline() == "waiting\n"
        assert processes_with(f"mark-{os.getpid()}") != []
        process.kill()
        process.wait(20)
        end = time.monotonic() + 10
        while processes_with(f"mark-{os.getpid()}") and time.monotonic() < end:
            time.sleep(0.05)
        assert processes_with(f"mark-{os.getpid()}") == []
        [bundle] = os.listdir(tmp_path)
        image.run("run", "image").ok()
        assert os.listdir(tmp_path) == [], "the next one clears away"
        assert cgroups_of(bundle) == []
    finally:
        del image.environment["TMPDIR"]
