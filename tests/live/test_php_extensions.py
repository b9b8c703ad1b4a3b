"""`debone new php` beside the archive: its table of extensions against PHP with all of the packages, its reading of
constraints against composer's own."""

import json
import re

import pytest

from debone import SOURCE
from ociimage import Image

SUITES = {"8.4": ("trixie", "php-fpm", 11), "8.2": ("bookworm", "bookworm/php-fpm", 7)}


def table(php):
    """By extension: its package, and whether php-fpm has it."""
    entries = {}
    for line in (SOURCE / "templates/php/extensions").read_text().splitlines():
        words = line.split()
        if not words or words[0] == "#" or line.startswith("#"):
            continue
        only = words[2] if len(words) > 2 else None
        if only in (None, "cli", php):
            entries[words[0]] = (words[1].replace("@", php), only != "cli")
    return entries


@pytest.mark.parametrize("php", SUITES)
def test_every_extension_of_the_table_is_there(live_place, live_build, php):
    """In an image with all of the packages each extension is loaded, and its .so is of the package that the table says."""
    entries = table(php)
    apart = {"yac": entries.pop("yac")}  # which conflicts with apcu
    require(live_place, live_build, php, entries)
    require(live_place, live_build, php, apart)


def require(live_place, live_build, php, entries):
    packages = sorted({package for package, _ in entries.values()} - {"-"})
    recipe = f"name: all\ninclude: {SUITES[php][1]}\ncontents: {{packages: [{', '.join(packages)}]}}\nallow: {{set-id: a test}}\n"
    layout, _ = live_build(recipe)
    code = "echo json_encode(array_map(fn($x) => extension_loaded(strtr($x, '-', ' ')), array_combine($n = array_slice($argv, 1), $n)));"
    loaded = json.loads(live_place.run("run", layout, "--entrypoint", f"php{php}", "--", "-r", code, "--",
                                       *entries).ok().out.splitlines()[-1])
    assert sorted(name for name, is_there in loaded.items() if not is_there) == []
    in_fpm = live_place.run("run", layout, "--entrypoint", f"php-fpm{php}", "--", "-m").ok().out.lower()
    names = {line.strip().replace(" ", "-") for line in in_fpm.splitlines()}
    assert sorted(name for name, (_, fpm) in entries.items() if fpm and name not in names) == []
    assert sorted(name for name, (_, fpm) in entries.items() if not fpm and name in names) == []
    image = Image(layout)
    for name, (package, _) in entries.items():
        if package != "-":
            sums = image.read(f"var/lib/dpkg/status.d/{package}.md5sums").decode()
            assert re.search(rf"  usr/lib/php/[0-9]+/{name.removeprefix('zend-')}\.so$", sums, re.MULTILINE), name


CONSTRAINTS = ["*", "8.*", "8.2.*", "8.x", "^8", "^8.1", "^8.2.9", "^8.3", "~8", "~8.1", "~8.2.0", "~8.4.0", "~8.4.20", "^7.4", "^7.4 || ^8.0",
               "^7.1|^8.2 <8.4", ">=8.1 <8.4", ">=8.1,<8.5", "> 8.2", "!=8.4.12", "<>8.2.7", "8.1 - 8.2", "8.2 - 8.4.11", "8.0.0 - 9", "8.4",
               "8.4.12", "=8.2.10", "<=8.4.10", "<8.4.11-dev", ">=8.4-RC1 <8.5-dev", ">8.4.0-beta2", "v8.2.8", "8.2.9@dev", "8.4.13-stable",
               ">=8.2@stable", "^8.0.0.1", "<8.2.7.1", "^0.3", "^9", ">=8.4.11 <8.4.12 || 8.2.*"]


def test_constraints_as_composer_reads_them(live_place, live_build):
    """composer's own library, in an image, on each version that a release's PHP can have had."""
    layout, _ = live_build("name: semver\ninclude: php-cli\ncontents: {packages: [php-composer-semver]}\n")
    versions = {php: [f"{php}.{patch}" for patch in range(first, first + 60)] for php, (_, _, first) in SUITES.items()}
    code = ("require '/usr/share/php/Composer/Semver/autoload.php'; [, $c, $v] = $argv; $out = [];"
            "foreach (json_decode($c) as $x) foreach (json_decode($v, true) as $php => $all) "
            "$out[$x][$php] = count(Composer\\Semver\\Semver::satisfiedBy($all, $x)) > 0; echo json_encode($out);")
    judged = json.loads(live_place.run("run", layout, "--entrypoint", "php8.4", "--", "-r", code, "--",
                                       json.dumps(CONSTRAINTS), json.dumps(versions)).ok().out)
    assert len(judged) == len(CONSTRAINTS)
    live_place.write("constraint/index.php", "")
    for constraint, fits in judged.items():
        live_place.write("constraint/composer.json", json.dumps({"require": {"php": constraint}}))
        result = live_place.run("new", "php", "constraint", "--force", "--format", "json")
        chosen = result.json["php"] if result.status == 0 else None
        assert chosen == next((php for php in SUITES if fits[php]), None), constraint
