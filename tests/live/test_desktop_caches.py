"""What desktops' libraries are told of (schemas, MIME types, lists of modules), held to a real installation of the same
packages by apt and dpkg (mmdebstrap): files are equal byte for byte, lists but for their comments."""

import pytest

from installation import installation
from ociimage import Image

PACKAGES = ("fontconfig libglib2.0-bin gsettings-desktop-schemas shared-mime-info librsvg2-common webp-pixbuf-loader "
            "heif-gdk-pixbuf glib-networking gvfs adwaita-icon-theme ibus-gtk3 libgtk-4-1 base-passwd base-files").split()
GTK3 = {"trixie": "libgtk-3-0t64", "bookworm": "libgtk-3-0"}
EQUAL = ("usr/share/mime/", "usr/share/glib-2.0/schemas/")
LISTS = ("loaders.cache", "giomodule.cache", "immodules.cache")
pytestmark = pytest.mark.wide


def recipe_of(suite):
    return (f"name: real\ncontents:\n  sources: [{{debian: {suite}}}]\n  packages: [{', '.join(packages_of(suite))}]\n"
            "closure: full\ncuts: ['!default']\n")


def packages_of(suite):
    return [*PACKAGES, GTK3[suite]]


def files_of(image):
    return {path: image.read(path) for path, entry in image.entries().items() if entry.isreg() and is_compared(path)}


def is_compared(path):
    return path.startswith(EQUAL) or path.endswith(LISTS)


@pytest.fixture(scope="module", params=sorted(GTK3))
def suite(request):
    return request.param


@pytest.fixture(scope="module")
def both(suite, live_build):
    """(the files of debone's image, those of the real installation), by path."""
    layout, summary = live_build(recipe_of(suite))
    assert [line for line in summary["warnings"] if "does not know it" in line or "MIME" in line or "gschemas" in line] == []
    image = Image(layout)
    installed = installation(suite, packages_of(suite))
    return files_of(image), {path: content for path, content in installed.contents.items()
                             if installed.entries[path][0] == "file" and is_compared(path)}


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


@pytest.mark.parametrize("finisher", ["glib-schemas", "mime"])
def test_each_finisher_is_needed(both, suite, live_build, finisher):
    _, real = both
    layout, _ = live_build(recipe_of(suite), "--without-finisher", finisher)
    without = files_of(Image(layout))
    assert [path for path in real if path.startswith(EQUAL) and without.get(path) != real[path]] != []
