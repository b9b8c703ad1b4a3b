"""The stand-in for Passbolt's package is such as the vendor's is: what the recipes and the tests of the stack rely on."""

import re
import subprocess

import pytest
import yaml

import passbolt_standin
import tinydebian
from aptrepo import package
from debone import SOURCE
from ociimage import Image
from passbolt_standin import FIXTURE

# The layout of passbolt-ce-server as its packaging makes it. The postinst gives jwt 0750.
LAYOUT = """
drwxrwx--- root/www-data     /etc/passbolt/
drwxrwx--- root/www-data     /etc/passbolt/gpg/
drwxrwx--- root/www-data     /etc/passbolt/jwt/
drwxr-x--- root/www-data     /etc/passbolt/Migrations/
drwxr-x--- root/www-data     /etc/passbolt/schema/
-rw-r----- root/www-data     /etc/passbolt/app.php
-rw-r----- root/www-data     /etc/passbolt/default.php
drwxr-xr-x www-data/www-data /var/lib/passbolt/
drwxr-xr-x www-data/www-data /var/lib/passbolt/tmp/
drwx------ www-data/www-data /var/lib/passbolt/.gnupg/
drwxr-xr-x www-data/www-data /var/log/passbolt/
-rwxr-xr-x root/root         /usr/share/php/passbolt/bin/cake
-rwxr-xr-x root/root         /usr/share/php/passbolt/bin/cake.php
-rwxr-xr-x root/root         /usr/share/php/passbolt/bin/cron
drwxr-xr-x root/root         /usr/share/php/passbolt/plugins/
drwxr-xr-x root/root         /usr/share/php/passbolt/resources/
drwxr-xr-x root/root         /usr/share/php/passbolt/src/
drwxr-xr-x root/root         /usr/share/php/passbolt/templates/
-rw-r--r-- root/root         /usr/share/php/passbolt/vendor/autoload.php
-rw-r--r-- root/root         /usr/share/php/passbolt/webroot/index.php
drwxr-xr-x www-data/www-data /usr/share/php/passbolt/webroot/img/public/
-rw-r--r-- root/root         /usr/share/passbolt/examples/nginx-passbolt.conf
-rw-r--r-- root/root         /usr/share/passbolt/examples/nginx-passbolt-ssl.conf
-rw-r--r-- root/root         /etc/cron.d/passbolt-ce-server
-rw-r--r-- root/root         /etc/logrotate.d/passbolt-ce-server
"""
EMPTY = ["/etc/passbolt/gpg/", "/etc/passbolt/jwt/", "/var/lib/passbolt/tmp/", "/var/lib/passbolt/.gnupg/",
         "/var/log/passbolt/", "/usr/share/php/passbolt/webroot/img/public/"]
NEEDED = {  # the first of its alternatives, of each dependency
    "debconf", "cron", "openssl", "php-gnupg", "php-redis", "php-pgsql",
    *(f"php-{name}" for name in "cli curl mbstring intl mysql fpm xml gd ldap".split())}


def output(*command):
    return subprocess.run(list(map(str, command)), capture_output=True, text=True, check=True).stdout


@pytest.fixture(scope="module")
def deb(tmp_path_factory):
    path = tmp_path_factory.mktemp("standin") / "standin.deb"
    path.write_bytes(passbolt_standin.deb().deb)
    return path


def listed(deb):
    """Mode and owner by path, as dpkg-deb shows them."""
    lines = [line.split(maxsplit=5) for line in output("dpkg-deb", "-c", deb).splitlines()]
    return {fields[5].removeprefix("."): (fields[0], fields[1]) for fields in lines}


def test_owners_and_modes(deb):
    expected = {path: (mode, owner) for mode, owner, path in map(str.split, LAYOUT.strip().splitlines())}
    found = listed(deb)
    assert {path: found.get(path) for path in expected} == expected


def test_what_others_may_not_read_and_nobody_may_write(deb):
    for path, (mode, owner) in listed(deb).items():
        if path.startswith("/etc/passbolt/"):
            assert owner == "root/www-data" and mode.endswith("---"), path
        elif path.startswith("/usr/") and path != "/usr/share/php/passbolt/webroot/img/public/":
            assert owner == "root/root" and mode[5] == mode[8] == "-", path


def test_no_key_is_in_it(deb):
    assert [path for path in listed(deb) for folder in EMPTY if path.startswith(folder) and path != folder] == []
    assert set(EMPTY) <= listed(deb).keys()


def test_control(deb, tmp_path):
    depends = output("dpkg-deb", "-f", deb, "Depends")
    assert output("dpkg-deb", "-f", deb, "Package") == "passbolt-ce-server\n"
    assert output("dpkg-deb", "-f", deb, "Architecture") == "all\n"
    assert {re.split(r"[ |]", one.strip())[0] for one in depends.split(",")} == NEEDED
    output("dpkg-deb", "-e", deb, tmp_path / "control")
    output("dpkg-deb", "-x", deb, tmp_path / "root")
    conffiles = (tmp_path / "control/conffiles").read_text().splitlines()
    configuration = [path for path in listed(deb) if path.startswith("/etc/") and not path.endswith("/")]
    assert sorted(conffiles) == sorted(configuration)
    subprocess.run(["md5sum", "--check", "--quiet", tmp_path / "control/md5sums"], cwd=tmp_path / "root", check=True)


def test_the_same_each_time(deb):
    assert passbolt_standin.deb().deb == deb.read_bytes()


SHELL = [path for path in sorted(FIXTURE.rglob("*"))
         if path.is_file() and re.match(rb"#!/bin/(ba)?sh\n", path.read_bytes())]


@pytest.mark.parametrize("script", SHELL, ids=lambda path: path.name)
def test_shell_script_is_valid(script):
    shell = script.read_text().splitlines()[0].removeprefix("#!")
    output(shell, "-n", script)


def test_php_is_valid():
    files = sorted(FIXTURE.rglob("*.php"))
    assert len(files) > 30
    for path in files:
        assert "No syntax errors" in output("php", "-n", "-l", path)


def test_the_recipes_take_it_by_source_alone(place, keys, archive_key, debian):
    """With the vendor's address and key in the recipe, and --source at the command line. The packages that it needs are
    tiny ones, so that what the catalog says of the vendor's package is all that is taken from it."""
    catalog = yaml.safe_load((SOURCE / "catalog/include/passbolt.yaml").read_text())
    needed = [package(name, "2:8.4", files={f"/usr/share/doc/{name}/copyright": "GPL\n"}) for name in NEEDED]
    debian.publish([*tinydebian.standard(), *needed])
    passbolt_standin.publish(place.folder / "vendor", keys, archive_key)
    place.write("recipe.yaml", yaml.safe_dump({
        "name": "passbolt", "contents": {"sources": [{"debian": "trixie"}, *catalog["contents"]["sources"]],
                                         "packages": ["passbolt-ce-server", "base-passwd"]},
        "effects": catalog["effects"], "cuts": catalog["cuts"], "accounts": {"run-as": "www-data"}}))
    key = place.write("pub.key", (place.folder / "vendor/pub.key").read_bytes())
    place.run("build", "recipe.yaml", "-o", "out", "--strict",
              "--source", f"passbolt=file:{place.folder}/vendor/ce/debian,{key}").ok()
    entries = Image(place.work / "out").entries()
    jwt = entries["etc/passbolt/jwt"]
    assert (oct(jwt.mode), jwt.uid, jwt.gid) == ("0o750", 0, 33)
    assert not [path for path in entries if path.startswith(("etc/passbolt/jwt/", "etc/passbolt/gpg/", "etc/cron.d/"))]
    assert [path for path in entries if path.startswith("usr/share/php/passbolt/bin/")] == [
        "usr/share/php/passbolt/bin/cake.php", "usr/share/php/passbolt/bin/utils.sh"]
