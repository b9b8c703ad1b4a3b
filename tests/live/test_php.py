"""The catalog's PHP images, built from the live archive, do what an apt installation does: the extensions are there,
a page is served, and the traps of unpacking without maintainer scripts are not sprung."""

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

import fastcgi
from debone import SOURCE, program
from ociimage import Image

EXTENSIONS = {"calendar", "Core", "ctype", "date", "dom", "exif", "fileinfo", "ftp", "gd", "gettext", "hash", "iconv",
              "json", "mbstring", "mysqlnd", "openssl", "pdo_mysql", "PDO", "Phar", "posix", "readline", "session",
              "shmop", "SimpleXML", "sockets", "sysvmsg", "sysvsem", "sysvshm", "tokenizer", "xml", "xmlreader",
              "xmlwriter", "xsl", "Zend OPcache", "zlib"}
READ_ONLY = ["--read-only", "--tmpfs", "/tmp", "--tmpfs", "/run/php"]


@dataclass
class Suite:
    name: str
    version: str     # of PHP
    prefix: str      # of the recipes' names in the catalog
    debian: str
    layout: Path = None
    summary: dict = None
    image: Image = None


@pytest.fixture(scope="module", params=[("trixie", "8.4", "", "13"), ("bookworm", "8.2", "bookworm/", "12")],
                ids=lambda param: param[0])
def suite(request, live_build):
    """One Debian release, with its php-fpm image built."""
    one = Suite(*request.param)
    one.layout, one.summary = live_build(f"{one.prefix}php-fpm")
    one.image = Image(one.layout)
    return one


def test_version(live_place, suite):
    out = live_place.run("run", suite.layout, "--entrypoint", f"php{suite.version}", "--", "-v").ok().out
    assert out.startswith(f"PHP {suite.version}.") and "Zend OPcache" in out


def test_modules(live_place, suite):
    result = live_place.run("run", suite.layout, "--entrypoint", f"php{suite.version}", "--", "-m").ok()
    assert EXTENSIONS - set(result.out.splitlines()) == set()
    assert "Warning" not in result.out + result.err


def test_fpm_configuration(live_place, suite):
    result = live_place.run("run", suite.layout, *READ_ONLY, "--entrypoint", f"php-fpm{suite.version}", "--", "-t").ok()
    assert "test is successful" in result.err and "WARNING" not in result.err


def test_cli_image(live_place, live_build, suite):
    layout, _ = live_build(f"{suite.prefix}php-cli")
    config = Image(layout).config["config"]
    assert config["User"] == "www-data"
    command = [] if config.get("Entrypoint") else [f"/usr/bin/php{suite.version}"]
    out = live_place.run("run", layout, "--", *command, "-r", "echo PHP_SAPI, PHP_VERSION;").ok().out
    assert out.startswith(f"cli{suite.version}.")


def test_no_shell_and_no_package_manager(suite):
    names = {path.rpartition("/")[2] for path in suite.image.entries() if re.match(r"(usr/)?s?bin/", path)}
    assert not names & {"sh", "bash", "dash", "perl", "dpkg", "apt", "apt-get", "update-alternatives"}
    assert suite.summary["images"][0]["findings"] == []


# --- the traps of unpacking alone: what PHP itself finds -------------------------------------------------------------

FACTS = r"""
$image = imagecreatetruecolor(2, 2);
ob_start(); imagepng($image); $png = strlen(ob_get_clean());
ob_start(); imagejpeg($image); $jpeg = strlen(ob_get_clean());
$certificates = openssl_get_cert_locations()['default_cert_dir'] . '/ca-certificates.crt';
echo json_encode([
    'new key' => openssl_pkey_new() !== false,
    'user' => posix_getpwuid(posix_getuid())['name'],
    'display_errors' => (bool) filter_var(ini_get('display_errors'), FILTER_VALIDATE_BOOLEAN),
    'opcache' => extension_loaded('Zend OPcache'),
    'iconv' => bin2hex(iconv('UTF-8', 'ISO-8859-15', "\u{20ac}")),
    'summer in Berlin' => (new DateTime('2026-07-01 12:00', new DateTimeZone('Europe/Berlin')))->format('T P'),
    'gd draws' => $png > 50 && $jpeg > 50,
    'https' => getservbyname('https', 'tcp'), 'tcp' => getprotobyname('tcp'),
    'bundle is readable' => strlen(file_get_contents($certificates)) > 100000,
    'tmp can be written' => file_put_contents('/tmp/x', '1'),
    'root cannot' => @file_put_contents('/x', '1'),
]);
"""


def test_what_php_finds(live_place, suite):
    out = live_place.run("run", suite.layout, *READ_ONLY, "--entrypoint", f"/usr/bin/php{suite.version}", "--", "-r",
                         FACTS).ok().out
    assert json.loads(out) == {
        "new key": True,  # without /etc/ssl/openssl.cnf there is none
        "user": "www-data", "display_errors": False, "opcache": True, "iconv": "a4", "summer in Berlin": "CEST +02:00",
        "gd draws": True, "https": 443, "tcp": 6, "bundle is readable": True,
        "tmp can be written": 1, "root cannot": False}


# --- the traps of unpacking alone: what lies in the image -----------------------------------------------------------

def test_php_ini_is_the_production_one(suite):
    for sapi in ("cli", "fpm"):
        text = suite.image.read(f"etc/php/{suite.version}/{sapi}/php.ini").decode()
        assert re.search(r"^display_errors = Off$", text, re.MULTILINE), sapi


def test_conf_d_links_have_apts_priorities(suite):
    entries = suite.image.entries()
    for sapi in ("cli", "fpm"):
        links = {path.rsplit("/", 1)[1]: entry.linkname for path, entry in entries.items()
                 if path.startswith(f"etc/php/{suite.version}/{sapi}/conf.d/") and entry.issym()}
        assert {"10-mysqlnd.ini", "10-opcache.ini", "10-pdo.ini", "15-xml.ini", "20-pdo_mysql.ini",
                "20-gd.ini"} <= set(links), sapi
        for name, target in links.items():
            assert target == f"/etc/php/{suite.version}/mods-available/{name.split('-', 1)[1]}"
            assert target.lstrip("/") in entries


def test_sessions_can_be_kept(suite):
    entry = suite.image.entries()["var/lib/php/sessions"]
    assert entry.isdir() and (entry.mode, entry.uid, entry.gid) == (0o700, 33, 33)


def test_certificates(suite, tmp_path):
    """The bundle holds each certificate, openssl trusts them by it, and each has its link by hash."""
    entries = suite.image.entries()
    shipped = sorted(path for path in entries if re.fullmatch(r"usr/share/ca-certificates/mozilla/.*\.crt", path))
    bundle = suite.image.read("etc/ssl/certs/ca-certificates.crt").decode()
    assert bundle.count("BEGIN CERTIFICATE") == len(shipped) > 100
    (tmp_path / "bundle.crt").write_text(bundle)
    for path in shipped[:5]:
        certificate = tmp_path / "one.crt"
        certificate.write_bytes(suite.image.read(path))
        hash_name = subprocess.run(["openssl", "x509", "-hash", "-noout", "-in", certificate], capture_output=True,
                                   text=True, check=True).stdout.strip()
        assert entries[f"etc/ssl/certs/{hash_name}.0"].issym()
        verified = subprocess.run(["openssl", "verify", "-no-CApath", "-no_check_time", "-CAfile",
                                   tmp_path / "bundle.crt", certificate], capture_output=True, text=True)
        assert verified.stdout.endswith(": OK\n"), verified


def test_accounts_are_debians(suite):
    passwd = suite.image.read("etc/passwd").decode()
    assert re.search(r"^root:[x*]:0:0:", passwd, re.MULTILINE)
    assert re.search(r"^www-data:[x*]:33:33:www-data:/var/www:/usr/sbin/nologin$", passwd, re.MULTILINE)
    assert "$" not in passwd


def test_it_says_which_debian_it_is(suite):
    assert f"VERSION_CODENAME={suite.name}".encode() in suite.image.read("usr/lib/os-release")
    assert suite.image.read("etc/debian_version").decode().split(".")[0] == suite.debian


def test_packages_are_recorded_as_dpkg_would(suite):
    names = set()
    for package in suite.summary["images"][0]["packages"]:
        if package["state"] == "read":  # nothing of it is in the image
            continue
        names.add(package["name"])
        stanza = suite.image.read(f"var/lib/dpkg/status.d/{package['name']}").decode()
        assert f"Version: {package['version']}\n" in stanza
    assert names == {path.rpartition("/")[2] for path in suite.image.entries()
                     if re.fullmatch(r"var/lib/dpkg/status\.d/[^/]+(?<!\.md5sums)", path)}


def test_unpacked_ldconfig_makes_the_same_cache(suite, tmp_path):
    root = tmp_path / "root"
    subprocess.run(["umoci", "raw", "unpack", "--image", f"{suite.layout}:latest", root], check=True,
                   capture_output=True)
    ours = (root / "etc/ld.so.cache").read_bytes()
    (root / "etc/ld.so.cache").rename(tmp_path / "ours")
    subprocess.run(["ldconfig", "-X", "-r", root], check=True)
    if (root / "etc/ld.so.cache").read_bytes() != ours:  # this machine's ldconfig may be of another glibc
        # The libraries and their order are the same; the first and last line name the file and the glibc.
        listings = [subprocess.run(["ldconfig", "-p", "-C", path], capture_output=True, text=True,
                                   check=True).stdout.splitlines()[1:-1]
                    for path in (tmp_path / "ours", root / "etc/ld.so.cache")]
        assert len(listings[0]) > 100
        assert listings[0] == listings[1]
    # Every library that a program needs is found in the image.
    program = root / f"usr/sbin/php-fpm{suite.version}"
    needed = subprocess.run(["readelf", "-d", program], capture_output=True, text=True, check=True).stdout
    for soname in re.findall(r"NEEDED.*\[(.*)\]", needed):
        assert soname.encode() in ours, soname


# --- serving --------------------------------------------------------------------------------------------------------

PAGE = """<?php
header('X-Test: yes');
echo json_encode(['sapi' => PHP_SAPI, 'user' => posix_getpwuid(posix_getuid())['name'],
    'expose' => ini_get('expose_php'), 'errors' => ini_get('display_errors'), 'env' => getenv('FROM_OUTSIDE'),
    'gc' => ini_get('session.gc_probability'),  // there is no cron that tidies up
    'opcache' => opcache_get_status(false)['opcache_enabled'] ?? false,
    'tmp' => file_put_contents('/tmp/x', '1'), 'query' => $_GET['q'] ?? null,
    'body' => file_get_contents('php://input')]);
error_log('a line for the log');
"""


SLOW = """<?php
ob_end_flush();
echo 'begun, ';
flush();
$end = microtime(true) + 2;
while (microtime(true) < $end) {  // which a signal may wake
    usleep(100000);
}
echo 'ended';
"""


def recipe_with_pages(name):
    pages = {"index": PAGE, "broken": "<?php nothing_of_that_name();\n", "slow": SLOW}
    return f"name: page\ninclude: {name}\npaths:\n" + "".join(
        f"  - path: /srv/app/{page}.php\n    type: file\n    content: |\n"
        + "".join(f"      {line}\n" for line in text.splitlines()) for page, text in pages.items())


def listens():
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", 9000)) == 0


@contextlib.contextmanager
def serving(place, layout, *options):
    """php-fpm in its container, ready for requests."""
    assert not listens(), "port 9000 is in use: php-fpm cannot listen there"
    process = place.start("run", layout, *READ_ONLY, *options)
    try:
        end = time.monotonic() + 60
        while not listens():
            assert process.poll() is None, process.communicate()
            assert time.monotonic() < end, "php-fpm does not listen"
            time.sleep(0.05)
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
            process.communicate(timeout=30)


def test_a_page_over_fastcgi(live_place, live_build, suite):
    layout, _ = live_build(recipe_with_pages(f"{suite.prefix}php-fpm"))
    with serving(live_place, layout, "--env", "FROM_OUTSIDE=seen") as process:
        headers, page, _ = fastcgi.request("/srv/app/index.php", query="q=1", method="POST", body=b"posted")
        answer = json.loads(page)
        assert answer.pop("expose") in ("", "0", "Off") and answer.pop("errors") in ("", "0", "Off")
        assert answer == {"sapi": "fpm-fcgi", "user": "www-data", "env": "seen", "gc": "1", "opcache": True,
                          "tmp": 1, "query": "1", "body": "posted"}
        assert headers["x-test"] == "yes" and "x-powered-by" not in headers
        headers, page, _ = fastcgi.request("/srv/app/broken.php")
        assert headers["status"].startswith("500") and page == b"", "errors are not shown"
        headers, _, _ = fastcgi.request("/srv/app/nothing.php")
        assert headers["status"].startswith("404")
        process.send_signal(signal.SIGQUIT)
        _, log = process.communicate(timeout=30)
    assert process.returncode == 0
    assert "a line for the log" in log and "nothing_of_that_name" in log


def test_a_request_in_work_is_answered_before_it_stops(live_place, live_build, suite):
    layout, _ = live_build(recipe_with_pages(f"{suite.prefix}php-fpm"))
    assert suite.image.config["config"]["StopSignal"] == "SIGQUIT", "the signal that is sent below"
    with serving(live_place, layout) as process:
        half = []

        def stop(out):
            if not half:
                process.send_signal(signal.SIGQUIT)
            half.append(out)
        _, page, _ = fastcgi.request("/srv/app/slow.php", seen=stop, timeout=60)
        assert half[0].endswith(b"begun, ") and page == b"begun, ended"
        process.communicate(timeout=60)
    assert process.returncode == 0


# --- another architecture, built and not run ------------------------------------------------------------------------



def test_arm64_is_arm64(live_build, suite):
    layout, _ = live_build(f"{suite.prefix}php-fpm", "--arch", "arm64")
    image = Image(layout)
    assert image.config["architecture"] == "arm64"
    program = image.read(f"usr/sbin/php-fpm{suite.version}")
    assert program[:4] == b"\x7fELF" and int.from_bytes(program[18:20], "little") == 183  # EM_AARCH64
    assert b"ld-linux-aarch64.so.1" in image.read("etc/ld.so.cache")


def test_what_make_run_proves(live_place):
    environment = {**os.environ, "DEBONE_STORE": live_place.environment["DEBONE_STORE"],
                   "DEBONE_RUN_OPTIONS": "--allow-expired --allow-older"}
    done = subprocess.run([sys.executable, "-B", SOURCE / "scripts/prove.py", program()], capture_output=True, text=True,
                          timeout=900, env=environment)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Hello from PHP 8.4" in done.stdout and "the same by apt-get" in done.stdout
