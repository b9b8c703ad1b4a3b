"""The catalog's language images, built from the live archive, run a small real program each (tests/live/languages), which
a recipe adds as a user's would; and they are no larger than what Google's distroless images are made of."""

import contextlib
import json
import select
import shutil
import signal
import subprocess
import urllib.request
import zipfile

import pytest

import tls
from bundle import Bundle
from debone import SOURCE
from ociimage import Image

PROGRAMS = SOURCE / "tests/live/languages"
IMAGES = ["static", "base-nossl", "base", "cc", "python3", "java21", "java25", "nodejs"]

# Google's images on amd64, in MiB: the files of their packages, all together.
GOOGLES = {"static": 3.2, "base-nossl": 16.1, "base": 25.0, "cc": 28.6, "python3": 60.0}


@pytest.fixture(scope="module")
def certificate(live_place):
    folder = live_place.work / "certificate"
    folder.mkdir()
    return tls.Certificate(folder)


@pytest.fixture(scope="module")
def with_program(live_build, certificate, live_place):
    """with_program(image, file): a layout, by a recipe that includes an image of the catalog and adds a file of this
    machine as /app/NAME, and the tests' authority to the certificates."""
    def make(image, file):
        shutil.copy(file, live_place.work / file.name)
        shutil.copy(certificate.authority, live_place.work / "tests.crt")
        return live_build(
            f"name: app\ninclude: {image}\npaths:\n"
            f"  - {{path: /app/{file.name}, type: file, source: {file.name}, permissions: 0o755}}\n"
            "  - {path: /usr/local/share/ca-certificates/tests.crt, type: file, source: tests.crt}\n")[0]
    return make


def compiled(tmp_path, source, *options, compiler="gcc"):
    program = tmp_path / source.partition(".")[0]
    subprocess.run([compiler, "-Wall", "-O1", "-o", program, PROGRAMS / source, *options], check=True)
    return program


def facts(text):
    return dict(line.split(": ", 1) for line in text.splitlines())


# --- Variants -------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("image", ["static", "python3"])
def test_debug_variants_have_a_shell_and_the_others_none(live_place, live_build, image):
    layout, _ = live_build(image)
    for variant, user in (("debug", "0"), ("debug-nonroot", "65532")):
        ran = live_place.run("run", "--entrypoint", "sh", f"{layout}:{variant}", "--", "-c", "id -u; echo $PATH; pwd").ok()
        number, path, folder = ran.out.splitlines()
        assert number == user and path.startswith("/busybox:") and folder == ("/" if user == "0" else "/home/nonroot")
    for variant in ("latest", "nonroot"):
        assert live_place.run("run", "--entrypoint", "sh", f"{layout}:{variant}", "--", "-c", "true").status == 127
    for variant in ("latest", "nonroot", "debug", "debug-nonroot"):
        live_place.run("check", f"{layout}:{variant}").ok()


# --- C and C++ ------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("user, number, home", [("root", "0", "writable"), ("nonroot", "65532", "writable"),
                                                ("nobody", "65534", "closed")])
def test_static(live_place, with_program, tmp_path, user, number, home):
    layout = with_program("static", compiled(tmp_path, "static.c", "-static"))
    found = facts(live_place.run("run", layout, "--user", user, "--", "/app/static").ok().out)
    shipped = [path for path in Image(layout).entries() if path.startswith("usr/share/ca-certificates/mozilla/")
               and path.endswith(".crt")]
    assert found == {
        "certificates": str(len(shipped) + 1), "Europe/Berlin": "14:00 CEST", "US/Eastern": "08:00 EDT", "https": "1",
        "svg": "1", "temporary file": "yes", "home": home, "user": number}


@pytest.mark.parametrize("image, has", [("base-nossl", ""), ("base", "ssl crypto z zstd"),
                                        ("cc", "ssl crypto z zstd stdc++ gomp")])
def test_glibc(live_place, with_program, tmp_path, image, has):
    layout = with_program(image, compiled(tmp_path, "base.c"))
    found = facts(live_place.run("run", layout, "--user", "nonroot", "--read-only", "--", "/app/base").ok().out)
    libraries = {name: found.pop(name) == "yes" for name in list(found) if ".so." in name}
    assert found == {"user": "nonroot, /home/nonroot", "https": "443", "localhost": "127.0.0.1", "C.UTF-8": "UTF-8",
                     "euro in ISO-8859-15": "a4", "euro in GB18030": "a2e3", "thread": "ended"}
    assert {name.removeprefix("lib").partition(".")[0] for name, there in libraries.items() if there} == set(has.split())
    assert len(libraries) == 6


def test_tls_in_c(live_place, with_program, tmp_path, certificate):
    layout = with_program("base", compiled(tmp_path, "tls.c", "-lssl", "-lcrypto"))
    with tls.pages({"/page": b"a page"}, certificate) as (port, _):
        run = live_place.run("run", layout, "--", "/app/tls", port)
    assert facts(run.ok().out) == {"page": "a page", "legacy": "yes"}


def test_cplusplus(live_place, with_program, tmp_path):
    program = compiled(tmp_path, "cc.cc", "-std=c++17", "-fopenmp", compiler="g++")
    out = live_place.run("run", with_program("cc", program), "--read-only", "--", "/app/cc").ok().out
    assert out == ("threads: 4, sum: 50000\nexception: caught\nexception: thrown in a thread\nword: image\n"
                   "directory: 1\n")


# --- with a run time ------------------------------------------------------------------------------------------------

def test_python(live_place, with_program, certificate):
    layout = with_program("python3", PROGRAMS / "program.py")
    with tls.pages({"/page": b"a page"}, certificate) as (port, _):
        out = live_place.run("run", layout, "--user", "nonroot", "--", "/app/program.py", port).ok().out
    assert json.loads(out) == {
        "page": "a page", "names": ["Ann", "Zoë"], "squares": [1, 4, 9], "packed": True, "noon": "2026-07-01T12:00:00-04:00",
        "user": "nonroot", "uuid": 4, "encoding": "utf-8", "strlen": 4, "c++": True}


def test_python_without_the_3(live_place, with_program):
    layout = with_program("python3", PROGRAMS / "program.py")
    assert live_place.run("run", layout, "--entrypoint", "python", "--", "-c", "print(6 * 7)").ok().out == "42\n"


@pytest.fixture(scope="module")
def jar(live_build, tmp_path_factory):
    """Program.java, compiled by Debian's javac for Java 21."""
    folder = tmp_path_factory.mktemp("java")
    layout, _ = live_build(SOURCE / "tests/live/programs/javac.yaml")
    bundle = Bundle(layout, folder / "javac")
    try:
        files = bundle.volume("/srv")
        bundle.volume("/tmp")
        shutil.copy(PROGRAMS / "Program.java", files)
        (home,) = bundle.root.glob("usr/lib/jvm/java-21-openjdk-*")
        bundle.run(f"/usr/lib/jvm/{home.name}/bin/javac", "--release", "21", "-d", "/srv", "/srv/Program.java")
        with zipfile.ZipFile(folder / "program.jar", "w") as archive:
            archive.writestr("META-INF/MANIFEST.MF", "Manifest-Version: 1.0\nMain-Class: Program\n")
            archive.write(files / "Program.class", "Program.class")
    finally:
        bundle.close()
    return folder / "program.jar"


@pytest.mark.parametrize("version", ["21", pytest.param("25", marks=pytest.mark.wide)])
def test_java(live_place, with_program, certificate, jar, version):
    layout = with_program(f"java{version}", jar)
    with tls.pages({"/page": b"a page"}, certificate) as (port, _):
        out = live_place.run("run", layout, "--user", "nonroot", "--read-only", "--tmpfs", "/tmp", "--", "/app/program.jar",
                             port).ok().out
    assert facts(out) == {
        "page": "a page", "painted": "true", "jpeg": "true", "noon": "2026-07-01T12:00-04:00", "charset": "UTF-8 UTF-8",
        "home": "/home/nonroot", "sound": "0", "version": version}


@contextlib.contextmanager
def serving(place, layout, *arguments):
    """A server that prints its port: that port, and the process, which is ended."""
    process = place.start("run", layout, *arguments)
    try:
        assert select.select([process.stdout], [], [], 120)[0], "the server is silent"
        port = process.stdout.readline()
        assert port, process.communicate()
        yield int(port), process
    finally:
        if process.poll() is None:
            process.terminate()
            process.communicate(timeout=30)


def test_node(live_place, with_program, certificate):
    layout = with_program("nodejs", PROGRAMS / "server.js")
    with tls.pages({"/page": b"a page"}, certificate) as (port, _), serving(
            live_place, layout, "--user", "nonroot", "--read-only", "--", "/app/server.js", str(port)) as (own, process):
        with urllib.request.urlopen(f"http://127.0.0.1:{own}/", timeout=60) as answer:
            found = json.load(answer)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)
    assert process.returncode == 0
    assert found == {"page": "a page", "fetched": "a page", "worker": 42, "home": "/home/nonroot", "user": "nonroot",
                     "date": "Dezember", "module": True}


# --- the images themselves ------------------------------------------------------------------------------------------

@pytest.mark.parametrize("name", IMAGES)
def test_nothing_to_find_fault_with(live_place, live_build, name):
    """Of Java it is said that its libraries lie in a directory of its own, where its launcher finds them."""
    known = {"library-private"} if name.startswith("java") else set()
    layout, summary = live_build(name)
    assert {finding["id"] for finding in summary["images"][0]["findings"]} == known
    checked = live_place.run("check", layout, "--format", "json").ok().json
    assert {finding["id"] for finding in checked["findings"]} == known


@pytest.mark.parametrize("name", GOOGLES)
def test_size(live_build, name):
    image = Image(live_build(name, "--arch", "amd64")[0])
    files = sum(len(image.read(path)) for path, entry in image.entries().items() if entry.isreg() or entry.islnk())
    print(f"{name}: {files / 2**20:.2f} MiB of files, Google's {GOOGLES[name]}")
    assert files <= GOOGLES[name] * 2**20
