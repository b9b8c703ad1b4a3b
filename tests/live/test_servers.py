"""The catalog's servers, built from the live archive: each runs as its own user on a read-only root without a shell,
answers a client, and ends by its stop signal, with what was in work answered or saved."""

import contextlib
import http.server
import os
import re
import signal
import socket
import stat
import struct
import subprocess
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

import resp
from bundle import PROGRAM_FOLDERS, SHELLS, Bundle, Service, listens, own_network
from ociimage import Image
from programs import mariadbd

NAMES = ["apache", "haproxy", "mariadb", "memcached", "nginx", "postgresql", "redis", "valkey"]
STORES = {"redis": "redis.call", "valkey": "server.call"}
SOON = 60  # seconds: docker waits 10 for a container to stop, a machine under load more


@contextlib.contextmanager
def network():
    """A network of its own for this thread, in which ports below 1024 are root's as on a machine."""
    with own_network():
        Path("/proc/sys/net/ipv4/ip_unprivileged_port_start").write_text("1024")
        yield


def first_process_of(process):
    """The container's first process, to which an engine sends the stop signal; `process` is runc, or debone with runc
    below it."""
    for task in Path(f"/proc/{process}/task").iterdir():
        for child in map(int, (task / "children").read_text().split()):
            own = Path(f"/proc/{child}/exe").resolve().name not in ("debone", "runc")
            if own or (child := first_process_of(child)):
                return child
    return None


def stop(service, image):
    """Sends the image's stop signal, and gives the first process."""
    first = first_process_of(service.process.pid)
    os.kill(first, signal.Signals[image.config["config"].get("StopSignal", "SIGTERM")])
    return first


def comes_to_rest(service):
    """Waits until no thread of the container has run for a tenth of a second. haproxy's worker answers while its threads
    still start, and loses a SIGUSR1 that reaches it then: it would end with the next connection."""
    def threads(process):
        for status in Path("/proc").glob(f"{process}/task/*/status"):
            yield status, re.findall(r"^(?:State|\w*voluntary_ctxt_switches):\s*(\w+)", status.read_text(), re.MULTILINE)
            for child in (status.parent / "children").read_text().split():
                yield from threads(child)

    first, before = first_process_of(service.process.pid), None
    end = time.monotonic() + SOON
    while (now := dict(threads(first))) != before or any(state[0] != "S" for state in now.values()):
        assert time.monotonic() < end, f"{service}\nits threads did not come to rest: {now}"
        before = now
        time.sleep(0.1)


def ends(service, first):
    """Holds the container to an end of its own accord; what debone and runc tidy up then is not its time."""
    end = time.monotonic() + SOON
    while Path(f"/proc/{first}").exists():
        assert time.monotonic() < end, f"{service}\nno end within {SOON} s"
        time.sleep(0.02)
    assert service.process.wait(timeout=60) == 0, str(service)


def uid_of(service):
    return Path(f"/proc/{first_process_of(service.process.pid)}").stat().st_uid


@contextlib.contextmanager
def running(place, layout, *options, port, line=None, arguments=()):
    """debone run, on a root that nothing can write to, until it listens (and its log has the line)."""
    log = place.folder / f"log-{port}-{time.monotonic_ns()}"
    with open(log, "wb") as output:
        process = place.start("run", layout, "--read-only", *options, *(["--", *arguments] if arguments else []),
                              stdout=output, stderr=subprocess.STDOUT)
    service = Service("debone run", process, log)
    try:
        service.wait_for(lambda: listens(port), f"it listens on {port}", patience=60)
        if line:
            service.wait_for_line(line)
        yield service
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@pytest.fixture
def unpacked(tmp_path):
    """unpacked(layout): a bundle, whose volumes are folders."""
    bundles = []

    def unpack(layout):
        bundles.append(Bundle(layout, tmp_path / f"bundle{len(bundles)}"))
        return bundles[-1]
    yield unpack
    for bundle in bundles:
        bundle.close()


# --- what all promise -----------------------------------------------------------------------------------------------

@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_found(live_place, live_build, name):
    layout, summary = live_build(name)
    for found in ("findings", "allowed", "waived"):
        assert summary["images"][0][found] == []
    assert live_place.run("check", layout).ok().out.endswith("\n  0 failures, 0 reports, 0 allowed\n")
    image = Image(layout)
    programs = {path.rpartition("/")[2] for path in image.entries() if path.rpartition("/")[0] in PROGRAM_FOLDERS}
    assert not programs & (SHELLS | {"apt-get", "dpkg", "perl"})
    assert all(int(port.partition("/")[0]) >= 1024 for port in image.config["config"]["ExposedPorts"])


@pytest.mark.parametrize("name", NAMES)
def test_data_is_its_users_own(live_build, name):
    """Each volume belongs to the user that the image runs as, and nobody else may look into it."""
    image = Image(live_build(name)[0])
    config = image.config["config"]
    (uid,) = [int(line.split(":")[2]) for line in image.read("etc/passwd").decode().splitlines()
              if line.startswith(f"{config['User']}:")]
    assert uid not in (0, 65534)
    for volume in config.get("Volumes") or {}:
        entry = image.entries()[volume.strip("/")]
        assert (entry.isdir(), entry.uid, stat.S_IMODE(entry.mode)) == (True, uid, 0o700), volume


# --- web servers and proxies ----------------------------------------------------------------------------------------

BEHIND = 8090
LARGE = bytes(range(256)) * 20000
NGINX = """
  - path: /etc/nginx/conf.d/behind.conf
    type: file
    content: |
      server {
        listen 8081;
        location / { proxy_pass http://127.0.0.1:8090; }
      }
  - {path: /usr/share/nginx/html/page.html, type: file, content: a page}
"""
APACHE = """
  - {path: /etc/apache2/mods-enabled/proxy.load, type: symlink, source: ../mods-available/proxy.load}
  - {path: /etc/apache2/mods-enabled/proxy_http.load, type: symlink, source: ../mods-available/proxy_http.load}
  - path: /etc/apache2/sites-enabled/behind.conf
    type: file
    content: |
      Listen 8081
      <VirtualHost *:8081>
        ProxyPass / http://127.0.0.1:8090/
      </VirtualHost>
  - {path: /var/www/html/page.html, type: file, content: a page}
"""
HAPROXY = """
  - path: /etc/haproxy/haproxy.cfg
    type: file
    content: |
      global
        log stdout format raw local0
      defaults
        log global
        mode http
        option httplog
        timeout connect 5s
        timeout client 20s
        timeout server 20s
      frontend page
        bind :8080
        http-request return status 200 content-type text/html string "a page"
      frontend proxy
        bind :8081
        default_backend behind
      backend behind
        server one 127.0.0.1:8090
"""
# By name: paths of a recipe, options of debone run, the line in the log that says it is ready.
PROXIES = {"apache": (APACHE, ["--tmpfs", "/tmp"], "resuming normal operations"),
           "haproxy": (HAPROXY, [], "Loading success."),
           "nginx": (NGINX, ["--tmpfs", "/tmp"], "start worker process ")}


class Behind(http.server.BaseHTTPRequestHandler):
    """The server behind a proxy: /large gives much, /slow waits."""

    asked, answered = threading.Event(), threading.Event()

    def do_GET(self):
        if self.path == "/slow":
            self.asked.set()
            self.answered.wait(30)
        body = LARGE if self.path == "/large" else b"late"
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def server_behind():
    Behind.asked.clear()
    Behind.answered.clear()
    with http.server.ThreadingHTTPServer(("127.0.0.1", BEHIND), Behind) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield Behind
        finally:
            Behind.answered.set()
            server.shutdown()
            thread.join()


def get(port, path):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=30) as answer:
        return answer.headers["Content-Type"], answer.read()


@pytest.mark.parametrize("name", PROXIES)
def test_pages_and_a_server_behind(live_place, live_build, name):
    paths, options, ready = PROXIES[name]
    layout, _ = live_build(f"name: site\ninclude: {name}\npaths:{paths}")
    with network(), server_behind() as behind, running(live_place, layout, *options, port=8081, line=ready) as service:
        assert uid_of(service) != 0
        assert get(8080, "/page.html") == ("text/html", b"a page")
        assert get(8081, "/large")[1] == LARGE

        answers = []
        # A network belongs to a thread, whose children have it too.
        client = threading.Thread(target=lambda: answers.append(get(8081, "/slow")[1]))
        client.start()
        assert behind.asked.wait(30)
        comes_to_rest(service)
        first = stop(service, Image(layout))
        service.wait_for(lambda: not listens(8081), "it listens no more")
        assert answers == [] and service.process.poll() is None
        behind.answered.set()
        client.join(30)
        assert answers == [b"late"], str(service)
        ends(service, first)
    assert "GET /page.html" in service.log and "GET /slow" in service.log


@pytest.mark.parametrize(("name", "port", "path", "text"), [("apache", 8080, "/", b"Debian"),
                                                            ("haproxy", 8404, "/healthz", b"Service ready"),
                                                            ("nginx", 8080, "/", b"Welcome to nginx!")])
def test_as_it_comes(live_place, live_build, name, port, path, text):
    layout, _ = live_build(name)
    with network(), running(live_place, layout, *PROXIES[name][1], port=port, line=PROXIES[name][2]) as service:
        assert text in get(port, path)[1]
        with pytest.raises(urllib.error.HTTPError, match="404") as refused:
            get(port, "/nothing")
        refused.value.close()  # it holds the connection, whose end haproxy waits for
        comes_to_rest(service)
        ends(service, stop(service, Image(layout)))
    assert not re.search(r"\b(warn|error|crit|alert|emerg)\b", service.log.lower()), service.log


# --- key-value stores -----------------------------------------------------------------------------------------------

@pytest.mark.parametrize("name", STORES)
def test_a_store_keeps_its_values(live_build, unpacked, name):
    bundle = unpacked(live_build(name)[0])
    with network():
        resp.prove_store(bundle, "/data", STORES[name])
        with bundle.serving(port=6379, mortal=True) as service:
            with resp.Connection(6379) as connection:
                assert connection.ask("SET", "not saved yet", "value") == b"OK"
            assert uid_of(service) == bundle.volume("/data").stat().st_uid != 0
            ends(service, stop(service, bundle.image))
        with bundle.serving(port=6379):
            assert bundle.run(f"{name}-cli", "GET", "not saved yet").out == "value\n"


@pytest.mark.parametrize("name", STORES)
def test_arguments_overrule_a_stores_file(live_place, live_build, name):
    layout, _ = live_build(name)
    arguments = ["--requirepass", "open", "--port", "6400"]
    with network(), running(live_place, layout, "--tmpfs", "/data", port=6400, arguments=arguments) as service, \
            resp.Connection(6400) as connection:
        with pytest.raises(RuntimeError, match="NOAUTH"):
            connection.ask("GET", "key")
        assert connection.ask("AUTH", "open") == b"OK"
        assert connection.ask("SET", "key", "value") == b"OK" and connection.ask("GET", "key") == b"value"
        ends(service, stop(service, Image(layout)))
    assert "Ready to accept connections" in service.log


def test_memcached(live_place, live_build):
    layout, _ = live_build("memcached")
    with network(), running(live_place, layout, port=11211, arguments=["-m", "8"]) as service:
        with socket.create_connection(("127.0.0.1", 11211), timeout=20) as connection:
            lines = connection.makefile("rb")
            connection.sendall(b"set key 0 60 5\r\nvalue\r\nget key\r\nstats settings\r\n")
            assert [next(lines) for _ in range(4)] == [b"STORED\r\n", b"VALUE key 0 5\r\n", b"value\r\n", b"END\r\n"]
            assert b"STAT maxbytes 8388608\r\n" in iter(lines.readline, b"END\r\n")
        assert uid_of(service) != 0
        ends(service, stop(service, Image(layout)))


# --- databases ------------------------------------------------------------------------------------------------------

USERS = """
flush privileges;
create database shop;
create user shop@'%' identified by 'it is a secret';
grant all on shop.* to shop@'%';
"""


def test_mariadb(live_build, unpacked):
    """A first installation as docs/catalog.md has it, then clients over the network and the socket."""
    bundle = unpacked(live_build("mariadb")[0])
    for path in ("/run/mysqld", "/tmp", "/var/lib/mysql"):
        bundle.volume(path)

    def shop(query, password="it is a secret", **options):
        return bundle.run("mariadb", "-h127.0.0.1", "-ushop", f"-p{password}", "-N", "-e", query, "shop", **options)

    with network():
        script = "create database mysql;\nuse mysql;\nset @auth_root_socket = 'mysql';\n" + "".join(
            (bundle.root / f"usr/share/mariadb/{name}.sql").read_text() for name in mariadbd.TABLES) + USERS
        assert "[ERROR]" not in bundle.run("/usr/sbin/mariadbd", "--bootstrap", input=script).err
        with bundle.serving(port=3306, line="ready for connections", mortal=True) as service:
            assert uid_of(service) == bundle.volume("/var/lib/mysql").stat().st_uid != 0
            assert "ERROR 1045" in shop("select 1", password="wrong", status=1).err
            with pytest.raises(RuntimeError, match="Access denied"):
                mariadbd.Connection(3306)  # root, without a password
            assert bundle.run("mariadb-admin", "ping").out == "mysqld is alive\n"
            # Who is mysql (or root) in the container, and the user that was asked for.
            users = bundle.run("mariadb", "-N", "-e", "select user, host from mysql.global_priv order by user").out
            assert users.splitlines() == ["mariadb.sys\tlocalhost", "mysql\tlocalhost", "root\tlocalhost", "shop\t%"]
            shop("create table fruit (id int primary key auto_increment, name varchar(50)) engine=InnoDB; "
                 "insert into fruit (name) values ('apple'), ('zwölf Äpfel')")
            ends(service, stop(service, bundle.image))
        assert "Shutdown complete" in service.log
        with bundle.serving(port=3306, line="ready for connections"):
            assert shop("select name from fruit where name regexp '^\\\\p{L}+ Ä' ").out == "zwölf Äpfel\n"
            dumped = bundle.run("mariadb-dump", "-h127.0.0.1", "-ushop", "-pit is a secret", "shop").out
            assert "INSERT INTO `fruit` VALUES" in dumped


# Beside the catalog's: the program that makes data directories, and the shell by which it runs everything.
INITDB = """name: postgresql-initdb
include: postgresql
contents: {packages: [busybox-static]}
paths: [{path: /usr/bin/sh, type: symlink, source: busybox}]
cuts: ['!/usr/lib/postgresql/17/bin/initdb']
entrypoint: [/usr/lib/postgresql/17/bin/initdb]
allow: {shell: initdb runs the server by it}
"""


def test_postgresql(live_build, unpacked):
    """It serves a data directory that another image made: over the network by a password, over the socket to the user
    that it runs as."""
    maker = unpacked(live_build(INITDB)[0])
    bundle = unpacked(live_build("postgresql")[0])
    bundle.volume("/run/postgresql")

    def psql(query, password="it is a secret", **options):
        return bundle.run("psql", "-h", "127.0.0.1", "-tAc", query, env={"PGPASSWORD": password}, **options)

    with network():
        folder = maker.volume("/var/lib/postgresql/data")
        (maker.volume("/tmp") / "password").write_text("it is a secret")
        maker.run(*maker.config["Entrypoint"], "--auth-local=peer", "--auth-host=scram-sha-256", "--no-sync",
                  "--pwfile=/tmp/password", "--locale-provider=icu", "--icu-locale=de")
        lost = bundle.run(*bundle.config["Entrypoint"], status=2)
        assert '"/var/lib/postgresql/data/postgresql.conf"' in lost.err
        bundle.volume("/var/lib/postgresql/data", folder)
        with bundle.serving(line="ready to accept connections", mortal=True) as service:
            assert uid_of(service) == folder.stat().st_uid != 0
            assert bundle.run("pg_isready").out == "/var/run/postgresql:5432 - accepting connections\n"
            assert bundle.run("psql", "-tAc", "select user").out == "postgres\n"
            assert "password authentication failed" in psql("select 1", password="wrong", status=2).err
            assert psql("show listen_addresses").out == "*\n"
            psql("create table fruit (name text); insert into fruit values ('Zitrone'), ('Äpfel'), ('Birne')")
            psql("create extension pg_trgm")
            # A client that stays does not keep the server from ending, once a process of the server has it: one that is
            # accepted after the signal is waited for until authentication_timeout, which is postgres's own way. The
            # answer to an SSLRequest shows that it is had.
            with socket.create_connection(("127.0.0.1", 5432), timeout=20) as client:
                client.sendall(struct.pack("!II", 8, 80877103))
                assert client.recv(1) in (b"N", b"S")
                ends(service, stop(service, bundle.image))
        assert "received fast shutdown request" in service.log and "database system is shut down" in service.log
        with bundle.serving(line="ready to accept connections"):
            assert psql("select name from fruit order by name").out == "Äpfel\nBirne\nZitrone\n"
