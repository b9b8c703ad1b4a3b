"""`make install` below DESTDIR and PREFIX: what a package of debone holds, and nothing beside it. The build is not part of
it: `make install-files` takes what is built."""

import os
import shutil
import subprocess

import pytest

from debone import SOURCE, program


@pytest.mark.parametrize("prefix", [None, "/usr"])
def test_make_install(tmp_path, prefix):
    build, destination = tmp_path / "build", tmp_path / "destination"
    build.mkdir()
    shutil.copy(program(), build / "debone")
    chosen = [] if prefix is None else [f"PREFIX={prefix}"]
    environment = {name: value for name, value in os.environ.items() if name not in ("PREFIX", "DESTDIR", "MAKEFLAGS")}
    subprocess.run(["make", "-s", "install-files", f"BUILD={build}", f"DESTDIR={destination}", *chosen], cwd=SOURCE,
                   check=True, env=environment)
    root = destination / (prefix or "/usr/local").lstrip("/")
    installed = {str(path.relative_to(root)): path for path in root.rglob("*") if not path.is_dir()}
    assert len(installed) == sum(not path.is_dir() for path in destination.rglob("*")), "nothing beside the prefix"

    manual = subprocess.run([build / "debone", "man", tmp_path / "man"], check=True, capture_output=True)
    pages = {f"share/man/man1/{path.name}" for path in (tmp_path / "man").iterdir()}
    assert "share/man/man1/debone-build.1" in pages, manual
    documents = {f"share/doc/debone/docs/{path.name}" for path in (SOURCE / "docs").glob("*.md")}
    assert set(installed) == pages | documents | {
        "bin/debone", "share/bash-completion/completions/debone", "share/zsh/vendor-completions/_debone",
        "share/fish/vendor_completions.d/debone.fish", "share/doc/debone/README.md", "share/doc/debone/CHANGELOG.md",
        "share/doc/debone/CONTRIBUTING.md", "share/doc/debone/LICENSE"}
    for name, path in installed.items():
        assert (path.stat().st_mode & 0o7777) == (0o755 if name == "bin/debone" else 0o644), name
        assert path.stat().st_size > 0, name
    said = subprocess.run([root / "bin/debone", "--version"], check=True, capture_output=True, text=True).stdout
    assert said.startswith("debone ")
    assert "complete -o filenames -F _debone debone" in installed["share/bash-completion/completions/debone"].read_text()
