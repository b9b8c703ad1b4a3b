"""docs/php.md for real: composer makes an application, `debone new php` writes what makes images of it, `debone stack`
brings them up, and a browser's requests are answered. composer is Debian's; its packages lie in folders."""

import http.cookiejar
import io
import json
import os
import subprocess
import tarfile
import tempfile
import urllib.error
import urllib.request
from pathlib import Path

import pytest

import fastcgi
from bundle import own_network
from compose import StackCommand
from debone import SOURCE
from ociimage import Image
from ports import free_port
from test_php import READ_ONLY, serving

PORT = free_port()
ADDRESS = f"http://localhost:{PORT}"
PACKAGES = SOURCE / "tests/fixtures/composer"
BUILDING = ["--allow-expired", "--allow-older"]
FILES = [".deboneignore", "compose.yaml", "shop-fpm-test.yaml", "shop-fpm.yaml", "shop-nginx-test.yaml", "shop-nginx.yaml"]


def composer(folder, *arguments):
    """Debian's composer, with the packages of tests/fixtures/composer and no others. It takes this machine for one that
    has the extensions."""
    with tempfile.TemporaryDirectory(prefix="composer-") as home:
        platform = {f"ext-{name}": "1" for name in ("bcmath", "intl", "pdo_sqlite", "swoole", "xdebug")}
        (Path(home) / "config.json").write_text(json.dumps({
            "config": {"platform": {"php": "8.2.7", **platform}},
            "repositories": [{"type": "path", "url": f"{PACKAGES}/*"}, {"packagist": False}]}))
        done = subprocess.run(["composer", "--no-interaction", *arguments], cwd=folder,
                              capture_output=True, text=True, stdin=subprocess.DEVNULL,
                              env={**os.environ, "COMPOSER_HOME": home, "COMPOSER_ALLOW_SUPERUSER": "1",
                                   "COMPOSER_DISABLE_NETWORK": "1", "COMPOSER_MIRROR_PATH_REPOS": "1"})
    assert done.returncode == 0, done.stdout + done.stderr


def create_project(folder, php=None):
    """folder/shop, with what a developer has beside it; `php` is what it requires then."""
    composer(folder, "create-project", "acme/shop")
    shop = folder / "shop"
    if php:
        composer(shop, "require", f"php:{php}")
    composer(shop, "install", "--no-dev", "--optimize-autoloader")
    for name in (".env", ".git/HEAD", "tests/ShopTest.php"):
        (shop / name).parent.mkdir(exist_ok=True)
        (shop / name).write_text("COLOUR=grün\n")
    return shop


def paths_of(layer):
    with tarfile.open(fileobj=io.BytesIO(layer)) as tar:
        return {member.name.removeprefix("./").rstrip("/") for member in tar}


class Browser:
    """Keeps cookies."""

    def __init__(self):
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))

    def open(self, path):
        return self.opener.open(ADDRESS + path, timeout=60)

    def page(self, path="/"):
        with self.open(path) as answer:
            return json.load(answer)


def container(stack, service):
    """What the engine says of the service's one container, whose name depends on compose's version."""
    listed = stack.engine.docker("ps", "-q", "--no-trunc", "--filter", f"label=com.docker.compose.service={service}").stdout
    (one,) = json.loads(stack.engine.docker("inspect", *listed.split()).stdout)
    return one


@pytest.fixture(scope="module")
def stack(live_place):
    with StackCommand(live_place, "shop", {"APP_PORT": str(PORT)}) as stack:
        create_project(stack.folder)
        yield stack


def test_from_composer_to_a_page(stack):
    done = stack.place.run("new", "php", "shop", cwd=stack.folder).ok()
    assert done.err == "" and done.out.splitlines() == [
        "shop: PHP 8.4 of Debian 13 (trixie)", "  package   php8.4-bcmath  # ext-bcmath",
        "  package   php8.4-intl  # ext-intl", "  package   php8.4-sqlite3  # ext-pdo_sqlite", "  public    public",
        *(f"  written   shop/{name}" for name in FILES)]
    assert stack("up", *BUILDING).ok().out == f"shop is up: {ADDRESS}/\n"

    browser = Browser()
    page = browser.page("/some/where?q=1")
    assert page == {
        "php": page["php"], "uri": "/some/where?q=1", "greeting": "Zoë, 1.234.567,5 €", "product": "121932631112635269",
        "stored": ["Äpfel"], "visits": 1, "user": "www-data", "colour": "grün", "app can be written": False}
    assert page["php"].startswith("8.4.")
    assert browser.page()["visits"] == 2 and Browser().page()["visits"] == 1

    with browser.open("/style.css") as answer:
        assert (answer.headers["Content-Type"], answer.read()) == ("text/css", b"body { color: green }\n")
    assert browser.page("/other.php/info") == {"script": "/other.php", "info": "/info"}
    for path in ("/.env", "/nothing.php", "/../composer.json", "/%2e%2e/vendor/autoload.php"):
        with pytest.raises(urllib.error.HTTPError, match="40[04]") as refused:
            browser.open(path)
        refused.value.close()


def test_containers_have_no_rights(stack):
    for service in ("fpm", "nginx"):
        seen = container(stack, service)
        assert seen["State"]["Health"]["Status"] == "healthy"
        assert seen["HostConfig"]["ReadonlyRootfs"] and seen["HostConfig"]["CapDrop"] == ["ALL"]
        with open(f"/proc/{seen['State']['Pid']}/status") as file:
            status = dict(line.split(":\t", 1) for line in file.read().splitlines() if ":\t" in line)
        assert status["Uid"].split() == ["33"] * 4 and int(status["CapEff"], 16) == 0 and status["NoNewPrivs"] == "1"


def test_a_new_version(stack):
    """Of PHP that is not below the public folder: nginx stays as it is, and finds the new container."""
    def ids():
        return {name: container(stack, name)["Id"] for name in ("fpm", "nginx")}

    browser, before = Browser(), ids()
    visits = [browser.page()["visits"] for _ in range(2)]
    source = stack.folder / "shop/src/Shop.php"
    source.write_text(source.read_text().replace("Äpfel", "Birnen"))
    stack.place.run("stack", ".", "up", "--build", *BUILDING, cwd=stack.folder / "shop", timeout=900).ok()
    page = browser.page()
    assert page["stored"] == ["Birnen"] and (visits, page["visits"]) == ([1, 2], 3), "sessions are kept"
    after = ids()
    assert after["fpm"] != before["fpm"] and after["nginx"] == before["nginx"]


@pytest.mark.parametrize(("php", "required"), [("8.4", None), pytest.param("8.2", "~8.2.0", marks=pytest.mark.wide)])
def test_images(live_place, tmp_path, php, required):
    shop = create_project(tmp_path, required)
    tmp_path.chmod(0o755)
    assert live_place.run("new", "php", "--format", "json", cwd=shop).ok().json["php"] == php
    for name in ("fpm", "nginx"):
        live_place.build(f"shop-{name}.yaml", *BUILDING, cwd=shop, timeout=900).ok()
        out = live_place.run("test", f"shop-{name}", f"shop-{name}-test.yaml", cwd=shop, timeout=600).ok().out
        assert out.endswith(" 0 failed\n")
    image = Image(shop / "shop-fpm")
    inside = {path.removeprefix("srv/app/") for path in image.entries() if path.startswith("srv/app/")}
    assert {"composer.json", "public/index.php", "src/Shop.php", "vendor/acme/greeting/src/Greeting.php"} <= inside
    assert not {path for path in inside if path.startswith((".", "tests", "shop-", "compose.yaml", "vendor/acme/testing"))}
    (layer,) = [one for one in map(paths_of, image.layers()) if "srv/app/composer.json" in one]
    assert {path for path in layer if not path.startswith("srv/app")} <= {".", "srv"}

    (shop / "src/Shop.php").write_text((shop / "src/Shop.php").read_text().replace("Äpfel", "Birnen"))
    live_place.build("shop-fpm.yaml", *BUILDING, cwd=shop, timeout=900).ok()
    changed = [layer for layer in Image(shop / "shop-fpm").manifest["layers"] if layer not in image.manifest["layers"]]
    assert len(changed) == 1, "a host fetches the application alone"

    with own_network(), serving(live_place, shop / "shop-fpm", "--tmpfs", "/var/lib/php/sessions"):
        _, page, _ = fastcgi.request("/srv/app/public/index.php")
        page = json.loads(page)
    assert page["php"].startswith(f"{php}.") and page["greeting"] == "Zoë, 1.234.567,5 €" and page["colour"] is None
    assert page["stored"] == ["Birnen"]
