"""What the tests of the command share: keys, a small Debian archive, a server, a workplace."""

import sys
import tempfile
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent / "lib"))

import aptrepo  # noqa: E402
from debone import Workplace  # noqa: E402
from golden import Golden  # noqa: E402
from init import Init  # noqa: E402
from server import Server  # noqa: E402
from tinydebian import TinyDebian  # noqa: E402


def pytest_addoption(parser):
    parser.addoption("--wide", action="store_true", help="also what is marked `wide`")


def pytest_collection_modifyitems(config, items):
    if not config.getoption("--wide"):
        wide = [item for item in items if item.get_closest_marker("wide")]
        items[:] = [item for item in items if not item.get_closest_marker("wide")]
        config.hook.pytest_deselected(items=wide)


@pytest.fixture(scope="session")
def keys():
    home = aptrepo.Keys()
    yield home
    home.close()


@pytest.fixture(scope="session")
def archive_key(keys):
    return keys.make("archive")


@pytest.fixture(scope="session")
def other_key(keys):
    return keys.make("other", "ed25519")


@pytest.fixture
def place():
    """A workplace of an unprivileged user."""
    workplace = Workplace()
    yield workplace
    workplace.close()


@pytest.fixture
def root_place():
    """A workplace of the user who runs the tests, root in CI."""
    workplace = Workplace(root=True)
    yield workplace
    workplace.close()


@pytest.fixture
def repo(place, keys, archive_key):
    """An empty repository of the test's own, its key beside the recipe as key.gpg."""
    place.write("key.gpg", archive_key.public.read_bytes())
    return aptrepo.Repository(place.folder / "www", keys, archive_key)


@pytest.fixture
def server(repo):
    with Server(repo.root) as running:
        yield running


@pytest.fixture
def debian(place, keys, archive_key):
    """A tiny Debian archive, published, served, and known to `place`; debian.server is its server."""
    archive = TinyDebian(place.folder / "www", keys, archive_key).publish()
    with Server(place.folder / "www") as running:
        archive.server = running
        place.environment.update(archive.environment(running.url))
        place.environment["DEBONE_DEBIAN_KEYRING"] = str(place.write("debian.gpg", archive_key.public.read_bytes()))
        yield archive


@pytest.fixture
def golden(request, place):
    """golden(result): its exit status and its error text are those that stand in golden/NAME_OF_THE_TEST_FILE.txt."""
    expected = Golden(request)
    if "server" in request.fixturenames:
        expected.names[request.getfixturevalue("server").url] = "URL"
    if "debian" in request.fixturenames:
        expected.names[request.getfixturevalue("debian").server.url] = "URL"
    expected.names[str(place.folder)] = "FOLDER"

    def check(result):
        assert result.status != 0, f"it succeeded\n{result.out}{result.err}"
        assert result.errors.startswith("error: "), result.err
        assert "[rnp" not in result.err, "a library speaks to the terminal"
        expected.check(f"exit {result.status}\n{result.errors}")
    return check


@pytest.fixture
def init():
    """A folder that everybody may read, in which debone-init is run as PID 1."""
    with tempfile.TemporaryDirectory(prefix="debone-init-", dir="/tmp") as folder:
        Path(folder).chmod(0o755)
        yield Init(folder)
