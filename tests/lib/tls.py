"""Certificates made by openssl, for localhost unless said otherwise, and Python's two ends of a TLS connection that use
one."""

import contextlib
import http.server
import secrets
import ssl
import subprocess
import tempfile
import threading
import urllib.request
from pathlib import Path


class Certificate:
    """Files in a folder: the certificate and its key, `both` in one file, and `authority`, whom a client must trust.
    `valid` are the days on which it begins and ends ("20200101"); else it begins today and lasts a week."""

    def __init__(self, folder, names="DNS:localhost,IP:127.0.0.1", valid=None):
        folder = Path(folder)
        self.key, self.certificate, self.both = folder / "key.pem", folder / "certificate.pem", folder / "both.pem"
        self.authority = folder / "authority.pem"
        with tempfile.TemporaryDirectory() as elsewhere:
            self._work = Path(elsewhere)
            authority_key = self._work / "key.pem"
            # Of two authorities with one name OpenSSL may look at one alone.
            self._make(authority_key, self.authority, f"/CN=Tests {secrets.token_hex(8)}",
                       "basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign")
            self._make(self.key, self.certificate, "/CN=localhost", "basicConstraints=critical,CA:FALSE",
                       f"subjectAltName={names}", by=(self.authority, authority_key))
            if valid:
                self._date(valid, authority_key)
        self.key.chmod(0o644)  # whoever the server under test runs as
        self.both.write_bytes(self.certificate.read_bytes() + self.key.read_bytes())

    def _make(self, key, certificate, subject, *extensions, by=None):
        config = self._work / "config"  # the machine's own has extensions of its own
        config.write_text("[req]\ndistinguished_name = name\n[name]\n")
        subprocess.run(["openssl", "req", "-config", config, "-x509", "-newkey", "ec", "-pkeyopt",
                        "ec_paramgen_curve:prime256v1", "-nodes", "-days", "7", "-subj", subject, "-keyout", key, "-out",
                        certificate, *(word for extension in extensions for word in ("-addext", extension)),
                        *(["-CA", by[0], "-CAkey", by[1]] if by else [])], check=True, capture_output=True)

    def _date(self, valid, authority_key):
        """Makes the certificate anew with these days; of openssl's commands in bookworm only `ca` can."""
        config, request = self._work / "ca", self._work / "request.pem"
        (self._work / "index").touch()
        config.write_text(f"[ca]\ndefault_ca = tests\n[tests]\ndatabase = {self._work}/index\nrand_serial = yes\n"
                          f"new_certs_dir = {self._work}\ndefault_md = sha256\npolicy = names\n"
                          "copy_extensions = copyall\n[names]\ncommonName = supplied\n")
        for command in (["x509", "-x509toreq", "-copy_extensions", "copyall", "-in", self.certificate, "-signkey",
                         self.key, "-out", request],
                        ["ca", "-config", config, "-batch", "-notext", "-in", request, "-cert", self.authority,
                         "-keyfile", authority_key, "-startdate", f"{valid[0]}000000Z", "-enddate",
                         f"{valid[1]}000000Z", "-out", self.certificate]):
            subprocess.run(["openssl", *command], check=True, capture_output=True)

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
