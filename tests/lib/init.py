"""Runs debone-init as the first process of a process namespace, as a container would have it, or as a plain process."""

import os
import socket
import subprocess
import threading
import time
from pathlib import Path

from debone import SOURCE, Result

PATH = "/usr/sbin:/usr/bin:/sbin:/bin"


def init_program():
    path = Path(os.environ.get("DEBONE_INIT_PROGRAM", SOURCE / "build/debone-init")).resolve()
    if not path.is_file():
        raise FileNotFoundError(f"{path} is missing: build it first (ninja debone-init)")
    return path


def fastcgi(answer):
    """A FastCGI server, a listener that answers one request with `answer` and closes."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve():
        connection, _ = listener.accept()
        connection.recv(65536)
        connection.sendall(answer)
        connection.close()
    threading.Thread(target=serve, daemon=True).start()
    return listener


def record(kind, content):
    return bytes([1, kind, 0, 1, len(content) >> 8, len(content) & 255, 0, 0]) + content


# php-fpm's answer to its ping.
PONG = record(6, b"Content-type: text/plain\r\n\r\npong") + record(3, bytes(8))


def until(holds, what, seconds=20):
    """Waits until `holds()` is true."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, f"{what}: not within {seconds} s"
        time.sleep(0.01)


class Init:
    """A folder with a configuration; `first` says whether debone-init is PID 1."""

    def __init__(self, folder, first=True):
        self.folder = Path(folder)
        self.first = first

    def path(self, name):
        return self.folder / name

    def write(self, name, text, mode=0o755):
        path = self.path(name)
        path.write_text(text)
        path.chmod(mode)
        return path

    def start(self, config, *arguments, env=None, **more):
        command = [str(init_program())]
        if config is not None:
            command += ["run", "--config", str(self.write("init.conf", config.replace("DIR", str(self.folder))))]
        command += map(str, arguments)
        if self.first:
            # unshare passes SIGTERM on to nobody: tests signal the process inside, by signal() below.
            command = ["unshare", "--pid", "--fork", "--kill-child", "--mount-proc", *command]
        options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "stdin": subprocess.DEVNULL, "text": True, **more}
        return subprocess.Popen(command, cwd=self.folder, env={"PATH": PATH, **(env or {})}, **options)

    def inside(self, process):
        """The pid of debone-init as the machine sees it."""
        if not self.first:
            return process.pid
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
        until(lambda: children.read_text().split(), "no child of unshare")
        child = int(children.read_text().split()[0])
        until(lambda: os.readlink(f"/proc/{child}/exe").endswith("debone-init"), "debone-init does not run")
        return child

    def signal(self, process, number):
        os.kill(self.inside(process), number)

    def finish(self, process, timeout=60):
        try:
            out, err = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            out, err = process.communicate()
            raise AssertionError(f"no end after {timeout} s\n{out}{err}") from None
        return Result(process.returncode, out, err)

    def run(self, config, *arguments, timeout=60, **more):
        return self.finish(self.start(config, *arguments, **more), timeout)
