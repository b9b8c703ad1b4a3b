"""The command line as a person meets it: help, version, completion, man pages; a program that works wherever it lies."""

import os
import re
import shutil
import signal
import subprocess

import pytest

from debone import SOURCE
from tinydebian import recipe_of

COMMANDS = ["build", "lock", "update", "fetch", "run", "trace", "test", "show", "check", "diff", "why", "tree", "catalog", "cuts", "scripts", "new", "stack"]


def test_version(place):
    assert re.fullmatch(r"debone \d+\.\d+\.\d+\n", place.run("--version").ok().out)


def test_help_names_every_command(place):
    out = place.run("--help").ok().out
    for command in COMMANDS:
        assert re.search(rf"^  {command}\b", out, re.MULTILINE)
    assert "completion" not in out and "man" not in out.split()


def test_help_and_man_page_say_the_same_of_statuses_and_environment(place):
    """And they know every variable that the sources name."""
    sources = [path.read_text() for path in (SOURCE / "src").rglob("*.cc")
               if path.parent.name != "init" and not path.name.endswith("_test.cc")]
    named = {name for text in sources
             for name in re.findall(r'"(DEBONE_(?!INIT_)[A-Z_]+|SSL_CERT_[A-Z]+|CURL_CA_BUNDLE)"', text)}
    out = place.run("--help").ok().out
    assert {"DEBONE_STORE", "SSL_CERT_FILE"} <= named
    assert {name for name in named if not re.search(rf"^  (.*, )?{name}(,|$)", out, re.MULTILINE)} == set()
    assert max(map(len, out[out.index("Exit status:"):].splitlines())) <= 100
    place.run("man", "man").ok()
    page = (place.work / "man/debone.1").read_text().replace("\\-", "-")
    manual = out[out.index("Exit status:\n"):].split()
    begin, end = page.index(".SH EXIT STATUS\n"), len(page)
    told = re.sub(r"^\.(TP\n\.B|SH) ", "", page[begin:end], flags=re.MULTILINE).split()
    headings = {"Exit": "EXIT", "status:": "STATUS", "Environment:": "ENVIRONMENT"}
    assert [headings.get(word, word) for word in manual] == told


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_a_command_has_an_example(place, command):
    out = place.run(command, "--help").ok().out
    assert f"debone {command}" in out and "Example" in out
    options = out[:out.index("Example")].splitlines()
    assert max(map(len, options)) <= 100 and not [line for line in options if line.startswith(" " * 31)]


def test_nothing_is_asked(place):
    result = place.run()
    assert result.status == 2 and result.out == "" and "build" in result.err


@pytest.mark.parametrize("arguments, text", [
    (["buld"], "error: no command 'buld'\n  hint: did you mean 'build'?"),
    (["build"], "error: RECIPE is required\n  hint: see debone build --help"),
    (["run"], "error: IMAGE is required\n  hint: see debone run --help"),
    (["check", "x.tar", "--format", "xml"], "error: --format is 'xml'; it is json, sarif or text"),
    (["check", "x.tar", "--format", "2"], "error: --format is '2'; it is json, sarif or text"),
    (["show", "x.tar", "--format", "jsn"], "error: --format is 'jsn'; it is json or text\n  hint: did you mean 'json'?"),
    (["why", "php-fpm", "php", "--format", "1"], "error: --format is '1'; it is dot, json or text"),
    (["diff", "a", "b", "--format", "svg"], "error: --format is 'svg'; it is dot, json or text"),
    (["tree", "php-fpm", "--format", "png"], "error: --format is 'png'; it is dot, json, svg or text"),
    (["test", "x.tar", "x.yaml", "--format", "xunit"],
     "error: --format is 'xunit'; it is ctrf, json, junit or text\n  hint: did you mean 'junit'?"),
    (["build", "php-fpm", "--to", "dokcer"],
     "error: --to is 'dokcer'; it is docker, oci or rootfs\n  hint: did you mean 'docker'?"),
    (["build", "php-fpm", "--to", "0"], "error: --to is '0'; it is docker, oci or rootfs"),
    (["completion", "ksh"], "error: SHELL is 'ksh'; it is bash, fish or zsh\n  hint: did you mean 'zsh'?"),
    (["build", "php-fpm", "--arch", "amd46"],
     "error: --arch is 'amd46', which is not an architecture\n  hint: did you mean 'amd64'?"),
    (["lock", "php-fpm", "--arch", "[a,b]"],
     "error: --arch is '[a,b]', which is not an architecture\n  hint: choose from 'amd64', 'arm64', 'armel', 'armhf', "
     "'i386', 'mips64el', 'mipsel', 'ppc64el', 'riscv64' and 's390x'"),
    (["test", "x.tar", "[a,b]"], "error: [a,b]: cannot open: No such file or directory"),
    (["test", "x.tar", "[a]", "[b,c]"], "error: [a]: cannot open: No such file or directory"),
    (["show", "x.tar", "[a,b]"], "error: unexpected argument '[a,b]'\n  hint: see debone show --help"),
    (["build", "[a,b]"], "error: no file '[a,b]' and no recipe of that name in the catalog\n"
     "  hint: `debone catalog` lists the recipes that come with debone"),
    (["stack", "[a,b]", "up"], "error: [a,b]/compose.yaml: no stack '[a,b]' comes with debone, and no compose.yaml is there\n"
     "  hint: there are mediawiki, passbolt"),
    (["build", "php-fpm", "--source", "[a,b]"], "error: --source '[a,b]' is not NAME=URL,KEYFILE\n"
     "  hint: for example: --source vendor=http://127.0.0.1:8000/debian,./vendor.gpg"),
    (["why", "php-fpm", ""], "error: NAME is empty\n  hint: name a package, a path or a library's soname"),
])
def test_wrong_usage(place, arguments, text):
    result = place.run(*arguments)
    assert (result.errors, result.out) == (text, "")
    assert result.status == 2


def test_a_number_in_brackets_is_none(place):
    """The words after it are CLI11's, and of its version."""
    result = place.run("test", "x.tar", "x.yaml", "--timeout", "[5]")
    assert result.status == 2 and result.errors.startswith("error: --timeout: Value [5] not in range ")


def test_unknown_option(place):
    result = place.run("build", "x.yaml", "--frobnicate")
    assert result.status == 2 and "--frobnicate" in result.errors and "hint: see debone build --help" in result.errors


def test_man_pages(place):
    place.run("man", "man").ok()
    pages = sorted(path.name for path in (place.work / "man").iterdir())
    assert pages == sorted(["debone.1"] + [f"debone-{command}.1" for command in COMMANDS])
    for page in pages:
        done = subprocess.run(["man", "--warnings", "-l", "-Tutf8", str(place.work / "man" / page)],
                              capture_output=True, text=True, env={"PATH": os.environ["PATH"], "MANROFFOPT": "-ww",
                                                                    "LC_ALL": "C.UTF-8", "MANWIDTH": "100"})
        assert (done.returncode, done.stderr) == (0, ""), page
        for heading in ("NAME", "SYNOPSIS", "DESCRIPTION"):
            assert heading in re.sub(r".\x08", "", done.stdout), page


def test_bash_completion_completes(place):
    script = place.run("completion", "bash").ok().out
    place.write("debone.bash", script)
    probe = ("source ./debone.bash; COMP_WORDS=(debone b); COMP_CWORD=1; COMP_LINE='debone b'; COMP_POINT=8; "
             "f=$(complete -p debone | sed 's/.*-F \\([^ ]*\\).*/\\1/'); $f debone b debone; echo \"${COMPREPLY[@]}\"")
    done = subprocess.run(["bash", "-c", probe], cwd=place.work, capture_output=True, text=True)
    assert (done.stdout.strip(), done.stderr) == ("build", "")


def test_bash_completion_knows_the_catalog(place):
    """Where a recipe is taken, its name in the catalog is one; an image is a file."""
    place.write("debone.bash", place.run("completion", "bash").ok().out)
    place.write("bin/debone", f"#!/bin/sh\nexec {place.program} \"$@\"\n", 0o755)
    for command in ("build", "lock", "update", "fetch", "catalog", "run"):
        probe = (f"source ./debone.bash; COMP_WORDS=(debone {command} php-c); COMP_CWORD=2; _debone; "
                 "echo \"${COMPREPLY[@]}\"")
        done = subprocess.run(["bash", "-c", probe], cwd=place.work, capture_output=True, text=True,
                              env={**place.environment, "PATH": f"{place.work}/bin:{os.environ['PATH']}"})
        assert (done.stdout.strip(), done.stderr) == ("" if command == "run" else "php-cli", ""), command


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_completion_of_other_shells(place, shell):
    out = place.run("completion", shell).ok().out
    assert all(command in out for command in COMMANDS)


def test_catalog_lists_and_prints(place):
    names = [entry["name"] for entry in place.run("catalog", "--format", "json").ok().json["recipes"]]
    assert names == sorted(names)
    assert {"php-fpm", "php-cli", "bookworm/php-fpm", "bookworm/php-cli"} <= set(names)
    listing = place.run("catalog").ok().out
    for name in names:
        assert re.search(rf"^{name}\s", listing, re.MULTILINE)
        assert "name: " in place.run("catalog", name).ok().out


def test_unknown_name_in_the_catalog(place):
    place.run("catalog", "php-fmp").fails(
        2, "error: no recipe 'php-fmp' in the catalog\n  hint: did you mean 'php-fpm'?")


def test_copied_alone_it_works(place):
    """Nothing but the one file is needed: here it is the only one in its folder, under another name."""
    alone = place.folder / "alone/tool"
    alone.parent.mkdir()
    alone.parent.chmod(0o755)
    shutil.move(place.program, alone)
    place.program = alone
    assert "php-fpm" in place.run("catalog").ok().out


def test_output_that_cannot_be_written_is_an_error(place):
    with open("/dev/full", "w") as full:
        process = place.start("catalog", stdout=full)
        _, err = process.communicate()
    assert process.returncode == 5
    assert err.startswith("error: cannot write to standard output")


def test_a_closed_pipe_is_no_crash(place):
    read, write = os.pipe()
    os.close(read)
    process = place.start("catalog", "php-fpm", stdout=write)
    os.close(write)
    process.communicate()
    assert process.returncode in (5, -signal.SIGPIPE)


def test_no_colour_and_no_bar_without_a_terminal(place, debian):
    from tinydebian import RECIPE
    result = place.build(RECIPE, env={"TERM": "xterm-256color"}).ok()
    assert "\x1b" not in result.out + result.err and "\r" not in result.err


@pytest.mark.parametrize("no_color", [None, "1"])
def test_colour_on_a_terminal_unless_refused(place, debian, no_color):
    from tinydebian import RECIPE
    import pty
    parent, child = pty.openpty()
    place.write("test.yaml", RECIPE)
    process = place.start("build", "test.yaml", stderr=child, env={"TERM": "xterm-256color", "NO_COLOR": no_color})
    os.close(child)
    seen = b""
    while True:
        try:
            piece = os.read(parent, 65536)
        except OSError:
            break
        if not piece:
            break
        seen += piece
    process.communicate()
    os.close(parent)
    assert process.returncode == 0
    assert (b"\x1b[1m" in seen) == (no_color is None)
    assert b"\r\x1b[Kfetch     [" in seen, "a progress bar"


@pytest.mark.parametrize("options, expected", [
    (["-o", "/nowhere"], "error: /nowhere: cannot write: Permission denied\n"),
    (["-o", "/nowhere.tar", "--to", "docker"], "error: /nowhere.tar: cannot write: Permission denied\n"),
    (["-o", "full"], "error: full: the folder is not empty and holds no image layout of one image\n"
                     "  hint: name a folder that does not exist yet, or one that debone wrote\n"),
    (["-o", "full", "--to", "rootfs"], "error: full: the folder is not empty\n"
                                       "  hint: name a folder that does not exist yet, or remove this one\n"),
    (["--to", "docker", "--tag", "A b"], "error: 'A b' is not an image name that docker takes\n"
     "  hint: it has lower-case letters, digits and .-_/ and may end in a tag, as in php-fpm:latest\n"),
])
def test_what_cannot_be_written_is_told_before_anything_is_fetched(place, options, expected):
    place.write("full/thesis.txt", "years of work")
    result = place.build(recipe_of("http://127.0.0.1:9"), *options)
    assert (result.err, result.status) == (expected, 5 if "denied" in expected else 2)


def test_a_lock_that_cannot_be_written_is_told_before_anything_is_fetched(place):
    result = place.run("build", "php-fpm", "-o", place.work / "image", cwd="/usr")
    assert (result.err, result.status) == ("error: php-fpm.lock: cannot write: Permission denied\n", 5)
