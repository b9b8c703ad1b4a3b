"""`debone stack passbolt` for real, as a user has it: up, an administrator, and a backup that brings the same server back."""

import re
import subprocess

import pytest

from compose import StackCommand

pytestmark = pytest.mark.wide
ADDRESS = "https://localhost:14490"
STARTING = ["--allow-expired", "--allow-older", "--timeout", "30m"]


@pytest.fixture(scope="module")
def stack(live_place):
    with StackCommand(live_place, "passbolt", {"PASSBOLT_HTTP_PORT": "18090", "PASSBOLT_HTTPS_PORT": "14490",
                                               "APP_FULL_BASE_URL": ADDRESS}) as stack:
        yield stack


def answer():
    return subprocess.run(["curl", "--silent", "--insecure", "--noproxy", "*", f"{ADDRESS}/healthcheck/status.json"],
                          capture_output=True, text=True).stdout


def fingerprint(stack):
    """Of the server's key: the one file in docker's tar."""
    keys = stack.engine.docker("ps", "-aq", "--filter", "label=com.docker.compose.service=keys").stdout.strip()
    text = stack.engine.docker("cp", f"{keys}:/etc/passbolt/gpg/fingerprint", "-").stdout
    return re.search(r"[0-9A-F]{40}", text)[0]


def test_up_admin_backup_restore(stack, passbolt_source):
    done = stack("up", *STARTING, *passbolt_source).ok()
    assert done.out.startswith(f"passbolt is up: {ADDRESS}\n") and '"OK"' in answer()
    link = re.search(rf"{ADDRESS}/setup/start/\S+", stack("admin", "ada@example.org", "--first", "Ada").ok().out)
    assert link
    before = fingerprint(stack)
    stack("backup", "safe.tar").ok()
    refused = stack("restore", "safe.tar", *STARTING)
    assert refused.status == 2 and refused.errors.startswith("error: passbolt: the stack has volumes: ")
    stack("down", "--volumes").ok()
    assert stack.engine.docker("volume", "ls", "-q").stdout == ""

    done = stack("restore", "safe.tar", *STARTING, *passbolt_source).ok()
    assert "restored what was saved at" in done.err and '"OK"' in answer()
    assert fingerprint(stack) == before
    again = stack("admin", "ada@example.org", "--first", "Ada")
    assert again.status != 0, "Ada is there"
