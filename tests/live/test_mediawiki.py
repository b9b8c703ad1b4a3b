"""The MediaWiki stack for real: images built from the live archive, docker-compose, an SMTP sink, and a browser. Each
`make test` brings it up, has a page edited and an e-mail sent; what takes longer is marked wide."""

import http.cookiejar
import json
import os
import secrets
import shutil
import signal
import struct
import urllib.error
import urllib.parse
import urllib.request
import zlib

import pytest

from browser import chromium, screenshot
from compose import Stack
from debone import SOURCE
from docker import Engine
from init import until
from load import Load
from ports import free_port

STACK = SOURCE / "stacks/mediawiki"
IMAGES = {"mariadb": SOURCE / "stacks/include/mariadb.yaml", "valkey": "valkey",
          **{f"mediawiki-{name}": STACK / f"mediawiki-{name}.yaml" for name in ("fpm", "cli", "nginx")}}
PORT = free_port()
ADDRESS = f"http://127.0.0.1:{PORT}"
PATIENCE = 180  # seconds, on a busy machine


class Wiki:
    """A client of the wiki's API with a session of its own."""

    def __init__(self):
        cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self.opener = urllib.request.build_opener(cookies)

    def get(self, path):
        with self.opener.open(ADDRESS + path, timeout=60) as answer:
            return answer.read()

    def ask(self, **parameters):
        body = urllib.parse.urlencode({"format": "json", "formatversion": 2, **parameters}).encode()
        with self.opener.open(f"{ADDRESS}/api.php", body, timeout=60) as answer:
            answer = json.load(answer)
        assert "error" not in answer, answer
        return answer

    def token(self, kind="csrf"):
        return self.ask(action="query", meta="tokens", type=kind)["query"]["tokens"][f"{kind}token"]

    def log_in(self, user, password):
        answer = self.ask(action="clientlogin", username=user, password=password, loginreturnurl=ADDRESS,
                          logintoken=self.token("login"))
        assert answer["clientlogin"]["status"] == "PASS", answer
        return self

    def edit(self, title, text, **more):
        answer = self.ask(action="edit", title=title, text=text, token=self.token(), **more)
        assert answer["edit"]["result"] == "Success", answer

    def text(self, title):
        page = self.ask(action="query", prop="revisions", rvprop="content", rvslots="main", titles=title)
        return page["query"]["pages"][0]["revisions"][0]["slots"]["main"]["content"]


def answers():
    try:
        urllib.request.urlopen(f"{ADDRESS}/api.php?action=query&meta=siteinfo&format=json", timeout=10).close()
    except OSError:
        return False
    return True


def png(width, height):
    def chunk(kind, content):
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
    rows = b"".join(b"\0" + bytes((x * 255 // width, y * 255 // height, 99)[i] for x in range(width) for i in range(3))
                    for y in range(height))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)) +
            chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


@pytest.fixture(scope="module")
def engine(live_place, request):
    # Whether every maintainer script is known, the archive may change from one day to the other.
    strict = ["--strict"] if request.config.getoption("--wide") else []
    with Engine() as engine:
        for name, recipe in IMAGES.items():
            file = live_place.work / f"{name}.tar"
            live_place.build(recipe, "-o", file, "--to", "docker", "--allow-expired", "--allow-older", *strict,
                             timeout=1800).ok()
            assert engine.docker("load", "-i", file).returncode == 0
            file.unlink()
        yield engine


@pytest.fixture(scope="module")
def stack(engine, sink, tmp_path_factory):
    folder = tmp_path_factory.mktemp("stack")
    shutil.copy(STACK / "compose.yaml", folder)
    (folder / "secrets").mkdir(0o700)
    for name in ("database_password", "secret_key", "admin_password"):
        file = folder / "secrets" / name
        # A quote means something to SQL, a hash to MariaDB's option files.
        file.write_text(secrets.token_hex(20) + "±!@#$%^&*()_+=-}{|:;<>?'")
        file.chmod(0o444)
    # The sink is reached by the address that this machine has in the stack's network, known once that is made; a name
    # of docker's own for it there is not.
    environment = {"MEDIAWIKI_PORT": str(PORT), "MEDIAWIKI_SERVER": ADDRESS, "MEDIAWIKI_SMTP_PORT": str(sink.port)}
    made = Stack(engine, folder / "compose.yaml", environment)
    made.compose("up", "--no-start", "valkey")  # and the networks; 1.29 waits for what others depend on
    environment["MEDIAWIKI_SMTP_HOST"] = made.gateway("outside")
    with made:
        until(answers, "the wiki answers", PATIENCE)
        made.password = (folder / "secrets/admin_password").read_text()
        yield made


@pytest.fixture
def admin(stack):
    return Wiki().log_in("Admin", stack.password)


def test_a_page_over_http_and_a_login(stack, admin):
    assert b"MediaWiki has been installed" in admin.get("/wiki/Main_Page")
    admin.edit("First", "zwölf Äpfel")
    assert admin.text("First") == "zwölf Äpfel"
    style = admin.get("/load.php?modules=site.styles&only=styles")
    assert style is not None
    for path in ("/includes/Setup.php", "/maintenance/run.php", "/images/deleted/x", "/extensions/Cite/extension.json"):
        with pytest.raises(urllib.error.HTTPError, match="404"):
            admin.get(path)


def test_containers_have_no_rights(stack):
    for service in ("database", "valkey", "fpm", "scheduler", "web"):
        (container,) = stack.containers(service)
        seen = stack.inspect(container)
        assert seen["HostConfig"]["ReadonlyRootfs"] and seen["HostConfig"]["CapDrop"] == ["ALL"], service
        status = dict(line.split(":\t", 1) for line in
                      open(f"/proc/{seen['State']['Pid']}/status").read().splitlines() if ":\t" in line)
        assert status["Uid"].split()[0] != "0" and status["NoNewPrivs"] == "1" and int(status["CapEff"], 16) == 0, service
        assert stack.engine.docker("exec", container, "/bin/sh", "-c", "true").returncode in (126, 127), service


def test_the_database_has_no_other_user(stack):
    (database,) = stack.containers("database")
    users = stack.docker("exec", database, "mariadb", "-N", "-e", "select user, host from mysql.global_priv order by user")
    assert users.splitlines() == ["mariadb.sys\tlocalhost", "mediawiki\t%", "mysql\tlocalhost", "root\tlocalhost"]


@pytest.mark.wide
def test_in_a_browser(stack, tmp_path):
    from selenium.webdriver.common.by import By
    from selenium.webdriver.support.ui import WebDriverWait

    with chromium(tmp_path) as browser:
        wait = WebDriverWait(browser, PATIENCE)

        def there(by, what):
            return wait.until(lambda _: browser.find_element(by, what))

        browser.get(f"{ADDRESS}/index.php?title=Special:UserLogin")
        there(By.ID, "wpName1").send_keys("Admin")
        browser.find_element(By.ID, "wpPassword1").send_keys(stack.password)
        browser.find_element(By.ID, "wpLoginAttempt").click()
        there(By.ID, "pt-logout")

        picture = tmp_path / "picture.png"
        picture.write_bytes(png(640, 400))
        browser.get(f"{ADDRESS}/wiki/Special:Upload")
        there(By.ID, "wpUploadFile").send_keys(str(picture))
        browser.find_element(By.NAME, "wpUpload").click()
        there(By.CSS_SELECTOR, ".fullImageLink")

        browser.get(f"{ADDRESS}/index.php?title=Gallery&action=edit")
        there(By.ID, "wpTextbox1").send_keys("A quaggadog. [[File:Picture.png|thumb|200px]]")
        browser.find_element(By.ID, "wpSave").click()
        thumbnail = there(By.CSS_SELECTOR, "#mw-content-text figure img")
        assert "/images/thumb/" in thumbnail.get_attribute("src")
        wait.until(lambda _: browser.execute_script("return arguments[0].naturalWidth", thumbnail) == 200)

        browser.get(f"{ADDRESS}/index.php?title=Special:Search&fulltext=1&search=quaggadog")
        assert "Gallery" in there(By.CSS_SELECTOR, ".mw-search-results").text
        browser.get(f"{ADDRESS}/wiki/Gallery")
        screenshot(browser, "mediawiki")


def test_jobs_and_email(stack, admin, sink):
    """Who watches a page is told of a change, by a job that the scheduler does."""
    password = secrets.token_hex(16)
    reader = Wiki()
    # MediaWiki takes the e-mail address only together with the real name, which may be empty.
    answer = reader.ask(action="createaccount", username="Reader", password=password, retype=password, realname="",
                        email="reader@example.org", createreturnurl=ADDRESS, createtoken=reader.token("createaccount"))
    assert answer["createaccount"]["status"] == "PASS", answer
    until(lambda: any("reader@example.org" in to for to, _ in sink.mails), "the address is asked for a confirmation", PATIENCE)
    confirmation = next(text for to, text in sink.mails if "reader@example.org" in to)
    path = confirmation.split("Special:ConfirmEmail/", 1)[1].split()[0]
    reader.get(f"/wiki/Special:ConfirmEmail/{path}")
    admin.edit("Watched", "one")
    reader.log_in("Reader", password)
    reader.ask(action="watch", titles="Watched", token=reader.token("watch"))
    admin.edit("Watched", "two")
    until(lambda: any("Watched" in text for to, text in sink.mails if "reader@example.org" in to), "the e-mail comes", PATIENCE)
    (scheduler,) = stack.containers("scheduler")
    assert "enotifNotify" in stack.docker("logs", scheduler)
    senders = {peer for peer, (_, text) in zip(sink.peers, sink.mails) if "Watched" in text}
    assert senders == {stack.inspect(scheduler)["NetworkSettings"]["Networks"][f"{stack.name}_outside"]["IPAddress"]}


@pytest.mark.wide
@pytest.mark.parametrize("service", ["database", "valkey", "fpm", "web", "scheduler"])
def test_a_restart(stack, admin, service):
    admin.edit("Restarted", f"before {service}")
    (container,) = stack.containers(service)
    stack.docker("restart", "--time", "60", container)
    until(answers, f"the wiki answers after a restart of {service}", PATIENCE)
    # The session is still that of before.
    assert admin.text("Restarted") == f"before {service}"
    admin.edit("Restarted", f"after {service}")


@pytest.mark.wide
@pytest.mark.parametrize(("service", "program"), [("database", "mariadbd"), ("fpm", "php-fpm")])
def test_kill_9_under_load_loses_no_saved_edit(stack, service, program):
    writers = [Wiki().log_in("Admin", stack.password) for _ in range(3)]

    def write(number, count):
        writers[number].edit(f"Kill {service} {number} {count}", f"text {count}")

    (container,) = stack.containers(service)
    with Load(write, len(writers)) as load:
        until(lambda: len(load.done) >= 6, "edits are saved", PATIENCE)
        os.kill(stack.process(container, program), signal.SIGKILL)
        until(lambda: load.failures, "it is noticed", PATIENCE)
        before = len(load.done)
        until(lambda: len(load.done) >= before + 6, "edits are saved again", PATIENCE)
    assert stack.inspect(container)["RestartCount"] >= 1
    for number, count in load.done:
        assert writers[0].text(f"Kill {service} {number} {count}") == f"text {count}"


@pytest.mark.wide
def test_another_fpm_takes_over(stack, admin):
    (old,) = stack.containers("fpm")

    def read(number, count):
        assert b"mw-content-text" in Wiki().get("/wiki/Main_Page?action=purge" if count % 9 == 0 else "/wiki/Main_Page")

    with Load(read) as load:
        stack.compose("up", "-d", "--no-recreate", "--scale", "fpm=2", "fpm")
        (new,) = set(stack.containers("fpm")) - {old}
        until(lambda: stack.healthy(new), "the new one is healthy", PATIENCE)
        before = len(load.done)
        until(lambda: len(load.done) >= before + 20, "both answer", PATIENCE)
        stack.docker("stop", "--time", "30", old)
        before = len(load.done)
        until(lambda: len(load.done) >= before + 50, "the new one answers", PATIENCE)
    assert load.failures == []
    assert stack.inspect(old)["State"]["ExitCode"] == 0
