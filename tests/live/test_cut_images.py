"""The cuts of the catalog's php-fpm: nothing that a reader alone would miss, every copyright, and a program that works."""

import json
import posixpath
import re

import pytest

from ociimage import Image

PHP = ["--read-only", "--tmpfs", "/tmp", "--entrypoint", "/usr/bin/php8.4", "--"]
ALL = "name: uncut\ninclude: php-fpm\ncuts: ['!default']\n"
SMALLER = "name: smaller\ninclude: php-fpm\ncuts: [no-gconv-extra]\n"


def resolved(entries, path, followed=0):
    """Where a path leads, links followed; what need not be there."""
    parts = path.split("/")
    for i in range(1, len(parts) + 1):
        here = "/".join(parts[:i])
        if here in entries and entries[here].issym() and followed < 40:
            target = posixpath.normpath(posixpath.join("/", posixpath.dirname(here), entries[here].linkname))
            return resolved(entries, "/".join([target.strip("/"), *parts[i:]]), followed + 1)
    return path


@pytest.fixture(scope="module")
def php(live_build):
    layout, summary = live_build("php-fpm")
    return layout, summary["images"][0], Image(layout).entries()


def test_no_manual_and_every_copyright(php):
    _, summary, entries = php
    assert not [path for path in entries if re.match(r"usr/share/(man|info|lintian|bug)(/|$)", path)]
    assert not [path for path in entries if re.match(r"usr/share/locale/(?!(C|en)\b)[^/]*/", path)]
    shipped = [one["name"] for one in summary["packages"] if f"usr/share/doc/{one['name']}" in entries]
    assert len(shipped) > 70
    for name in shipped:
        copyright = resolved(entries, f"usr/share/doc/{name}/copyright")
        assert copyright in entries and entries[copyright].isreg(), f"{name} has no copyright: {copyright}"
    others = [path for path, entry in entries.items() if path.startswith("usr/share/doc/") and entry.isreg()
              and not re.search(r"/(copyright|NOTICE[^/]*)$", path)]
    assert others == []


def test_every_package_has_its_folder_of_documentation(php):
    """But for what is only read: base-passwd's accounts."""
    _, summary, entries = php
    missing = {one["name"] for one in summary["packages"]} - {
        path.split("/")[3] for path in entries if path.startswith("usr/share/doc/") and path.count("/") == 3}
    assert missing <= {"base-passwd"}


def test_no_link_leads_to_what_was_cut(php, live_build):
    _, _, entries = php
    all_entries = Image(live_build(ALL)[0]).entries()
    cut = all_entries.keys() - entries.keys()
    assert len(cut) > 500
    dangling = [path for path, entry in entries.items() if entry.issym() and resolved(all_entries, path) in cut]
    assert dangling == []
    # What is cut by default is documentation, with the links by which manual pages are alternatives.
    folders = {"/".join(path.split("/")[:3]) for path in cut if not path.startswith("etc/alternatives/")}
    assert folders <= {f"usr/share/{name}" for name in ("doc", "man", "info", "locale", "lintian", "bug", "doc-base")}
    assert all(path.endswith(".gz") for path in cut if path.startswith("etc/alternatives/"))


def test_it_runs(php, live_place):
    layout, _, _ = php
    assert live_place.run("run", layout, *PHP, "-v").ok().out.startswith("PHP 8.4.")


def test_its_size(php, live_build):
    _, summary, _ = php
    smaller = live_build(SMALLER)[1]["images"][0]
    assert summary["size"] <= 108_000_000
    assert smaller["size"] <= 100_000_000
    assert len(summary["packages"]) <= 85


CONVERSIONS = r"""
foreach (['ISO-8859-1', 'ISO-8859-15', 'CP1252', 'UTF-16LE', 'UTF-16BE', 'UTF-32LE', 'UTF-7', 'US-ASCII', 'IBM037'] as $to)
    $found[$to] = bin2hex((string) @iconv('UTF-8', $to, $to === 'US-ASCII' || $to === 'IBM037' ? 'e' : "\u{e9}"));
$found['back'] = iconv('ISO-8859-1', 'UTF-8', "\xe9");
echo json_encode($found);
"""


def test_without_the_extra_character_sets_the_others_work(live_place, live_build, php):
    smaller = live_build(SMALLER)[0]
    found = {layout: json.loads(live_place.run("run", layout, *PHP, "-r", CONVERSIONS).ok().out)
             for layout in (php[0], smaller)}
    assert found[php[0]]["IBM037"] == "85" and found[smaller]["IBM037"] == ""
    core = {"ISO-8859-1": "e9", "ISO-8859-15": "e9", "CP1252": "e9", "UTF-16LE": "e900", "UTF-16BE": "00e9",
            "UTF-32LE": "e9000000", "UTF-7": "2b414f6b2d", "US-ASCII": "65", "back": "é"}
    for layout in found:
        assert {name: found[layout][name] for name in core} == core


@pytest.mark.parametrize("suite", ["trixie", "bookworm"])
@pytest.mark.parametrize("architecture", ["amd64", "arm64"])
def test_the_core_set_is_glibcs(live_build, suite, architecture):
    """What is left names its modules, and all of them are there, and no other."""
    layout, _ = live_build(f"name: libc\ncontents: {{sources: [{{debian: {suite}}}], packages: [libc6]}}\n"
                           "cuts: [no-gconv-extra]\n", "--arch", architecture)
    image = Image(layout)
    folder = next(posixpath.dirname(path) for path in image.entries() if path.endswith("/gconv/gconv-modules"))
    named = set(re.findall(r"(?m)^module\s+\S+\s+\S+\s+(\S+)", image.read(f"{folder}/gconv-modules").decode()))
    there = {path.removeprefix(f"{folder}/") for path in image.entries() if path.startswith(f"{folder}/")}
    assert {f"{name}.so" for name in named} == {name for name in there if name.endswith(".so")}
    assert there == {"gconv-modules", *(f"{name}.so" for name in named)}
