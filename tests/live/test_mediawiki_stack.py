"""`debone stack mediawiki` for real, as a user has it: images from the live archive, a page that a backup brings back."""

import pytest

from docker import Engine
from test_mediawiki import ADDRESS, PORT, Wiki

pytestmark = pytest.mark.wide
STARTING = ["--allow-expired", "--allow-older", "--timeout", "30m"]


@pytest.fixture(scope="module")
def stack(live_place):
    with Engine() as engine:
        live_place.environment.update({"DOCKER_HOST": engine.host, "DOCKER_CONFIG": str(engine.folder),
                                       "MEDIAWIKI_PORT": str(PORT), "MEDIAWIKI_SERVER": ADDRESS})
        folder = live_place.work / "stack"
        folder.mkdir()

        def stack(*arguments, **more):
            return live_place.run("stack", "mediawiki", *arguments, cwd=folder, timeout=3600, **more)

        stack.folder, stack.engine = folder, engine
        yield stack
        stack("down", "--volumes")


def test_up_backup_restore(stack):
    done = stack("up", *STARTING).ok()
    assert done.out.startswith(f"mediawiki is up: {ADDRESS}\n")
    password = (stack.folder / "mediawiki/secrets/admin_password").read_text()
    wiki = Wiki().log_in("Admin", password)
    wiki.edit("Saved", "zwölf Äpfel")
    written = wiki.text("Saved")
    stack("backup", "wiki.tar").ok()
    wiki.edit("Saved", "later")
    stack("down", "--volumes").ok()
    assert stack.engine.docker("volume", "ls", "-q").stdout == ""

    done = stack("restore", "wiki.tar", *STARTING).ok()
    assert "restored what was saved at" in done.err
    assert Wiki().log_in("Admin", password).text("Saved") == written == "zwölf Äpfel"
