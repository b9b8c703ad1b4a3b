"""A certificate for localhost, made by openssl, and Python's two ends of a TLS connection that use it."""

import contextlib
import http.server
import ssl
import subprocess
import tempfile
import threading
import urllib.request
from pathlib import Path


class Certificate:
    """Files in a folder: the certificate and its key, `both` in one file, and `authority`, whom a client must trust."""

    def __init__(self, folder):
        folder = Path(folder)
        self.key, self.certificate, self.both = folder / "key.pem", folder / "certificate.pem", folder / "both.pem"
        self.authority = folder / "authority.pem"
        with tempfile.TemporaryDirectory() as elsewhere:
            self._work = Path(elsewhere)
            authority_key = self._work / "key.pem"
            self._make(authority_key, self.authority, "/CN=Tests", "basicConstraints=critical,CA:TRUE",
                       "keyUsage=critical,keyCertSign")
            self._make(self.key, self.certificate, "/CN=localhost", "basicConstraints=critical,CA:FALSE",
                       "subjectAltName=DNS:localhost,IP:127.0.0.1", by=(self.authority, authority_key))
        self.key.chmod(0o644)  # whoever the server under test runs as
        self.both.write_bytes(self.certificate.read_bytes() + self.key.read_bytes())

    def _make(self, key, certificate, subject, *extensions, by=None):
        config = self._work / "config"  # the machine's own has extensions of its own
        config.write_text("[req]\ndistinguished_name = name\n[name]\n")
        subprocess.run(["openssl", "req", "-config", config, "-x509", "-newkey", "ec", "-pkeyopt",
                        "ec_paramgen_curve:prime256v1", "-nodes", "-days", "7", "-subj", subject, "-keyout", key, "-out",
                        certificate, *(word for extension in extensions for word in ("-addext", extension)),
                        *(["-CA", by[0], "-CAkey", by[1]] if by else [])], check=True, capture_output=True)

    def client(self):
        return ssl.create_default_context(cafile=self.authority)

    def server(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, self.key)
        return context

    def get(self, url):
        """The body of a page, whose server must have this certificate."""
        with urllib.request.urlopen(url, context=self.client(), timeout=20) as answer:
            return answer.read().decode()


@contextlib.contextmanager
def pages(pages, certificate=None):
    """A web server of this process with these pages (by path: bytes), over TLS where there is a certificate; gives its
    port, and the list of the requests so far."""
    seen = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            seen.append(self.path)
            body = pages.get(self.path)
            self.send_response(200 if body is not None else 404)
            self.send_header("Content-Length", str(len(body or b"")))
            self.send_header("Cache-Control", "max-age=600")
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if certificate:
        server.socket = certificate.server().wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server.server_port, seen
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
