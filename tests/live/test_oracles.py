"""apt, dpkg and readelf as the judges of what debone makes of the live archive: resolve_oracle.py, deb_oracle.py and
elf_oracle.py, driven by the probes of tests/tools. A sample each time, all of it with --wide."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import debone

HERE = Path(__file__).parent
SAMPLE = 10  # every tenth request


def oracle(script, probe, *options):
    # The probes lie beside build/debone, whichever program is under test.
    argv = [sys.executable, "-B", HERE / script, "--probe", debone.SOURCE / "build/tests/tools" / probe, *options]
    done = subprocess.run(argv, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(HERE)})
    print(done.stdout, done.stderr)
    assert done.returncode == 0, done.stdout + done.stderr


def sample(folder):
    """The catalog's requests, which come first, and some of the others."""
    lines = [line for line in (HERE / "resolve_requests.txt").read_text().splitlines() if line and line[0] != "#"]
    file = folder / "requests.txt"
    file.write_text("\n".join(lines[:4] + lines[4::SAMPLE]) + "\n")
    return file


def test_a_sample_of_requests_resolves_as_apt_does(tmp_path):
    oracle("resolve_oracle.py", "resolve_probe", "--requests", sample(tmp_path), "--work", tmp_path)


@pytest.mark.wide
def test_every_request_resolves_as_apt_does(tmp_path):
    oracle("resolve_oracle.py", "resolve_probe", "--work", tmp_path)


@pytest.mark.parametrize("suite", ["trixie", "bookworm"])
def test_debs_are_read_and_unpacked_as_dpkg_and_tar_do(tmp_path, suite):
    oracle("deb_oracle.py", "deb_probe", "--suite", suite, "--work", tmp_path)


def test_elf_files_are_read_as_readelf_does(live_place, live_build):
    layout, _ = live_build("php-fpm")
    lock = (layout.parent / "php-fpm.lock").read_text()
    blobs = Path(live_place.environment["DEBONE_STORE"]) / "blobs/sha256"
    oracle("elf_oracle.py", "deb_probe", *(blobs / digest[:2] / digest for digest in re.findall(
        "sha256: ([0-9a-f]{64}), path", lock)))


@pytest.mark.wide
def test_every_elf_file_of_the_store_is_read_as_readelf_does(live_place):
    """Run last, it sees what all the programs of tests/live/programs are made of."""
    oracle("elf_oracle.py", "deb_probe", "--store", live_place.environment["DEBONE_STORE"])
