"""commits; serves a repository over HTTPS by its own http-backend; pushes to it, clones it, pulls from it"""

import contextlib
import http.server
import subprocess
import threading

import tls


@contextlib.contextmanager
def web_server(git, certificate):
    """Answers each request by git's CGI program, as a web server would."""
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            path, _, query = self.path.partition("?")
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            answer = git.run("git", "http-backend", input=body, env={
                "GIT_PROJECT_ROOT": "/srv", "GIT_HTTP_EXPORT_ALL": "1", "REQUEST_METHOD": self.command, "PATH_INFO": path,
                "QUERY_STRING": query, "CONTENT_TYPE": self.headers.get("Content-Type", ""),
                "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""), "REMOTE_USER": "somebody",
                "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""), "CONTENT_LENGTH": str(len(body))}).raw
            head, _, page = answer.partition(b"\r\n\r\n")
            fields = dict(line.split(": ", 1) for line in head.decode().splitlines())
            self.send_response(int(fields.pop("Status", "200").split()[0]))
            for name, value in {**fields, "Content-Length": len(page)}.items():
                self.send_header(name, str(value))
            self.end_headers()
            self.wfile.write(page)

        do_POST = do_GET

        def log_message(self, *_):
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    server.socket = certificate.server().wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"https://localhost:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def prove(git):
    files = git.volume("/srv")
    git.volume("/tmp")
    certificate = tls.Certificate(files)
    work, copy = ["git", "-C", "/srv/work"], ["git", "-C", "/srv/copy"]
    trusting = {"GIT_SSL_CAINFO": "/srv/authority.pem"}
    git.run("git", "init", "--quiet", "--bare", "/srv/bare.git")
    git.run("git", "init", "--quiet", "-b", "master", "/srv/work")

    def commit(text):
        (files / "work/file").write_text(text)
        git.run(*work, "add", "file")
        git.run(*work, "commit", "--quiet", "-m", text[:3])

    with web_server(git, certificate) as address:
        commit("one\n" * 1000)
        git.run(*work, "push", "--quiet", f"{address}/bare.git", "master", env=trusting)
        git.run("git", "clone", "--quiet", f"{address}/bare.git", "/srv/copy", env=trusting)
        commit("two\n" * 1000)
        git.run(*work, "push", "--quiet", f"{address}/bare.git", "master", env=trusting)
        git.run(*copy, "pull", "--quiet", "--ff-only", env=trusting)
    assert (files / "copy/file").read_text() == "two\n" * 1000
    assert git.run(*copy, "log", "--format=%an %s").out == "Somebody two\nSomebody one\n"
    git.run(*copy, "fsck", "--strict")
