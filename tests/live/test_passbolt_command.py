"""`debone stack passbolt` for real, as a user has it: one command, which brings up everything with an administrator and
e-mail; and a backup that brings the same server back. On Debian 13 and, with PHP 8.2, on Debian 12."""

import base64
import json
import re
import socket
import subprocess

import pytest

from compose import Stack, StackCommand
from init import until
from passbolt_client import Client
from ports import free_ports

pytestmark = pytest.mark.wide
HTTP, HTTPS = free_ports(2)
ADDRESS = f"https://localhost:{HTTPS}"
STARTING = ["--allow-expired", "--allow-older", "--timeout", "30m"]
PHP = {"trixie": "8.4", "bookworm": "8.2"}


@pytest.fixture(params=PHP)
def release(request):
    return request.param


@pytest.fixture
def stack(live_place, release):
    # On one of them the database and its user have other names.
    named = {"DATASOURCES_DEFAULT_DATABASE": "vault", "DATASOURCES_DEFAULT_USERNAME": "keeper"}
    stack = StackCommand(live_place, "passbolt", {"PASSBOLT_HTTP_PORT": str(HTTP), "PASSBOLT_HTTPS_PORT": str(HTTPS),
                                                  "APP_FULL_BASE_URL": ADDRESS, **(named if release == "trixie" else {})})
    stack.folder = live_place.work / f"passbolt-{release}"
    with stack:
        if release == "bookworm":
            stack("write").ok()
            on_bookworm(stack.folder / "passbolt/compose.yaml")
        yield stack


def network_of(stack, name):
    """Makes it before compose does, and gives this machine's address in it."""
    labels = [f"--label=com.docker.compose.{key}={value}" for key, value in {"project": "passbolt", "network": name}.items()]
    made = stack.engine.docker("network", "create", *labels, f"passbolt_{name}")
    assert made.returncode == 0, made.stderr
    return json.loads(stack.engine.docker("network", "inspect", f"passbolt_{name}").stdout)[0]["IPAM"]["Config"][0]["Gateway"]


def on_bookworm(compose):
    """The change that docs/passbolt.md has for Debian 12."""
    changed = re.sub(r"^(    passbolt-(?:keys|migrate|fpm|cli|scheduler): )", r"\1bookworm/", compose.read_text(), flags=re.MULTILINE)
    assert changed.count("bookworm/passbolt-") == 5
    compose.write_text(changed)


def answer(path="/healthcheck/status.json", *options):
    return subprocess.run(["curl", "--silent", "--insecure", "--noproxy", "*", *options, ADDRESS + path],
                          capture_output=True, text=True).stdout


def container(stack, service):
    """Compose v2 calls it otherwise than 1.29."""
    return stack.engine.docker("ps", "-aq", "--filter", f"label=com.docker.compose.service={service}").stdout.strip()


def fingerprint(stack):
    """Of the server's key: the one file in docker's tar."""
    text = stack.engine.docker("cp", f"{container(stack, 'keys')}:/etc/passbolt/gpg/fingerprint", "-").stdout
    return re.search(r"[0-9A-F]{40}", text)[0]


def php(stack, service, code):
    done = stack.engine.docker("exec", container(stack, service), "php", "-r", code)
    assert done.returncode == 0, done.stderr
    return done.stdout


def require_what_the_official_images_hold(stack):
    """At run time."""
    compose = Stack(stack.engine, stack.folder / "passbolt/compose.yaml", stack.environment, "passbolt")
    gpg = compose.compose("run", "--rm", "--no-deps", "-T", "cli", "passbolt", "healthcheck", "--gpg").stdout
    assert gpg.count("[PASS]") >= 10 and "[FAIL]" not in gpg, gpg
    modes = php(stack, "fpm", """foreach (['', '/jwt.key', '/jwt.pem'] as $name) {
        echo decoct(fileperms("/etc/passbolt/jwt$name") & 07777), " ";
    }""")
    assert modes.split() == ["750", "640", "640"]
    headers = answer("/healthcheck/status.json", "--include", "--http2").partition("\n\n")[0].lower()
    assert headers.startswith("http/2 200") and "x-powered-by" not in headers
    assert answer("/vendor/autoload.php", "--output", "/dev/null", "--write-out", "%{http_code}") == "404"


def require_status_and_logs(stack):
    """Compose's own, of each service; the scheduler's tell that it knows the fingerprint."""
    told = stack("status").ok().out
    lines = {line[1]: line[0] for line in re.finditer(r"^passbolt[-_](\w+)[-_]1 .*$", told, re.MULTILINE)}
    states = {"keys": r"Exit(ed)? \(?0\)?", "migrate": r"Exit(ed)? \(?0\)?", "scheduler": r"\bUp\b",
              **{service: r"\bUp\b.* \(healthy\)" for service in ("db", "valkey", "fpm", "nginx")}}
    assert {service for service, line in lines.items() if re.search(states[service], line)} == states.keys(), told
    colour = re.compile(r"\x1b\[[0-9;]*m")  # 1.29's, wherever it writes to
    logs = {service: colour.sub("", stack("logs", service).ok().out) for service in ("fpm", "scheduler")}
    for service, log in logs.items():
        (name,) = set(re.findall(r"^(\S+) +\| ", log, re.MULTILINE))
        assert re.fullmatch(rf"(passbolt[-_])?{service}[-_]1", name)
    assert "ready to handle connections" in logs["fpm"]
    assert f"Keyring init OK: {fingerprint(stack)}" in logs["scheduler"]


def require_no_start_on_a_port_in_use(stack):
    """Of the web server, which is made anew for it."""
    with socket.create_server(("0.0.0.0", 0)) as held:
        port = held.getsockname()[1]
        refused = stack("up", *STARTING, env={"PASSBOLT_HTTPS_PORT": str(port)})
    assert refused.status == 5 and "compose up` failed with exit status 1\n" in refused.errors, refused.err
    assert re.search(rf":{port}\b.*address already in use", refused.err), refused.err


def test_one_command_and_a_backup(stack, release, passbolt_source, sink):
    stack.place.environment |= {"EMAIL_TRANSPORT_DEFAULT_HOST": network_of(stack, "outside"),
                                "EMAIL_TRANSPORT_DEFAULT_PORT": str(sink.port)}
    ada = Client(ADDRESS, "ada@example.org")
    done = stack("up", "--admin", ada.email, "--first", "Ada", *STARTING, *passbolt_source).ok()
    assert done.out.startswith(f"passbolt is up: {ADDRESS}\n") and '"OK"' in answer()
    for service in ("fpm", "scheduler"):
        version = php(stack, service, "echo PHP_VERSION, ' ', parse_ini_file('/usr/lib/os-release')['VERSION_CODENAME'];")
        assert version.startswith(f"{PHP[release]}.") and version.endswith(f" {release}"), f"{service}: {version}"
    require_what_the_official_images_hold(stack)
    require_status_and_logs(stack)
    try:
        link = re.search(rf"{ADDRESS}/setup/start/\S+", done.out)
        until(lambda: any(link[0] in mail.replace("=\r\n", "") for mail in sink.to(ada.email)), "it comes by e-mail too", 300)
        assert ada.set_up(link[0]).status == 200 and ada.log_in().status == 200
        assert ada.post("/resources.json", {"name": "shop", "secret": ada.encrypt("s3cret")}).status == 200
        picture = php(stack, "fpm", "ob_start(); imagepng(imagecreatetruecolor(300, 200)); echo base64_encode(ob_get_clean());")
        assert ada.upload("/users/avatar.json", "avatar", "ada.png", base64.b64decode(picture)).status == 200
        avatar = ada.get(f"/avatars/view/{ada.user}/medium.jpg").content
        before = fingerprint(stack)
        assert ada.server() == before and avatar.startswith(b"\xff\xd8\xff")
        stack("backup", "safe.tar").ok()
        tables = stack.engine.docker(
            "exec", container(stack, "db"), "mariadb", "-N", "-e",
            "select distinct table_schema from information_schema.tables where table_name = 'resources'").stdout
        assert tables.split() == ["vault" if release == "trixie" else "passbolt"]
        refused = stack("restore", "safe.tar", *STARTING)
        assert refused.status == 2 and refused.errors.startswith("error: passbolt: the stack has volumes: ")
        require_no_start_on_a_port_in_use(stack)
        stack("down", "--volumes").ok()
        assert stack.engine.docker("volume", "ls", "-q").stdout == ""

        done = stack("restore", "safe.tar", *STARTING, *passbolt_source).ok()
        assert "restored what was saved at" in done.err and '"OK"' in answer()
        assert fingerprint(stack) == before
        again = stack("admin", ada.email, "--first", "Ada")
        assert again.status != 0, "Ada is there"
        assert ada.log_in().status == 200
        assert [ada.decrypt(one["secret"]) for one in ada.get("/resources.json").body] == ["s3cret"]
        assert ada.get(f"/avatars/view/{ada.user}/medium.jpg").content == avatar
    finally:
        ada.close()
