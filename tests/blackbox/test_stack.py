"""`debone stack`: with a `docker` that only writes down what it is asked, where something is wrong; and with a real one."""

import hashlib
import io
import json
import os
import re
import shutil
import stat
import tarfile
import time
from pathlib import Path

import pytest

from debone import SOURCE
from docker import Engine
from ociimage import Image
from server import Server
from tinydebian import TinyDebian, busybox, standard

COMPOSE = """services:
  keys: {image: tiny-box, restart: "no", network_mode: none, read_only: true, volumes: ["keys:/keys"],
         command: [touch, "${KEYS_FILE:-/keys/made}"]}
  db:
    image: tiny-box
    network_mode: none
    command: [sleep, "100000"]
    stop_signal: SIGKILL
    volumes: ["data:/data"]
    depends_on: {keys: {condition: service_completed_successfully}}
    healthcheck: {test: [CMD, busybox, test, -d, /data], interval: 1s, timeout: 5s, retries: 9}
  web:
    image: tiny-box
    network_mode: none
    command: [sleep, "100000"]
    stop_signal: SIGKILL
    environment: {ADDRESS: "http://localhost:8080"}
    depends_on: {db: {condition: service_healthy}}
  cli: {image: tiny-box, network_mode: none, profiles: [cli]}
volumes: {keys: {}, data: {}}
x-debone:
  images: {tiny-box: box.yaml}
  address: {service: web, variable: ADDRESS}
  admin: {service: cli, command: [echo, register, EMAIL, FIRST, LAST]}
  backup:
    database: {service: db, dump: [busybox, cat, /data/dump.sql], load: [busybox, tee, /data/dump.sql], ends: "-- Dump completed"}
    folders: [{service: keys, path: /keys}]
  secrets: {secrets/word: hex24}
"""
BOX = """name: box
contents: {sources: [{debian: trixie}], packages: [busybox-static, base-passwd]}
entrypoint: [/usr/bin/busybox]
allow: {shell: this image is for a test}
"""
# What is asked goes into calls; what it answers stands in files beside it.
FAKE = """#!/usr/bin/python3
import json, pathlib, sys
here = pathlib.Path(__file__).parent
def answer(name, otherwise=""):
    file = here / name
    return file.read_text() if file.exists() else otherwise
arguments = sys.argv[1:]
with open(here / "calls", "a") as calls:
    calls.write(json.dumps(arguments) + "\\n")
words = [word for word in arguments if not word.startswith("-")]
if arguments[0] == "version":
    if (here / "down").exists():
        sys.exit("Cannot connect to the Docker daemon at unix:///x. Is the docker daemon running?")
    print("amd64")
elif arguments == ["compose", "version"]:
    sys.exit(1 if (here / "no-compose").exists() else 0)
elif arguments[0] == "history":
    made = answer("images", "debone")
    if not made:
        sys.exit("No such image")
    print(made)
elif arguments[:2] == ["volume", "ls"]:
    print(answer("volumes"))
elif arguments[:2] == ["container", "ls"]:
    print(" ".join(one["Id"] for one in json.loads(answer("containers", "[]"))))
elif arguments[:2] == ["container", "inspect"]:
    print(answer("containers", "[]"))
elif arguments[-1] == "config":
    sys.stdout.write(answer("configuration", "services: {}"))
elif arguments[0] == "load":
    (here / "loaded").write_bytes(pathlib.Path(arguments[2]).read_bytes())
elif arguments[0] == "logs":
    print("\\x1b[31mcannot read the key\\nsecond line")
elif arguments[0] == "exec":
    sys.stdout.write(answer("dump"))
    sys.exit(int(answer("exec-status", "0")))
elif arguments[0] == "cp":
    sys.stdout.buffer.write((here / "folder").read_bytes())
elif "up" in arguments:
    print("compose's own words")
    sys.exit(int(answer("up-status", "0")))
elif "run" in arguments:
    print(arguments)
"""
CHANGES = {"load", "up", "cp", "exec", "run", "down", "rm", "create", "start", "stop", "kill"}


class Fake:
    """A docker that is first in PATH, and alone there."""

    def __init__(self, place):
        self.place = place
        place.write("bin/docker", FAKE, 0o755)
        self.folder = place.work / "bin"
        (self.folder / "setpriv").symlink_to(shutil.which("setpriv"))  # by which the command becomes another user's
        place.environment["PATH"] = str(self.folder)

    def say(self, name, text="x"):
        self.place.write(f"bin/{name}", text)

    def containers(self, *containers):
        self.say("containers", json.dumps([container(*one) for one in containers]))

    def calls(self):
        file = self.folder / "calls"
        return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []

    def changes(self):
        return [call for call in self.calls() if CHANGES & set(call)]


def container(service, status, exit_status=0, health=None, environment=("ADDRESS=http://localhost:8080",)):
    return {"Id": f"{service}0", "State": {"Status": status, "ExitCode": exit_status, "StartedAt": "t",
                                           **({"Health": {"Status": health}} if health else {})},
            "RestartCount": 0, "Mounts": [{"Type": "volume", "Destination": f"/{service}"}],
            "Config": {"Labels": {"com.docker.compose.service": service}, "Env": list(environment)}}


UP = [("db", "running", 0, "healthy"), ("keys", "exited"), ("web", "running")]


@pytest.fixture
def fake(place):
    place.write("tiny/compose.yaml", COMPOSE)
    place.write("tiny/box.yaml", BOX)
    made = Fake(place)
    made.containers(*UP)
    return made


def tar_of(*entries):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name, content, more in entries:
            entry = tarfile.TarInfo(name)
            entry.mode = 0o640
            for key, value in more.items():
                setattr(entry, key, value)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return buffer.getvalue()


FOLDER = [("keys/", b"", {"type": tarfile.DIRTYPE, "mode": 0o750}), ("keys/key", b"secret", {})]
DUMP = b"INSERT 1;\n-- Dump completed on 2026-11-28\n"


def backup_of(stack="tiny", dump=DUMP, folder=FOLDER, edit=lambda files: None, index=None):
    files = {"database.sql": dump, "folders/0.tar": tar_of(*folder)}
    listed = [{"name": name, "size": len(content), "digest": "sha256:" + hashlib.sha256(content).hexdigest(),
               **({"service": "keys", "path": "/keys"} if name.startswith("folders") else {})}
              for name, content in files.items()]
    edit(files)
    text = json.dumps({"format": 1, "stack": stack, "created": "2026-11-28T08:00:00Z", "files": listed, **(index or {})})
    return tar_of(("backup.json", text.encode(), {}), *((name, content, {}) for name, content in files.items()))


# --- usage ----------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("arguments, text", [
    ([], "error: NAME is required\n  hint: see debone stack --help"),
    (["tiny"], "error: ACTION is required\n  hint: see debone stack --help"),
    (["tiny", "upp"], "error: ACTION is 'upp'; it is admin, backup, down, logs, restore, status, up or write\n"
     "  hint: did you mean 'up'?"),
    (["tiny", "up", "web"], "error: unexpected argument 'web'"),
    (["tiny", "backup"], "error: FILE is required\n  hint: debone stack tiny backup FILE"),
    (["tiny", "up", "--volumes"],
     "error: --volumes is no option of 'up'\n  hint: 'up' has --admin, --first, --last, --build, --timeout, "
     "--source, --jobs, --offline, --allow-expired, --allow-older and --dir"),
    (["tiny", "status", "--build"], "error: --build is no option of 'status'\n  hint: 'status' has none but --dir"),
    (["tiny", "up", "--timeout", "20d"],
     "error: --timeout is '20d', which is no length of time up to a day\n  hint: for example 90s, 2m or 1h"),
    (["mediawikki", "up"],
     "error: mediawikki/compose.yaml: no stack 'mediawikki' comes with debone, and no compose.yaml is there\n"
     "  hint: did you mean 'mediawiki'?"),
    (["tiny", "write"], "error: tiny/compose.yaml: it is there, and what is there is not written to\n"
     "  hint: --dir names another folder for the files of a stack that comes with debone"),
    (["mediawiki", "write", "--build"], "error: --build is no option of 'write'\n  hint: 'write' has none but --dir"),
    (["mediawiki", "down"], "error: mediawiki: the stack is not there\n  hint: `debone stack mediawiki up` makes it"),
    (["Tiny", "up"],
     "error: Tiny: the folder's name 'Tiny' cannot be a stack's\n"
     "  hint: a stack is called as its folder: a-z, 0-9, - and _, a letter or digit first"),
    (["tiny", "admin", "--", "-x"], "error: EMAIL is '-x'\n"
     "  hint: it is not empty, does not begin with '-', and has no control characters"),
    (["tiny", "admin", "a@b\nc"], "error: EMAIL is 'a@b\\nc'\n"
     "  hint: it is not empty, does not begin with '-', and has no control characters"),
    (["tiny", "up", "--source", "vendor=http://x,key.gpg"],
     "error: --source names 'vendor', but no recipe of the stack 'tiny' has such a source"),
])
def test_wrong_usage(place, fake, arguments, text):
    place.write("Tiny/compose.yaml", COMPOSE)
    place.run("stack", *arguments).fails(2, text)
    assert fake.changes() == []


def test_a_compose_file_with_a_mistake(place, fake):
    place.write("tiny/compose.yaml", COMPOSE.replace("service: cli, command", "service: clo, command"))
    place.run("stack", "tiny", "up").fails(
        2, "error: tiny/compose.yaml:24:20: no service of this file is called 'clo'\n  hint: did you mean 'cli'?")
    assert fake.calls() == []


# --- the engine -----------------------------------------------------------------------------------------------------

def test_without_docker(place, fake):
    (fake.folder / "docker").unlink()
    place.run("stack", "tiny", "up").fails(
        5, "error: no program 'docker' in PATH\n"
           "  hint: a stack runs in Docker: Debian has it in the packages docker.io and docker-compose")


def test_without_an_engine(place, fake):
    fake.say("down")
    place.run("stack", "tiny", "up").fails(
        5, "error: no Docker engine answers: Cannot connect to the Docker daemon at unix:///x. Is the docker daemon running?\n"
           "  hint: start it (systemctl start docker), or name another by DOCKER_HOST; who may use it is in the group docker")


def test_without_compose(place, fake):
    fake.say("no-compose")
    place.run("stack", "tiny", "up").fails(
        5, "error: neither `docker compose` nor docker-compose is installed\n"
           "  hint: Debian has it in the package docker-compose")


def test_an_image_that_debone_did_not_make(place, fake):
    fake.say("images", "/bin/sh -c #(nop) CMD\ndebone\n")
    place.run("stack", "tiny", "up").fails(
        2, "error: tiny/compose.yaml:22:22: the engine has an image 'tiny-box' that debone did not make\n"
           "  hint: --build puts the stack's own in its place; or remove it, or give it another name")
    assert fake.changes() == []


# --- up -------------------------------------------------------------------------------------------------------------

def test_up(place, fake):
    done = place.run("stack", "tiny", "up").ok()
    assert done.out == ("tiny is up: http://localhost:8080\n"
                        "  debone stack tiny admin EMAIL                      registers an administrator\n"
                        "  debone stack tiny backup FILE                      saves its data\n")
    assert done.err == "made the secret tiny/secrets/word\ncompose's own words\n"
    secret = place.work / "tiny/secrets/word"
    assert re.fullmatch("[0-9a-f]{48}", secret.read_text()) and stat.S_IMODE(secret.stat().st_mode) == 0o444
    assert stat.S_IMODE(secret.parent.stat().st_mode) == 0o700
    assert fake.changes() == [["compose", "--project-name", "tiny", "--file", "tiny/compose.yaml", "up", "--detach"]]


def test_up_and_an_administrator(place, fake):
    done = place.run("stack", "tiny", "up", "--admin", "ada@example.org", "--first", "Ada").ok()
    address, hint, registered = done.out.splitlines()
    assert (address, hint.split()[:4]) == ("tiny is up: http://localhost:8080", ["debone", "stack", "tiny", "backup"])
    assert "'run', '--rm', '--no-deps', '-T', 'cli', 'echo', 'register', 'ada@example.org', 'Ada', 'Admin'" in registered
    # Known before anything is done.
    place.write("plain/compose.yaml", "services: {one: {image: one}}\n")
    before = fake.changes()
    place.run("stack", "plain", "up", "--admin", "ada@example.org").fails(
        2, "error: plain/compose.yaml: the stack does not say how an administrator is registered\n"
           "  hint: docs/stack.md describes 'admin' of x-debone")
    place.run("stack", "tiny", "up", "--admin=-x").fails(
        2, "error: EMAIL is '-x'\n  hint: it is not empty, does not begin with '-', and has no control characters")
    assert fake.changes() == before


def test_a_number_alone_is_seconds(place, fake):
    fake.containers(("keys", "exited"), ("db", "running", 0, "starting"), ("web", "created"))
    place.run("stack", "tiny", "up", "--timeout", "1").fails(
        1, "error: tiny: not up within 1 s: the service 'db' is starting, the service 'web' is created\n"
           "  hint: --timeout allows it longer")


def test_a_service_that_ends_badly(place, fake):
    fake.containers(("keys", "exited", 3), ("db", "created"), ("web", "created"))
    fake.say("up-status", "1")
    done = place.run("stack", "tiny", "up")
    done.fails(1, "error: tiny: the service 'keys' ended with exit status 3\n  hint: its last lines stand above")
    assert "keys: \\x1b[31mcannot read the key\nkeys: second line\n" in done.err and done.out == ""


def test_a_service_that_is_unhealthy(place, fake):
    fake.containers(("keys", "exited"), ("db", "running", 0, "unhealthy"), ("web", "running"))
    place.run("stack", "tiny", "up").fails(
        1, "error: tiny: the service 'db' is unhealthy\n  hint: its last lines stand above")


def test_a_stack_that_is_not_up_in_time(place, fake):
    fake.containers(("keys", "exited"), ("db", "running", 0, "starting"), ("web", "created"))
    place.run("stack", "tiny", "up", "--timeout", "1s").fails(
        1, "error: tiny: not up within 1 s: the service 'db' is starting, the service 'web' is created\n"
           "  hint: --timeout allows it longer")


def test_compose_that_fails(place, fake):
    fake.say("up-status", "17")
    place.run("stack", "tiny", "up").fails(
        5, "error: `docker compose up` failed with exit status 17\n  hint: what it said stands above")


def test_a_stack_that_comes_with_debone(place, fake):
    place.run("stack", "mediawiki", "up").ok()
    source, written = SOURCE / "stacks/mediawiki", place.work / "mediawiki"
    for file in ("compose.yaml", "mediawiki-fpm.yaml", "init/scheduler.conf", "include/mariadb.yaml",
                 "include/mariadb/sql/users.sql"):
        assert (written / file).read_bytes() == (source / file).read_bytes(), file
        assert stat.S_IMODE((written / file).stat().st_mode) == 0o644
    assert sorted(path.name for path in (written / "secrets").iterdir()) == ["admin_password", "database_password", "secret_key"]
    assert not [path for path in place.work.iterdir() if path.name.startswith(".")]
    # What is there is the user's.
    (written / "compose.yaml").write_text(COMPOSE)
    (written / "mediawiki-fpm.yaml").unlink()
    password = (written / "secrets/secret_key").read_text()
    place.run("stack", "mediawiki", "up").ok()
    assert (written / "compose.yaml").read_text() == COMPOSE and not (written / "mediawiki-fpm.yaml").exists()
    assert (written / "secrets/secret_key").read_text() == password


def files_of(folder):
    """What is in it, by path, links followed."""
    return {str(Path(parent, name).relative_to(folder)): Path(parent, name).read_bytes()
            for parent, _, names in os.walk(folder, followlinks=True) for name in names}


@pytest.mark.parametrize("name", ["mediawiki", "passbolt"])
def test_the_files_alone(place, fake, name):
    """No docker is in PATH, nor needed."""
    (fake.folder / "docker").unlink()
    for options, folder in ((), name), (("--dir", "other"), "other"):
        done = place.run("stack", name, "write", *options).ok()
        assert (done.out, done.err) == (f"{name} is written to {folder}\n", "")
        written = files_of(place.work / folder)
        # The secrets are made when it is launched.
        assert written == {path: text for path, text in files_of(SOURCE / "stacks" / name).items()
                           if not path.startswith("secrets/")}
        place.run("stack", name, "write", *options).fails(
            2, f"error: {folder}/compose.yaml: it is there, and what is there is not written to\n"
               "  hint: --dir names another folder for the files of a stack that comes with debone")


def test_what_passbolt_brings_for_others_than_docker_and_debian_13(place, fake):
    place.run("stack", "passbolt", "up").ok()
    for name in ("passbolt-keys.yaml", "bookworm/passbolt-keys.yaml", "bookworm/passbolt-migrate.yaml", "keys/keys.php",
                 "k8s/base/kustomization.yaml", "k8s/overlays/single/kustomization.yaml", "k8s/admin/job.yaml"):
        assert (place.work / "passbolt" / name).read_bytes() == (SOURCE / "stacks/passbolt" / name).read_bytes(), name


def test_another_folder_for_its_files(place, fake):
    (place.work / "sub").mkdir()
    place.give(place.work / "sub")
    done = place.run("stack", "mediawiki", "up", "--dir", "sub/wiki").ok()
    assert "debone stack mediawiki --dir sub/wiki backup FILE" in done.out
    assert (place.work / "sub/wiki/compose.yaml").is_file()
    place.write("other/file", "x")
    place.run("stack", "mediawiki", "up", "--dir", "other").fails(
        2, "error: other: it has no compose.yaml, and what is there is not written to\n"
           "  hint: --dir names another folder for the stack's files")


def test_what_compose_does_itself(place, fake):
    place.run("stack", "tiny", "status").ok()
    place.run("stack", "tiny", "logs", "--follow", "web", "db").ok()
    place.run("stack", "./tiny/", "down", "--volumes").ok()
    assert [call[call.index("--file") + 2:] for call in fake.calls() if "--file" in call] == [
        ["ps", "--all"], ["logs", "--follow", "web", "db"], ["down", "--volumes"]]


def test_admin(place, fake):
    done = place.run("stack", "tiny", "admin", "ada@example.org", "--first", "Ada").ok()
    assert "'run', '--rm', '--no-deps', '-T', 'cli', 'echo', 'register', 'ada@example.org', 'Ada', 'Admin'" in done.out
    fake.containers()
    place.run("stack", "tiny", "admin", "ada@example.org").fails(
        1, "error: tiny: the stack is not up\n  hint: `debone stack tiny up` starts it")


def test_what_several_images_extend_is_built_once(place, debian):
    place.write("tiny/base.yaml", "name: base\ncontents: {sources: [{debian: trixie}], packages: [hello]}\n")
    for name in ("one", "two"):
        place.write(f"tiny/{name}.yaml", f"name: {name}\nextends: base.yaml\ncmd: [hello, {name}]\n"
                                         f"paths: [{{path: /srv/{name}, type: file, content: x}}]\n")
    alone = [Image(place.work / name).manifest["config"]["digest"] for name in ("one", "two")
             if place.run("build", f"tiny/{name}.yaml", "-o", name).ok()]
    for lock in (place.work / "tiny").glob("*.lock"):
        lock.unlink()
    place.write("tiny/compose.yaml", "services: {one: {image: one}, two: {image: two}}\n"
                                     "x-debone: {images: {one: one.yaml, two: two.yaml}}\n")
    fake = Fake(place)
    fake.say("images", "")
    fake.containers(("one", "running", 0, "healthy"), ("two", "running", 0, "healthy"))
    done = place.run("stack", "tiny", "up").ok()
    assert [line.split()[0] for line in done.err.splitlines()].count("assemble") == 3
    with tarfile.open(fake.folder / "loaded") as archive:
        loaded = json.load(archive.extractfile("manifest.json"))
    assert [one["Config"].removeprefix("blobs/sha256/") for one in loaded] == [
        digest.removeprefix("sha256:") for digest in alone]


def test_what_was_waived_for_an_image_is_told(place, fake, debian):
    debian.publish([*standard(), busybox()], date=time.time() - 120, valid_until=time.time() - 60)
    fake.say("images", "")
    fake.containers(*UP)
    done = place.run("stack", "tiny", "up", "--allow-expired").ok()
    assert len(done.warnings) == 1 and done.warnings[0].startswith("tiny/box.yaml: waived trixie: expired on ")


# --- backup and restore ---------------------------------------------------------------------------------------------

def backed_up(place, fake, dump=DUMP, folder=FOLDER):
    fake.say("dump", dump)
    fake.say("folder", tar_of(*folder))
    return place.run("stack", "tiny", "backup", "saved.tar")


def test_backup(place, fake):
    done = backed_up(place, fake).ok()
    assert done.out.startswith("tiny is saved in saved.tar: ")
    file = place.work / "saved.tar"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with tarfile.open(file) as tar:
        assert tar.getnames() == ["backup.json", "database.sql", "folders/0.tar"]
        assert tar.extractfile("database.sql").read() == DUMP
        index = json.load(tar.extractfile("backup.json"))
    assert (index["format"], index["stack"], index["files"][0]["size"]) == (1, "tiny", len(DUMP))
    assert re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ", index["created"])


def name_the_database(place, fake, name, host="db"):
    """A stack whose database has a name, and perhaps is another host's."""
    place.write("tiny/compose.yaml", COMPOSE.replace(
        "database: {service: db, dump: [busybox, cat, /data/dump.sql], load: [busybox, tee, /data/dump.sql]",
        "database: {service: db, variable: NAME, host: {service: web, variable: HOST}, dump: [dump, -x, DATABASE], "
        "load: [load, DATABASE]"))
    fake.containers(("db", "running", 0, "healthy", [f"NAME={name}"]), ("keys", "exited"),
                    ("web", "running", 0, None, [f"HOST={host}"]))


def test_the_databases_name_is_the_services_variable(place, fake):
    name_the_database(place, fake, "vault $x")
    backed_up(place, fake).ok()
    assert ["exec", "db0", "dump", "-x", "vault $x"] in fake.calls()
    place.run("stack", "tiny", "restore", "saved.tar").ok()
    assert ["exec", "--interactive", "db0", "load", "vault $x"] in fake.calls()


@pytest.mark.parametrize("name", ["", "--all-databases"])
def test_what_is_no_name_of_a_database(place, fake, name):
    name_the_database(place, fake, name)
    backed_up(place, fake).fails(2, f"error: the variable NAME of the service 'db' names no database: '{name}'\n"
                                    "  while dumping the database")
    assert fake.changes() == []


def test_a_database_that_is_elsewhere_is_not_taken_for_the_services(place, fake):
    name_the_database(place, fake, "vault", host="db.example.org")
    backed_up(place, fake).fails(1, "error: tiny: the database is not that of the service 'db', but at 'db.example.org'\n"
                                    "  hint: it is saved there, by its server's own means")
    assert fake.changes() == []


def test_a_backup_is_not_restored_beside_a_database_that_is_elsewhere(place, fake):
    name_the_database(place, fake, "vault")
    place.write("saved.tar", backup_of())
    fake.say("configuration", "services:\n  web:\n    environment:\n      HOST: db.example.org\n")
    place.run("stack", "tiny", "restore", "saved.tar").fails(
        1, "error: tiny: the database is not that of the service 'db', but at 'db.example.org'\n"
           "  hint: the dump is 'database.sql' in the backup, and is loaded there by its server's own means")
    assert fake.changes() == [] and not (place.work / "tiny/secrets").exists()


@pytest.mark.parametrize("spoil, status, text", [
    (lambda fake: fake.say("exec-status", "2"), 5,
     "error: `docker exec db0 busybox cat /data/dump.sql` failed with exit status 2\n  while dumping the database"),
    (lambda fake: fake.containers(("db", "exited"), ("keys", "exited")), 1,
     "error: tiny: the service 'db' does not run\n  while dumping the database\n  hint: `debone stack tiny up` starts it"),
    (lambda fake: fake.containers(), 1,
     "error: tiny: the service 'db' has no container\n  hint: `debone stack tiny up` makes it"),
])
def test_a_backup_that_cannot_be(place, fake, spoil, status, text):
    spoil(fake)
    backed_up(place, fake).fails(status, text)
    assert sorted(path.name for path in place.work.iterdir()) == ["bin", "tiny"]


@pytest.mark.parametrize("dump, folder, status, text", [
    (b"INSERT 1;\n", FOLDER, 1, "error: the dump of 'db' is not whole: it does not end with '-- Dump completed'\n"
                                "  while dumping the database"),
    (b"", FOLDER, 1, "error: the dump of 'db' is not whole: it does not end with '-- Dump completed'\n"
                     "  while dumping the database"),
    (DUMP, [*FOLDER, ("keys/link", b"", {"type": tarfile.SYMTYPE, "linkname": "/etc/passwd"})], 4,
     "error: not a whole backup: 'keys/link' of /keys is neither a plain file nor a directory\n"
     "  while copying /keys of 'keys'\n  hint: nothing was changed"),
])
def test_a_backup_that_would_not_be_whole(place, fake, dump, folder, status, text):
    backed_up(place, fake, dump, folder).fails(status, text)
    assert sorted(path.name for path in place.work.iterdir()) == ["bin", "tiny"]


def cut(size):
    return lambda: backup_of()[:size]


@pytest.mark.parametrize("make, status, what", [
    (lambda: b"", 4, "malformed tar archive: it is cut short"),
    (lambda: b"PK\3\4" + bytes(2000), 4, "malformed tar archive: a header's checksum is 0, it should be"),
    (cut(1024), 4, "malformed tar archive: it is cut short"),
    (cut(3000), 4, "malformed tar archive: it is cut short"),
    (lambda: backup_of(stack="other"), 2, "a backup of the stack 'other', not of 'tiny'"),
    (lambda: backup_of(index={"format": 2}), 2, "a backup of format 2, and this debone reads 1"),
    (lambda: backup_of(edit=lambda files: files.update({"database.sql": DUMP.replace(b"1", b"2")})), 4,
     "not a whole backup: 'database.sql' was changed"),
    (lambda: backup_of(edit=lambda files: files.pop("folders/0.tar")), 4, "not a whole backup: 'folders/0.tar' is missing"),
    (lambda: backup_of(edit=lambda files: files.update({"more": b""})), 4,
     "not a whole backup: backup.json does not list 'more'"),
    (lambda: backup_of(dump=b"INSERT 1;\n"), 1, "the dump of 'db' is not whole: it does not end with '-- Dump completed'"),
    (lambda: backup_of(folder=[*FOLDER, ("../etc/cron.d/x", b"x", {})]), 4,
     "not a whole backup: '../etc/cron.d/x' of /keys lies outside of it"),
    (lambda: backup_of(folder=[*FOLDER, ("keys/x", b"", {"type": tarfile.SYMTYPE, "linkname": "/"}), ("keys/x/y", b"", {})]), 4,
     "not a whole backup: 'keys/x' of /keys is neither a plain file nor a directory"),
    (lambda: backup_of(folder=[*FOLDER, ("keys/null", b"", {"type": tarfile.CHRTYPE})]), 4,
     "not a whole backup: 'keys/null' of /keys is neither a plain file nor a directory"),
])
def test_a_backup_that_is_refused_before_anything_is_touched(place, fake, make, status, what):
    place.write("saved.tar", make())
    before = sorted(path.name for path in (place.work / "tiny").iterdir())
    done = place.run("stack", "tiny", "restore", "saved.tar")
    assert done.status == status and what in done.errors, done.errors
    assert fake.changes() == [] and sorted(path.name for path in (place.work / "tiny").iterdir()) == before


def test_a_backup_that_is_not_there(place, fake):
    place.run("stack", "tiny", "restore", "saved.tar").fails(2, "error: saved.tar: cannot read: No such file or directory")


def test_a_stack_that_has_data_is_not_written_over(place, fake):
    place.write("saved.tar", backup_of())
    fake.say("volumes", "tiny_keys\ntiny_data\n")
    place.run("stack", "tiny", "restore", "saved.tar").fails(
        2, "error: tiny: the stack has volumes: tiny_data, tiny_keys\n"
           "  hint: a backup goes into a stack without data; `debone stack tiny down --volumes` removes them for good")
    assert fake.changes() == []


# --- for real -------------------------------------------------------------------------------------------------------

def test_up_backup_down_restore(root_place, keys, archive_key):
    place = root_place
    archive = TinyDebian(place.folder / "www", keys, archive_key).publish([*standard(), busybox()])
    # The folder is a service's that waits for another.
    place.write("tiny/compose.yaml", COMPOSE.replace("environment: {ADDRESS", 'volumes: ["keys:/keys"]\n    environment: {ADDRESS')
                .replace("folders: [{service: keys", "folders: [{service: web"))
    place.write("tiny/box.yaml", BOX)
    with Server(place.folder / "www") as server, Engine() as engine:
        place.environment.update(archive.environment(server.url))
        place.environment.update({"DOCKER_HOST": engine.host, "DOCKER_CONFIG": str(engine.folder)})

        def in_volume(volume, script):
            done = engine.docker("run", "--rm", "--network=none", "-v", f"tiny_{volume}:/v", "tiny-box", "sh", "-c", script)
            assert done.returncode == 0, done
            return done.stdout

        def stack(*arguments, **more):
            return place.run("stack", "tiny", *arguments, **more)

        try:
            # What a service says when it fails is shown; the same stack comes up when that is mended.
            failed = stack("up", env={"KEYS_FILE": "/nowhere/x"})
            failed.fails(1, "error: tiny: the service 'keys' ended with exit status 1\n  hint: its last lines stand above")
            assert "keys: touch: /nowhere/x: No such file or directory" in failed.err

            done = stack("up").ok()
            assert done.out.startswith("tiny is up: http://localhost:8080\n")
            assert "load" not in done.err  # the engine has the image already
            assert "tiny_db_1" in stack("status").ok().out.replace("-", "_")
            assert stack("admin", "ada@example.org", "--last", "Lovelace").ok().out == "register ada@example.org Admin Lovelace\n"

            in_volume("data", "printf 'INSERT 42;\\n-- Dump completed\\n' >/v/dump.sql")
            in_volume("keys", "mkdir -m 0750 /v/private && echo secret >/v/private/key && chmod 0640 /v/private/key && "
                              "chown -R 33:33 /v/private")
            stack("backup", "saved.tar").ok()
            stack("down", "--volumes").ok()
            assert engine.docker("volume", "ls", "-q").stdout == ""

            done = stack("restore", "saved.tar").ok()
            assert "restored what was saved at 20" in done.err and done.out.startswith("tiny is up")
            assert in_volume("data", "cat /v/dump.sql") == "INSERT 42;\n-- Dump completed\n"
            assert in_volume("keys", "cat /v/private/key; stat -c '%u:%g %a' /v/private /v/private/key") == (
                "secret\n33:33 750\n33:33 640\n")
            assert in_volume("keys", "ls /v") == "made\nprivate\n"
            again = stack("restore", "saved.tar")
            assert again.status == 2 and "the stack has volumes: tiny_data, tiny_keys" in again.errors
        finally:
            stack("down", "--volumes")
            engine.docker("image", "rm", "-f", "tiny-box")
