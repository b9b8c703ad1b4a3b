"""A recipe's `init:` block: judged at build, in the image as a file, with debone-init beside it as the entrypoint."""

import hashlib
import io
import re
import subprocess
import tarfile

import pytest

from aptrepo import ARCH, package
from debone import SOURCE
from init import PONG, fastcgi, init_program
from ociimage import Image
from server import Server
from tinydebian import RECIPE, TinyDebian, base_files, base_passwd, busybox, standard

PROGRAM = "/usr/sbin/debone-init"
ENTRYPOINT = [PROGRAM, "run", "--"]
WITHOUT = RECIPE.replace("entrypoint: {command: [/usr/bin/hello]}\n", "")
INIT = """init:
  log: json
  steps:
    - wait: passwd
      for: file:///etc/passwd
  run:
    command: /usr/bin/hello $WHO
"""
OTHER = {"amd64": "arm64"}.get(ARCH, "amd64")


def test_the_image_has_the_program_and_its_configuration(place, debian):
    place.build(WITHOUT + INIT + "stop-signal: SIGQUIT\n").ok()
    image = Image(place.work / "test")
    assert image.config["config"]["Entrypoint"] == ENTRYPOINT
    assert "StopSignal" not in image.config["config"]
    program = image.entries()["usr/sbin/debone-init"]
    assert (program.mode, program.uid, program.gid) == (0o755, 0, 0)
    assert image.read(PROGRAM) == init_program().read_bytes()
    text = image.read("etc/debone/init.conf").decode()
    assert text == ("[init]\nlog = json\nstop-signal = SIGQUIT\n[wait passwd]\nfor = file:///etc/passwd\n"
                    "[run]\ncommand = /usr/bin/hello $WHO\n")
    checked = subprocess.run([init_program(), "check", place.write("init.conf", text)], capture_output=True, text=True)
    assert checked.returncode == 0, checked.stderr


def test_it_is_one_of_the_images_packages(place, debian):
    place.build(WITHOUT + INIT).ok()
    image = Image(place.work / "test")
    record = image.read("var/lib/dpkg/status.d/debone-init").decode()
    assert record.startswith("Package: debone-init\nVersion: ") and f"\nArchitecture: {ARCH}\n" in record
    sums = dict(line.split("  ")[::-1] for line in image.read("var/lib/dpkg/status.d/debone-init.md5sums").decode().splitlines())
    assert sums == {path: hashlib.md5(image.read(path)).hexdigest()
                    for path in ("usr/sbin/debone-init", "usr/share/doc/debone-init/copyright")}
    version = re.search("^Version: (.*)$", record, re.M)[1]
    assert f"debone {version}" in place.run("--version").ok().out
    shown = place.run("show", "test").ok().out
    assert "entrypoint   /usr/sbin/debone-init run --\n" in shown
    assert re.search(rf"^    debone-init +{re.escape(version)} {ARCH}$", shown, re.M), shown
    place.run("check", "test").ok()


def test_without_the_key_it_is_not_there(place, debian):
    place.build(RECIPE).ok()
    assert not [path for path in Image(place.work / "test").entries() if "debone" in path]


def test_the_same_image_twice(place, debian):
    for name in ("a", "b"):
        place.build(RECIPE + "init: {log: json}\n", "-o", name).ok()
    assert Image(place.work / "a").digest == Image(place.work / "b").digest


def test_the_programs_bytes_name_no_folder_of_the_build():
    for program in {init_program(), *init_program().parent.glob("debone-init.*64")}:
        assert str(SOURCE).encode() not in program.read_bytes()


def test_variants(place, debian):
    """All are started by it."""
    debian.publish([*standard(), busybox()])
    place.build(RECIPE + "variants: [nonroot, debug]\ninit: {log: json}\n").ok()
    for name in ("latest", "nonroot", "debug"):
        shown = place.run("show", f"test:{name}", "--format", "json").ok().json
        assert shown["config"]["entrypoint"] == ENTRYPOINT
        assert "debone-init" in [one["name"] for one in shown["packages"]]


def test_why_and_diff(place, debian):
    place.write("test.yaml", RECIPE + "init: {log: json}\n")
    place.write("plain.yaml", RECIPE)
    place.run("lock", "test.yaml").ok()
    for asked in (PROGRAM, "/etc/debone/init.conf", "debone-init"):
        assert place.run("why", "test.yaml", asked).ok().out == f"{asked}: in the image, by the recipe's init (test.yaml:6:7)\n"
    place.run("build", "test.yaml").ok()
    place.run("build", "plain.yaml", "-o", "plain").ok()
    same = place.run("diff", "test.yaml", "test")
    assert (same.status, same.errors) == (0, ""), same.out
    differs = place.run("diff", "plain", "test")
    assert differs.status == 1 and "debone-init" in differs.out and "/usr/bin/hello" in differs.out, differs.out


def test_an_image_for_the_other_architecture(place, debian):
    """Its debone-init is that architecture's."""
    built = init_program().with_name(f"debone-init.{OTHER}")
    if not built.exists():
        pytest.fail(f"no {built.name}: its cross compiler is missing (packaging/apt-build.{ARCH}.txt)")
    assert built.stat().st_size < 1_500_000
    header = built.read_bytes()[:20]
    assert header[:5] == b"\x7fELF\x02" and int.from_bytes(header[18:20], "little") == {"arm64": 183, "amd64": 62}[OTHER]
    debian.publish([package("base-files", "13.8", OTHER, files={"/usr/sbin/x": "x"}), base_passwd(OTHER)], architectures=(OTHER,))
    place.build(WITHOUT.replace("hello, ", "") + f"archs: [{OTHER}]\ninit: {{run: {{command: {PROGRAM} --version}}}}\n",
                "--arch", OTHER).ok()
    assert Image(place.work / "test").read(PROGRAM) == built.read_bytes()


def test_an_architecture_without_the_program(place, debian):
    debian.publish([package("base-files", "13.8", "riscv64", files={"/etc/x": "x"}), base_passwd("riscv64")], architectures=("riscv64",))
    place.build(WITHOUT.replace("hello, ", "") + "archs: [riscv64]\n" + INIT).fails(
        2, "error: test.yaml:7:3: this debone has no debone-init for riscv64\n"
           "  while building test for riscv64\n"
           "  hint: build the image with a debone that was built on that architecture, or do without the 'init'")


def test_the_schedules_time_zone_must_be_in_the_image(place, debian):
    schedule = WITHOUT + "init:\n  timezone: ZONE\n  jobs: [{job: a, command: hello, cron: '@daily'}]\n"
    refused = place.build(schedule.replace("ZONE", "Europe/Berlin"))
    assert refused.status == 1
    assert ("/usr/share/zoneinfo/Europe/Berlin: the schedule's time zone 'Europe/Berlin' is not there; add tzdata "
            "(tzdata-legacy has former names)") in refused.err
    assert not (place.work / "test").exists()
    place.build(schedule.replace("ZONE", "UTC")).ok()


def test_mistakes_end_the_build_at_their_place(place, debian):
    place.build(WITHOUT + INIT.replace("log: json", "drain: 5d")).fails(
        2, "error: test.yaml:6:10: drain: '5d' is no duration, such as 10s or 1m30s")
    place.build(WITHOUT + "init: {jobs: [{job: a, command: x, cron: '0 0 31 2 *'}]}\n").fails(
        2, "error: test.yaml:5:42: cron: '0 0 31 2 *' names a day that never comes")


def test_what_it_starts_must_be_in_the_image(place, debian):
    place.build(RECIPE + "init: {steps: [{step: a, command: migrate --all}]}\n").fails(
        1, "error: no 'migrate' in the image's PATH; name its path, or add the package that brings it [entrypoint-missing]\n"
           "  while building test for " + ARCH)
    # An image that is there is judged by the file in it.
    recipe = RECIPE + "init: {steps: [{step: a, command: /usr/bin/gone}]}\nallow: {entrypoint-missing: it comes by a volume}\n"
    place.build(recipe).ok()
    judged = place.run("check", "test")
    assert judged.status == 1 and "/usr/bin/gone" in judged.out, judged.out


def test_files_of_its_own(place, debian):
    place.build(RECIPE + "init: {log: json}\npaths: [{path: /usr/sbin/debone-init, type: file, content: x}]\n").fails(
        2, "error: test.yaml:7:9: '/usr/sbin/debone-init' comes by 'init', test.yaml:6:7\n  hint: remove it, or the 'init'")
    debian.publish([base_files(), base_passwd(), package("hello", files={"/usr/bin/hello": "x", PROGRAM: "x"})])
    place.build(WITHOUT + INIT).fails(
        2, "error: a package brings /usr/sbin/debone-init, which the recipe's 'init' makes\n"
           f"  while building test for {ARCH}\n"
           "  hint: cut that file, or do without the 'init'")


def layer_paths(image, number):
    with tarfile.open(fileobj=io.BytesIO(image.layers()[number])) as archive:
        return [member.name.removeprefix("./") for member in archive]


def test_over_a_base_that_has_it(place, debian):
    """The base's program serves; its configuration is taken over by that of the image above."""
    place.write("base.yaml", RECIPE.replace("name: test", "name: base") + "init: {log: json}\n")
    for name, more in (("plain", ""), ("own", "entrypoint: /usr/bin/hello\ninit: {log: text}\n")):
        place.build(f"name: {name}\nextends: base.yaml\n{more}", "-o", name).ok()
        image = Image(place.work / name)
        assert image.config["config"]["Entrypoint"] == ENTRYPOINT
        assert image.read(PROGRAM) == init_program().read_bytes()
        assert (b"log = text" in image.read("etc/debone/init.conf")) == (name == "own")
        place.run("check", name).ok()
    assert not [path for path in layer_paths(Image(place.work / "own"), -1) if path.startswith(PROGRAM[1:])]


# From here on in a container, by root and runc.


@pytest.fixture
def container(root_place, keys, archive_key):
    """container(RECIPE): builds it as `image`, in root's workplace, which is returned."""
    archive = TinyDebian(root_place.folder / "www", keys, archive_key).publish()
    with Server(root_place.folder / "www") as server:
        def build(recipe):
            root_place.build(recipe, "-o", "image", env=archive.environment(server.url)).ok()
            return root_place
        yield build


def test_the_entrypoint_runs_under_it(container):
    place = container(RECIPE.replace("[/usr/bin/hello]", "[/usr/bin/hello, pid, args, $HOME]") + """cmd: [from-cmd]
accounts: {run-as: www-data}
init:
  steps:
    - {template: t, text: 'of ${USER_NAME:-nobody}', to: /tmp/made, mode: 0644}
    - {step: show, command: [/usr/bin/hello, cat, /tmp/made]}
""")
    result = place.run("run", "image").ok()
    lines = result.out.splitlines()
    assert lines[0].startswith("of nobody") and lines[0].removeprefix("of nobody") != "1", result.out  # it is not the first process
    assert lines[1:] == ["$HOME", "from-cmd"]
    assert place.run("run", "image", "--env", "USER_NAME=x", "--", "a b", "$X").ok().out.splitlines()[1:] == ["$HOME", "a b", "$X"]


def test_arguments_are_never_its_own(container):
    """Neither its commands nor its options: they belong to the program."""
    place = container(RECIPE.replace("[/usr/bin/hello]", "[/usr/bin/hello, args]") + "init: {log: text}\n")
    for words in (["health", "tcp", "127.0.0.1:1"], ["check", "/etc/passwd"], ["run", "--config", "/x"], ["--version"],
                  ["--help"], ["--", "--config=/x"], ["--config", "/x"]):
        assert place.run("run", "image", "--", *words).ok().out.splitlines() == words


def test_arguments_take_the_place_of_a_command(container):
    place = container(WITHOUT + "init: {run: {command: /usr/bin/hello args own}}\n")
    assert place.run("run", "image").ok().out == "own\n"
    assert place.run("run", "image", "--", "hello", "args", "other").ok().out == "other\n"
    result = place.run("run", "image", "--", "health", "tcp", "127.0.0.1:1")
    assert (result.status, result.err) == (127, "debone-init: error: cannot start 'health': no such file or directory\n")


def test_health_commands(container):
    """In the form that a health check or a probe has: the program by its path."""
    place = container(RECIPE + "init: {log: text}\n")

    def health(*words):
        return place.run("run", "image", "--entrypoint", PROGRAM, "--", "health", *words)
    with fastcgi(PONG) as listener:
        address = f"127.0.0.1:{listener.getsockname()[1]}"
        assert health("fcgi", address).ok().out == ""
    result = health("fcgi", "127.0.0.1:1")
    assert (result.status, result.err) == (1, "debone-init: error: 127.0.0.1:1: connection refused\n")


def test_a_failed_step_ends_the_container(container):
    place = container(RECIPE + "init: {steps: [{step: migrate, command: hello exit 7}]}\n")
    result = place.run("run", "image")
    assert (result.status, result.out) == (7, "")
    assert result.err == "debone-init: error: step migrate: ended with status 7\n"
