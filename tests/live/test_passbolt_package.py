"""What the catalog says of Passbolt's package, from the live archive and with the stand-in for the vendor's repository: a
lean image above php-fpm in which the application's commands and pages run."""

import json
import re
import signal
import subprocess

import pytest

import fastcgi
import passbolt_standin
from ociimage import Image

RECIPE = "name: passbolt\nextends: php-fpm\ninclude: include/passbolt\n"
EXTENSIONS = {"intl", "mbstring", "gnupg", "gd", "curl", "openssl", "ldap", "json", "posix", "PDO", "pdo_mysql",
              "iconv", "ctype", "fileinfo", "xml", "xsl", "redis", "igbinary", "Zend OPcache"}
READ_ONLY = ["--read-only", "--tmpfs", "/tmp", "--tmpfs", "/run/php"]
CAKE = "/usr/share/php/passbolt/bin/cake.php"


@pytest.fixture(scope="module")
def built(live_place, live_build, keys, archive_key, request):
    # Whether every maintainer script is known, the archive may change from one day to the other.
    strict = ["--strict"] if request.config.getoption("--wide") else []
    vendor = live_place.folder / "vendor"
    passbolt_standin.publish(vendor, keys, archive_key)
    return live_build(RECIPE, *strict, "--source", f"passbolt=file:{vendor}/ce/debian,{vendor}/pub.key")


def test_nothing_is_found(built):
    layout, summary = built
    assert summary["images"][0]["findings"] == []
    names = {path.rpartition("/")[2] for path in Image(layout).entries() if re.match(r"(usr/)?s?bin/", path)}
    assert {"php8.4", "gpg", "gpg-agent", "gpgconf"} <= names
    assert not names & {"sh", "bash", "dash", "perl", "cron", "debconf", "dpkg", "apt"}


def test_owners_and_modes(built):
    entries = Image(built[0]).entries()

    def of(path):
        return oct(entries[path].mode), entries[path].uid, entries[path].gid
    assert of("etc/passbolt/jwt") == ("0o750", 0, 33), "as the postinst leaves it"
    assert of("etc/passbolt/gpg") == ("0o770", 0, 33) and of("etc/passbolt/app.php") == ("0o640", 0, 33)
    assert of("var/lib/passbolt/.gnupg") == ("0o700", 33, 33)
    for path in ("var/lib/passbolt/tmp", "var/log/passbolt", "usr/share/php/passbolt/webroot/img/public"):
        assert of(path) == ("0o755", 33, 33)
    code = [path for path in entries if path.startswith("usr/share/php/passbolt/") and "/img/public" not in path]
    assert {of(path)[1:] for path in code} == {(0, 0)}
    for folder in ("etc/passbolt/jwt", "etc/passbolt/gpg", "var/lib/passbolt/.gnupg"):
        assert [path for path in entries if path.startswith(folder + "/")] == [], "no key is in an image"


def test_commands_run(live_place, built):
    def run(program, *arguments, user="www-data"):
        return live_place.run("run", built[0], "--user", user, "--entrypoint", program, "--", *arguments)
    assert "Passbolt CE" in run("php", CAKE, "passbolt", "version").ok().out
    modules = run("php", "-m").ok()
    assert EXTENSIONS - set(modules.out.splitlines()) == set() and "Warning" not in modules.out + modules.err
    assert run("gpg", "--version").ok().out.startswith("gpg (GnuPG) 2.")
    refused = run("php", CAKE, "passbolt", "version", user="root")
    assert refused.status == 1 and "cannot be executed as root" in refused.err
    health = run("php", CAKE, "passbolt", "healthcheck", "--environment").ok().out
    assert health.count("[FAIL]") == 0 and health.count("[WARN]") == 1 and "There is no shell" in health


def test_keys_are_made_without_a_shell(live_place, built):
    """openssl.cnf is there, and gpg finds its agent."""
    layout, _ = built
    made = live_place.run("run", layout, "--entrypoint", "php", "--", "-r",
                          'echo openssl_pkey_new(["private_key_bits" => 2048]) ? "made" : openssl_error_string();').ok()
    assert made.out == "made"
    key = live_place.run("run", layout, "--entrypoint", "gpg", "--", "--batch", "--passphrase", "", "--status-fd", "1",
                         "--quick-generate-key", "server@example.org", "rsa2048", "sign,cert", "never").ok()
    assert "KEY_CREATED P" in key.out


def test_pages_are_served(live_place, built):
    layout, _ = built
    process = live_place.start("run", layout, *READ_ONLY, "-e", "PASSBOLT_SSL_FORCE=false", stdout=subprocess.DEVNULL)
    try:
        assert any("ready to handle connections" in line for line in process.stderr), "port 9000 may be in use"
        index = "/usr/share/php/passbolt/webroot/index.php"
        headers, page, _ = fastcgi.request(index, REQUEST_URI="/healthcheck/status.json")
        assert headers.get("status", "200").startswith("200") and json.loads(page)["body"] == "OK"
        assert "x-powered-by" not in headers
        headers, _, _ = fastcgi.request(index, REQUEST_URI="/vendor/autoload.php")
        assert headers["status"].startswith("404")
    finally:
        process.send_signal(signal.SIGQUIT)
        process.communicate(timeout=60)
    assert process.returncode == 0
