"""makes its system tables by its own bootstrap, then answers queries over the network, from a table in InnoDB"""

import socket
import struct

TABLES = ["mariadb_system_tables", "mariadb_performance_tables", "mariadb_system_tables_data", "fill_help_tables",
          "maria_add_gis_sp_bootstrap", "mariadb_sys_schema"]


class Connection:
    """MariaDB's protocol, as far as root without a password and queries need it."""

    def __init__(self, port):
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=20)
        self._stream = self._socket.makefile("rb")
        self._number = 0
        assert self._packet()[0] == 10, "the server's greeting, protocol version 10"
        protocol_41, secure_connection, plugin_auth = 0x200, 0x8000, 0x80000
        self._send(struct.pack("<IIB23x", protocol_41 | secure_connection | plugin_auth, 1 << 24, 45) +
                   b"root\0" + b"\0" + b"mysql_native_password\0")
        answer = self._packet()
        if answer[0] == 0xFE:  # another plugin, and for that too: no password
            self._send(b"")
            answer = self._packet()
        self._check(answer)

    def ask(self, query):
        self._number = 0
        self._send(b"\x03" + query.encode())
        answer = self._check(self._packet())
        if answer[0] == 0:
            return []
        for _ in range(answer[0] + 1):  # the columns, and the end of them
            self._packet()
        rows = []
        while (row := self._packet())[0] != 0xFE:
            rows.append(self._values(row))
        return rows

    @staticmethod
    def _values(row):
        values = []
        while row:
            length = row[0]
            assert length < 251, "short values alone"
            values.append(row[1:1 + length].decode())
            row = row[1 + length:]
        return values

    @staticmethod
    def _check(answer):
        if answer[0] == 0xFF:
            raise RuntimeError(answer[9:].decode())
        return answer

    def _packet(self):
        header = self._stream.read(4)
        self._number = header[3] + 1
        return self._stream.read(int.from_bytes(header[:3], "little"))

    def _send(self, content):
        self._socket.sendall(len(content).to_bytes(3, "little") + bytes([self._number]) + content)

    def close(self):
        self._stream.close()
        self._socket.close()


def prove(mariadb):
    for path in ("/run/mysqld", "/tmp", "/var/lib/mysql"):
        mariadb.volume(path)
    script = "create database mysql;\nuse mysql;\nset @auth_root_socket = NULL;\n" + "".join(
        (mariadb.root / f"usr/share/mariadb/{name}.sql").read_text() for name in TABLES)
    mariadb.run("mariadbd", "--bootstrap", input=script)
    with mariadb.serving(port=3306):
        connection = Connection(3306)
        connection.ask("create database shop character set utf8mb4")
        connection.ask("create table shop.fruit (id int primary key auto_increment, name varchar(50)) engine=InnoDB")
        connection.ask("insert into shop.fruit (name) values ('apple'), ('zwölf Äpfel')")
        assert connection.ask("select id, name from shop.fruit where name regexp '^\\\\p{L}+ Ä' ") == [["2", "zwölf Äpfel"]]
        assert connection.ask("select json_value('{\"a\": [1, 7]}', '$.a[1]'), st_distance(point(0, 0), point(3, 4))") == [
            ["7", "5"]]
        assert connection.ask("select name from mysql.help_topic where name = 'ST_DISTANCE'") == [["ST_DISTANCE"]]
        connection.close()
