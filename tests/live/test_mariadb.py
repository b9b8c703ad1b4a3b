"""The stacks' MariaDB image for real: its first start makes a whole data directory or is made anew, and a changed password
holds after a restart."""

import json
import os
import signal
from pathlib import Path

import pytest

from debone import SOURCE
from docker import Engine
from init import until

pytestmark = pytest.mark.wide
PATIENCE = 180  # seconds, on a busy machine
OLD, NEW = "the old o'ne ±#;", "the new o'ne ±#;"
# What a first start makes, in its order, below the volume.
MOMENTS = ["unfinished", "unfinished/mysql/help_topic.frm", "unfinished/sys", "data", "data/vault"]


class Database:
    """A container of the image with a volume of its own, not started yet, and the password in a file."""

    def __init__(self, engine, name, folder):
        self.engine, self.name, self.secret = engine, name, folder / name
        self.secret.write_text(OLD)
        self.secret.chmod(0o444)
        # Without a network it listens on its own 127.0.0.1.
        self.docker("create", "--name", name, "--network", "none", "--read-only", "--cap-drop", "ALL",
                    "--security-opt", "no-new-privileges:true", "--tmpfs", "/run/mysqld", "--tmpfs", "/tmp",
                    "-v", f"{name}:/var/lib/mysql", "-v", f"{self.secret}:/run/secrets/password:ro",
                    "-e", "MARIADB_DATABASE=vault", "-e", "MARIADB_USER=keeper",
                    "-e", "MARIADB_PASSWORD_FILE=/run/secrets/password", "mariadb")
        self.volume = Path(json.loads(self.docker("volume", "inspect", name))[0]["Mountpoint"])

    def docker(self, *arguments):
        done = self.engine.docker(*arguments)
        assert done.returncode == 0, f"{arguments}: {done.stderr}"
        return done.stdout

    def state(self):
        return json.loads(self.docker("inspect", self.name))[0]["State"]

    def log_in(self, password):
        """A login as the user over TCP, which says who that is."""
        return self.engine.docker("exec", self.name, "mariadb", "--protocol=tcp", "--host=127.0.0.1", "--user=keeper",
                                  f"--password={password}", "-N", "-e", "select current_user()", "vault")

    def serves(self, password):
        """Waits until the user may log in."""
        until(lambda: self.log_in(password).stdout == "keeper@%\n", f"a login at {self.name}", PATIENCE)

    def sql(self, statement):
        """As the server's own user."""
        return self.docker("exec", self.name, "mariadb", "-N", "-e", statement, "vault")

    def contents(self):
        """What a first start made."""
        return [self.sql(f"select {what}") for what in (
            "table_schema, table_name from information_schema.tables where table_schema in ('mysql', 'sys') order by 1, 2",
            "user, host from mysql.global_priv order by 1, 2", "count(*) from mysql.help_topic")]


@pytest.fixture(scope="module")
def engine(live_place):
    file = live_place.work / "mariadb.tar"
    live_place.build(SOURCE / "stacks/include/mariadb.yaml", "-o", file, "--to", "docker", "--allow-expired",
                     "--allow-older", "--strict", timeout=1800).ok()
    with Engine() as engine:
        assert engine.docker("load", "-i", file).returncode == 0
        file.unlink()
        yield engine


@pytest.fixture
def database(engine, tmp_path):
    """database(NAME): one that is removed at the end."""
    made = []

    def make(name):
        made.append(Database(engine, name, tmp_path))
        return made[-1]
    yield make
    for one in made:
        one.docker("rm", "--force", one.name)


def test_a_first_start_that_was_killed_is_made_anew(database):
    whole = database("whole")
    whole.docker("start", "whole")
    whole.serves(OLD)
    for number, moment in enumerate(MOMENTS):
        killed = database(f"killed{number}")
        killed.docker("start", killed.name)
        first = killed.state()["Pid"]
        # By the time that this looks the next thing may be there.
        until(lambda: (killed.volume / moment).exists() or (killed.volume / "data").exists(), moment, PATIENCE)
        os.kill(first, signal.SIGKILL)
        until(lambda: not killed.state()["Running"], "it ends", PATIENCE)
        assert killed.state()["ExitCode"] == 137, moment
        killed.docker("start", killed.name)
        killed.serves(OLD)
        assert not (killed.volume / "unfinished").exists(), moment
        assert killed.contents() == whole.contents(), moment


def test_a_changed_password_holds_after_a_restart(database, tmp_path):
    changed = database("changed")
    changed.docker("start", "changed")
    changed.serves(OLD)
    changed.sql("create table kept (x int); insert into kept values (7)")
    # Another file in its place, as editors do it.
    other = tmp_path / "other"
    other.write_text(NEW + "\n")
    other.chmod(0o444)
    other.rename(changed.secret)
    assert changed.log_in(NEW).returncode == 1
    changed.docker("restart", "--time", "60", "changed")
    changed.serves(NEW)
    refused = changed.log_in(OLD)
    assert refused.returncode == 1 and "Access denied for user 'keeper'@" in refused.stderr
    # The health command's, too.
    changed.docker("exec", "changed", "mariadb", "--defaults-extra-file=/run/mysqld/login.cnf", "-e", "select 1")
    assert changed.sql("select x from kept") == "7\n"
