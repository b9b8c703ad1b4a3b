"""One FastCGI request as a web server makes it (FastCGI 1.0, https://fastcgi-archives.github.io/): enough to ask
php-fpm for a page."""

import socket
import struct

_BEGIN, _END, _PARAMS, _STDIN, _STDOUT, _STDERR = 1, 3, 4, 5, 6, 7
_RESPONDER = 1


def _record(kind, content):
    return struct.pack("!BBHHBB", 1, kind, 1, len(content), 0, 0) + content


def _length(n):
    return struct.pack("!B", n) if n < 128 else struct.pack("!I", n | 0x80000000)


def request(script, address=("127.0.0.1", 9000), query="", method="GET", body=b"", timeout=20, seen=lambda out: None,
            **parameters):
    """Returns (headers, page, errors): a dict with lower-case names, and bytes. `seen` gets what has come, head and all,
    each time that there is more of it."""
    fields = {"GATEWAY_INTERFACE": "CGI/1.1", "SERVER_PROTOCOL": "HTTP/1.1", "REQUEST_METHOD": method,
              "SCRIPT_FILENAME": script, "SCRIPT_NAME": script, "REQUEST_URI": script, "QUERY_STRING": query,
              "CONTENT_LENGTH": str(len(body)), "REMOTE_ADDR": "127.0.0.1", **parameters}
    encoded = b"".join(_length(len(name)) + _length(len(value)) + name + value
                       for name, value in ((n.encode(), v.encode()) for n, v in fields.items()))
    with socket.create_connection(address, timeout=timeout) as connection:
        connection.sendall(_record(_BEGIN, struct.pack("!HB5x", _RESPONDER, 0)) + _record(_PARAMS, encoded) +
                           _record(_PARAMS, b"") + (_record(_STDIN, body) if body else b"") + _record(_STDIN, b""))
        out, errors = b"", b""
        with connection.makefile("rb") as stream:
            while True:
                header = stream.read(8)
                if len(header) < 8:
                    raise ConnectionError("php-fpm hung up in the middle of its answer")
                _, kind, _, length, padding, _ = struct.unpack("!BBHHBB", header)
                content = stream.read(length + padding)[:length]
                if kind == _STDOUT:
                    out += content
                    seen(out)
                elif kind == _STDERR:
                    errors += content
                elif kind == _END:
                    break
    head, _, page = out.partition(b"\r\n\r\n")
    headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n") if ": " in line)
    return {name.lower(): value for name, value in headers.items()}, page, errors
