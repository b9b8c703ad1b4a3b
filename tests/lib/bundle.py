"""Programs of an image run for real: its tree is unpacked once, and each command gets a runc container of its own, with
a read-only root, docker's default capabilities, and the network of the thread that runs it.

    with own_network():
        bundle = Bundle(layout, folder)
        bundle.run("curl", "--version")
        with bundle.serving("nginx", "-g", "daemon off;", port=443) as server: ...

No shell comes between: a command is an argv.
"""

import contextlib
import ctypes
import fcntl
import json
import os
import re
import shlex
import shutil
import socket
import stat
import struct
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from ociimage import Image

SHELLS = {"ash", "bash", "busybox", "csh", "dash", "fish", "ksh", "ksh93", "lksh", "mksh", "posh", "rbash", "sh", "tcsh",
          "zsh"}
PROGRAM_FOLDERS = [f"{prefix}{name}" for prefix in ("", "usr/", "usr/local/") for name in ("bin", "sbin")]
PATIENCE = 20  # seconds until a server must listen, and until a command must end


# --- the network ----------------------------------------------------------------------------------------------------

_CLONE_NEWNET = 0x40000000
_SIOCGIFFLAGS, _SIOCSIFFLAGS, _IFF_UP = 0x8913, 0x8914, 1
_libc = ctypes.CDLL(None, use_errno=True)


def _checked(status):
    if status != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


@contextlib.contextmanager
def own_network():
    """This thread, and what it starts, in a network namespace of its own: a loopback interface, every port free (and
    open to everybody, as in docker), and nothing beyond."""
    before = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
    try:
        _checked(_libc.unshare(_CLONE_NEWNET))
        try:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
                flags = struct.unpack("16xH14x", fcntl.ioctl(any_socket, _SIOCGIFFLAGS, struct.pack("16sH14x", b"lo", 0)))
                fcntl.ioctl(any_socket, _SIOCSIFFLAGS, struct.pack("16sH14x", b"lo", flags[0] | _IFF_UP))
            Path("/proc/sys/net/ipv4/ip_unprivileged_port_start").write_text("0")
            yield
        finally:
            _checked(_libc.setns(before, _CLONE_NEWNET))
    finally:
        os.close(before)


# --- the container --------------------------------------------------------------------------------------------------

_CAPABILITIES = [f"CAP_{name}" for name in (
    "CHOWN DAC_OVERRIDE FSETID FOWNER MKNOD NET_RAW SETGID SETUID SETFCAP SETPCAP NET_BIND_SERVICE SYS_CHROOT KILL "
    "AUDIT_WRITE").split()]
_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_MOUNTS = [("/proc", "proc", []),
           ("/dev", "tmpfs", ["nosuid", "mode=755", "size=64m"]),
           ("/dev/pts", "devpts", ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"]),
           ("/dev/shm", "tmpfs", ["nosuid", "noexec", "nodev", "mode=1777", "size=64m"]),
           ("/dev/mqueue", "mqueue", ["nosuid", "noexec", "nodev"]),
           ("/sys", "sysfs", ["nosuid", "noexec", "nodev", "ro"])]


@dataclass
class Done:
    command: str
    status: int
    raw: bytes  # what it wrote to stdout
    err: str

    @property
    def out(self):
        return self.raw.decode(errors="replace")

    def __str__(self):
        return f"{self.command}\nexit status {self.status}\n{_end_of(self.out)}{_end_of(self.err)}"


def _end_of(text, most=4000):
    return text if len(text) <= most else f"[...]{text[-most:]}"


class Service:
    """A server that runs."""

    def __init__(self, command, process, log):
        self.command, self.process, self._log = command, process, log

    @property
    def log(self):
        return self._log.read_text(errors="replace")

    def wait_for(self, ready, what, patience=PATIENCE):
        """Waits until ready() is true."""
        end = time.monotonic() + patience
        while not ready():
            assert self.process.poll() is None, f"{self}\nended with status {self.process.returncode}"
            assert time.monotonic() < end, f"{self}\n{what}: not within {patience} s"
            time.sleep(0.02)

    def wait_for_line(self, text):
        self.wait_for(lambda: text in self.log, f"the log says '{text}'")

    def __str__(self):
        return f"{self.command}\n{_end_of(self.log)}"


def listens(port):
    """Whether somebody listens on this TCP port, by the kernel's table: a connection that ends at once could be the last
    that vsftpd answers."""
    for table in ("tcp", "tcp6"):
        for line in Path("/proc/thread-self/net", table).read_text().splitlines()[1:]:
            _, local, _, state = line.split()[:4]
            if state == "0A" and int(local.rsplit(":", 1)[1], 16) == port:
                return True
    return False


class Bundle:
    def __init__(self, layout, folder):
        self.image = Image(layout)
        self.config = self.image.config["config"]
        self.folder = Path(folder)
        self.root = self.folder / "rootfs"
        self.root.mkdir(parents=True)
        self._fill_root()
        self.tracing = False
        self._engines_files()
        self._volumes = {}
        self._count = 0

    def _fill_root(self):
        for layer in self.image.manifest["layers"]:
            subprocess.run(["tar", "-x", "-z", "-p", "--numeric-owner", "--same-owner", "-C", self.root, "-f",
                            self.image.layout / "blobs" / layer["digest"].replace(":", "/")], check=True)

    def _engines_files(self):
        """What every container engine gives a container."""
        for name, text in (("hosts", "127.0.0.1 localhost\n::1 localhost ip6-localhost\n127.0.0.1 debone\n"),
                           ("resolv.conf", "nameserver 127.0.0.1\n"), ("hostname", "debone\n")):
            path = self.root / "etc" / name
            path.unlink(missing_ok=True)
            path.write_text(text)

    # What is unpacked.

    def has(self, path):
        """Whether the tree has a path, which may be a link to what is nowhere."""
        return os.path.lexists(self.root / path.lstrip("/"))

    def owners(self):
        """By path (without a leading slash) of a regular file: the package that ships it."""
        return {line.split("  ", 1)[1]: path.stem for path in (self.root / "var/lib/dpkg/status.d").glob("*.md5sums")
                for line in path.read_text().splitlines()}

    def shells(self):
        return sorted({f"/{folder}/{name}" for folder in PROGRAM_FOLDERS for name in SHELLS
                       if self.has(f"{folder}/{name}")})

    def set_id_files(self):
        found = []
        for folder, _, names in os.walk(self.root):
            for name in names:
                mode = os.lstat(os.path.join(folder, name)).st_mode
                if stat.S_ISREG(mode) and mode & (stat.S_ISUID | stat.S_ISGID):
                    found.append("/" + os.path.relpath(os.path.join(folder, name), self.root))
        return sorted(found)

    # What runs.

    def volume(self, path, folder=None):
        """A folder of this machine that stands at `path` from now on, writable: one of the bundle's own that begins as
        the image has it, or the one given."""
        if path not in self._volumes:
            original = self.root / path.lstrip("/")
            assert original.is_dir() and not original.is_symlink(), f"the image has no directory {path} to be a volume"
            if folder is None:
                folder = self.folder / f"volume{len(self._volumes)}"
                subprocess.run(["cp", "-a", original, folder], check=True)
            self._volumes[path] = folder
        return self._volumes[path]

    def run(self, *command, input="", status=0, timeout=6 * PATIENCE, **options):
        """Runs a command to its end, and asserts its exit status unless that is None. Options: user, env, cwd."""
        with self._start(command, options, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as started:
            process, shown = started
            data = input.encode() if isinstance(input, str) else input
            try:
                out, err = process.communicate(data, timeout=timeout)
            except subprocess.TimeoutExpired as late:
                raise AssertionError(f"{shown}\nno end after {timeout} s\n{_end_of((late.stdout or b'').decode(errors='replace'))}"
                                     f"{_end_of((late.stderr or b'').decode(errors='replace'))}") from None
        done = Done(shown, process.returncode, out, err.decode(errors="replace"))
        assert status is None or done.status == status, str(done)
        return done

    @contextlib.contextmanager
    def serving(self, *command, port=None, line=None, mortal=False, **options):
        """Runs a server until the block ends; the block begins when it listens on the TCP port (or all of a list) and
        its log has the line. A mortal one may have died when the block ends."""
        log = self.folder / f"log{self._count}"
        # stdin stays open: runc makes a pipe of it, and some servers (smbd) end with that.
        with open(log, "wb") as output, self._start(command, options, stdin=subprocess.PIPE, stdout=output,
                                                    stderr=subprocess.STDOUT) as (process, shown):
            service = Service(shown, process, log)
            try:
                for one in port if isinstance(port, (list, tuple)) else [port] if port else []:
                    service.wait_for(lambda one=one: listens(one), f"it listens on {one}")
                if line:
                    service.wait_for_line(line)
                yield service
                assert mortal or process.poll() is None, f"{service}\nended with status {process.returncode}"
            except Exception as error:
                if str(service) not in str(error):
                    print(service)
                raise

    @contextlib.contextmanager
    def _start(self, command, options, **pipes):
        self._count += 1
        bundle = self.folder / f"bundle{self._count}"
        bundle.mkdir()
        command = [str(word) for word in command] or [*(self.config.get("Entrypoint") or []), *(self.config.get("Cmd") or [])]
        (bundle / "config.json").write_text(json.dumps(self._spec(command, **options)))
        name = f"debone-{os.getpid()}-{next(tempfile._get_candidate_names())}"
        runc = ["runc", "--root", str(self.folder / "runc")]
        trace = ["strace", "-f", "-qq", "-e", "trace=%file", "-Z", "-o", f"{bundle}/trace"] if self.tracing else []
        process = subprocess.Popen([*trace, *runc, "run", "--bundle", bundle, name], **pipes)
        try:
            yield process, shlex.join(command)
        finally:
            subprocess.run([*runc, "delete", "--force", name], capture_output=True)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=PATIENCE)
            process.kill()
            process.wait()
            if process.stdin:
                process.stdin.close()

    def _spec(self, command, user=None, env=None, cwd=None):
        uid, gid, groups, home = self._user(str(user if user is not None else self.config.get("User") or "0"))
        environment = {"PATH": _PATH, "HOME": home, **dict(one.split("=", 1) for one in self.config.get("Env") or []),
                       **(env or {})}
        sets = {"bounding": _CAPABILITIES, **({"effective": _CAPABILITIES, "permitted": _CAPABILITIES} if uid == 0 else {})}
        mounts = [{"destination": path, "type": kind, "source": kind, "options": options}
                  for path, kind, options in _MOUNTS]
        mounts += [{"destination": path, "type": "bind", "source": str(folder), "options": ["bind", "rw"]}
                   for path, folder in sorted(self._volumes.items())]
        return {
            "ociVersion": "1.0.2",
            "process": {"terminal": False, "user": {"uid": uid, "gid": gid, "additionalGids": groups}, "args": command,
                        "env": [f"{key}={value}" for key, value in environment.items()],
                        "cwd": cwd or self.config.get("WorkingDir") or "/", "capabilities": sets, "noNewPrivileges": True},
            "root": {"path": str(self.root), "readonly": True}, "hostname": "debone", "mounts": mounts,
            "linux": {"namespaces": [{"type": kind} for kind in ("pid", "ipc", "uts", "mount")],
                      "resources": {"devices": [{"allow": False, "access": "rwm"}]},
                      "maskedPaths": ["/proc/kcore", "/proc/keys", "/proc/timer_list", "/sys/firmware"],
                      "readonlyPaths": ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"]}}

    def _user(self, text):
        """uid, gid, further groups and home of "www-data", "33", "33:33"."""
        def entries(name):
            path = self.root / "etc" / name
            return [line.split(":") for line in path.read_text().splitlines()] if path.is_file() else []
        name, _, group = text.partition(":")
        entry = next((one for one in entries("passwd") if name in (one[0], one[2])), None)
        assert entry or name.isdigit(), f"the image has no user '{name}'"
        uid, gid, home = (int(entry[2]), int(entry[3]), entry[5]) if entry else (int(name), 0, "/")
        groups = [int(one[2]) for one in entries("group") if entry and entry[0] in one[3].split(",")]
        if group:
            gid = next((int(one[2]) for one in entries("group") if group in (one[0], one[2])), None) or int(group)
        return uid, gid, groups, home

    # What was looked for in vain.

    def sought(self):
        """Paths (without a leading slash) that programs did not find while `tracing`."""
        found = set()
        for trace in self.folder.glob("bundle*/trace"):
            for line in trace.read_text(errors="replace").splitlines():
                if " = -1 ENOENT " in line:
                    found.update(path.lstrip("/") for path in re.findall(r'"(/[^"]*)"', line))
        return sorted(path for path in found if not self.has(path))

    def close(self):
        shutil.rmtree(self.folder, ignore_errors=True)
