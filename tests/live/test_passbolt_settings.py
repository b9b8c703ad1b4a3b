"""The variables of Passbolt and of its official image in the stack: where a user's settings go, another database server
among them."""

import json
import os
import re
import shutil
import subprocess

import pytest
import yaml

import fastcgi
from compose import Stack, variables
from debone import SOURCE

FILE = SOURCE / "stacks/passbolt/compose.yaml"
PROCESSES = ["migrate", "fpm", "scheduler", "cli"]
# Some that the official image's documentation names, of each kind.
DOCUMENTED = """
APP_FULL_BASE_URL APP_DEFAULT_TIMEZONE DATASOURCES_DEFAULT_HOST DATASOURCES_DEFAULT_PORT DATASOURCES_DEFAULT_USERNAME
DATASOURCES_DEFAULT_DATABASE DATASOURCES_DEFAULT_SSL_KEY DATASOURCES_DEFAULT_SSL_CERT DATASOURCES_DEFAULT_SSL_CA
EMAIL_TRANSPORT_DEFAULT_CLASS_NAME EMAIL_DEFAULT_FROM EMAIL_DEFAULT_FROM_NAME EMAIL_DEFAULT_TRANSPORT
EMAIL_TRANSPORT_DEFAULT_HOST EMAIL_TRANSPORT_DEFAULT_PORT EMAIL_TRANSPORT_DEFAULT_TIMEOUT EMAIL_TRANSPORT_DEFAULT_USERNAME
EMAIL_TRANSPORT_DEFAULT_PASSWORD EMAIL_TRANSPORT_DEFAULT_CLIENT EMAIL_TRANSPORT_DEFAULT_TLS EMAIL_TRANSPORT_DEFAULT_URL
PASSBOLT_PLUGINS_EXPORT_ENABLED PASSBOLT_PLUGINS_IMPORT_ENABLED PASSBOLT_REGISTRATION_PUBLIC PASSBOLT_SSL_FORCE
PASSBOLT_SECURITY_SET_HEADERS LOG_ERROR_URL
""".split()
OF_THE_KEY = ["PASSBOLT_KEY_LENGTH", "PASSBOLT_SUBKEY_LENGTH", "PASSBOLT_KEY_NAME", "PASSBOLT_KEY_EMAIL",
              "PASSBOLT_KEY_EXPIRATION", "PASSBOLT_GPG_SERVER_KEY_FINGERPRINT", "SECURITY_SALT", "DATASOURCES_DEFAULT_PASSWORD"]
SETTINGS = {
    "APP_DEFAULT_TIMEZONE": "Europe/Berlin", "APP_FULL_BASE_URL": "https://vault.example.org",
    "PASSBOLT_META_TITLE": 'Our "vault" at $home', "PASSBOLT_REGISTRATION_PUBLIC": "true",
    "PASSBOLT_AUTH_TOKEN_EXPIRY": "5 days", "PASSBOLT_PLUGINS_EXPORT_ENABLED": "false",
    "EMAIL_DEFAULT_FROM_NAME": "The vault", "EMAIL_TRANSPORT_DEFAULT_TLS": "true", "EMAIL_TRANSPORT_DEFAULT_USERNAME": "mailer",
    "DATASOURCES_DEFAULT_HOST": "elsewhere", "DATASOURCES_DEFAULT_PORT": "3307", "DATASOURCES_DEFAULT_DATABASE": "vault",
    "DATASOURCES_DEFAULT_USERNAME": "keeper", "DATASOURCES_DEFAULT_SSL_CA": "/etc/passbolt-tls/tls.crt"}
KEY = {"PASSBOLT_KEY_NAME": "Vault keys", "PASSBOLT_KEY_EMAIL": "keys@example.org", "PASSBOLT_KEY_LENGTH": "2048",
       "PASSBOLT_SUBKEY_LENGTH": "4096", "PASSBOLT_KEY_EXPIRATION": "2y", "DATASOURCES_DEFAULT_PASSWORD": "s3cr3t"}


def settings():
    return list(yaml.safe_load(FILE.read_text())["x-settings"])


def test_every_variable_is_passed_on(tmp_path):
    """By docker-compose as the machine has it; test_compose_v2.py asks the other."""
    names = {*settings(), *DOCUMENTED}
    values = {name: f"that of {name}" for name in [*names, *OF_THE_KEY]}
    services = variables("docker-compose", FILE, values)
    for service in PROCESSES:
        assert {name: services[service].get(name) for name in names} == {name: values[name] for name in names}
    assert {name: services["keys"].get(name) for name in OF_THE_KEY} == {name: values[name] for name in OF_THE_KEY}
    assert services["db"]["MARIADB_DATABASE"] == values["DATASOURCES_DEFAULT_DATABASE"]
    assert services["db"]["MARIADB_USER"] == values["DATASOURCES_DEFAULT_USERNAME"]
    # What is a secret of one service is told to no other.
    for service in [*PROCESSES, "db", "nginx", "valkey"]:
        assert not {"SECURITY_SALT", "DATASOURCES_DEFAULT_PASSWORD"} & {
            name for name, value in services[service].items() if value}, service
    # The defaults are those of the file where nothing is said.
    silent = variables("docker-compose", FILE, {})
    assert {name for name in settings() if silent["fpm"][name]} == set()
    assert silent["db"]["MARIADB_DATABASE"] == silent["fpm"]["DATASOURCES_DEFAULT_DATABASE"] == "passbolt"
    assert silent["db"]["MARIADB_USER"] == silent["fpm"]["DATASOURCES_DEFAULT_USERNAME"] == "passbolt"


# --- for real: a stack whose database is another server's, which asks for TLS


class Elsewhere:
    """A database server that is none of the stack's, in a network that leads out of it."""
    HARDENED = ["--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges:true", "--tmpfs", "/run/mysqld",
                "--tmpfs", "/tmp"]

    def __init__(self, stack, folder):
        self.stack, self.folder = stack, folder
        self.folder.mkdir()
        key, certificate = self.folder / "tls.key", self.folder / "tls.crt"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-noenc", "-days", "2", "-subj", "/CN=elsewhere",
                        "-addext", "subjectAltName=DNS:elsewhere", "-keyout", key, "-out", certificate],
                       check=True, capture_output=True)
        os.chown(key, 117, 117)
        for parent in (folder, *folder.parents[:2]):
            parent.chmod(0o755)

    def __enter__(self):
        self.id = self.stack.docker(
            "run", "-d", *self.HARDENED, "--network", f"{self.stack.name}_outside", "--network-alias", "elsewhere",
            "-v", f"{self.folder}:/etc/tls:ro", "-e", "MARIADB_DATABASE=vault", "-e", "MARIADB_USER=keeper",
            "-e", "MARIADB_PASSWORD=s3cr3t", "mariadb", "--port=3307", "--ssl-cert=/etc/tls/tls.crt",
            "--ssl-key=/etc/tls/tls.key", "--require-secure-transport=ON")
        return self

    def __exit__(self, *_):
        self.stack.docker("rm", "-f", "-v", self.id)


@pytest.fixture(scope="module")
def stack(passbolt_engine, tmp_path_factory):
    folder = tmp_path_factory.mktemp("settings")
    shutil.copy(FILE, folder)
    more = folder / "more.yaml"
    certificate = {"volumes": [f"{folder}/tls/tls.crt:/etc/passbolt-tls/tls.crt:ro"]}
    more.write_text(json.dumps({"services": {name: certificate for name in PROCESSES}}))
    made = Stack(passbolt_engine, folder / "compose.yaml", {**SETTINGS, **KEY}, "settings", [more])
    try:
        made.compose("up", "--no-start", "valkey")  # and the networks
        with Elsewhere(made, folder / "tls") as made.elsewhere:
            made.compose("up", "-d", "fpm", "scheduler")
            yield made
    except BaseException:
        print(made.logs()[-6000:])
        raise
    finally:
        made.__exit__()


def only(stack, service):
    (container,) = stack.docker("ps", "-aq", "--filter", f"label=com.docker.compose.project={stack.name}",
                                "--filter", f"label=com.docker.compose.service={service}").split()
    return container


def environment(stack, service):
    """Of a service's container: a name without a value there is one that it does not get."""
    return dict(one.split("=", 1) for one in stack.inspect(only(stack, service))["Config"]["Env"] if "=" in one)


@pytest.mark.wide
def test_settings_are_in_the_containers(stack):
    unset = set(settings()) - set(SETTINGS)
    for service in ("migrate", "fpm", "scheduler"):
        found = environment(stack, service)
        assert {name: found.get(name) for name in SETTINGS} == SETTINGS, service
        assert not unset & set(found), "what nobody said is Passbolt's own"
        assert found["LOG_ERROR_URL"].startswith("console:///") and found["GNUPGHOME"] == "/var/lib/passbolt/.gnupg"
    told = json.loads(stack.compose("run", "--rm", "--no-deps", "-T", "--entrypoint", "php", "cli", "-r",
                                    "echo json_encode(getenv());").stdout)
    assert {name: told.get(name) for name in SETTINGS} == SETTINGS
    assert not unset & set(told) and told["GNUPGHOME"] == "/var/lib/passbolt/.gnupg"


@pytest.mark.wide
def test_settings_are_passbolts(stack):
    address = stack.inspect(only(stack, "fpm"))["NetworkSettings"]["Networks"]["settings_outside"]["IPAddress"]

    def page(path):
        return fastcgi.request("/usr/share/php/passbolt/webroot/index.php", (address, 9000), REQUEST_URI=path, HTTPS="on",
                               SERVER_NAME="vault.example.org", HTTP_HOST="vault.example.org")[1].decode()
    assert json.loads(page("/settings.json"))["body"]["passbolt"]["registration"] == {"public": True}
    assert "Our &quot;vault&quot; at $home" in page("/auth/login")


@pytest.mark.wide
def test_the_key_is_as_it_was_asked_for(stack, tmp_path):
    home = tmp_path / "gnupg"
    home.mkdir(0o700)
    stack.docker("cp", f"{only(stack, 'keys')}:/etc/passbolt/gpg/serverkey.asc", tmp_path)
    told = subprocess.run(["gpg", "--homedir", home, "--batch", "--with-colons", "--show-keys", tmp_path / "serverkey.asc"],
                          capture_output=True, text=True, check=True).stdout
    lines = {line.split(":")[0]: line.split(":") for line in told.splitlines()}
    assert (lines["pub"][2], lines["sub"][2], lines["uid"][9]) == ("2048", "4096", "Vault keys <keys@example.org>")
    assert lines["pub"][6], "it expires"


@pytest.mark.wide
def test_another_database_server(stack):
    """By its name, port and certificate; the stack's own has the same database and user, and stays empty."""
    tables = "select table_name from information_schema.tables where table_schema = 'vault' order by table_name"

    def asked(container, sql):
        return stack.docker("exec", container, "mariadb", "-N", "-e", sql).splitlines()
    assert {"users", "resources", "email_queue"} <= set(asked(stack.elsewhere.id, tables))
    assert asked(only(stack, "db"), tables) == []
    for container in (stack.elsewhere.id, only(stack, "db")):
        users = asked(container, "select user, host from mysql.global_priv where host = '%'")
        assert users == ["keeper\t%"] and "vault" in asked(container, "show databases")
    stack.compose("run", "--rm", "--no-deps", "-T", "cli", "passbolt", "register_user", "-u", "ada@example.org", "-f", "Ada",
                  "-l", "Lovelace", "-r", "admin")
    assert asked(stack.elsewhere.id, "select username from vault.users") == ["ada@example.org"]
    # Without the authority's certificate the server is not believed.
    done = stack.compose("run", "--rm", "--no-deps", "-T", "-e",
                         "DATASOURCES_DEFAULT_SSL_CA=/etc/ssl/certs/ca-certificates.crt", "migrate", status=1)
    said = done.stderr + done.stdout
    assert re.search("migrate: the database vault: .*(certificate|SSL)", said, re.DOTALL), said


@pytest.mark.wide
def test_a_fingerprint_that_is_another_keys(stack):
    wrong = "A" * 40
    done = stack.compose("run", "--rm", "--no-deps", "-T", "-e", f"PASSBOLT_GPG_SERVER_KEY_FINGERPRINT={wrong}", "keys", status=1)
    assert (f"keys: PASSBOLT_GPG_SERVER_KEY_FINGERPRINT is {wrong}, and that of /etc/passbolt/gpg/serverkey_private.asc is "
            in done.stderr + done.stdout)
