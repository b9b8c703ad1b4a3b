"""debone trace: what a run touched of the image's packages, what it asked for in vain; and that it is the run that
debone run would have been."""

import json
import os
import re
import signal

import pytest

from aptrepo import File, Link, package, program
from debone import users_have_namespaces
from ociimage import Image
from server import Server
from tinydebian import RECIPE, TinyDebian, base_files, base_passwd

IMAGE = RECIPE.replace("[hello, base-passwd]", "[app, base-passwd, plugins, idle]") + """work-dir: /usr/share/plugins
volumes: [/data]
paths:
  - {path: /own, type: file, content: "of no package\\n"}
  - {path: /secret, type: file, content: "x", permissions: 0o600}
  - {path: /script, type: file, content: "#!/bin/sh\\necho\\n", permissions: 0o755}
  - {path: /text, type: file, content: "text", permissions: 0o755}
  - {path: /data, type: directory, permissions: 0o1777}
allow: {dangling-link: {/usr/lib/plugins/gone.so: a program of the tests asks for it in vain}}
"""


def packages():
    plugins = package("plugins", files={
        "/usr/share/plugins/a.conf": "a\n", "/usr/share/plugins/b.conf": "b\n", "/usr/lib/plugins/one.so": "one",
        "/usr/lib/plugins/link.so": Link("one.so"), "/usr/lib/plugins/gone.so": Link("/usr/lib/plugins/nowhere.so"),
        "/usr/share/plugins/raw": File(b"raw", 0o600)})
    idle = package("idle", "2.0", files={"/usr/share/idle/data": "idle\n"})
    app = package("app", files={"/usr/bin/hello": File(program(), 0o755)})
    return [base_files(), base_passwd(), app, plugins, idle]


@pytest.fixture
def image(root_place, keys, archive_key):
    archive = TinyDebian(root_place.folder / "www", keys, archive_key).publish(packages())
    with Server(root_place.folder / "www") as server:
        mirrors = archive.environment(server.url)
        root_place.build(IMAGE, "-o", "image", env=mirrors).ok()
        root_place.build(IMAGE, "-o", "image.tar", "--to", "docker", env=mirrors).ok()
    return root_place


def traced(place, *arguments, options=(), status=0):
    """The JSON report of a run of these arguments."""
    result = place.run("trace", "image", "-o", "report.json", "--format", "json", *options, "--", *arguments)
    assert result.status == status, result
    return json.loads((place.work / "report.json").read_text())


def test_what_is_touched_of_each_package(image):
    report = traced(image, "cat", "/usr/share/plugins/a.conf", "cat", "/usr/lib/plugins/link.so", "stat", "raw")
    touched = {package["name"]: (package["touched"], package["files"]) for package in report["packages"]}
    assert (touched["app"], touched["plugins"], touched["idle"]) == ((1, 1), (3, 4), (0, 1))
    assert touched["base-files"][0] == 0 < touched["base-files"][1]
    assert report["packages"][-1] == {"name": "plugins", "version": "1.0", "files": 4, "size": 10, "touched": 3}
    assert report["image"] == Image(image.work / "image").digest
    assert report["command"] == ["/usr/bin/hello", "cat", "/usr/share/plugins/a.conf", "cat",
                                 "/usr/lib/plugins/link.so", "stat", "raw"]
    assert report["status"] == 0 and report["left_out"] == 0
    paths = {one["path"]: one for one in report["touched"]}
    assert paths["/usr/bin/hello"] == {"path": "/usr/bin/hello", "how": ["executed"], "place": "image",
                                       "package": "app", "mount": None, "asked_as": []}
    assert paths["/usr/lib/plugins/one.so"] == {
        "path": "/usr/lib/plugins/one.so", "how": ["opened"], "place": "image", "package": "plugins", "mount": None,
        "asked_as": ["/usr/lib/plugins/link.so"]}
    assert paths["/usr/share/plugins/raw"]["how"] == ["looked-at"]


def test_places_are_told_apart(image):
    report = traced(image, "cat", "/own", "cat", "/proc/self/status", "cat", "/sys/kernel/mm", "cat", "/etc/hosts",
                    "write", "/made", "write", "/tmp/x", "write", "/data/x", "write", "/dev/null",
                    options=["--tmpfs", "/tmp"])
    places = {one["path"]: (one["place"], one["package"], one["mount"]) for one in report["touched"]}
    for own in ("/usr/bin/hello", "/proc/self/exe"):  # which the C library looks at
        del places[own]
    assert places == {"/own": ("image", None, None), "/proc/self/status": ("mount", None, "/proc"),
                      "/sys/kernel/mm": ("mount", None, "/sys"), "/etc/hosts": ("mount", None, "/etc/hosts"),
                      "/made": ("run", None, None), "/tmp/x": ("mount", None, "/tmp"),
                      "/data/x": ("mount", None, "/data"), "/dev/null": ("mount", None, "/dev")}


def test_what_is_looked_for_in_vain(image):
    report = traced(image, "cat", "/usr/lib/plugins/two.so", "stat", "c.conf", "chdir", "/usr/lib", "cat",
                    "../share/d.conf", "cat", "/usr/lib/plugins/gone.so", "cat", "/bin/../lib/x/one.so", "cat",
                    "/lib/plugins/one.so", "cat", "/dev/log", "cat", "/made", "write", "/made")
    assert [(one["path"], one["asked_as"], one["found_as"], one["mount"]) for one in report["missed"]] == [
        ("/dev/log", [], None, "/dev"),
        ("/usr/lib/plugins/nowhere.so", ["/usr/lib/plugins/gone.so"], None, None),
        ("/usr/lib/plugins/two.so", [], None, None),
        ("/usr/lib/x/one.so", ["/bin/../lib/x/one.so"], "/usr/lib/plugins/one.so", None),
        ("/usr/share/d.conf", ["/usr/lib/../share/d.conf"], None, None),
        ("/usr/share/plugins/c.conf", [], None, None)]


def test_what_is_executed_in_vain(image):
    report = traced(image, "exec", "/bin/sh", "exec", "hello", "exec", "nothere", "exec", "/script", "exec",
                    "/usr/share/plugins/a.conf", "exec", "/text")
    not_there = {one["path"]: (one["why"], one["asked_as"], one["found_as"]) for one in report["not_executed"]}
    assert {path: why for path, why in not_there.items() if why[2] is None and not path.endswith("/nothere")} == {
        "/usr/bin/sh": ("not there", ["/bin/sh"], None),
        "/script": ("its interpreter /bin/sh is not there", [], None),
        "/usr/share/plugins/a.conf": ("may not be executed (mode 0644)", [], None),
        "/text": ("neither an ELF program for this machine nor a script with an interpreter", [], None)}
    # PATH is searched: what is found in the end was not missing, what is not found was looked for everywhere.
    assert not_there["/usr/local/bin/hello"] == ("not there", [], "/usr/bin/hello")
    assert {path for path in not_there if path.endswith("/nothere")} == {
        f"{folder}/nothere" for folder in ("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin")}


def test_what_is_refused(image):
    report = traced(image, "cat", "/secret", "write", "/root-file", options=["--user", "33", "--read-only"])
    assert report["refused"] == [{"path": "/root-file", "error": "EROFS"}, {"path": "/secret", "error": "EACCES"}]


def test_the_report_as_text(image):
    """It follows the program's own errors on stderr; stdout is the program's."""
    arguments = ["cat", "/usr/share/plugins/a.conf", "err", "own words", "exec", "/bin/sh", "exec", "hello", "cat",
                 "/usr/lib/plugins/two.so", "cat", "/own"]
    result = image.run("trace", "image", "--", *arguments).ok()
    assert result.out == ("a\ncannot execute /bin/sh: No such file or directory\nexecuted\n"
                          "cannot read /usr/lib/plugins/two.so: No such file or directory\nof no package\n")
    short = """own words
packages touched  2 of 4
  app                            1 of 1 files
  plugins                        1 of 4 files
packages not touched  2, SIZE
  base-files idle
executed  1
  /usr/bin/hello  app
executed in vain  1, and 3 found in another place
  /usr/bin/sh  not there  (asked for as /bin/sh)
looked for in vain  1
  /usr/lib/plugins/two.so
other paths  1 mounted at /proc, 1 of no package
"""
    assert re.sub(r"2, [0-9.]+ k?B$", "2, SIZE", result.err, flags=re.MULTILINE) == short
    result = image.run("trace", "image", "--all", "--", *arguments).ok()
    assert re.sub(r"2, [0-9.]+ k?B$", "2, SIZE", result.err, flags=re.MULTILINE) == short + """all paths  4
  /own  of no package  opened
  /proc/self/exe  mounted at /proc  looked at
  /usr/bin/hello  app  executed
  /usr/share/plugins/a.conf  plugins  opened
in vain, and found  3
  /usr/local/bin/hello  found as /usr/bin/hello
  /usr/local/sbin/hello  found as /usr/bin/hello
  /usr/sbin/hello  found as /usr/bin/hello
"""


def test_the_same_report_each_time(image):
    arguments = ["exec", "hello", "exec", "/bin/sh", "cat", "/proc/self/status", "cat", "x", "stat", "/dev/stdin"]
    first = traced(image, *arguments)
    assert [traced(image, *arguments) for _ in range(3)] == [first] * 3


def test_names_of_any_bytes(image):
    report = traced(image, "cat", '/a "b"\\n\n<unfinished ...>', "cat", "/\x1b[31mä", "write", "/x>(deleted)")
    assert [one["path"] for one in report["missed"]] == ['/\\x1b[31mä', '/a "b"\\n\\n<unfinished ...>']
    assert [one["path"] for one in report["touched"] if one["place"] == "run"] == ["/x>(deleted)"]
    err = image.run("trace", "image", "--", "cat", "/\x1b[31m").ok().err
    assert "\x1b" not in err and "/\\x1b[31m" in err


# --- it is the run that debone run would have been -------------------------------------------------------------------

@pytest.mark.parametrize("status", [0, 1, 42, 255])
def test_exit_status(image, status):
    assert traced(image, "exit", str(status), status=status)["status"] == status


def test_death_by_signal(image):
    assert traced(image, "crash", status=128 + signal.SIGSEGV)["status"] == 139


def test_options(image):
    options = ["--user", "33", "--env", "A=b", "--workdir", "/tmp", "--entrypoint", "hello"]
    result = image.run("trace", "image", *options, "--", "id", "cwd", "env").ok()
    assert result.out.startswith("33:33\n/tmp\n") and "A=b\n" in result.out


def test_standard_streams(image):
    result = image.run("trace", "image", "--", "cat", "/dev/stdin", input="in\n" * 100_000).ok()
    assert result.out == "in\n" * 100_000
    result = image.run("trace", "image", "--user", "33", "--", "write", "/dev/stdout", input="not read\n" * 100_000).ok()
    assert result.out == "written\n"
    assert image.run("trace", "image", "--", "cat", "/dev/stdin").ok().out == ""


def test_an_output_file_stays_its_owners(image, tmp_path):
    with open(tmp_path / "out", "w") as out:
        image.run("trace", "image", "--user", "33", "--", "id", stdout=out, text=True).ok()
    assert (tmp_path / "out").read_text() == "33:33\n"
    assert os.stat(tmp_path / "out").st_uid == os.geteuid()


@pytest.mark.parametrize("name", ["TERM", "INT", "QUIT", "HUP", "USR1", "USR2"])
def test_signals_are_passed_on(image, name):
    number = getattr(signal, f"SIG{name}")
    process = image.start("trace", "image", "-o", "report", "--", "wait")
    assert process.stdout.readline() == "waiting\n"
    process.send_signal(number)
    try:
        out, err = process.communicate(timeout=20)
    finally:
        process.kill()
    assert (out, process.returncode) == (f"signal {int(number)}\n", 0), err
    assert (image.work / "report").read_text().startswith("packages touched  1 of 4\n")


def test_nothing_is_left(image, tmp_path):
    image.environment["TMPDIR"] = str(tmp_path)
    try:
        traced(image, "id")
        image.run("trace", "image", "--entrypoint", "/not/here")
        assert os.listdir(tmp_path) == []
    finally:
        del image.environment["TMPDIR"]


def test_killed_it_takes_the_container_along(image, tmp_path):
    image.environment["TMPDIR"] = str(tmp_path)
    try:
        process = image.start("trace", "image", "--", "wait")
        assert process.stdout.readline() == "waiting\n"
        process.kill()
        # Who held the pipes is gone.
        assert process.communicate(timeout=20) == ("", "")
        traced(image, "id")
        assert os.listdir(tmp_path) == []
    finally:
        del image.environment["TMPDIR"]


def test_a_docker_archive_is_traced_too(image):
    assert "packages touched  1 of 4\n" in image.run("trace", "image.tar", "--", "id").ok().err


def test_without_root(place, debian):
    """As debone run: where the kernel lets users have namespaces it traces, where not it says so."""
    place.build(RECIPE).ok()
    result = place.run("trace", "test", "--", "id", "cat", "/nothing")
    if users_have_namespaces():
        assert result.ok().out == "0:0\ncannot read /nothing: No such file or directory\n"
        assert "packages touched  1 of 2\n" in result.err and "looked for in vain  1\n  /nothing\n" in result.err
    else:
        assert result.status == 125 and result.errors.startswith("error: "), result


# --- what it cannot do ----------------------------------------------------------------------------------------------

def test_json_needs_a_file(image):
    image.run("trace", "image", "--format", "json", "--", "id").fails(125, """
error: --format json needs -o FILE: stdout and stderr are the traced program's
  hint: name a file, or -o /dev/fd/3 with 3>report.json behind the command
""")


def test_the_report_goes_to_a_descriptor(image):
    read, write = os.pipe()
    result = image.run("trace", "image", "-o", f"/dev/fd/{write}", "--format", "json", "--", "id", pass_fds=[write])
    os.close(write)
    with open(read) as report:
        assert json.load(report)["status"] == 0
    assert result.ok().out == "0:0\n" and result.err == ""


def test_a_report_that_cannot_be_written_is_told_first(image):
    image.run("trace", "image", "-o", "no/such/folder", "--", "id").fails(
        125, "error: no/such/folder: cannot write: No such file or directory")


@pytest.mark.parametrize("entrypoint, status, error", [
    ("/not/here", 127, "error: image: the image has no program '/not/here'\n"
                       "  hint: build the image with the package that has it, or name another"),
    ("/script", 127, "error: image: the image has no '/bin/sh', which '/script' needs to run\n"
                     "  hint: it is a script: build the image with the package of its interpreter"),
    ("/text", 126, "error: image: '/text' cannot be executed: neither an ELF program for this machine nor a script")])
def test_what_cannot_be_run(image, entrypoint, status, error):
    image.run("trace", "image", "--entrypoint", entrypoint).fails(status, error)


def test_without_strace(image, tmp_path):
    (tmp_path / "runc").symlink_to("/usr/sbin/runc")
    image.run("trace", "image", "--", "id", env={"PATH": str(tmp_path)}).fails(125, """
error: strace is not installed, and it does the tracing
  hint: apt-get install strace, or run the image without a trace: debone run
""")


def test_a_strace_that_may_not_trace(image, tmp_path):
    strace = tmp_path / "strace"
    strace.write_text("#!/bin/sh\necho 'strace: attach: ptrace(PTRACE_SEIZE, 7): Operation not permitted' >&2\nexit 1\n")
    strace.chmod(0o755)
    result = image.run("trace", "image", "--", "id", env={"PATH": f"{tmp_path}:{image.environment['PATH']}"})
    assert result.out == ""
    result.fails(125, """
error: strace cannot trace the container: strace: attach: ptrace(PTRACE_SEIZE, 7): Operation not permitted
  hint: let this machine trace (kernel.yama.ptrace_scope below 3; in a container, CAP_SYS_PTRACE and a seccomp profile that allows ptrace), or run the image without a trace: debone run
""")


def test_no_image(image):
    result = image.run("trace", "nothing-here")
    assert result.status == 125 and result.errors.startswith("error: nothing-here: ")
