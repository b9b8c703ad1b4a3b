"""debone test: structure tests of an image, with a container for each command, and what it tells in each format."""

import re
import signal
import subprocess
import time
import xml.etree.ElementTree as ElementTree

import pytest

from golden import Golden
from server import Server
from tinydebian import RECIPE, TinyDebian, standard

IMAGE = RECIPE + """accounts: {run-as: www-data}
environment: {GREETING: hello}
work-dir: /tmp
cmd: [args, from-cmd]
paths:
  - {path: /secret, type: file, content: "for root\\n", permissions: 0o600}
"""

PASSES = """schemaVersion: 2.0.0
globalEnvVars: [{key: PATH, value: "/x:$PATH"}, {key: TWICE, value: "${GREETING}-$GREETING"}]
commandTests:
  - name: the entrypoint is not run
    command: hello
    args: [args, one, "", "two words"]
    expectedOutput: ['^one\\n\\ntwo words\\n$']
    excludedOutput: [from-cmd]
  - name: environment
    envVars: [{key: OWN, value: "$TWICE!"}]
    command: /usr/bin/hello
    args: [env]
    expectedOutput: ['PATH=/x:/', 'OWN=hello-hello!', 'GREETING=hello']
  - {name: user, command: hello, args: [id], expectedOutput: ['33:33']}
  - name: status and stderr
    exitCode: 7
    command: hello
    args: [err, oh dear, exit, 7]
    expectedError: ['oh .ear']
    excludedError: [unknown]
  - name: what the setup leaves is there
    setup: [[hello, write, /tmp/made], [hello, write, /tmp/other]]
    teardown: [[hello, stat, /tmp/made]]
    command: hello
    args: [stat, /tmp/made, stat, /tmp/other]
    expectedOutput: ['/tmp/made 100644 33:33', '/tmp/other 100644']
  - name: and not in the next container
    command: hello
    args: [stat, /tmp/made]
    expectedOutput: ['No such file']
fileExistenceTests:
  - {name: tmp, path: /tmp, permissions: dtrwxrwxrwx, uid: 0, gid: 0}
  - {name: no shell, path: /bin/sh, shouldExist: false}
fileContentTests:
  - {name: secret, path: /secret, expectedContents: ['^for root$|root'], excludedContents: [nobody]}
metadataTest: {user: www-data, workdir: /tmp, cmd: [args, from-cmd], entrypoint: [/usr/bin/hello]}
licenseTests: [{debian: true}]
"""

FAILS = """schemaVersion: 2.0.0
commandTests:
  - {name: another status, command: hello, args: [err, words, exit, "3"]}
  - {name: another text, command: hello, args: [id], expectedOutput: ['0:0'], excludedOutput: ['33']}
  - {name: no program, command: nothere}
  - {name: a setup that fails, setup: [[hello, exit, "2"]], command: hello}
  - {name: a teardown that fails, teardown: [[hello, exit, "2"]], command: hello}
fileExistenceTests:
  - {name: there, path: /secret, permissions: -rw-r--r--}
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory, keys, archive_key):
    """Root's workplace with the image in it."""
    from debone import Workplace
    place = Workplace(root=True)
    archive = TinyDebian(place.folder / "www", keys, archive_key).publish(standard())
    with Server(place.folder / "www") as server:
        place.build(IMAGE, "-o", "image", env=archive.environment(server.url)).ok()
    yield place
    place.close()


@pytest.fixture
def image(made):
    made.write("passes.yaml", PASSES)
    made.write("fails.yaml", FAILS)
    return made


def wait_until(holds, patience=20):
    end = time.monotonic() + patience
    while not holds():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.05)


def test_what_holds(image):
    result = image.run("test", "image", "passes.yaml").ok()
    assert result.out.splitlines()[-1] == "11 tests, 0 failed" and "FAILED" not in result.out
    assert result.err == ""


@pytest.mark.parametrize("format", ["text", "json", "junit", "ctrf"])
def test_what_does_not_hold(request, image, format):
    result = image.run("test", "image", "fails.yaml", "--format", format)
    assert (result.status, result.err) == (1, "")
    text = re.sub(r'time="[0-9.]+"', 'time="T"', result.out)
    text = re.sub(r'"(duration|start|stop)": \d+', r'"\1": N', text)
    text = re.sub(r"sha256:[0-9a-f]{64}", "sha256:HASH", text)
    Golden(request).check(text)
    if format == "junit":
        suites = ElementTree.fromstring(result.out)
        assert suites.tag == "testsuites" and len(suites.findall(".//testcase")) == int(suites.get("tests")) == 6
        assert len(suites.findall(".//failure")) == int(suites.get("failures")) == 6


def test_several_files(image):
    result = image.run("test", "image", "passes.yaml", "fails.yaml", "--format", "json")
    assert result.status == 1 and result.json["tests"] == 17 and result.json["failed"] == 6
    assert [one["file"] for one in result.json["results"]] == ["passes.yaml"] * 11 + ["fails.yaml"] * 6


@pytest.mark.parametrize("name", ["[a,b]", "[a]", "[]", "{}", "[[a],[b]]"])
def test_a_path_that_looks_like_a_list_is_one_path(image, name):
    image.write(name, PASSES)
    result = image.run("test", "image", name, "passes.yaml", "--format", "json").ok()
    assert [one["file"] for one in result.json["results"]] == [name] * 11 + ["passes.yaml"] * 11


def test_so_is_an_argument_of_the_program(image):
    for behind in ([], ["--"]):
        assert image.run("run", "--entrypoint", "/usr/bin/hello", "image", *behind, "args", "[a,b]", "[c]").ok().out == \
            "[a,b]\n[c]\n"


def test_json_file(image):
    image.write("t.json", '{"schemaVersion": "2.0.0", "commandTests": [{"name": "n", "command": "hello", '
                          '"args": ["pid"], "expectedOutput": ["^1$|^1\\n$"]}]}')
    assert image.run("test", "image", "t.json").ok().out == "ok     t.json:1:45: command: n\n1 test, 0 failed\n"


def test_container_options(image):
    image.write("host/file", "from the host\n")
    image.write("vars.env", "# comment\nFROM_FILE='a b'\n")
    image.write("options.yaml", f"""schemaVersion: 2.0.0
containerRunOptions:
  user: "0"
  envVars: [FROM_HOST, UNSET]
  envFile: vars.env
  capabilities: [SYS_PTRACE]
  bindMounts: ['{image.work}/host:/mnt:ro', '{image.work}/host:/rw']
commandTests:
  - {{name: user, command: hello, args: [id], expectedOutput: ['^0:0\\n$']}}
  - {{name: environment, command: hello, args: [env], expectedOutput: ['FROM_HOST=x', 'FROM_FILE=a b'],
      excludedOutput: [UNSET]}}
  - {{name: bind, command: hello, args: [cat, /mnt/file, write, /mnt/x, write, /rw/y],
      expectedOutput: ['^from the host\\ncannot write /mnt/x: Read-only file system\\nwritten\\n$']}}
  - {{name: capabilities, command: hello, args: [cat, /proc/self/status],
      expectedOutput: ['CapEff:\\t00000000a80c25fb']}}
""")
    image.run("test", "image", "options.yaml", env={"FROM_HOST": "x"}).ok()
    assert (image.work / "host/y").exists()


def test_a_command_that_does_not_end(image):
    image.write("waits.yaml", "schemaVersion: 2.0.0\ncommandTests: [{name: waits, command: hello, args: [wait]}]\n")
    temporary = image.work / "temporary"
    temporary.mkdir()
    result = image.run("test", "image", "waits.yaml", "--timeout", "2", env={"TMPDIR": str(temporary)}, timeout=60)
    assert (result.status, result.out) == (1, """FAILED waits.yaml:2:16: command: waits
         command
           expected to end in time
           found    it was still running, and was ended
1 test, 1 failed
""")
    assert list(temporary.iterdir()) == [], "nothing stays"
    running = subprocess.run(["pgrep", "-f", str(temporary)], capture_output=True, text=True).stdout
    assert running == "", "nothing runs on"


def test_a_command_that_writes_without_end(image):
    image.write("writes.yaml", "schemaVersion: 2.0.0\ncommandTests: [{name: n, command: hello, args: [cat, /dev/zero]}]\n")
    result = image.run("test", "image", "writes.yaml")
    assert (result.status, result.out) == (1, """FAILED writes.yaml:2:16: command: n
         command
           expected at most 16777216 bytes
           found    it wrote more, and was ended
1 test, 1 failed
""")


def test_a_signal_ends_it(image):
    image.write("waits.yaml", "schemaVersion: 2.0.0\ncommandTests: [{name: waits, command: hello, args: [wait]}]\n")
    temporary = image.work / "temporary-too"
    temporary.mkdir()
    process = image.start("test", "image", "waits.yaml", env={"TMPDIR": str(temporary)})
    wait_until(lambda: subprocess.run(["pgrep", "-f", f"{temporary}.* run "], capture_output=True).returncode == 0)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out) == (5, "") and err.startswith("error: a signal ended the tests\n")
    assert list(temporary.iterdir()) == [], "nothing stays"


@pytest.mark.parametrize("text, error", [
    ("schemaVersion: 1.0.0\n", "bad.yaml:1:16: a test file of schema '1.0.0', and debone knows 2.0.0 alone\n"
                               "  hint: write its tests in that form, with schemaVersion: 2.0.0"),
    ("schemaVersion: 2.0.0\ncommandTest: []\n", "bad.yaml:2:1: unknown key 'commandTest' in the test file\n"
                                                "  hint: did you mean 'commandTests'?"),
    ("schemaVersion: 2.0.0\n", "bad.yaml:1:1: the test file holds no test\n  hint: write commandTests, "
     "fileExistenceTests, fileContentTests, metadataTest or licenseTests"),
    ("schemaVersion: 2.0.0\nfileContentTests: [{name: n, path: /x, expectedContents: ['(']}]\n",
     "bad.yaml:2:59: 'expectedContents' is no regular expression: missing ): (\n"
     "  hint: the syntax is RE2's, which has no back-references and no look-around")])
def test_bad_files(image, text, error):
    image.write("bad.yaml", text)
    result = image.run("test", "image", "passes.yaml", "bad.yaml").fails(2, f"error: {error}")
    assert result.out == "", "nothing is run before all files are read"


def test_as_a_user_who_is_not_root(image):
    image.write("files.yaml", "schemaVersion: 2.0.0\ncontainerRunOptions: {user: '0'}\n"
                              "commandTests: [{name: id, command: hello, args: [id], expectedOutput: ['0:0']}]\n"
                              "fileExistenceTests: [{name: tmp, path: /tmp}]\n")
    nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    result = subprocess.run(image.argv("test", "image", "files.yaml", prefix=nobody), cwd=image.work,
                            env=image.environment, capture_output=True, text=True)
    assert (result.returncode, result.stdout) == (0, "ok     files.yaml:3:16: command: id\n"
                                                      "ok     files.yaml:4:22: file existence: tmp\n2 tests, 0 failed\n")


def test_unknown_user(image):
    image.write("user.yaml", "schemaVersion: 2.0.0\ncontainerRunOptions: {user: nobody-here}\n"
                             "commandTests: [{name: n, command: hello}]\n")
    image.run("test", "image", "user.yaml").fails(
        2, "error: the image has no user 'nobody-here' in /etc/passwd\n  while testing user.yaml:3:16: n\n"
           "  hint: name it by its number, as in --user 65532:65532")
