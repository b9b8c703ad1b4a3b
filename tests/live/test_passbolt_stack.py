"""The Passbolt stack for real: images built from the live archive, with the stand-in for the vendor's package
(tests/fixtures/passbolt-ce-server), docker-compose, an SMTP sink, users with OpenPGP keys of their own."""

import io
import json
import os
import re
import shutil
import socket
import subprocess
import tarfile
import threading
import time
import uuid
from datetime import datetime

import pytest
import yaml

from browser import BrowserClient, chromium, screenshot, visit
from compose import Stack
from debone import SOURCE
from init import until
from load import Load
from passbolt_client import Client
from passbolt_standin import IMAGES
from ports import free_ports

pytestmark = pytest.mark.wide
STACK = SOURCE / "stacks/passbolt"
ONCE, SERVICES = ["keys", "migrate"], ["db", "valkey", "fpm", "nginx", "scheduler"]
SERVICES_OF_FILE = yaml.safe_load((STACK / "compose.yaml").read_text())["services"]
PORTS = dict(zip(("PASSBOLT_HTTP_PORT", "PASSBOLT_HTTPS_PORT"), map(str, free_ports(2))))
ADDRESS = f"https://localhost:{PORTS['PASSBOLT_HTTPS_PORT']}"
PASSWORD = "±!@#$%^&*()_+=-}{|:;<>?"  # the official images' test has it
PATIENCE = 240  # seconds, on a busy machine
SHELLS = {"sh", "bash", "dash", "ash", "busybox", "zsh", "perl", "cron", "supervisord"}
HARDENED = ["--rm", "--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges:true", "--network", "none",
            "--tmpfs", "/tmp:mode=1777"]


def curl(*arguments):
    done = subprocess.run(["curl", "--silent", "--show-error", "--noproxy", "*", "--max-time", "20", *arguments],
                          capture_output=True, text=True)
    return done.stdout if done.returncode == 0 else ""


def answers(address=ADDRESS):
    return '"OK"' in curl("--insecure", f"{address}/healthcheck/status.json")


def seconds(text):
    """Of a time as the engine writes it: since 1970."""
    return datetime.fromisoformat(text).timestamp()


class Healthy:
    """When each service of a project was healthy for the first time: an engine keeps the last five checks alone."""

    def __init__(self, engine, project, file):
        self.file = file
        with open(file, "wb") as out:
            self.process = subprocess.Popen(
                ["docker", "--host", engine.host, "events", "--since", str(time.time()), "--format", "{{json .}}",
                 "--filter", "event=health_status", "--filter", f"label=com.docker.compose.project={project}"], stdout=out)

    def __call__(self):
        times = {}
        for event in map(json.loads, self.file.read_text().splitlines()):
            if event["Action"] == "health_status: healthy":
                times.setdefault(event["Actor"]["Attributes"]["com.docker.compose.service"], event["timeNano"] / 1e9)
        return times

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()


class Passbolt(Stack):
    def only(self, service):
        """The one container of a service, which may have ended."""
        (container,) = self.docker("ps", "-aq", "--filter", f"label=com.docker.compose.project={self.name}",
                                   "--filter", f"label=com.docker.compose.service={service}",
                                   "--filter", "label=com.docker.compose.oneoff=False").split()
        return container

    def cake(self, *arguments, **more):
        return self.compose("run", "--rm", "--no-deps", "-T", "cli", *arguments, **more)

    def file(self, service, path):
        with tarfile.open(fileobj=io.BytesIO(self.bytes("cp", f"{self.only(service)}:{path}", "-"))) as tar:
            return tar.extractfile(tar.next()).read()

    def bytes(self, *arguments, **more):
        done = subprocess.run(["docker", "--host", self.engine.host, *arguments], capture_output=True, **more)
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout

    def php(self, service, code):
        return self.docker("exec", self.only(service), "php", "-r", code)

    def fingerprint(self):
        return self.file("keys", "/etc/passbolt/gpg/fingerprint").decode()

    def register(self, email):
        """The link that the command prints."""
        done = self.cake("passbolt", "register_user", "-u", email, "-f", "Ada", "-l", "Lovelace", "-r", "admin")
        return re.search(rf"^{re.escape(ADDRESS)}/setup/start/\S+$", done.stdout, re.MULTILINE)[0]


@pytest.fixture(scope="module")
def stack(passbolt_engine, sink, tmp_path_factory):
    folder = tmp_path_factory.mktemp("stack")
    shutil.copy(STACK / "compose.yaml", folder)
    environment = {**PORTS, "APP_FULL_BASE_URL": ADDRESS, "DATASOURCES_DEFAULT_PASSWORD": PASSWORD,
                   "EMAIL_DEFAULT_FROM": "passbolt@example.org", "EMAIL_TRANSPORT_DEFAULT_PORT": str(sink.port)}
    made = Passbolt(passbolt_engine, folder / "compose.yaml", environment)
    # The sink is reached by the address that this machine has in the stack's network, known once that is made.
    made.compose("up", "--no-start", "valkey")  # and the networks; 1.29 waits for what others depend on
    environment["EMAIL_TRANSPORT_DEFAULT_HOST"] = made.gateway("outside")
    began = time.time()
    with Healthy(made.engine, made.name, folder / "events") as made.first_healthy, made:
        until(answers, "Passbolt answers", PATIENCE)
        made.took = time.time() - began
        yield made


@pytest.fixture(scope="module")
def ada(stack):
    """The first administrator, set up by the link that the command prints."""
    client = Client(ADDRESS, "ada@example.org")
    assert client.set_up(stack.register(client.email)).status == 200
    assert client.log_in().status == 200
    assert client.post("/resources.json", {"name": "shop", "secret": client.encrypt("s3cret")}).status == 200
    yield client
    client.close()


def kept(client):
    """What Ada keeps, decrypted."""
    return [client.decrypt(one["secret"]) for one in client.get("/resources.json").body if one["name"] == "shop"]


def test_it_comes_up_in_the_order_of_health(stack):
    """No sleep is between services; where the time goes is printed."""
    # The last one answers before its health is asked for the first time.
    until(lambda: stack.healthy(stack.only("nginx")), "nginx is healthy", PATIENCE)
    states = {name: stack.inspect(stack.only(name))["State"] for name in ONCE + SERVICES}
    begun = {name: seconds(state["StartedAt"]) for name, state in states.items()}
    ended = {name: seconds(states[name]["FinishedAt"]) for name in ONCE}
    healthy = stack.first_healthy()
    print(f"\nfirst good answer after {stack.took:.1f} s")
    for name in sorted(begun, key=begun.get):
        print(f"{name:10} begun {begun[name] - begun['keys']:6.1f} s"
              + "".join(f", {what} {times[name] - begun['keys']:6.1f} s"
                        for what, times in (("ended", ended), ("healthy", healthy)) if name in times))
    assert [states[name]["ExitCode"] for name in ONCE] == [0, 0]
    assert set(healthy) == {"db", "valkey", "fpm", "nginx"}
    waits = [(name, other, {"service_healthy": healthy, "service_completed_successfully": ended}[one["condition"]])
             for name, service in SERVICES_OF_FILE.items() if name in begun
             for other, one in service.get("depends_on", {}).items()]
    assert {(name, other) for name, other, _ in waits} == {
        ("db", "keys"), ("migrate", "keys"), ("migrate", "db"), ("migrate", "valkey"), ("fpm", "migrate"),
        ("scheduler", "migrate"), ("nginx", "fpm")}
    for name, other, times in waits:
        assert begun[other] < times[other] <= begun[name], f"{name} waited for {other}"


def test_https_with_http2(stack):
    out = curl("--insecure", "--http2", "--include", "--write-out", "%{http_code} %{http_version}",
               f"{ADDRESS}/healthcheck/status.json")
    assert out.endswith("200 2"), out
    headers = out.partition("\n\n")[0].lower()  # lines end as Python has them
    assert "x-powered-by" not in headers and "\nserver: nginx\n" in headers, "no version is told"
    for header in ("strict-transport-security: max-age=31536000", "x-content-type-options: nosniff",
                   "referrer-policy: same-origin", "x-frame-options: deny", "content-security-policy: default-src 'self'"):
        assert headers.count(header) == 1, header
    assert curl("--insecure", "--head", "--output", "/dev/null", "--write-out", "%{http_code} %{content_type}",
                f"{ADDRESS}/css/main.css") == "200 text/css"


@pytest.mark.parametrize("path, status", [
    ("/css/main.css", 200), ("/robots.txt", 200), ("/img/logo.svg", 200), ("/auth/login", 200),
    ("/vendor/autoload.php", 404), ("/img/nothing.png", 404), ("/nothing.json", 404)])
def test_every_answer_has_the_security_headers(stack, path, status):
    """Of files and of the web server's own answers as well; each once."""
    out = curl("--insecure", "--include", "--output", "-", "--write-out", "%{http_code}", ADDRESS + path)
    assert out.endswith(str(status)), out[-500:]
    headers = out.partition("\n\n")[0].lower()
    for header in ("strict-transport-security: max-age=31536000", "x-content-type-options: nosniff",
                   "referrer-policy: same-origin"):
        assert [line for line in headers.splitlines() if line.startswith(header.partition(" ")[0])] == [header], headers
    assert "\nserver: nginx\n" in headers and "x-powered-by" not in headers


@pytest.mark.parametrize("path", ["/vendor/autoload.php", "/bin/cake.php", "/index.php/x.php", "/etc/passbolt/app.php"])
def test_no_other_script_is_reached(stack, path):
    assert curl("--insecure", "--output", "/dev/null", "--write-out", "%{http_code}", ADDRESS + path) == "404"


def test_plain_http_leads_to_https(stack):
    port = PORTS["PASSBOLT_HTTP_PORT"]
    assert curl("--output", "/dev/null", "--write-out", "%{http_code} %{redirect_url}",
                f"http://localhost:{port}/auth/login?x=1") == f"308 {ADDRESS}/auth/login?x=1"


def require_no_rights(seen):
    """As the engine tells of a container."""
    with_all = seen["HostConfig"]
    assert with_all["ReadonlyRootfs"] and with_all["CapDrop"] == ["ALL"]
    assert not with_all["CapAdd"] and not with_all["Privileged"]
    assert with_all["SecurityOpt"] == ["no-new-privileges:true"] and seen["Config"]["User"] not in ("", "root", "0")


def require_no_rights_of_process(text):
    """As the kernel tells of a process in its `status`."""
    status = dict(line.split(":\t", 1) for line in text.splitlines() if ":\t" in line)
    assert "0" not in status["Uid"].split() and status["NoNewPrivs"] == "1"
    assert {int(status[name], 16) for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")} == {0}


@pytest.mark.parametrize("service", ONCE + SERVICES)
def test_containers_have_no_rights(stack, service):
    container = stack.only(service)
    seen = stack.inspect(container)
    require_no_rights(seen)
    if service in ONCE:
        return
    with open(f"/proc/{seen['State']['Pid']}/status") as status:
        require_no_rights_of_process(status.read())
    assert stack.engine.docker("exec", container, "/bin/sh", "-c", "true").returncode in (126, 127)


def test_a_command_has_no_rights(stack):
    name = stack.compose("run", "-d", "--no-deps", "cli", "passbolt", "version").stdout.split()[-1]
    try:
        assert stack.docker("wait", name) == "0" and "Passbolt CE" in stack.docker("logs", name)
        require_no_rights(stack.inspect(name))
    finally:
        stack.docker("rm", "-f", name)
    run = ["run", "--rm", "--no-deps", "-T", "--entrypoint"]
    require_no_rights_of_process(stack.compose(*run, "php", "cli", "-r", "readfile('/proc/self/status');").stdout)
    done = stack.compose(*run, "/bin/sh", "cli", "-c", "true", status=None)
    assert done.returncode != 0 and "no such file or directory" in done.stderr + done.stdout


@pytest.mark.parametrize("image", IMAGES)
def test_no_image_has_a_shell_or_a_key(stack, image):
    container = stack.docker("create", image)
    try:
        with tarfile.open(fileobj=io.BytesIO(stack.bytes("export", container))) as tar:
            members = {member.name: member for member in tar}
            programs = {name.rpartition("/")[2] for name in members if re.match(r"(usr/)?s?bin/", name)}
            assert programs and not programs & SHELLS
            secret = re.compile(r"etc/passbolt/(gpg|jwt|tls|salt|database)/.|etc/nginx/tls/.|var/lib/passbolt/\.gnupg/.|"
                                r"var/lib/mysql/(?!debian-[0-9.]+\.flag$).|data/.|.*(private-keys-v1|serverkey|jwt\.key)")
            assert [name for name in members if secret.match(name)] == []
            texts = [name for name, member in members.items() if member.isreg() and member.size < 1 << 20
                     and not name.startswith(("usr/lib/", "usr/share/php/passbolt/vendor/"))
                     and re.search(rb"-----BEGIN (RSA |EC |PGP )?PRIVATE KEY( BLOCK)?-----\r?\n", tar.extractfile(member).read())]
            assert texts == []
    finally:
        stack.docker("rm", container)


def test_the_code_is_roots_and_what_is_written_is_not(stack):
    found = json.loads(stack.php("fpm", """
        foreach (['/usr/share/php/passbolt/webroot/index.php', '/usr/share/php/passbolt/src', '/var/lib/passbolt/tmp',
                  '/usr/share/php/passbolt/webroot/img/public', '/etc/passbolt/jwt', '/etc/passbolt/jwt/jwt.key',
                  '/etc/passbolt/jwt/jwt.pem', '/etc/passbolt/gpg/serverkey_private.asc', '/run/passbolt/salt/salt'] as $path) {
            $found[$path] = [fileowner($path), decoct(fileperms($path) & 07777), is_writable($path)];
        }
        echo json_encode($found);"""))
    assert found == {
        "/usr/share/php/passbolt/webroot/index.php": [0, "644", False], "/usr/share/php/passbolt/src": [0, "755", False],
        "/var/lib/passbolt/tmp": [33, "750", True], "/usr/share/php/passbolt/webroot/img/public": [33, "755", True],
        "/etc/passbolt/jwt": [33, "750", False], "/etc/passbolt/jwt/jwt.key": [33, "640", False],
        "/etc/passbolt/jwt/jwt.pem": [33, "640", False], "/etc/passbolt/gpg/serverkey_private.asc": [33, "640", False],
        "/run/passbolt/salt/salt": [33, "640", False]}


def test_phps_extensions(stack):
    modules = stack.docker("exec", stack.only("fpm"), "php", "-m").splitlines()
    assert {"gd", "intl", "json", "mysqlnd", "xsl", "Phar", "posix", "xml", "zlib", "ctype", "PDO", "gnupg",
            "pdo_mysql"} - set(modules) == set()


def test_the_servers_key(stack, ada):
    """Its primary key signs and certifies and does not encrypt, its subkey encrypts alone; nobody copied a fingerprint."""
    fingerprint = ada.server()
    assert fingerprint == stack.fingerprint()
    colons = ada.gpg("--with-colons", "--list-keys", fingerprint).decode().splitlines()
    (primary,), (sub,) = ([line.split(":") for line in colons if line.startswith(kind)] for kind in ("pub:", "sub:"))
    assert (sorted(re.sub("[A-Z]", "", primary[11])), sub[11], primary[2], sub[2]) == (["c", "s"], "e", "3072", "3072")
    (scheduler,) = stack.containers("scheduler")
    assert f"Keyring init OK: {fingerprint}" in stack.docker("logs", scheduler), "the scheduler sees it too"


def test_the_health_check(stack, ada):
    gpg = stack.cake("passbolt", "healthcheck", "--gpg").stdout
    assert gpg.count("[PASS]") >= 10 and "[FAIL]" not in gpg, gpg
    whole = stack.cake("passbolt", "healthcheck").stdout
    assert "[FAIL]" not in whole and "No error found" in whole, whole
    assert {line.strip() for line in whole.splitlines() if "[WARN]" in line and "gpg by" not in line} == {
        "[WARN] There is no /etc/passbolt/passbolt.php.",
        # Of its own address: the container's localhost is another, and the certificate is self-signed.
        "[WARN] Could not reach /healthcheck/status with the address of App.fullBaseUrl.",
        "[WARN] The certificate is not trusted, not for this host, or the address is not reachable."}, whole


def test_the_databases_password(stack):
    """With every character of the official images' test; the database's group may read it, and nobody else."""
    assert stack.file("keys", "/etc/passbolt/database/password").decode() == PASSWORD
    assert "Up" in stack.docker("ps", "--filter", f"id={stack.only('db')}", "--format", "{{.Status}}")
    users = stack.docker("exec", stack.only("db"), "mariadb", "-N", "-e",
                         "select user, host from mysql.global_priv order by user")
    assert users.splitlines() == ["mariadb.sys\tlocalhost", "mysql\tlocalhost", "passbolt\t%", "root\tlocalhost"]


def test_no_secret_is_in_an_environment_or_a_log(stack):
    secrets = [PASSWORD, stack.file("keys", "/etc/passbolt/salt/salt").decode()]
    assert len(secrets[1]) == 64
    keys = [stack.file("keys", f"/etc/passbolt/{name}").decode()
            for name in ("gpg/serverkey_private.asc", "jwt/jwt.key", "tls/tls.key")]
    lines = {line for text in keys for line in text.splitlines() if re.fullmatch("[A-Za-z0-9+/]{40,}", line)}
    assert len(lines) > 20 and all("PRIVATE KEY" in text for text in keys)
    for service in ONCE + SERVICES:
        container = stack.only(service)
        logs = stack.engine.docker("logs", container)
        log = logs.stdout + logs.stderr
        assert log and "PRIVATE KEY" not in log and [one for one in [*lines, *secrets] if one in log] == [], service
        if service != "keys":  # whom this test tells the password
            config = json.dumps(stack.inspect(container)["Config"], ensure_ascii=False)
            assert [secret for secret in secrets if secret in config] == [], service
    # What Passbolt's own processes have to know is in no other's environment, as the kernel has it; nginx and valkey write
    # their titles over theirs.
    for service, known in (("nginx", b"APP_FULL_BASE_URL="), ("valkey", b"\0"), ("db", b"MARIADB_USER=passbolt\0")):
        told = b""
        for line in stack.docker("top", stack.only(service)).splitlines()[1:]:
            with open(f"/proc/{line.split()[1]}/environ", "rb") as environment:
                told += environment.read()
        assert known in told and [secret for secret in secrets if secret.encode() in told] == [], service


def test_a_session_and_an_avatar(stack, ada):
    assert ada.get("/users/me.json").body["username"] == "ada@example.org"
    assert kept(ada) == ["s3cret"]
    picture = subprocess.run(["docker", "--host", stack.engine.host, "exec", stack.only("fpm"), "php", "-r",
                              "imagepng(imagecreatetruecolor(300, 200));"], capture_output=True, check=True).stdout
    put = ada.upload("/users/avatar.json", "avatar", "ada.png", picture)
    assert put.status == 200, put.content
    shown = ada.get(f"/avatars/view/{ada.user}/medium.jpg")
    assert shown.status == 200 and shown.content[:3] == b"\xff\xd8\xff"
    ada.log_in_by_jwt(ADDRESS)
    try:
        assert kept(ada) == ["s3cret"]
    finally:
        ada.token = None
    sessions = stack.docker("exec", stack.only("valkey"), "valkey-cli", "--scan", "--pattern", "PHPREDIS_SESSION*")
    assert sessions, "they are in valkey, so that another fpm knows them"


def test_email(stack, ada, sink):
    """The scheduler sends what waits, each minute."""
    until(lambda: sink.to(ada.email), "the e-mail comes", PATIENCE)
    (mail,) = sink.to(ada.email)
    assert "From: Passbolt <passbolt@example.org>" in mail and f"{ADDRESS}/setup/start/{ada.user}/" in mail.replace("=\r\n", "")
    (scheduler,) = stack.containers("scheduler")
    until(lambda: "1 e-mails sent, 0 failed." in stack.docker("logs", scheduler), "it is told", PATIENCE)


def test_in_a_browser(stack, tmp_path):
    """The page and the link of an administrator over HTTPS, and a session that is the browser's."""
    from selenium.webdriver.common.by import By

    with chromium(tmp_path, trusted=ADDRESS) as browser:
        visit(browser, f"http://localhost:{PORTS['PASSBOLT_HTTP_PORT']}/")
        assert browser.current_url == f"{ADDRESS}/auth/login", "it is led to HTTPS, and to the page"
        assert browser.find_element(By.ID, "fingerprint").text == stack.fingerprint()
        # Style and picture come from the web server's webroot, and the policy lets them be shown.
        assert browser.find_element(By.TAG_NAME, "body").value_of_css_property("font-family") == "sans-serif"
        assert browser.execute_script("return document.images[0].naturalWidth") > 0
        assert browser.execute_script("return performance.getEntriesByType('navigation')[0].nextHopProtocol") == "h2"
        screenshot(browser, "passbolt-login")

        grace = BrowserClient(browser, ADDRESS, "grace@example.org")
        try:
            link = stack.register(grace.email)
            visit(browser, link)
            assert browser.find_element(By.TAG_NAME, "h1").text == "Welcome, Ada"
            screenshot(browser, "passbolt-setup")
            assert grace.set_up(link).status == 200
            visit(browser, ADDRESS)
            assert grace.get("/users/me.json").status == 403
            assert grace.log_in().status == 200
            (cookie,) = [one for one in browser.get_cookies() if one["name"] == "passbolt_session"]
            assert (cookie["secure"], cookie["httpOnly"], cookie["sameSite"]) == (True, True, "Strict")
            assert grace.post("/resources.json", {"name": "shop", "secret": grace.encrypt("s3cret")}).status == 200
            # What the browser shows of itself, as anybody who opens a page.
            assert grace.shown("/users/me.json")["body"]["username"] == grace.email
            screenshot(browser, "passbolt-me")
            assert set(kept(grace)) == {"s3cret"}
            assert grace.post("/auth/logout.json", {}).status == 200
            assert grace.shown("/users/me.json")["header"]["code"] == 403
            # The link is good for one time.
            visit(browser, link)
            assert browser.find_element(By.TAG_NAME, "h1").text != "Welcome, Ada"
        finally:
            grace.close()


def test_each_job_of_the_schedule(stack, ada, sink):
    """The scheduler's own jobs, at other times."""
    old = {"name": "old", "secret": ada.encrypt("s3cret"), "expired": "2020-01-01"}
    assert ada.post("/resources.json", old).status == 200
    jobs = re.findall(r"^\[job (\w+)\]$", stack.file("scheduler", "/etc/debone/init.conf").decode(), re.MULTILINE)
    assert sorted(jobs) == ["email", "expired"]
    often = [word for job in jobs for word in ("-e", f"DEBONE_INIT_JOB_{job.upper()}_CRON=*/2 * * * * *")]
    name = stack.compose("run", "-d", "--no-deps", *often, "scheduler").stdout.split()[-1]
    try:
        until(lambda: [mail for mail in sink.to(ada.email) if "old (" in mail], "who has what expired is told", PATIENCE)
        stack.docker("stop", "--time", "60", name)
        log = stack.docker("logs", name)
        assert stack.inspect(name)["State"]["ExitCode"] == 0 and "1 owners of expired resources will be told." in log
    finally:
        stack.docker("rm", "-f", name)


def test_email_after_a_restart_of_the_scheduler(stack, ada, sink):
    (scheduler,) = stack.containers("scheduler")
    stack.docker("restart", "--time", "60", scheduler)
    restarted = stack.inspect(scheduler)["State"]["StartedAt"]
    stack.register("linus@example.org")
    until(lambda: sink.to("linus@example.org"), "the e-mail comes", PATIENCE)
    logs = ["logs", "--since", restarted, scheduler]
    until(lambda: "1 e-mails sent, 0 failed." in stack.docker(*logs), "it is told", PATIENCE)


@pytest.mark.parametrize("service, told", [("fpm", "Finishing ..."), ("nginx", "gracefully shutting down")])
def test_a_request_in_work_is_answered_before_it_stops(stack, ada, service, told):
    """It waits for a table that is locked until the process has its signal, and nothing but the request keeps it."""
    container, db = stack.only(service), stack.only("db")
    begun = str(time.time())
    answer = []
    asking = threading.Thread(target=lambda: answer.append(ada.get("/resources.json")))

    def log():
        done = stack.engine.docker("logs", "--since", begun, container)
        return done.stdout + done.stderr
    docker, stop = ["docker", "--host", stack.engine.host], None
    lock = subprocess.Popen([*docker, "exec", "-i", db, "mariadb", "-N", "--unbuffered", "passbolt"],
                            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        print("lock tables resources write; select 'locked';", file=lock.stdin, flush=True)
        assert lock.stdout.readline() == "locked\n"
        asking.start()
        processes = ["exec", db, "mariadb", "-N", "-e", "show processlist"]
        until(lambda: "table metadata lock" in stack.docker(*processes), "it waits", PATIENCE)
        stop = subprocess.Popen([*docker, "stop", "--time", "60", container], stdout=subprocess.DEVNULL)
        until(lambda: told in log(), f"{service} has its signal", PATIENCE)
        assert answer == [] and stop.poll() is None
    finally:
        lock.communicate()
        if asking.ident is not None:
            asking.join()
        if stop is not None:
            assert stop.wait() == 0
            state = stack.inspect(container)["State"]
            stack.docker("start", container)
            until(lambda: stack.healthy(container), f"{service} is back", PATIENCE)
    assert [one.status for one in answer] == [200] and len(answer[0].body) > 0
    assert (state["ExitCode"], state["OOMKilled"]) == (0, False)
    until(answers, "Passbolt answers again", PATIENCE)


@pytest.mark.parametrize("service", SERVICES)
def test_a_restart(stack, ada, service):
    stack.docker("restart", "--time", "60", stack.only(service))
    if service != "scheduler":
        # While valkey still reads its file, PHP takes a session that is asked for to be none, and gives another one.
        until(lambda: stack.healthy(stack.only(service)), f"{service} is healthy after a restart", PATIENCE)
    until(answers, f"Passbolt answers after a restart of {service}", PATIENCE)
    # The session is still that of before; that the database is back is not what the page of health says.
    until(lambda: kept(ada) == ["s3cret"], f"the secret is there after a restart of {service}", PATIENCE)
    assert stack.inspect(stack.only(service))["State"]["Running"]


def test_another_fpm_takes_over(stack, ada):
    """Half of the load are POSTs: what was sent to a php-fpm that ends is not sent again by nginx where it may change something."""
    old = stack.only("fpm")
    token = f"gpgauthv1.3.0|36|{uuid.uuid4()}|gpgauthv1.3.0"
    question = {"gpg_auth": {"keyid": ada.fingerprint, "server_verify_token": ada.encrypt(token, ada.server())}}

    def ask(number, count):
        if number % 2 == 0:
            assert ada.get("/resources.json").status == 200
        else:
            answer = ada.post("/auth/verify.json", question)
            assert (answer.status, answer.headers["X-GPGAuth-Verify-Response"]) == (200, token), answer.content[:300]

    with Load(ask) as load:
        stack.compose("up", "-d", "--no-recreate", "--no-deps", "--scale", "fpm=2", "fpm")
        (new,) = set(stack.containers("fpm")) - {stack.inspect(old)["Id"]}
        until(lambda: stack.healthy(new), "the new one is healthy", PATIENCE)
        before = len(load.done)
        until(lambda: len(load.done) >= before + 20, "both answer", PATIENCE)
        stack.docker("stop", "--time", "60", old)
        before = len(load.done)
        until(lambda: len(load.done) >= before + 50, "the new one answers", PATIENCE)
    assert load.failures == []
    assert stack.inspect(old)["State"]["ExitCode"] == 0
    stack.docker("rm", old)


def test_down_and_up_again(stack, ada):
    """What was made once is made once: keys, salt, certificate, database."""
    before = stack.fingerprint(), stack.file("keys", "/etc/passbolt/tls/tls.crt"), stack.file("keys", "/etc/passbolt/salt/salt")
    stack.compose("down", "--timeout", "60")
    stack.compose("up", "-d")
    until(answers, "Passbolt answers again", PATIENCE)
    assert (stack.fingerprint(), stack.file("keys", "/etc/passbolt/tls/tls.crt"),
            stack.file("keys", "/etc/passbolt/salt/salt")) == before
    assert kept(ada) == ["s3cret"]
    assert "The schema was up to date." in stack.logs("migrate") and "keys: made" not in stack.logs("keys")


# --- an installation that is brought along


@pytest.fixture(scope="module")
def brought(stack, ada, tmp_path_factory):
    """Another stack with the server key and the database of the first one, and a certificate of ours; docs/passbolt.md has
    these steps."""
    folder = tmp_path_factory.mktemp("brought")
    dump = stack.bytes("exec", stack.only("db"), "mariadb-dump", "--defaults-extra-file=/run/mysqld/login.cnf",
                       "--single-transaction", "passbolt")
    files = {"gpg/serverkey_private.asc": stack.file("keys", "/etc/passbolt/gpg/serverkey_private.asc"),
             "salt/salt": stack.file("keys", "/etc/passbolt/salt/salt")}
    stack.compose("stop", "nginx")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-noenc", "-days", "2", "-subj", "/CN=localhost",
                    "-addext", "subjectAltName=DNS:localhost", "-keyout", folder / "tls.key", "-out", folder / "tls.crt"],
                   check=True, capture_output=True)
    for name in ("tls.key", "tls.crt"):
        files[f"tls/{name}"] = (folder / name).read_bytes()
    made = Passbolt(stack.engine, stack.files[1], {**PORTS, "APP_FULL_BASE_URL": ADDRESS}, "brought")
    made.certificate = folder / "tls.crt"
    try:
        made.compose("up", "--no-start", "keys")
        for name, content in files.items():
            bring(made, name, content)
        made.compose("up", "-d", "db")
        db = made.only("db")
        until(lambda: made.healthy(db), "the database is there", PATIENCE)
        made.bytes("exec", "-i", db, "mariadb", "--defaults-extra-file=/run/mysqld/login.cnf", "passbolt", input=dump)
        made.compose("up", "-d")
        until(answers, "the second stack answers", PATIENCE)
        yield made
    finally:
        made.__exit__()
        stack.compose("start", "nginx")


def bring(stack, name, content, mode=0o640):
    folder, _, name = name.rpartition("/")
    tar = io.BytesIO()
    with tarfile.open(fileobj=tar, mode="w") as out:
        info = tarfile.TarInfo(name)
        info.size, info.mode, info.uid, info.gid = len(content), mode, 33, 33
        out.addfile(info, io.BytesIO(content))
    stack.bytes("cp", "-", f"{stack.only('keys')}:/etc/passbolt/{folder}", input=tar.getvalue())


def test_an_installation_is_brought_along(brought, stack, ada):
    assert brought.fingerprint() == stack.fingerprint(), "it was found by the private key alone"
    assert ada.log_in().status == 200
    assert kept(ada) == ["s3cret"]
    made = re.findall(r"keys: made (\S+)", brought.logs("keys"))
    assert {os.path.basename(one) for one in made} == {"serverkey.asc", "fingerprint", "jwt.key", "jwt.pem", "password"}
    health = brought.cake("passbolt", "healthcheck", "--gpg").stdout
    assert health.count("[PASS]") >= 10 and "[FAIL]" not in health, health
    assert '"OK"' in curl("--cacert", str(brought.certificate), f"{ADDRESS}/healthcheck/status.json")


# --- what goes wrong


def fails(stack, status, text, *arguments):
    """One container ends with that status and that text, among what it says."""
    done = stack.engine.docker("run", *HARDENED, *arguments)
    assert done.returncode == status and text in done.stderr, f"{done.returncode}\n{done.stdout}{done.stderr}"
    return done


def test_a_missing_or_doubled_secret(stack):
    fails(stack, 125, "neither SECURITY_SALT nor SECURITY_SALT_FILE is set", "passbolt-fpm")
    fails(stack, 125, "neither SECURITY_SALT nor SECURITY_SALT_FILE is set", "passbolt-scheduler")
    fails(stack, 125, "SECURITY_SALT_FILE: cannot read /nowhere: no such file or directory",
          "-e", "SECURITY_SALT_FILE=/nowhere", "passbolt-migrate")
    fails(stack, 125, "both SECURITY_SALT and SECURITY_SALT_FILE are set", "-e", "SECURITY_SALT_FILE=/nowhere",
          "-e", "SECURITY_SALT=x", "passbolt-fpm")
    fails(stack, 125, "neither MARIADB_PASSWORD nor MARIADB_PASSWORD_FILE is set", "-e", "MARIADB_DATABASE=a",
          "-e", "MARIADB_USER=a", "mariadb")
    fails(stack, 125, "APP_FULL_BASE_URL is not set", "passbolt-nginx")


def test_an_unreachable_database(stack):
    done = stack.compose("run", "--rm", "--no-deps", "-T", "-e", "DATASOURCES_DEFAULT_HOST=valkey", "-e",
                         "DEBONE_INIT_WAIT_DATABASE_TIMEOUT=5s", "migrate", status=124)
    assert "tcp://valkey:3306 is not there after 5s: " in done.stderr + done.stdout


def test_a_wrong_password_of_the_database(stack):
    done = stack.compose("run", "--rm", "--no-deps", "-T", "-e", "DATASOURCES_DEFAULT_USERNAME=nobody", "migrate", status=1)
    assert "migrate: the database passbolt: " in done.stderr + done.stdout


def test_a_wrong_fingerprint(stack):
    wrong = "A" * 40
    for service in ("migrate", "fpm", "scheduler", "cli"):
        done = stack.compose("run", "--rm", "--no-deps", "-T", "-e", f"PASSBOLT_GPG_SERVER_KEY_FINGERPRINT={wrong}", "-e",
                             "PASSBOLT_GPG_SERVER_KEY_FINGERPRINT_FILE=", service, status=1)
        assert f"the configuration {wrong}" in done.stderr + done.stdout, service


@pytest.fixture
def volumes(tmp_path):
    """Folders in the place of volumes, as keys.php wants them."""
    for name in ("gpg", "jwt", "tls", "salt", "database"):
        folder = tmp_path / name
        folder.mkdir(0o750)
        os.chown(folder, 33, 33)
    os.chmod(tmp_path, 0o755)
    return tmp_path


def mounts(folder, **modes):
    return [word for name in ("gpg", "jwt", "tls", "salt", "database")
            for word in ("-v", f"{folder / name}:/etc/passbolt/{name}{modes.get(name, '')}")]


def test_a_key_volume_that_is_read_only_or_open_to_everybody(stack, volumes):
    fails(stack, 1, "keys: cannot write /etc/passbolt/gpg/serverkey_private.asc: ", *mounts(volumes, gpg=":ro"),
          "-e", f"APP_FULL_BASE_URL={ADDRESS}", "passbolt-keys")
    (volumes / "jwt").chmod(0o755)
    fails(stack, 1, "keys: /etc/passbolt/jwt is open to everybody: its mode is 0755", *mounts(volumes), "passbolt-keys")
    (volumes / "jwt").chmod(0o750)
    key = volumes / "gpg/serverkey_private.asc"
    key.write_text("a key")
    key.chmod(0o644)
    os.chown(key, 33, 33)
    fails(stack, 1, "keys: /etc/passbolt/gpg/serverkey_private.asc is open to everybody: its mode is 0644", *mounts(volumes),
          "passbolt-keys")
    key.chmod(0o640)
    fails(stack, 1, "keys: gpg --batch: exit status 2", *mounts(volumes), "passbolt-keys")


def test_keys_that_do_not_belong_together(stack, volumes):
    made = stack.engine.docker("run", *HARDENED, *mounts(volumes), "-e", f"APP_FULL_BASE_URL={ADDRESS}", "passbolt-keys")
    assert made.returncode == 0, made.stderr
    jwt, certificate = volumes / "jwt/jwt.pem", volumes / "tls/tls.crt"
    other = subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-noenc", "-subj", "/CN=x", "-keyout", "-"],
                           check=True, capture_output=True, text=True).stdout
    was = certificate.read_text()
    certificate.write_text(re.search("-----BEGIN CERT.*", other, re.DOTALL)[0])
    fails(stack, 1, "keys: /etc/passbolt/tls/tls.crt is of another key than /etc/passbolt/tls/tls.key", *mounts(volumes),
          "passbolt-keys")
    certificate.write_text(was)
    jwt.write_text("another")
    fails(stack, 1, "keys: /etc/passbolt/jwt/jwt.pem is of another key than /etc/passbolt/jwt/jwt.key", *mounts(volumes),
          "passbolt-keys")


def test_an_unwritable_data_directory(stack, tmp_path):
    data = tmp_path / "data"
    data.mkdir(0o700)
    os.chown(data, 117, 117)
    mariadb = ["--tmpfs", "/run/mysqld",
               *(word for name in ("DATABASE", "USER", "PASSWORD") for word in ("-e", f"MARIADB_{name}=a")), "mariadb"]
    fails(stack, 1, "Read-only file system", "-v", f"{data}:/var/lib/mysql:ro", *mariadb)
    tmp_path.chmod(0o755)
    for mode in (0o755, 0o700):
        os.chown(data, 1234, 1234)
        data.chmod(mode)
        done = fails(stack, 1, "Permission denied", "-v", f"{data}:/var/lib/mysql", *mariadb)
        assert "/var/lib/mysql" in done.stderr and os.listdir(data) == []
        done = stack.engine.docker("run", *HARDENED, "-v", f"{data}:/data", "valkey", "--appendonly", "yes")
        said = done.stdout + done.stderr
        assert done.returncode == 1 and "Permission denied" in said, f"{done.returncode}\n{said}"
        assert re.search(r"append-only dir|'dir /data'", said) and os.listdir(data) == [], said


def test_a_migration_that_fails_and_a_port_in_use(stack, tmp_path):
    """Nothing else starts, and the reason is told."""
    broken = tmp_path / "20990101000000_Broken.php"
    broken.write_text("<?php return ['CREATE TABLE nonsense'];\n")
    broken.chmod(0o644)
    tmp_path.chmod(0o755)
    more = tmp_path / "broken.yaml"
    more.write_text(f"services:\n  migrate:\n    volumes: ['{broken}:/etc/passbolt/Migrations/{broken.name}:ro']\n")
    http, https = free_ports(2)
    address = f"https://localhost:{https}"
    bad = Passbolt(stack.engine, stack.files[1], {"PASSBOLT_HTTP_PORT": str(http), "PASSBOLT_HTTPS_PORT": str(https),
                                                  "APP_FULL_BASE_URL": address}, "bad", [more])
    try:
        assert bad.compose("up", "-d", status=None).returncode != 0
        assert "the migration 20990101000000_Broken failed: " in bad.logs("migrate")
        assert bad.inspect(bad.only("migrate"))["State"]["ExitCode"] == 1
        for service in ("fpm", "scheduler", "nginx"):
            assert not bad.containers(service) or not bad.inspect(bad.only(service))["State"]["Running"], service
        # Mended, it goes on where it stopped; and then the port is taken.
        bad.files = bad.files[:2]
        with socket.create_server(("0.0.0.0", https)):
            done = bad.compose("up", "-d", status=1)
        assert "address already in use" in done.stderr + done.stdout
        bad.compose("up", "-d")
        until(lambda: answers(address), "it is mended", PATIENCE)
    finally:
        bad.__exit__()
