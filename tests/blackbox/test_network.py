"""Faults of the network: what is passing is got over, what lasts ends the build with status 3 and a way out; nothing
half-written stays, and once the cause is gone the same command succeeds."""

import contextlib
import socket
import time

import pytest

from aptrepo import File, package
from ociimage import Image
from server import cut, endless, hang_up, redirect, replaced, stall, status, trickle, unasked_part, whole_body
from tinydebian import base_files, base_passwd, recipe_of

import random

BIG = package("big", files={"/usr/share/big/x": File(random.Random(1).randbytes(600_000))}, compression="none")
HALF = len(BIG.deb) // 2
DEB = r"/big_1\.0_.*\.deb$"


@pytest.fixture
def recipe(repo, server):
    repo.publish("stable", [base_files(), base_passwd(), BIG])
    return recipe_of(server.url, ["big"])


def clean(place):
    """Nothing of a failed build is left where the user would see it."""
    return sorted(path.name for path in place.work.iterdir()) == ["key.gpg", "test.yaml"]


def whole(place):
    return Image(place.work / "test").read("usr/share/big/x") == random.Random(1).randbytes(600_000)


@pytest.mark.parametrize("pattern", ["InRelease", r"Packages|by-hash", DEB])
@pytest.mark.parametrize("fault", [status(500), status(503), status(429), cut(100), hang_up, stall(10)],
                         ids=["500", "503", "429", "cut", "hang-up", "stall"])
def test_what_passes_is_got_over(place, server, recipe, pattern, fault):
    server.fault(pattern, fault, times=2)
    place.build(recipe).ok()
    assert whole(place)


def test_a_cut_download_is_resumed(place, server, recipe):
    server.fault(DEB, cut(HALF), times=1)
    place.build(recipe).ok()
    assert [range for path, range in server.requests if path.endswith(BIG.file_name)] == [None, f"bytes={HALF}-"]
    assert whole(place)


def test_a_download_is_resumed_by_the_next_command(place, server, recipe):
    server.fault(DEB, cut(HALF), times=1)
    server.fault(DEB, status(404))
    server._faults.reverse()  # the cut first, then 404
    assert place.build(recipe).status == 3
    server.clear()
    place.build(recipe).ok()
    assert [range for path, range in server.requests if path.endswith(BIG.file_name)] == [f"bytes={HALF}-"]
    assert whole(place)


def test_a_server_that_ignores_range(place, server, recipe):
    server.fault(DEB, whole_body)
    server.fault(DEB, cut(HALF), times=1)
    place.build(recipe).ok()
    assert whole(place)


def test_a_server_that_answers_another_range(place, server, recipe):
    def wrong_part(handler, body):
        handler.answer(206, body[HALF + 10:], {"Content-Range": f"bytes {HALF + 10}-{len(body) - 1}/{len(body)}"})
    server.fault(DEB, wrong_part, times=1)
    server.fault(DEB, cut(HALF), times=1)
    place.build(recipe).ok()
    assert whole(place)


@pytest.fixture
def spoilt_part(place, server, recipe):
    """The store holds half of the .deb, and it is not that .deb's."""
    server.fault(DEB, cut(HALF), times=1)
    server.fault(DEB, status(404))
    server._faults.reverse()
    assert place.build(recipe).status == 3
    server.clear()
    [part] = [path for path in (place.store / "partial").iterdir() if path.stat().st_size == HALF]
    part.write_bytes(b"\0" * HALF)


def test_a_file_that_changed_between_two_tries(place, server, recipe, spoilt_part):
    """What was held of an older file is noticed by the hash of the whole, dropped, and the file fetched from its begin."""
    place.build(recipe).ok()
    assert [range for path, range in server.requests if path.endswith(BIG.file_name)] == [f"bytes={HALF}-", None]
    assert whole(place)


def test_a_file_that_changed_for_good(place, server, recipe, spoilt_part, golden):
    """Nor does it help to fetch it anew: the index names another."""
    server.fault(DEB, replaced(b"\0" * len(BIG.deb)))
    golden(place.build(recipe))
    assert clean(place)
    server.clear()
    place.build(recipe).ok()
    assert whole(place)


LASTING = {
    "release-404": ("InRelease|Release", status(404)),
    "release-403": ("InRelease|Release", status(403)),
    "release-500": ("InRelease|Release", status(500)),
    "index-404": ("Packages|by-hash", status(404)),
    "deb-404": (DEB, status(404)),
    "deb-500": (DEB, status(500)),
    "deb-stalled": (DEB, stall(HALF)),
    "deb-trickles": (DEB, trickle(HALF)),
    "release-trickles": ("InRelease", trickle()),
    "deb-unasked-part": (DEB, unasked_part(True)),
    "deb-unasked-part-without-range": (DEB, unasked_part(False)),
    "release-unasked-part": ("InRelease", unasked_part(True)),
    "release-unasked-part-without-range": ("InRelease", unasked_part(False)),
    "deb-cut": (DEB, cut(10)),
    "deb-hang-up": (DEB, hang_up),
    "deb-redirected-in-a-circle": (DEB, redirect("/pool/big_1.0_amd64.deb")),
    "deb-redirected-to-a-file": (DEB, redirect("file:///etc/passwd")),
    "deb-other-bytes": (DEB, replaced(b"\0" * len(BIG.deb))),
    "deb-too-short": (DEB, replaced(BIG.deb[:HALF])),
    "deb-too-long": (DEB, replaced(BIG.deb + b"x")),
    "deb-endless": (DEB, endless()),
    "release-endless": ("InRelease", endless()),
    "index-endless": ("Packages|by-hash", endless()),
}


@pytest.mark.parametrize("name", LASTING)
def test_what_lasts_is_an_error(place, server, recipe, golden, name):
    pattern, fault = LASTING[name]
    server.fault(pattern, fault)
    begin = time.monotonic()
    result = place.build(recipe, timeout=60)
    assert time.monotonic() - begin < 30
    assert len(server.requests) < 20
    golden(result)
    assert clean(place)
    server.clear()
    place.build(recipe).ok()
    assert whole(place)


def test_nobody_listens(place, recipe, server, golden):
    golden(place.build(recipe_of("http://127.0.0.1:9", ["big"])))
    place.build(recipe).ok()


def test_redirects_are_followed(place, server, recipe):
    server.fault("^/pool/", redirect(f"{server.url}/elsewhere/big.deb"))
    elsewhere = server.root / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "big.deb").write_bytes(BIG.deb)
    for other in server.root.glob("pool/*"):
        if other.read_bytes() != BIG.deb:
            server.fault(other.name, whole_body)
    place.build(recipe).ok()
    assert whole(place)


def test_a_proxy_of_the_environment_is_used(place, repo, server, recipe):
    """All requests for example.org arrive at the proxy, which is our server."""
    place.build(recipe_of("http://example.org", ["big"]), env={"http_proxy": server.url}).ok()
    assert server.count("InRelease") == 1
    assert {headers["Host"] for headers in server.headers} == {"example.org"}


def test_a_proxy_that_cannot_be_found(place, recipe, golden):
    golden(place.build(recipe_of("http://example.org", ["big"]), env={"http_proxy": "http://nowhere.invalid:3128"}))
    place.build(recipe).ok()


@pytest.fixture
def deaf_port():
    """A port that lets nobody in: its queue is full, and nobody takes from it."""
    with contextlib.ExitStack() as open_until_then:
        listening = open_until_then.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        for _ in range(4):
            waiting = open_until_then.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(listening.getsockname())
        yield listening.getsockname()[1]


def test_a_server_that_lets_nobody_in(place, recipe, deaf_port):
    place.build(recipe_of(f"http://127.0.0.1:{deaf_port}", ["big"])).fails(3, f"""
error: http://127.0.0.1:{deaf_port}/dists/stable/InRelease: the server sent next to nothing for 1 s (tried 4 times)
  while building test for amd64
  hint: try again later, or name another mirror""")
    place.build(recipe).ok()


@pytest.mark.wide  # four times 20 seconds
def test_no_connection_in_time(place, recipe, deaf_port):
    place.build(recipe_of(f"http://127.0.0.1:{deaf_port}", ["big"]), env={"DEBONE_STALL_SECONDS": "60"}).fails(3, f"""
error: http://127.0.0.1:{deaf_port}/dists/stable/InRelease: no connection to the server within 20 s (tried 4 times)
  while building test for amd64
  hint: is the network up, and does it need a proxy (http_proxy, https_proxy)?""")


def test_no_proxy_is_obeyed(place, server, recipe):
    place.build(recipe, env={"http_proxy": "http://127.0.0.1:9", "no_proxy": "127.0.0.1"}).ok()


def test_connections_are_kept(place, repo, server):
    many = [package(f"p{i}", files={f"/usr/share/p{i}/x": b"1"}) for i in range(12)]
    repo.publish("stable", [base_files(), *many])
    place.build(recipe_of(server.url, [one.name for one in many])).ok()
    assert server.connections < len(server.requests)


def test_by_hash_avoids_the_race_of_a_moving_mirror(place, repo, server, recipe):
    """The index under its own name is already that of the next Release."""
    repo.index("stable").write_bytes(b"newer")
    (repo.index("stable").parent / "Packages").write_bytes(b"newer")
    place.build(recipe).ok()
