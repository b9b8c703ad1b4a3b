"""Runs the command under test, as a user would: in a folder of its own, with an environment of its own, and as an
unprivileged user where root is not the point."""

import json
import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
NOBODY = 65534
AS_NOBODY = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]


def program():
    """The program under test: DEBONE_PROGRAM, or build/debone."""
    path = Path(os.environ.get("DEBONE_PROGRAM", SOURCE / "build/debone")).resolve()
    if not path.is_file():
        raise FileNotFoundError(f"{path} is missing: build it first (make), or name one by DEBONE_PROGRAM")
    return path


def users_have_namespaces():
    """Whether the kernel lets an unprivileged user make what a container needs."""
    asked = [*AS_NOBODY, "unshare", "--user", "--map-root-user", "--mount", "--pid", "--fork", "--mount-proc", "true"]
    return subprocess.run(asked, stderr=subprocess.DEVNULL).returncode == 0


@dataclass
class Result:
    status: int
    out: str
    err: str

    @property
    def json(self):
        return json.loads(self.out)

    @property
    def errors(self):
        """What an error printed: everything from the line `error: ...` on."""
        lines = self.err.splitlines()
        starts = [i for i, line in enumerate(lines) if line.startswith("error: ")]
        return "\n".join(lines[starts[0]:]) if starts else ""

    @property
    def warnings(self):
        return [line.removeprefix("warning: ") for line in self.err.splitlines() if line.startswith("warning: ")]

    def ok(self):
        assert self.status == 0, f"exit {self.status}\n{self.out}{self.err}"
        return self

    def fails(self, status, text):
        """The exit status and the exact error text (all of it)."""
        assert (self.status, self.errors) == (status, text.strip("\n")), f"exit {self.status}\n{self.out}{self.err}"
        return self


class Workplace:
    """A temporary folder with a copy of the program, a store, a home, and an environment that names them."""

    def __init__(self, root=False, program_file=None):
        self.root = root or os.geteuid() != 0  # whether to stay the user we are
        self.folder = Path(tempfile.mkdtemp(prefix="debone-test-", dir="/tmp"))
        self.folder.chmod(0o755)
        self.home = self.folder / "home"
        self.work = self.folder / "work"
        self.store = self.folder / "store"
        # A copy, since another user may not be able to read the source tree.
        self.program = self.folder / "debone"
        shutil.copy(program_file or program(), self.program)
        self.program.chmod(0o755)
        for folder in (self.home, self.work):
            folder.mkdir()
            self.give(folder)
        self.environment = {
            "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": str(self.home),
            "LC_ALL": "C.UTF-8", "DEBONE_STORE": str(self.store), "DEBONE_RETRY_DELAY_MS": "1",
            "DEBONE_STALL_SECONDS": "1"}
        for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS", "LSAN_OPTIONS"):
            if name in os.environ:
                self.environment[name] = os.environ[name]
        self.give(self.folder)

    def give(self, path):
        """Lets the command's user own a path."""
        if not self.root:
            os.chown(path, NOBODY, NOBODY, follow_symlinks=False)
        return path

    def write(self, name, content, mode=None):
        path = self.work / name
        for parent in reversed(path.relative_to(self.work).parents):
            folder = self.work / parent
            if not folder.exists():
                folder.mkdir()
                self.give(folder)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        if mode is not None:
            path.chmod(mode)
        return self.give(path)

    def argv(self, *arguments, prefix=()):
        as_nobody = [] if self.root else AS_NOBODY
        return [*as_nobody, *prefix, str(self.program), *map(str, arguments)]

    def start(self, *arguments, cwd=None, env=None, prefix=(), **more):
        """The running process, its output piped unless `more` says otherwise."""
        options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "stdin": subprocess.DEVNULL, "text": True, **more}
        environment = {name: value for name, value in {**self.environment, **(env or {})}.items() if value is not None}
        return subprocess.Popen(self.argv(*arguments, prefix=prefix), cwd=cwd or self.work, env=environment, **options)

    def run(self, *arguments, timeout=120, input=None, **more):
        if input is not None:
            more["stdin"] = subprocess.PIPE
        with self.start(*arguments, **more) as process:
            try:
                out, err = process.communicate(input, timeout=timeout)
            except subprocess.TimeoutExpired:
                process.kill()
                out, err = process.communicate()
                raise AssertionError(f"no end after {timeout} s: {arguments}\n{out}{err}") from None
        return Result(process.returncode, out, err)

    def build(self, recipe, *arguments, **more):
        """Builds a recipe given as text (written to test.yaml) or as a path."""
        if "\n" in str(recipe):
            recipe = self.write("test.yaml", recipe).name
        return self.run("build", recipe, *arguments, **more)

    def close(self):
        shutil.rmtree(self.folder, ignore_errors=True)
