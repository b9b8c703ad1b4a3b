"""An HTTP server on loopback with faults on demand, over TLS where it is given a certificate (tls.py).

    with Server(folder) as server:
        server.fault("Packages.xz", status(500), times=2)
        ... server.url ...
        assert server.count("Packages.xz") == 3
"""

import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote


class Server:
    def __init__(self, root, certificate=None):
        self.root = Path(root)
        self.requests = []  # (path, value of Range or None), in their order
        self.headers = []   # the headers of each request, in the same order
        self.connections = 0
        self.closing = threading.Event()
        self._faults = []
        self._lock = threading.Lock()
        server = self

        class Handler(_Handler):
            owner = server

        self._httpd = _Quiet(("127.0.0.1", 0), Handler)
        self.port = self._httpd.server_port
        self.url = f"{'https' if certificate else 'http'}://127.0.0.1:{self.port}"
        if certificate:  # the handshake is the handler's: a client that breaks it off must not end the server
            self._httpd.socket = certificate.server().wrap_socket(self._httpd.socket, server_side=True,
                                                                  do_handshake_on_connect=False)
        self._thread = threading.Thread(target=self._httpd.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self.closing.set()
        self._httpd.shutdown()
        self._httpd.server_close()

    def fault(self, pattern, what, times=None):
        """Answers requests whose path matches the regular expression `pattern` by `what`, `times` times (or always).
        The newest fault that matches is taken."""
        with self._lock:
            self._faults.insert(0, [re.compile(pattern), what, times])

    def clear(self):
        with self._lock:
            self._faults.clear()
            self.requests.clear()
            self.headers.clear()

    def count(self, pattern):
        return sum(1 for path, _ in self.requests if re.search(pattern, path))

    def _take(self, path):
        with self._lock:
            for fault in self._faults:
                if fault[0].search(path) and fault[2] != 0:
                    if fault[2] is not None:
                        fault[2] -= 1
                    return fault[1]
        return None


class _Quiet(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        pass  # a client that hangs up is what the tests want


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    owner = None

    def setup(self):
        super().setup()
        self.owner.connections += 1

    def log_message(self, *_):
        pass

    def do_GET(self):
        # Through a proxy the request line has the whole URL.
        path = unquote(re.sub(r"^http://[^/]*", "", self.path))
        self.owner.requests.append((path, self.headers.get("Range")))
        self.owner.headers.append(dict(self.headers))
        target = (self.owner.root / path.lstrip("/")).resolve()
        body = target.read_bytes() if target.is_relative_to(self.owner.root.resolve()) and target.is_file() else None
        fault = self.owner._take(path)
        if fault is not None:
            fault(self, body)
        elif body is None:
            self.answer(404, b"not here\n")
        else:
            self.answer_with_range(body)

    def answer(self, code, body, headers=None, length=None):
        self.send_response(code)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        self.wfile.write(body)

    def answer_with_range(self, body, headers=None):
        wanted = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range") or "")
        if not wanted:
            return self.answer(200, body, headers)
        begin = int(wanted.group(1))
        end = min(int(wanted.group(2) or len(body) - 1), len(body) - 1)
        if begin >= len(body):
            return self.answer(416, b"", {"Content-Range": f"bytes */{len(body)}"})
        self.answer(206, body[begin:end + 1],
                    {"Content-Range": f"bytes {begin}-{end}/{len(body)}", **(headers or {})})


# --- faults: each answers one request -------------------------------------------------------------------------------

def status(code, body=b"fault\n", headers=None):
    return lambda handler, _: handler.answer(code, body, headers)


def redirect(location, code=302):
    return lambda handler, _: handler.answer(code, b"", {"Location": location})


def cut(after):
    """Promises the whole body (or the range asked for), sends `after` bytes of it and hangs up."""
    def answer(handler, body):
        begin = 0
        wanted = re.fullmatch(r"bytes=(\d+)-", handler.headers.get("Range") or "")
        if wanted:
            begin = int(wanted.group(1))
            handler.answer(206, body[begin:begin + after], {"Content-Range": f"bytes {begin}-{len(body) - 1}/{len(body)}"},
                           len(body) - begin)
        else:
            handler.answer(200, body[:after], length=len(body))
        handler.wfile.flush()
        handler.close_connection = True
    return answer


def stall(after=0):
    """Sends `after` bytes, then nothing until the server closes."""
    def answer(handler, body):
        handler.answer(200, (body or b"")[:after], length=max(len(body or b""), after + 1))
        handler.wfile.flush()
        handler.owner.closing.wait(60)
        handler.close_connection = True
    return answer


def trickle(after=0, pause=0.2):
    """Sends `after` bytes, then one byte each `pause` seconds."""
    def answer(handler, body):
        handler.answer(200, body[:after], length=len(body))
        for byte in body[after:]:
            handler.wfile.write(bytes([byte]))
            if handler.owner.closing.wait(pause):
                break
        handler.close_connection = True
    return answer


def unasked_part(content_range):
    """Answers 206, with or without a Content-Range, to who asks for the whole."""
    def answer(handler, body):
        headers = {"Content-Range": f"bytes 0-{len(body) - 1}/{len(body)}"} if content_range else {}
        handler.answer(206, body, headers)
    return answer


def whole_body(handler, body):
    """Ignores Range and answers 200 with everything."""
    handler.answer(200, body)


def replaced(content):
    """Other bytes than the file's."""
    return lambda handler, _: handler.answer(200, content)


def endless(limit=1 << 30):
    """A body without length that does not end (before `limit` bytes)."""
    def answer(handler, _):
        handler.send_response(200)
        handler.send_header("Connection", "close")
        handler.end_headers()
        handler.close_connection = True
        sent = 0
        while sent < limit and not handler.owner.closing.is_set():
            handler.wfile.write(b"\0" * 65536)
            sent += 65536
    return answer


def hang_up(handler, _):
    """Closes the connection without an answer."""
    handler.close_connection = True


def slow(seconds):
    """The right answer, late."""
    def answer(handler, body):
        handler.owner.closing.wait(seconds)
        handler.answer_with_range(body)
    return answer
