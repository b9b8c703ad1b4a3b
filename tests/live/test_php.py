"""The catalog's PHP images, built from the live archive, do what an apt installation does: the extensions are there,
a page is served, and the traps of unpacking without maintainer scripts are not sprung."""

import contextlib
import re
import socket
import subprocess
import time

import pytest

import fastcgi
from ociimage import Image

EXTENSIONS = {"calendar", "Core", "ctype", "dom", "exif", "fileinfo", "FTP", "ftp", "gd", "gettext", "iconv", "json",
              "mbstring", "mysqlnd", "Zend OPcache", "pdo_mysql", "PDO", "Phar", "posix", "readline", "shmop",
              "SimpleXML", "sockets", "sysvmsg", "sysvsem", "sysvshm", "tokenizer", "xml", "xmlreader", "xmlwriter",
              "xsl", "openssl", "session", "zlib", "hash", "date"} - {"FTP"}

IMAGES = [("trixie", "8.4", ""), ("bookworm", "8.2", "bookworm/")]
READ_ONLY = ["--read-only", "--tmpfs", "/tmp", "--tmpfs", "/run/php"]


@pytest.fixture(params=IMAGES, ids=lambda image: image[0])
def suite(request):
    return request.param


def php(place, layout, version, code, *options):
    """What PHP code prints, run by the CLI in the image."""
    return place.run("run", layout, *READ_ONLY, *options, "--entrypoint", f"/usr/bin/php{version}", "--",
                     "-r", code).ok().out


@pytest.fixture
def fpm(live_build, suite):
    return live_build(f"{suite[2]}php-fpm")[0]


@pytest.fixture
def cli(live_build, suite):
    return live_build(f"{suite[2]}php-cli")[0]


def test_version(live_place, fpm, suite):
    out = live_place.run("run", fpm, "--entrypoint", f"php{suite[1]}", "--", "-v").ok().out
    assert out.startswith(f"PHP {suite[1]}.") and "Zend OPcache" in out


def test_cli_image(live_place, cli, suite):
    config = Image(cli).config["config"]
    assert config["User"] == "www-data"
    out = live_place.run("run", cli, "--", *([] if config.get("Entrypoint") else [f"/usr/bin/php{suite[1]}"]), "-v")
    assert out.ok().out.startswith(f"PHP {suite[1]}.")


def test_modules(live_place, fpm, suite):
    result = live_place.run("run", fpm, "--entrypoint", f"php{suite[1]}", "--", "-m").ok()
    assert EXTENSIONS - set(result.out.splitlines()) == set()
    assert "Warning" not in result.out + result.err


def test_fpm_configuration(live_place, fpm, suite):
    result = live_place.run("run", fpm, *READ_ONLY, "--entrypoint", f"php-fpm{suite[1]}", "--", "-t").ok()
    assert "test is successful" in result.err and "WARNING" not in result.err


def test_no_shell_but_what_apts_closure_brings(live_build, suite):
    layout, summary = live_build(f"{suite[2]}php-fpm")
    names = {package["name"] for package in summary["images"][0]["packages"]}
    shells = {path for path in Image(layout).entries() if re.fullmatch(r"(usr/)?bin/(ba|da|z|k|c)?sh", path)}
    assert not shells or names & {"bash", "dash"}


# --- the traps of unpacking alone -----------------------------------------------------------------------------------

def test_openssl_makes_keys(live_place, fpm, suite):
    """Without /etc/ssl/openssl.cnf openssl_pkey_new() returns false."""
    assert php(live_place, fpm, suite[1], "var_dump(openssl_pkey_new() !== false);") == "bool(true)\n"


def test_the_user_has_a_name(live_place, fpm, suite):
    assert php(live_place, fpm, suite[1], "echo posix_getpwuid(posix_getuid())['name'];") == "www-data"


def test_php_ini_is_the_production_one(live_place, fpm, suite):
    for sapi in ("cli", "fpm"):
        text = Image(fpm).read(f"etc/php/{suite[1]}/{sapi}/php.ini").decode()
        assert re.search(r"^display_errors = Off$", text, re.MULTILINE)
    assert php(live_place, fpm, suite[1], "var_dump(ini_get('display_errors') == '1');") == "bool(false)\n"


def test_opcache_is_loaded(live_place, fpm, suite):
    assert php(live_place, fpm, suite[1], "var_dump(extension_loaded('Zend OPcache'));") == "bool(true)\n"


def test_conf_d_links_have_apts_priorities(fpm, suite):
    entries = Image(fpm).entries()
    for sapi in ("cli", "fpm"):
        links = {path.rsplit("/", 1)[1]: entries[path].linkname for path in entries
                 if path.startswith(f"etc/php/{suite[1]}/{sapi}/conf.d/") and entries[path].issym()}
        wanted = {"10-mysqlnd.ini", "10-opcache.ini", "10-pdo.ini", "15-xml.ini", "20-pdo_mysql.ini", "20-gd.ini"}
        assert wanted <= set(links), sapi
        for name, target in links.items():
            assert target == f"/etc/php/{suite[1]}/mods-available/{name.split('-', 1)[1]}"
            assert target.lstrip("/") in entries


def test_iconv_knows_its_conversions(live_place, fpm, suite):
    assert php(live_place, fpm, suite[1], "echo bin2hex(iconv('UTF-8', 'ISO-8859-15', '€'));") == "a4"


def test_time_zones(live_place, fpm, suite):
    code = "echo (new DateTime('2026-07-01 12:00', new DateTimeZone('Europe/Berlin')))->format('T P');"
    assert php(live_place, fpm, suite[1], code) == "CEST +02:00"


def test_gd_draws(live_place, fpm, suite):
    code = "$i = imagecreatetruecolor(2, 2); ob_start(); imagepng($i); echo strlen(ob_get_clean()) > 50 ? 'png' : '?';" \
           "ob_start(); imagejpeg($i); echo strlen(ob_get_clean()) > 50 ? ' jpeg' : '?';"
    assert php(live_place, fpm, suite[1], code) == "png jpeg"


def test_sessions_can_be_kept(live_place, fpm, suite):
    entry = Image(fpm).entries()["var/lib/php/sessions"]
    assert entry.mode in (0o700, 0o1733) and entry.isdir()


def test_services_and_protocols_are_known(live_place, fpm, suite):
    assert php(live_place, fpm, suite[1], "echo getservbyname('https', 'tcp'), getprotobyname('tcp');") == "4436"


def test_locale_is_utf_8(live_place, fpm, suite):
    assert php(live_place, fpm, suite[1], "echo setlocale(LC_ALL, 0) ? setlocale(LC_CTYPE, '') : '';") == "C.UTF-8"


def test_certificates(live_place, fpm, suite, tmp_path):
    """The bundle is the one apt's ca-certificates makes of the same files, and openssl finds each by its hash."""
    image = Image(fpm)
    entries = image.entries()
    shipped = sorted(path for path in entries if re.fullmatch(r"usr/share/ca-certificates/mozilla/.*\.crt", path))
    bundle = image.read("etc/ssl/certs/ca-certificates.crt").decode()
    assert bundle.count("BEGIN CERTIFICATE") == len(shipped) > 100
    certificate = tmp_path / "one.crt"
    certificate.write_bytes(image.read(shipped[0]))
    (tmp_path / "bundle.crt").write_text(bundle)
    name = subprocess.run(["openssl", "x509", "-hash", "-noout", "-in", certificate], capture_output=True, text=True,
                          check=True).stdout.strip()
    assert entries[f"etc/ssl/certs/{name}.0"].issym()
    verified = subprocess.run(["openssl", "verify", "-no-CApath", "-no_check_time", "-CAfile", tmp_path / "bundle.crt",
                               certificate], capture_output=True, text=True)
    assert verified.stdout.endswith(": OK\n"), verified
    code = "$l = openssl_get_cert_locations(); echo filesize($l['default_cert_dir'] . '/ca-certificates.crt') > 1e5;"
    assert php(live_place, fpm, suite[1], code) == "1"


def test_accounts_are_debians(live_place, fpm, suite):
    passwd = Image(fpm).read("etc/passwd").decode()
    assert re.search(r"^root:[x*]:0:0:", passwd, re.MULTILINE)
    assert re.search(r"^www-data:[x*]:33:33:www-data:/var/www:/usr/sbin/nologin$", passwd, re.MULTILINE)
    assert not re.search(r":\$\w+\$", passwd)


def test_it_says_which_debian_it_is(fpm, suite):
    image = Image(fpm)
    assert f"VERSION_CODENAME={suite[0]}".encode() in image.read("usr/lib/os-release")
    assert image.read("etc/debian_version").decode().split(".")[0] == {"trixie": "13", "bookworm": "12"}[suite[0]]


def test_ld_so_cache_is_ldconfigs(fpm, suite, tmp_path):
    """Unpacked, ldconfig makes the very same cache (but for the auxiliary one)."""
    root = tmp_path / "root"
    unpack(fpm, root)
    ours = (root / "etc/ld.so.cache").read_bytes()
    (root / "etc/ld.so.cache").unlink()
    subprocess.run(["ldconfig", "-X", "-r", root], check=True)
    if (root / "etc/ld.so.cache").read_bytes() != ours:
        (tmp_path / "ours").write_bytes(ours)
        listings = [subprocess.run(["ldconfig", "-p", "-C", path], capture_output=True, text=True).stdout
                    for path in (tmp_path / "ours", root / "etc/ld.so.cache")]
        assert listings[0] == listings[1]


def unpack(layout, root):
    subprocess.run(["umoci", "raw", "unpack", "--image", f"{layout}:latest", root], check=True, capture_output=True)


# --- serving --------------------------------------------------------------------------------------------------------

PAGE = """<?php
header('X-Test: yes');
echo json_encode(['sapi' => PHP_SAPI, 'user' => posix_getpwuid(posix_getuid())['name'],
    'expose' => ini_get('expose_php'), 'errors' => ini_get('display_errors'), 'env' => getenv('FROM_OUTSIDE'),
    'opcache' => opcache_get_status(false)['opcache_enabled'] ?? false,
    'tmp' => file_put_contents('/tmp/x', '1'), 'query' => $_GET['q'] ?? null, 'body' => file_get_contents('php://input')]);
error_log('a line for the log');
"""


def recipe_with_page(name):
    page = "".join(f"      {line}\n" for line in PAGE.splitlines())
    return (f"name: page\ninclude: {name}\npaths:\n  - path: /srv/app/index.php\n    type: file\n    content: |\n{page}"
            "  - path: /srv/app/broken.php\n    type: file\n    content: '<?php nothing_of_that_name();'\n")


@contextlib.contextmanager
def serving(place, layout, *options):
    """php-fpm in its container, ready for requests."""
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", 9000)) != 0, "port 9000 is in use: php-fpm cannot listen there"
    process = place.start("run", layout, *READ_ONLY, *options)
    try:
        for _ in range(600):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", 9000)) == 0:
                    break
            assert process.poll() is None, process.communicate()
            time.sleep(0.05)
        yield process
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()


def test_a_page_over_fastcgi(live_place, live_build, suite):
    import json
    import signal
    layout, _ = live_build(recipe_with_page(f"{suite[2]}php-fpm"))
    with serving(live_place, layout, "--env", "FROM_OUTSIDE=seen") as process:
        headers, page, _ = fastcgi.request("/srv/app/index.php", query="q=1", method="POST", body=b"posted")
        assert json.loads(page) == {"sapi": "fpm-fcgi", "user": "www-data", "expose": "", "errors": "", "env": "seen",
                                    "opcache": True, "tmp": 1, "query": "1", "body": "posted"}
        assert headers["x-test"] == "yes" and "x-powered-by" not in headers
        headers, page, _ = fastcgi.request("/srv/app/broken.php")
        assert headers["status"].startswith("500") and page == b"", "errors are not shown"
        headers, _, _ = fastcgi.request("/srv/app/nothing.php")
        assert headers["status"].startswith("404")
        process.send_signal(signal.SIGQUIT)
        _, log = process.communicate(timeout=30)
    assert process.returncode == 0
    assert "a line for the log" in log and "nothing_of_that_name" in log


# --- other architectures --------------------------------------------------------------------------------------------

MACHINES = {"amd64": 62, "arm64": 183}  # e_machine of x86-64 and AArch64


@pytest.mark.parametrize("architecture", ["amd64", "arm64"])
def test_programs_are_the_architectures(live_build, suite, architecture):
    layout, _ = live_build(f"{suite[2]}php-fpm", "--arch", architecture)
    image = Image(layout)
    assert image.config["architecture"] == architecture
    program = image.read(f"usr/sbin/php-fpm{suite[1]}")
    assert program[:4] == b"\x7fELF" and int.from_bytes(program[18:20], "little") == MACHINES[architecture]
    cache = image.read("etc/ld.so.cache")
    assert b"libc.so.6" in cache
