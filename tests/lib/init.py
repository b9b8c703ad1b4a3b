"""Runs debone-init as the first process of a process namespace, as a container would have it, or as a plain process."""

import os
import socket
import statistics
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


def seconds_of(*argv, runs=60):
    """The median of how long the program takes, before everything else on the machine, however much that is."""
    was, parameters, times = os.sched_getscheduler(0), os.sched_getparam(0), []
    try:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
    except PermissionError:
        pass  # a container without CAP_SYS_NICE, on a machine that has time
    try:
        for _ in range(runs):
            begin = time.perf_counter()
            process = os.posix_spawn(argv[0], argv, {"PATH": PATH})
            _, status = os.waitpid(process, 0)
            times.append(time.perf_counter() - begin)
            assert status == 0, argv
    finally:
        os.sched_setscheduler(0, was, parameters)
    return statistics.median(times)


def until(holds, what, seconds=20):
    """Waits until `holds()` is true."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, f"{what}: not within {seconds} s"
        time.sleep(0.01)


class Init:
    """A folder with a configuration; `first` says whether debone-init is PID 1, `program` what starts it (init_program)."""

    def __init__(self, folder, first=True, program=None):
        self.folder = Path(folder)
        self.first = first
        self.program = program or [str(init_program())]

    def path(self, name):
        return self.folder / name

    def write(self, name, text, mode=0o755):
        path = self.path(name)
        path.write_text(text)
        path.chmod(mode)
        return path

    def start(self, config, *arguments, env=None, **more):
        command = [*self.program]
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
        until(lambda: os.readlink(f"/proc/{child}/exe") == os.path.realpath(self.program[0]), "debone-init does not run")
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
