"""keeps a value, gives it back, and counts both in its statistics"""

import socket


def prove(memcached):
    with memcached.serving(port=11211), socket.create_connection(("127.0.0.1", 11211), timeout=20) as connection:
        lines = connection.makefile("rb")

        def ask(text, *, until):
            connection.sendall(text)
            answer = []
            while not answer or answer[-1] != until:
                answer.append(lines.readline().rstrip(b"\r\n"))
            return answer

        assert ask(b"set key 0 60 5\r\nvalue\r\n", until=b"STORED") == [b"STORED"]
        assert ask(b"get key\r\n", until=b"END") == [b"VALUE key 0 5", b"value", b"END"]
        assert {b"STAT get_hits 1", b"STAT cmd_set 1"} <= set(ask(b"stats\r\n", until=b"END"))
