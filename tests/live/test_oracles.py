"""apt, dpkg and readelf as the judges of what debone makes of the live archive: resolve_oracle.py, deb_oracle.py and
elf_oracle.py, driven by the probes of tests/tools. A sample each time, all of it with --wide."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import debone
from test_installation import CATALOG, REQUESTS

HERE = Path(__file__).parent
SAMPLE = 10  # every tenth request


def oracle(script, probe, *options):
    # The probes lie beside build/debone, whichever program is under test.
    argv = [sys.executable, "-B", HERE / script, "--probe", debone.SOURCE / "build/tests/tools" / probe, *options]
    done = subprocess.run(argv, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(HERE)})
    print(done.stdout, done.stderr)
    assert done.returncode == 0, done.stdout + done.stderr


def requests(folder, step=1):
    """A file of what each recipe of the catalog asks for, with what every image has, and of each step-th of the list."""
    catalog = [" ".join([suite, *packages, "base-files"]) for suite, packages in map(REQUESTS.get, CATALOG)]
    lines = [line for line in (HERE / "resolve_requests.txt").read_text().splitlines() if line and line[0] != "#"]
    file = folder / "requests.txt"
    file.write_text("\n".join(catalog + lines[::step]) + "\n")
    return file


def test_a_sample_of_requests_resolves_as_apt_does(tmp_path):
    oracle("resolve_oracle.py", "resolve_probe", "--requests", requests(tmp_path, SAMPLE), "--work", tmp_path)


@pytest.mark.wide
def test_every_request_resolves_as_apt_does(tmp_path):
    oracle("resolve_oracle.py", "resolve_probe", "--requests", requests(tmp_path), "--work", tmp_path,
           "--at-least", "150")


@pytest.mark.wide
def test_a_sample_resolves_as_apt_does_for_arm64(tmp_path):
    oracle("resolve_oracle.py", "resolve_probe", "--architecture", "arm64", "--requests", requests(tmp_path, SAMPLE),
           "--work", tmp_path)


@pytest.mark.parametrize("suite", ["trixie", "bookworm"])
def test_debs_are_read_and_unpacked_as_dpkg_and_tar_do(tmp_path, suite):
    oracle("deb_oracle.py", "deb_probe", "--suite", suite, "--work", tmp_path)


def test_elf_files_are_read_as_readelf_does(live_place, live_build):
    layout, _ = live_build("php-fpm")
    lock = (layout.parent / "php-fpm.lock").read_text()
    blobs = Path(live_place.environment["DEBONE_STORE"]) / "blobs/sha256"
    oracle("elf_oracle.py", "deb_probe", *(blobs / digest[:2] / digest for digest in re.findall(
        "sha256: ([0-9a-f]{64}), path", lock)))
