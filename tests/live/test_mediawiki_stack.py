"""`debone stack mediawiki` for real, as a user has it: images from the live archive, a page that a backup brings back."""

import re

import pytest

from compose import Stack, StackCommand
from test_mediawiki import ADDRESS, PORT, Wiki

pytestmark = pytest.mark.wide
STARTING = ["--allow-expired", "--allow-older", "--timeout", "30m"]


@pytest.fixture(scope="module")
def stack(live_place):
    with StackCommand(live_place, "mediawiki", {"MEDIAWIKI_PORT": str(PORT), "MEDIAWIKI_SERVER": ADDRESS}) as stack:
        yield stack


def test_up_backup_restore(stack):
    done = stack("up", *STARTING).ok()
    assert done.out.startswith(f"mediawiki is up: {ADDRESS}\n")
    password = (stack.folder / "mediawiki/secrets/admin_password").read_text()
    wiki = Wiki().log_in("Admin", password)
    wiki.edit("Saved", "zwölf Äpfel")
    written = wiki.text("Saved")
    # Compose's own, 1.29 or v2, with the same project; `up` leaves the commands' service alone.
    project = Stack(stack.engine, stack.folder / "mediawiki/compose.yaml", stack.environment, "mediawiki")
    assert project.docker("ps", "-aq", "--filter", "label=com.docker.compose.service=cli") == ""
    assert re.fullmatch(r"\d+\n", project.compose("run", "--rm", "-T", "cli", "showJobs").stdout)
    said = project.compose("run", "--rm", "--no-deps", "-T", "cli", "showSiteStats").stdout
    assert re.search(r"^Number of users +: 1$", said, re.MULTILINE), said
    stack("backup", "wiki.tar").ok()
    wiki.edit("Saved", "later")
    stack("down", "--volumes").ok()
    assert stack.engine.docker("volume", "ls", "-q").stdout == ""

    done = stack("restore", "wiki.tar", *STARTING).ok()
    assert "restored what was saved at" in done.err
    assert Wiki().log_in("Admin", password).text("Saved") == written == "zwölf Äpfel"
