"""The protocol of Redis (RESP 2), enough for a question and its answer."""

import socket


class Connection:
    def __init__(self, port):
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=20)
        self._lines = self._socket.makefile("rb")

    def ask(self, *words):
        """Bytes, a number, or None; raises what the server calls an error."""
        text = b"".join(b"$%d\r\n%s\r\n" % (len(word.encode()), word.encode()) for word in words)
        self._socket.sendall(b"*%d\r\n%s" % (len(words), text))
        line = self._lines.readline().rstrip(b"\r\n")
        kind, rest = line[:1], line[1:]
        if kind == b"+":
            return rest
        if kind == b":":
            return int(rest)
        if kind == b"$":
            return None if rest == b"-1" else self._lines.read(int(rest) + 2)[:-2]
        raise RuntimeError(line.decode())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._lines.close()
        self._socket.close()


def prove_store(bundle, folder, call):
    """A server on port 6379 keeps a value in the volume `folder`, runs a Lua script whose commands `call` begins, and has
    the value again after a restart."""
    bundle.volume(folder)
    with bundle.serving(port=6379), Connection(6379) as connection:
        assert connection.ask("PING") == b"PONG"
        assert connection.ask("SET", "key", "value") == b"OK"
        assert connection.ask("EVAL", f"return cjson.encode({{{call}('GET', KEYS[1])}})", "1", "key") == b'["value"]'
        assert connection.ask("SAVE") == b"OK"
    with bundle.serving(port=6379), Connection(6379) as connection:
        assert connection.ask("GET", "key") == b"value"
