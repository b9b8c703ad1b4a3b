"""answers queries over the network on a data directory made outside: ICU, PL/pgSQL, JIT, an extension"""

import socket
import struct

WITH = ["postgres-initdb"]


class Connection:
    """PostgreSQL's protocol 3.0, as far as trusted users and simple queries need it."""

    def __init__(self, port, user):
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=20)
        self._stream = self._socket.makefile("rb")
        parameters = f"user\0{user}\0database\0postgres\0\0".encode()
        self._socket.sendall(struct.pack("!ii", len(parameters) + 8, 196608) + parameters)
        self._until_ready()

    def ask(self, query):
        text = query.encode() + b"\0"
        self._socket.sendall(b"Q" + struct.pack("!i", len(text) + 4) + text)
        return self._until_ready()

    def _until_ready(self):
        rows = []
        while True:
            kind, length = struct.unpack("!ci", self._stream.read(5))
            content = self._stream.read(length - 4)
            if kind == b"E":
                raise RuntimeError(content.replace(b"\0", b"\n").decode())
            if kind == b"D":
                rows.append(self._values(content[2:]))
            if kind == b"Z":
                return rows

    @staticmethod
    def _values(content):
        values = []
        while content:
            (length,) = struct.unpack("!i", content[:4])
            values.append(content[4:4 + length].decode())
            content = content[4 + length:]
        return values

    def close(self):
        self._stream.close()
        self._socket.close()


def prove(postgres, initdb):
    folder = initdb.volume("/var/lib/postgresql")
    initdb.volume("/tmp")
    initdb.run("/usr/lib/postgresql/17/bin/initdb", "-D", "/var/lib/postgresql/data", "-E", "UTF8", "--locale=C",
               "--locale-provider=icu", "--icu-locale=de", "--no-sync")
    postgres.volume("/var/lib/postgresql", folder)
    postgres.volume("/run/postgresql")
    with postgres.serving(line="ready to accept connections"):
        connection = Connection(5432, "postgres")
        connection.ask("create table fruit (id serial primary key, name text)")
        connection.ask("insert into fruit (name) values ('Zitrone'), ('Äpfel'), ('Birne')")
        assert connection.ask("select name from fruit order by name") == [["Äpfel"], ["Birne"], ["Zitrone"]]
        connection.ask("create function twice(n int) returns int language plpgsql as 'begin return 2 * n; end'")
        assert connection.ask("select twice(21), xpath('//b/text()', '<a><b>x</b></a>')") == [["42", "{x}"]]
        connection.ask("create extension pg_trgm")
        assert connection.ask("select similarity('word', 'words') > 0.5") == [["t"]]
        connection.ask("set jit_above_cost = 0")
        plan = connection.ask("explain analyze select sum(n * n) from generate_series(1, 1000) n")
        assert any(line.strip().startswith("JIT") for (line,) in plan), plan
        connection.close()
