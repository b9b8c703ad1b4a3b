"""Compose v2, for machines whose Debian has docker-compose 1.29 alone (bookworm): built from its Go module where there is
a go, else taken out of Debian 13's package. It is kept in build/compose-v2.

By hand, which prints where it lies: python3 tests/live/compose_v2.py
"""

import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from resolve_oracle import Apt, mirrors

SOURCE = Path(__file__).resolve().parents[2]
MODULE, VERSION = "github.com/docker/compose/v2", "v2.40.3"
SUM = "h1:XeYkQu1svDtyfZPv5nTwFryQ25ZJMkIlc4pz9HalMPI="  # as go.sum has it


def compose_v2():
    """The program."""
    has_go = shutil.which("go") is not None
    program = SOURCE / "build/compose-v2" / (VERSION if has_go else "debian-13") / "docker-compose"
    if not program.is_file():
        program.parent.mkdir(parents=True, exist_ok=True)
        half = program.with_suffix(f".{os.getpid()}")
        (_build if has_go else _take_from_debian)(half)
        half.rename(program)
    return program


def _run(*argv, **more):
    return subprocess.run(argv, stdout=subprocess.PIPE, text=True, check=True, **more).stdout


def _build(output):
    """Some minutes. The module is not `go install`ed, which its exclude directives forbid."""
    environment = {**os.environ, "GOTOOLCHAIN": "auto"}  # Debian's go else refuses a module of a later one
    fetched = json.loads(_run("go", "mod", "download", "-json", f"{MODULE}@{VERSION}", env=environment))
    assert fetched["Sum"] == SUM, fetched
    _run("go", "build", "-mod=readonly", "-buildvcs=false", "-trimpath", "-o", output,
         f"-ldflags=-s -w -X {MODULE}/internal.Version={VERSION}", "./cmd", cwd=fetched["Dir"], env=environment)


def _take_from_debian(output):
    with tempfile.TemporaryDirectory() as work:
        apt = Apt(work, "trixie", _run("dpkg", "--print-architecture").strip(), mirrors())
        apt.update()
        done = apt.run("download", "docker-compose", cwd=work)
        assert done.returncode == 0, done.stderr
        (deb,) = Path(work).glob("docker-compose_*.deb")
        _run("dpkg-deb", "--extract", deb, f"{work}/tree")
        shutil.copy(f"{work}/tree/usr/libexec/docker/cli-plugins/docker-compose", output)


if __name__ == "__main__":
    print(compose_v2())
