"""What desktops' libraries are told of (schemas, MIME types, lists of modules), held to a real installation of the same
packages by apt and dpkg (mmdebstrap): files are equal byte for byte, lists but for their comments."""

import subprocess
import tarfile

import pytest

from ociimage import Image
from resolve_oracle import KEYRING, mirrors

PACKAGES = ("libglib2.0-bin gsettings-desktop-schemas shared-mime-info librsvg2-common webp-pixbuf-loader heif-gdk-pixbuf "
            "glib-networking gvfs adwaita-icon-theme ibus-gtk3 libgtk-4-1 base-passwd base-files").split()
GTK3 = {"trixie": "libgtk-3-0t64", "bookworm": "libgtk-3-0"}
EQUAL = ("usr/share/mime/", "usr/share/glib-2.0/schemas/")
LISTS = ("loaders.cache", "giomodule.cache", "immodules.cache")
pytestmark = pytest.mark.wide


@pytest.fixture(scope="module", params=sorted(GTK3))
def both(request, live_build, tmp_path_factory):
    """(the files of debone's image, those of the real installation), by path."""
    suite = request.param
    packages = [*PACKAGES, GTK3[suite]]
    layout, summary = live_build(f"name: real\ncontents:\n  sources: [{{debian: {suite}}}]\n"
                                 f"  packages: [{', '.join(packages)}]\nclosure: full\ncuts: ['!default']\n")
    assert [line for line in summary["warnings"] if "does not know it" in line or "MIME" in line or "gschemas" in line] == []
    image = Image(layout)
    ours = {path: image.read(path) for path in image.entries() if path.startswith(EQUAL) or path.endswith(LISTS)
            if image.entries()[path].isreg()}

    work = tmp_path_factory.mktemp(suite)
    addresses = mirrors()
    sources = work / "sources.list"
    sources.write_text("".join(f"deb [signed-by={KEYRING}] {addresses[kind]} {name} main\n" for name, kind in (
        (suite, "main"), (f"{suite}-updates", "main"), (f"{suite}-security", "security"))))
    done = subprocess.run(["mmdebstrap", "--variant=apt", "--aptopt=Acquire::Check-Valid-Until \"false\"",
                           f"--include={','.join(packages)}", suite, work / "system.tar", sources],
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    real = {}
    with tarfile.open(work / "system.tar") as system:
        for member in system:
            path = member.name.removeprefix("./")
            if member.isreg() and (path.startswith(EQUAL) or path.endswith(LISTS)):
                real[path] = system.extractfile(member).read()
    (work / "system.tar").unlink()
    return ours, real


def test_the_same_files_are_there(both):
    ours, real = both
    assert ours.keys() == real.keys()
    assert sum(path.endswith(LISTS) for path in ours) == 4


def test_schemas_and_the_mime_database_are_equal(both):
    ours, real = both
    assert [path for path in real if path.startswith(EQUAL) and ours[path] != real[path]] == []


def test_lists_of_modules_are_equal(both):
    def said(content):
        return [line for line in content.decode().splitlines() if not line.startswith("#")]
    ours, real = both
    for path in real:
        if path.endswith(LISTS):
            assert said(ours[path]) == said(real[path]), path
