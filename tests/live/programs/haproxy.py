"""ends TLS in front of a web server and adds a header by a converter in Lua"""

import http.server
import threading

import tls


class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = f"{self.path} {self.headers['X-Country']}".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def prove(haproxy):
    certificate = tls.Certificate(haproxy.volume("/srv"))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 8080), Page) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}).start()
        try:
            with haproxy.serving(port=443):
                assert certificate.get("https://localhost/page") == "/page at-127.0.0.1"
        finally:
            server.shutdown()
