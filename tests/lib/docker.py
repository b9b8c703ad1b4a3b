"""A docker engine for the tests: the one that runs, or one of our own with its own data. DEBONE_COMPOSE names a program that
is compose then, such as tests/live/compose_v2.py makes, instead of the machine's own."""

import contextlib
import os
import re
import shutil
import subprocess
import tarfile
import tempfile
import time
from pathlib import Path

COMPOSE = os.environ.get("DEBONE_COMPOSE")
SOCKET = Path("/var/run/docker.sock")


def has_memory(gigabytes):
    available = re.search(r"^MemAvailable:\s+(\d+) kB$", Path("/proc/meminfo").read_text(), re.MULTILINE)
    return int(available[1]) > gigabytes << 20


class Engine:
    def __enter__(self):
        self.process, self.in_memory = None, False
        self.folder = Path(tempfile.mkdtemp(prefix="dockerd-", dir="/var/tmp"))
        if COMPOSE:
            (self.folder / "cli-plugins").mkdir()
            (self.folder / "cli-plugins/docker-compose").symlink_to(Path(COMPOSE).resolve())
        if self._answers():
            self.host = f"unix://{SOCKET}"
            return self
        # A dockerd that was killed leaves its pid file, which stops the next one where the number is in use again.
        self.host = f"unix://{self.folder}/docker.sock"
        # On a disk that waits for the discard of each block, removing an engine's data takes minutes.
        data = self.folder / "data"
        data.mkdir(mode=0o710)
        self.in_memory = has_memory(14) and subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "mode=710,size=10g", "engine", data]).returncode == 0
        with open(self.folder / "log", "wb") as log:
            self.process = subprocess.Popen(
                ["dockerd", f"--host={self.host}", f"--data-root={data}", f"--exec-root={self.folder}/exec",
                 f"--pidfile={self.folder}/docker.pid", "--iptables=false", "--ip6tables=false", "--bridge=none"],
                stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        end = time.monotonic() + 60
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() > end:
                text = (self.folder / "log").read_text()
                self.__exit__()
                raise RuntimeError(f"dockerd does not start:\n{text[-3000:]}")
            time.sleep(0.1)
        return self

    def __exit__(self, *_):
        if self.process is not None:
            self.process.terminate()
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        if self.in_memory:
            subprocess.run(["umount", "--recursive", "--lazy", self.folder / "data"])
        shutil.rmtree(self.folder, ignore_errors=True)

    def _answers(self):
        host = getattr(self, "host", f"unix://{SOCKET}")
        return subprocess.run(["docker", "--host", host, "version"], capture_output=True).returncode == 0

    def docker(self, *arguments, **more):
        return subprocess.run(["docker", "--host", self.host, *map(str, arguments)], capture_output=True, text=True,
                              env={**os.environ, "DOCKER_CONFIG": str(self.folder)}, **more)

    @contextlib.contextmanager
    def exported(self, image):
        """The files of an image as a tar, to be read from its beginning to its end."""
        made = self.docker("create", image)
        assert made.returncode == 0, made.stderr
        export = ["docker", "--host", self.host, "export", made.stdout.strip()]
        try:
            with subprocess.Popen(export, stdout=subprocess.PIPE) as process, \
                    tarfile.open(fileobj=process.stdout, mode="r|") as tar:
                yield tar
        finally:
            self.docker("rm", made.stdout.strip())
