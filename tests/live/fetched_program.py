"""Programs that the tests want and that not every Debian has, kept in build/: built from a Go module where there is a go,
else taken out of a package of Debian 13."""

import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from resolve_oracle import Apt, mirrors

SOURCE = Path(__file__).resolve().parents[2]


def has_go():
    return shutil.which("go") is not None


def kept(folder, name, make):
    """build/FOLDER/NAME, which make(path) makes where it is not there."""
    program = SOURCE / "build" / folder / name
    if not program.is_file():
        program.parent.mkdir(parents=True, exist_ok=True)
        half = program.with_suffix(f".{os.getpid()}")
        make(half)
        half.rename(program)
    return program


def run(*argv, **more):
    return subprocess.run(argv, stdout=subprocess.PIPE, text=True, check=True, **more).stdout


def build_module(output, module, version, checksum, package=".", flags="-s -w"):
    """`checksum` is as go.sum has it. The module is not `go install`ed, which exclude directives forbid."""
    environment = {**os.environ, "GOTOOLCHAIN": "auto"}  # Debian's go else refuses a module of a later one
    fetched = json.loads(run("go", "mod", "download", "-json", f"{module}@{version}", env=environment))
    assert fetched["Sum"] == checksum, fetched
    run("go", "build", "-mod=readonly", "-buildvcs=false", "-trimpath", "-o", output, f"-ldflags={flags}", package,
        cwd=fetched["Dir"], env=environment)


def take_from_debian(output, package, path):
    with tempfile.TemporaryDirectory() as work:
        apt = Apt(work, "trixie", run("dpkg", "--print-architecture").strip(), mirrors())
        apt.update()
        done = apt.run("download", package, cwd=work)
        assert done.returncode == 0, done.stderr
        (deb,) = Path(work).glob(f"{package}_*.deb")
        run("dpkg-deb", "--extract", deb, f"{work}/tree")
        shutil.copy(f"{work}/tree{path}", output)
