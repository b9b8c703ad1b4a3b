"""The MediaWiki stack for real: images built from the live archive, docker-compose, an SMTP sink, and a browser. Each
`make test` brings it up, has a page edited and an e-mail sent; what takes longer is marked wide."""

import contextlib
import html
import http.client
import http.cookiejar
import json
import os
import random
import re
import secrets
import shutil
import signal
import socket
import struct
import subprocess
import urllib.error
import urllib.parse
import urllib.request
import zlib
from pathlib import Path

import pytest

from browser import chromium, screenshot
from bundle import SHELLS
from compose import Stack
from debone import SOURCE
from docker import Engine
from init import until
from load import Load
from mailsink import Sink
from ports import free_port
from tls import Certificate

STACK = SOURCE / "stacks/mediawiki"
IMAGES = {"mariadb": SOURCE / "stacks/include/mariadb.yaml", "valkey": "valkey",
          **{f"mediawiki-{name}": STACK / f"mediawiki-{name}.yaml" for name in ("fpm", "cli", "nginx")}}
PORT = free_port()
ADDRESS = f"http://127.0.0.1:{PORT}"
PATIENCE = 180  # seconds, on a busy machine
HARDENED = ["--rm", "--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges:true", "--network", "none",
            "--tmpfs", "/tmp"]
# What the containers of MediaWiki's own images are started as.
APPS = {"fpm": ["mediawiki-fpm"], "cli": ["mediawiki-cli", "showJobs"],
        **{name: ["-e", f"DEBONE_INIT_CONFIG=/etc/debone/{name}.conf", "mediawiki-cli"] for name in ("install", "scheduler")}}


class Wiki:
    """A client of the wiki's API with a session of its own."""

    def __init__(self):
        self.cookies = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.cookies))

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
    shutil.copytree(STACK / "settings", folder / "settings")
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
        made.secrets = folder / "secrets"
        made.password = (made.secrets / "admin_password").read_text()
        yield made


@pytest.fixture
def admin(stack):
    return Wiki().log_in("Admin", stack.password)


def test_a_page_over_http_and_a_login(stack, admin):
    assert b"MediaWiki has been installed" in admin.get("/wiki/Main_Page")
    admin.edit("First", "zwölf Äpfel")
    assert admin.text("First") == "zwölf Äpfel"
    admin.edit("MediaWiki:Common.css", ".quagga { color: #123456 }")
    page = admin.get("/wiki/First").decode()
    styles = [admin.get(html.unescape(path)).decode() for path in re.findall(r'<link rel="stylesheet" href="([^"]+)"', page)]
    assert any("#mw-panel" in style for style in styles), "the skin's"
    assert any(re.search(r"\.quagga *{ *color: *#123456", style) for style in styles), "the site's own"
    for path in ("/resources/lib/jquery/jquery.js", "/skins/Vector/resources/images/vector-2022-beta-preview-ltr.svg",
                 "/extensions/Cite/modules/ext.cite.a11y.js"):
        assert admin.get(path)
    for path in ("/includes/Setup.php", "/maintenance/run.php", "/images/deleted/x", "/extensions/Cite/extension.json"):
        with pytest.raises(urllib.error.HTTPError, match="404"):
            admin.get(path)


def test_containers_have_no_rights(stack):
    waiting = stack.compose("run", "-d", "--no-deps", "cli", "runJobs", "--wait").stdout.split()[-1]
    try:
        until(lambda: stack.inspect(waiting)["State"]["Running"], "the command runs", PATIENCE)
        containers = {service: stack.containers(service)[0] for service in ("database", "valkey", "fpm", "scheduler", "web")}
        for service, container in {**containers, "cli": waiting}.items():
            seen = has_no_rights(stack, container)
            has = dict(line.split(":\t", 1) for line in
                       open(f"/proc/{seen['State']['Pid']}/status").read().splitlines() if ":\t" in line)
            assert has["Uid"].split()[0] != "0" and has["NoNewPrivs"] == "1" and int(has["CapEff"], 16) == 0, service
            assert stack.engine.docker("exec", container, "/bin/sh", "-c", "true").returncode in (126, 127), service
    finally:
        stack.docker("rm", "--force", waiting)
    (install,) = stack.compose("ps", "-a", "-q", "install").stdout.split()
    assert has_no_rights(stack, install)["State"]["ExitCode"] == 0


def has_no_rights(stack, container):
    seen = stack.inspect(container)
    given = seen["HostConfig"]
    assert given["ReadonlyRootfs"] and given["CapDrop"] == ["ALL"] and not given["CapAdd"], seen["Name"]
    assert given["SecurityOpt"] == ["no-new-privileges:true"], seen["Name"]
    assert seen["Config"]["User"] not in ("", "root", "0"), seen["Name"]
    return seen


@pytest.mark.parametrize("image", IMAGES)
def test_no_image_has_a_shell(engine, image):
    with engine.exported(image) as tar:
        programs = {name.rpartition("/")[2] for name in tar.getnames() if re.match(r"(usr/(local/)?)?s?bin/", name)}
    assert programs and not programs & {*SHELLS, "cron", "perl", "supervisord"}


def test_layers(engine):
    """MediaWiki is one layer of both images that have it. nginx has none of its PHP, in a layer of its own."""
    layers = {}
    for name in ("fpm", "cli", "nginx"):
        seen = engine.docker("image", "inspect", "--format", "{{json .RootFS.Layers}}", f"mediawiki-{name}")
        layers[name] = json.loads(seen.stdout)
    assert [len(one) for one in layers.values()] == [2, 2, 2] and layers["fpm"][1] == layers["cli"][1]

    def files(image):
        with engine.exported(image) as tar:
            return {member.name: zlib.crc32(tar.extractfile(member).read()) for member in tar
                    if member.isfile() and member.name.startswith("usr/share/mediawiki/")}
    static = files("mediawiki-nginx")
    assert static and not [name for name in static if name.endswith(".php")]
    assert static.items() <= files("mediawiki-fpm").items()


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


# A script of maintenance that sends one e-mail, by the settings of the wiki.
SEND = r"""<?php
require_once '/usr/share/mediawiki/maintenance/Maintenance.php';
class Send extends Maintenance {
	public function execute() {
		$status = UserMailer::send( new MailAddress( 'reader@example.org' ), new MailAddress( 'wiki@example.org' ),
			'Sent', 'with a login' );
		if ( !$status->isOK() ) {
			$this->fatalError( $status->getWikiText() );
		}
	}
}
return Send::class;
"""


@pytest.mark.wide
@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")  # which these sinks do by themselves
def test_email_with_a_login(stack, tmp_path):
    """To a server that takes none without TLS and a login, by STARTTLS and by TLS from the beginning."""
    gateway = stack.gateway("outside")
    certificate = Certificate(tmp_path, names=f"IP:{gateway}")
    script, file, password = tmp_path / "Send.php", stack.secrets / "smtp_password", secrets.token_hex(20) + "±!\"$'\\"
    script.write_text(SEND)
    believing = ["-v", f"{certificate.authority}:/authority.pem:ro", "-e", "SSL_CERT_FILE=/authority.pem"]

    def send(sink, scheme, said, options=believing):
        file.write_text(said)
        file.chmod(0o444)
        settings = {"MEDIAWIKI_SMTP_HOST": scheme + gateway, "MEDIAWIKI_SMTP_PORT": str(sink.port),
                    "MEDIAWIKI_SMTP_USER": "wiki", "MEDIAWIKI_SMTP_PASSWORD_FILE": "./secrets/smtp_password"}
        done = Stack(stack.engine, stack.secrets.parent / "compose.yaml", {**stack.environment, **settings}).compose(
            "run", "--rm", "-T", "--no-deps", "-v", f"{script}:/Send.php:ro", *options, "cli", "/Send.php", status=None)
        return done.returncode, done.stdout + done.stderr

    login = "wiki", password
    with Sink(login, tls_context=certificate.server(), require_starttls=True) as later, \
            Sink(login, ssl_context=certificate.server()) as at_once:
        for sink, scheme, refusal in ((later, "", "STARTTLS failed"),
                                      (at_once, "ssl://", "Failed to connect to ssl")):
            status, said = send(sink, scheme, password + "\n")
            assert status == 0, said
            (mail,) = sink.to("reader@example.org")
            assert "with a login" in mail
            status, said = send(sink, scheme, "another")
            assert status == 1 and "535" in said, said
            status, said = send(sink, scheme, password, options=())
            assert status == 1 and refusal in said, said
            assert len(sink.mails) == 1


def test_each_job_of_the_schedule_does_its_work(stack):
    """Most are due once a day: here each is started as the image has it."""
    (scheduler,) = stack.containers("scheduler")
    schedule = stack.docker("exec", scheduler, "php8.4", "-r", "readfile(getenv('DEBONE_INIT_CONFIG'));")
    jobs = dict(re.findall(r"^\[job (\S+)\]\n(?:.+\n)*?command = (.+)$", schedule, re.MULTILINE))
    assert set(jobs) == {"jobs", "upload-stash", "parser-cache", "special-pages"}
    said = {name: stack.docker("exec", scheduler, *command.split()) for name, command in jobs.items()}
    assert "Deleting orphaned temp files" in said["upload-stash"] and "Done" in said["parser-cache"], said
    assert re.search(r"^Wantedpages +\[QueryPage\] got \d+ rows", said["special-pages"], re.MULTILINE), said


def test_commands(stack, admin):
    """docs/mediawiki.md has them."""
    def cli(*arguments, options=("--no-deps",)):
        return stack.compose("run", "--rm", "-T", *options, "cli", *arguments).stdout

    # The installer comes first, once more, and finds a wiki.
    assert re.fullmatch(r"\d+\n", cli("showJobs", options=()))
    assert "install: the database has a wiki" in stack.logs("install")
    assert re.search(r"^Number of users +: [1-9]", cli("showSiteStats"), re.MULTILINE)
    password = secrets.token_hex(16)
    cli("createAndPromote", "--sysop", "Ada", password)
    ada = Wiki().log_in("Ada", password).ask(action="query", meta="userinfo", uiprop="groups")["query"]["userinfo"]
    assert ada["name"] == "Ada" and "sysop" in ada["groups"]
    wrong = stack.compose("run", "--rm", "-T", "--no-deps", "cli", "nonsense", status=1)
    assert "Script 'nonsense' not found" in wrong.stdout + wrong.stderr


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
    # A new page makes a job for the pages that link to it.
    admin.edit(f"New after {service}", "text")
    (scheduler,) = stack.containers("scheduler")
    job = re.compile(rf"htmlCacheUpdate New_after_{service} .* good$", re.MULTILINE)
    until(lambda: job.search(stack.docker("logs", scheduler)), "its job is done", PATIENCE)


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
    """Half of the load is edits: what was sent to a php-fpm that ends is not sent again by nginx where it may change something."""
    (old,) = stack.containers("fpm")
    writers = [Wiki().log_in("Admin", stack.password) for _ in range(2)]

    def work(number, count):
        if number < len(writers):
            writers[number].edit(f"Takeover {number} {count % 5}", f"text {count}")
        else:
            assert b"mw-content-text" in Wiki().get("/wiki/Main_Page?action=purge" if count % 9 == 0 else "/wiki/Main_Page")

    with Load(work) as load:
        stack.compose("up", "-d", "--no-recreate", "--scale", "fpm=2", "fpm")
        (new,) = set(stack.containers("fpm")) - {old}
        until(lambda: stack.healthy(new), "the new one is healthy", PATIENCE)
        before = len(load.done)
        until(lambda: len(load.done) >= before + 20, "both answer", PATIENCE)
        stack.docker("stop", "--time", "30", old)
        before = len(load.done)
        until(lambda: len(load.done) >= before + 50, "the new one answers", PATIENCE)
    assert load.failures == []
    assert sum(number < len(writers) for number, _ in load.done) > 20
    assert stack.inspect(old)["State"]["ExitCode"] == 0


@pytest.mark.wide
def test_nginx_stops_without_dropping_a_request(stack, admin):
    """Two of them, in the place of a load balancer a set of addresses; one is stopped while all of its threads ask both, and
    while it reads an upload. Its times are long here, so that only their order counts; the image's own stand in its file."""
    with stack.engine.exported("mediawiki-nginx") as tar:
        conf = next(tar.extractfile(member).read().decode() for member in tar if member.name == "etc/debone/init.conf")
    assert "\ndrain = 2s\n" in conf and "\nstop-signal = SIGQUIT\n" in conf
    names = []
    try:
        for _ in range(2):
            run = ["run", "-d", "--no-deps", "-e", "DEBONE_INIT_DRAIN=10m", "-e", "DEBONE_INIT_STOP_TIMEOUT=2m", "web"]
            names += stack.compose(*run).stdout.split()[-1:]
        networks = [stack.inspect(name)["NetworkSettings"]["Networks"] for name in names]
        old, new = (one[f"{stack.name}_outside"]["IPAddress"] for one in networks)
        until(lambda: all(map(stack.healthy, names)), "both are healthy", PATIENCE)
        addresses, answered, threads = {old, new}, {old: 0, new: 0}, 4

        def read(number, count):
            address = random.choice(tuple(addresses))
            with urllib.request.urlopen(f"http://{address}:8080/wiki/Main_Page", timeout=120) as answer:
                assert b"mw-content-text" in answer.read()
            answered[address] += 1

        def another_round():
            """Each thread has begun, and ended, a request after this was called."""
            def done():
                return [sum(1 for one, _ in load.done if one == number) for number in range(threads)]
            before = done()
            until(lambda: all(now >= then + 2 for now, then in zip(done(), before)), "all threads go on", PATIENCE)

        with Load(read, threads) as load:
            another_round()
            upload = Upload(admin, old, "Slow.png", png(320, 200))
            stack.docker("kill", "--signal", "TERM", names[0])
            before = answered[old]
            until(lambda: answered[old] >= before + 8, "it answers while others learn that it goes", PATIENCE)
            addresses.remove(old)
            another_round()
            stack.docker("kill", "--signal", "TERM", names[0])  # which ends the drain
            until(lambda: refuses(old), "it listens no more", PATIENCE)
            assert stack.inspect(names[0])["State"]["Running"], "there is a request that it works on"
            assert upload.finish()["upload"]["result"] == "Success"
            until(lambda: not stack.inspect(names[0])["State"]["Running"], "it ends", PATIENCE)
            another_round()
        assert load.failures == []
        assert stack.inspect(names[0])["State"]["ExitCode"] == 0
    finally:
        for name in names:
            stack.docker("rm", "--force", name)


class Upload:
    """An upload of which the first half is sent."""

    def __init__(self, wiki, address, name, content):
        fields = {"action": "upload", "format": "json", "formatversion": "2", "filename": name, "ignorewarnings": "1",
                  "token": wiki.token()}
        head = "".join(f'--border\r\nContent-Disposition: form-data; name="{field}"\r\n\r\n{value}\r\n'
                       for field, value in fields.items())
        head += f'--border\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
        body = head.encode() + content + b"\r\n--border--\r\n"
        self.connection = http.client.HTTPConnection(address, 8080, timeout=120)
        self.connection.putrequest("POST", "/api.php")
        for header, value in {"Content-Type": "multipart/form-data; boundary=border", "Content-Length": len(body),
                              "Cookie": "; ".join(f"{one.name}={one.value}" for one in wiki.cookies)}.items():
            self.connection.putheader(header, value)
        self.connection.endheaders()
        self.connection.send(body[:len(body) // 2])
        self.rest = body[len(body) // 2:]

    def finish(self):
        self.connection.send(self.rest)
        answer = json.load(self.connection.getresponse())
        self.connection.close()
        return answer


def refuses(address):
    try:
        socket.create_connection((address, 8080), 10).close()
    except ConnectionRefusedError:
        return True
    return False


# --- what goes wrong


def fails(engine, status, text, *arguments):
    """One container ends with that status and that text, among what it says."""
    done = engine.docker("run", *HARDENED, *arguments)
    assert done.returncode == status and text in done.stderr, f"{done.returncode}\n{done.stdout}{done.stderr}"


@pytest.fixture
def given(tmp_path):
    """given(NAME=MODE, ...): the options by which a container has an address and secrets; those without a mode are good."""
    def options(**modes):
        tmp_path.chmod(0o755)
        words = ["-e", "MEDIAWIKI_SERVER=http://localhost"]
        for name in ("database_password", "secret_key", "admin_password"):
            mode = modes.get(name, 0o444)
            if mode is not None:
                file = tmp_path / name
                file.write_text("a" * 20)
                file.chmod(mode)
                words += ["-v", f"{file}:/run/secrets/{name}:ro"]
        return words
    return options


@pytest.mark.parametrize("app", APPS)
def test_a_missing_secret(engine, given, tmp_path, app):
    fails(engine, 125, "MEDIAWIKI_SERVER is not set", *APPS[app])
    for name in ("database_password", "secret_key", *(["admin_password"] if app == "install" else [])):
        line = f"mediawiki: the secret MEDIAWIKI_{name.upper()}_FILE: /run/secrets/{name} is missing, unreadable or empty\n"
        fails(engine, 1, line, *given(**{name: None}), *APPS[app])
        fails(engine, 1, line, *given(**{name: 0o400}), *APPS[app])
    # Without a password compose gives them an empty file.
    line = "mediawiki: the secret MEDIAWIKI_SMTP_PASSWORD_FILE: /run/secrets/smtp_password is missing, unreadable or empty\n"
    fails(engine, 1, line, "-e", "MEDIAWIKI_SMTP_HOST=mail", "-e", "MEDIAWIKI_SMTP_USER=wiki",
          "-v", f"{STACK}/settings/no-password:/run/secrets/smtp_password:ro", *given(), *APPS[app])
    empty = tmp_path / "empty"
    empty.write_text("\n")
    fails(engine, 1, "mediawiki: the secret MEDIAWIKI_SECRET_KEY_FILE: /run/empty is missing, unreadable or empty\n",
          "-v", f"{empty}:/run/empty", "-e", "MEDIAWIKI_SECRET_KEY_FILE=/run/empty", *given(), *APPS[app])


def test_the_databases_password_is_missing(engine):
    fails(engine, 125, "neither MARIADB_PASSWORD nor MARIADB_PASSWORD_FILE is set", "-e", "MARIADB_DATABASE=a",
          "-e", "MARIADB_USER=a", "mariadb")


@pytest.mark.parametrize("app", APPS)
@pytest.mark.parametrize("path", ["/var/lib/mediawiki/images", "/var/cache/mediawiki"])
def test_a_folder_that_cannot_be_written(engine, given, tmp_path, app, path):
    line = f"mediawiki: the folder {path} cannot be written by user 33\n"
    folder = tmp_path / "folder"
    folder.mkdir(0o755)
    fails(engine, 1, line, *given(), "-v", f"{folder}:{path}", *APPS[app])  # root's
    folder.chmod(0o777)
    fails(engine, 1, line, *given(), "-v", f"{folder}:{path}:ro", *APPS[app])


@pytest.mark.wide
def test_a_database_that_is_not_there_or_refuses(stack):
    def run(*arguments, status):
        done = stack.compose("run", "--rm", "--no-deps", "-T", *arguments, status=status)
        return done.stdout + done.stderr

    nowhere, nobody = ["-e", "MEDIAWIKI_DATABASE_HOST=valkey"], ["-e", "MEDIAWIKI_DATABASE_USER=nobody"]
    assert "error: wait database: tcp://valkey:3306 is not there after 2s" in run(
        *nowhere, "-e", "DEBONE_INIT_WAIT_DATABASE_TIMEOUT=2s", "install", status=124)
    assert "Cannot access the database: Connection refused" in run(*nowhere, "cli", "showJobs", status=1)
    assert "install: database mediawiki at database: Access denied for user 'nobody'@" in run(*nobody, "install", status=1)
    assert "Cannot access the database: Access denied for user 'nobody'@" in run(*nobody, "cli", "showJobs", status=1)

    # Another application's is not taken for an installation that was cut off.
    (database,) = stack.containers("database")
    stack.docker("exec", database, "mariadb", "-e", "create database other; create table other.theirs (x int); "
                 "grant all on other.* to mediawiki@'%'")
    assert "install: the database other is not empty, and has no wiki" in run(
        "-e", "MEDIAWIKI_DATABASE_NAME=other", "install", status=1)
    assert stack.docker("exec", database, "mariadb", "-N", "-e", "show tables in other") == "theirs"


@contextlib.contextmanager
def session(stack, database, statement):
    """A client of the database that has executed the statement, and keeps what it locked until the block ends."""
    command = ["docker", "--host", stack.engine.host, "exec", "-i", database, "mariadb", "-N", "-n"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as client:
        client.stdin.write(f"{statement}; select 'done';\n")
        client.stdin.flush()
        assert client.stdout.readline() == "done\n"
        yield


@pytest.mark.wide
@pytest.mark.parametrize("moment", ["tables", "user"])
def test_an_installation_that_is_cut_off_is_done_again(stack, moment):
    """In the midst of the tables, and when the first user is there and the main page is not."""
    (database,) = stack.containers("database")
    name = f"cut_{moment}"
    files = Path(stack.docker("volume", "inspect", "--format", "{{.Mountpoint}}", f"{stack.name}_database")) / "data" / name

    options = ["--no-deps", "-e", f"MEDIAWIKI_DATABASE_NAME={name}"]

    def sql(statement):
        return stack.engine.docker("exec", database, "mariadb", "-N", "-e", statement, name).stdout.strip()

    def run(*arguments):
        return stack.compose("run", "--rm", "-T", *options, *arguments).stdout

    stack.docker("exec", database, "mariadb", "-e", f"create database {name}; grant all on {name}.* to mediawiki@'%'")
    install = stack.compose("run", "-d", *options, "install").stdout.split()[-1]
    table, lock = {"tables": ("site_identifiers", "flush tables with read lock"),
                   "user": ("page", f"lock tables {name}.page read")}[moment]
    until((files / f"{table}.frm").exists, "it makes its tables", PATIENCE)
    with session(stack, database, lock):
        if moment == "user":
            until(lambda: sql("select 1 from user"), "it makes the first user", PATIENCE)  # once there is the table
        stack.docker("kill", install)
    assert stack.inspect(install)["State"]["ExitCode"] == 137
    stack.docker("rm", install)
    assert "debone_installing" in sql("show tables").split()

    assert "the database has a wiki" not in run("install")
    assert "the database has a wiki" in run("install")
    assert sql("show tables") == sql("show tables in mediawiki")
    assert "MediaWiki has been installed" in run("cli", "getText", "Main_Page")
    assert sql("select user_name, user_password like ':%', (select count(*) from user_groups where ug_user = user_id) "
               "from user where user_id = 1") == "Admin\t1\t3"


@pytest.mark.wide
def test_a_wiki_without_its_database(stack, admin):
    """Pages say that there is none, the log says why, a job that fails comes again; and all is well when it is back."""
    (database,), (scheduler,) = map(stack.containers, ("database", "scheduler"))
    stack.docker("stop", "--time", "60", database)
    try:
        with pytest.raises(urllib.error.HTTPError, match="500") as failure:
            urllib.request.urlopen(f"{ADDRESS}/wiki/Main_Page", timeout=120)
        assert b"(Cannot access the database)" in failure.value.read()
        reason = re.compile(r"/wiki/Main_Page +Wikimedia\\Rdbms\\DBConnectionError: Cannot access the database: ")
        until(lambda: reason.search(stack.logs("fpm")), "the log says why", PATIENCE)
        until(lambda: "error: job jobs: ended with status 1" in stack.logs("scheduler"), "the job fails", PATIENCE)
    finally:
        stack.docker("start", database)
    until(answers, "the wiki answers again", PATIENCE)
    admin.edit("Back again", "text")
    job = re.compile(r"htmlCacheUpdate Back_again .* good$", re.MULTILINE)
    until(lambda: job.search(stack.docker("logs", scheduler)), "its job is done", PATIENCE)
