"""A small apt repository for the tests: packages, indexes and signatures, good ones and hostile ones.

    keys = Keys(folder)
    repo = Repository(folder / "www", keys.make("Archive"))
    repo.publish("stable", [package("hello", files={"/usr/bin/hello": program()}, Depends="libc6")])

Everything a repository holds can be spoilt: publish() takes edits of the index and of the Release text, and a
package may be any bytes (raw_deb, ar, tar).
"""

import hashlib
import io
import lzma
import gzip as gzip_module
import os
import re
import shutil
import subprocess
import tarfile
import tempfile
import time
from dataclasses import dataclass, field
from email.utils import formatdate
from pathlib import Path

ARCH = subprocess.run(["dpkg", "--print-architecture"], capture_output=True, text=True, check=True).stdout.strip()
MTIME = 1_700_000_000  # of every packaged file that does not say otherwise


# --- files of a package ---------------------------------------------------------------------------------------------

@dataclass(frozen=True)
class File:
    content: bytes = b""
    mode: int = 0o644
    mtime: int = MTIME


@dataclass(frozen=True)
class Directory:
    mode: int = 0o755
    mtime: int = MTIME


@dataclass(frozen=True)
class Link:
    target: str
    mtime: int = MTIME


@dataclass(frozen=True)
class HardLink:
    target: str  # the absolute path of another file of the package


@dataclass
class Package:
    """A .deb's bytes with the control fields that its index entry shows."""
    name: str
    version: str
    architecture: str
    control: str  # the stanza
    deb: bytes
    index_fields: dict = field(default_factory=dict)  # replace or add (None: leave out) fields of the index entry

    @property
    def file_name(self):
        return f"pool/{self.name}_{self.version.split(':')[-1]}_{self.architecture}.deb"


def control_stanza(name, version, architecture, **fields):
    stanza = {"Package": name, "Version": version, "Architecture": architecture,
              "Maintainer": "Tests <tests@example.org>", "Installed-Size": "10", "Description": f"{name} for tests"}
    stanza.update({key.replace("_", "-"): value for key, value in fields.items()})
    return "".join(f"{key}: {value}\n" for key, value in stanza.items() if value is not None)


def package(name, version="1.0", architecture=ARCH, files=None, scripts=None, compression="xz", **fields):
    """Builds a package with dpkg-deb. `files` maps absolute paths to File, Directory, Link, HardLink, bytes or str;
    `scripts` maps names of control files (postinst, triggers, conffiles) to their text; `fields` are control fields
    (Depends="a, b", Multi_Arch="same")."""
    control = control_stanza(name, version, architecture, **fields)
    with tempfile.TemporaryDirectory(prefix="deb-") as folder:
        root = Path(folder) / "root"
        (root / "DEBIAN").mkdir(parents=True)
        root.chmod(0o755)
        (root / "DEBIAN").chmod(0o755)
        (root / "DEBIAN/control").write_text(control)
        sums = []
        hard_links = []
        for path, what in sorted((files or {}).items()):
            target = root / path.lstrip("/")
            _make_parents(root, target.parent)
            if isinstance(what, (bytes, str)):
                what = File(what.encode() if isinstance(what, str) else what)
            if isinstance(what, Link):
                target.symlink_to(what.target)
            elif isinstance(what, Directory):
                target.mkdir(exist_ok=True)
                target.chmod(what.mode)
            elif isinstance(what, HardLink):
                hard_links.append((target, root / what.target.lstrip("/")))
            else:
                target.write_bytes(what.content)
                target.chmod(what.mode)
                os.utime(target, (what.mtime, what.mtime))
                sums.append(f"{hashlib.md5(what.content).hexdigest()}  {path.lstrip('/')}\n")
        for target, original in hard_links:
            os.link(original, target)
        if sums:
            (root / "DEBIAN/md5sums").write_text("".join(sums))
        for script, text in (scripts or {}).items():
            (root / "DEBIAN" / script).write_text(text)
            (root / "DEBIAN" / script).chmod(0o755 if text.startswith("#!") else 0o644)
        for path in sorted(root.rglob("*"), reverse=True):
            if path.is_symlink() or path.is_dir():
                os.utime(path, (MTIME, MTIME), follow_symlinks=False)
        os.utime(root, (MTIME, MTIME))
        output = Path(folder) / "out.deb"
        subprocess.run(["dpkg-deb", "--root-owner-group", f"-Z{compression}", "-z1" if compression != "none" else "-z0",
                        "--build", str(root), str(output)],
                       check=True, capture_output=True, env={**os.environ, "SOURCE_DATE_EPOCH": str(MTIME + 10**8)})
        return Package(name, version, architecture, control, output.read_bytes())


def _make_parents(root, folder):
    if folder != root and not folder.exists():
        _make_parents(root, folder.parent)
        folder.mkdir()
        folder.chmod(0o755)


# --- hand-made .debs ------------------------------------------------------------------------------------------------

def ar(members):
    """An ar archive (deb(5)) of (name, bytes) pairs."""
    out = bytearray(b"!<arch>\n")
    for name, content in members:
        out += f"{name:<16}{MTIME:<12}{0:<6}{0:<6}{'100644':<8}{len(content):<10}`\n".encode()
        out += content
        if len(content) % 2:
            out += b"\n"
    return bytes(out)


def entry(name, content=b"", type=tarfile.REGTYPE, mode=0o644, link="", uid=0, gid=0, mtime=MTIME, device=(0, 0),
          pax=None):
    """A tar entry for tar(): names and links are taken as they stand, be they absolute or full of `..`."""
    info = tarfile.TarInfo(name)
    info.type, info.mode, info.linkname, info.uid, info.gid, info.mtime = type, mode, link, uid, gid, mtime
    info.devmajor, info.devminor = device
    info.size = len(content)
    info.pax_headers = pax or {}
    return info, content


def directory(name, mode=0o755, **more):
    return entry(name, type=tarfile.DIRTYPE, mode=mode, **more)


def symlink(name, target, **more):
    return entry(name, type=tarfile.SYMTYPE, mode=0o777, link=target, **more)


def hard_link(name, target, **more):
    return entry(name, type=tarfile.LNKTYPE, link=target, **more)


def tar(entries):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for info, content in entries:
            archive.addfile(info, io.BytesIO(content))
    return out.getvalue()


def gzip(content):
    return gzip_module.compress(content, 6, mtime=0)


def raw_deb(name, entries=None, version="1.0", architecture=ARCH, data=None, members=None, control=None, **fields):
    """A .deb put together by hand: of tar entries, of the bytes of data.tar.gz (`data`), or of any ar members
    (`members`, a function from the three good members to those that go in)."""
    stanza = control_stanza(name, version, architecture, **fields)
    good = [("debian-binary", b"2.0\n"),
            ("control.tar.gz", gzip(tar([directory("./"), entry("./control", (control or stanza).encode())]))),
            ("data.tar.gz", data if data is not None else gzip(tar([directory("./")] + list(entries or []))))]
    return Package(name, version, architecture, stanza, ar(members(good) if members else good))


# --- keys -----------------------------------------------------------------------------------------------------------

@dataclass(frozen=True)
class Key:
    home: Path
    fingerprint: str
    public: Path  # the exported public key, binary


class Keys:
    """A GnuPG home of its own; close() ends its agent."""

    def __init__(self):
        self.home = Path(tempfile.mkdtemp(prefix="keys-", dir="/tmp"))  # short: it holds the agent's socket
        self.home.chmod(0o700)

    def make(self, name, algorithm="rsa2048", created=None, expires="never"):
        """`created` is in seconds since 1970; `expires` as gpg takes it: "never", "1d"."""
        at = [f"--faked-system-time={int(created)}"] if created else []
        output = self._gpg(*at, "--status-fd=1", "--passphrase", "", "--quick-generate-key", f"{name} <{name}@example.org>",
                           algorithm, "sign", expires)
        fingerprint = re.search(r"KEY_CREATED . ([0-9A-F]{40})", output.decode()).group(1)
        public = self.home / f"{fingerprint}.gpg"
        public.write_bytes(self._gpg("--export", fingerprint))
        return Key(self.home, fingerprint, public)

    def armoured(self, key):
        return self._gpg("--armor", "--export", key.fingerprint)

    def revoked(self, key):
        """The public key with its own revocation."""
        certificate = (self.home / f"openpgp-revocs.d/{key.fingerprint}.rev").read_text().replace("\n:-----", "\n-----")
        with tempfile.TemporaryDirectory(prefix="keys-", dir="/tmp") as other:
            gpg = ["gpg", "--homedir", other, "--batch", "--quiet"]
            subprocess.run([*gpg, "--import", str(key.public)], check=True, capture_output=True)
            subprocess.run([*gpg, "--import"], input=certificate.encode(), check=True, capture_output=True)
            return subprocess.run([*gpg, "--export"], check=True, capture_output=True).stdout

    def sign(self, text, keys, mode="--clear-sign", at=None):
        time_option = [f"--faked-system-time={int(at)}!"] if at else []
        users = [option for key in keys for option in ("--local-user", key.fingerprint)]
        return self._gpg(*time_option, "--digest-algo", "SHA256", "--armor", *users, mode, stdin=text.encode())

    def _gpg(self, *options, stdin=b""):
        done = subprocess.run(["gpg", "--homedir", str(self.home), "--batch", "--no-tty", "--quiet", *options],
                              input=stdin, capture_output=True)
        if done.returncode != 0:
            raise RuntimeError(f"gpg {' '.join(options)}: {done.stderr.decode()}")
        return done.stdout

    def close(self):
        subprocess.run(["gpgconf", "--homedir", str(self.home), "--kill", "all"], capture_output=True)
        shutil.rmtree(self.home, ignore_errors=True)


# --- the repository -------------------------------------------------------------------------------------------------

class Repository:
    """A folder with dists/ and pool/, as an apt source has them."""

    def __init__(self, root, keys, key):
        self.root, self.keys, self.key = Path(root), keys, key
        self.root.mkdir(parents=True, exist_ok=True)

    def deb(self, package):
        return self.root / package.file_name

    def index(self, suite, component="main", architecture=ARCH):
        return self.root / f"dists/{suite}/{component}/binary-{architecture}/Packages.xz"

    def publish(self, suite, packages, *, codename=None, name=None, components=None, architectures=(ARCH,), date=None,
                valid_until=None, signers=None, signed_at=None, inline=True, by_hash=True, fields=None,
                edit_index=None, edit_release=None, compress=lzma.compress, suffix=".xz"):
        """Writes one suite. `packages` is component main's, None where there is none; `components` maps further ones to
        theirs. `name` is the Release's Suite field. Times are seconds since 1970. `edit_index` and `edit_release` change
        the texts before they are hashed and signed; `signers` are Keys, none leaves the Release unsigned."""
        date = int(time.time()) if date is None else int(date)
        everything = {**({} if packages is None else {"main": packages}), **(components or {})}
        files = {}
        folder = self.root / "dists" / suite
        for component, its_packages in everything.items():
            for one in its_packages:
                self.deb(one).parent.mkdir(parents=True, exist_ok=True)
                self.deb(one).write_bytes(one.deb)
            for architecture in architectures:
                text = "\n".join(_index_entry(one) for one in its_packages if one.architecture in (architecture, "all"))
                if edit_index:
                    text = edit_index(text)
                path = f"{component}/binary-{architecture}/Packages"
                files[path] = text.encode() if isinstance(text, str) else text
                files[path + suffix] = compress(files[path])
        for path, content in files.items():
            _write(folder / path, content)
            if by_hash:
                _write((folder / path).parent / "by-hash/SHA256" / hashlib.sha256(content).hexdigest(), content)
        release = {"Origin": "Tests", "Label": "Tests", "Suite": name or suite, "Codename": codename or suite,
                   "Date": formatdate(date, usegmt=True).replace("GMT", "UTC"),
                   "Valid-Until": formatdate(valid_until, usegmt=True).replace("GMT", "UTC") if valid_until else None,
                   "Acquire-By-Hash": "yes" if by_hash else None,
                   "No-Support-for-Architecture-all": "Packages",
                   "Architectures": " ".join(architectures), "Components": " ".join(everything), **(fields or {})}
        text = "".join(f"{key}: {value}\n" for key, value in release.items() if value is not None)
        text += "SHA256:\n" + "".join(f" {hashlib.sha256(content).hexdigest()} {len(content):>8} {path}\n"
                                      for path, content in sorted(files.items()))
        if edit_release:
            text = edit_release(text)
        self.write_release(suite, text, [self.key] if signers is None else signers, signed_at, inline)

    def write_release(self, suite, text, signers, signed_at=None, inline=True):
        folder = self.root / "dists" / suite
        for stale in ("InRelease", "Release.gpg"):
            (folder / stale).unlink(missing_ok=True)
        _write(folder / "Release", text.encode())
        if signers and inline:
            _write(folder / "InRelease", self.keys.sign(text, signers, at=signed_at))
        elif signers:
            _write(folder / "Release.gpg", self.keys.sign(text, signers, "--detach-sign", at=signed_at))


def _index_entry(one):
    fields = {"Filename": one.file_name, "Size": str(len(one.deb)), "SHA256": hashlib.sha256(one.deb).hexdigest(),
              **one.index_fields}
    stanza = "".join(line + "\n" for line in one.control.splitlines() if line.split(":")[0] not in fields)
    return stanza + "".join(f"{key}: {value}\n" for key, value in fields.items() if value is not None)


def _write(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def program(source=None, *options):
    """A static ELF program: tests/lib/probe.c, or the C text given. Compiled once."""
    source = source if source is not None else (Path(__file__).parent / "probe.c").read_text()
    return _compile(source, ("-static", *options))


_compiled = {}


def _compile(source, options):
    key = (source, options)
    if key not in _compiled:
        with tempfile.TemporaryDirectory(prefix="cc-") as folder:
            text = Path(folder) / "program.c"
            text.write_text(source)
            subprocess.run(["cc", "-O1", "-s", *options, "-o", f"{folder}/program", str(text)], check=True)
            _compiled[key] = Path(folder, "program").read_bytes()
    return _compiled[key]


def shared_library(soname, needed=(), source="int tests_answer(void) { return 42; }\n"):
    """A shared library that needs nothing, or the sonames given."""
    with tempfile.TemporaryDirectory(prefix="cc-") as folder:
        stubs = []
        for other in needed:
            stub = f"{folder}/{other}"
            subprocess.run(["cc", "-shared", "-nostdlib", f"-Wl,-soname,{other}", "-o", stub, "-x", "c", "/dev/null"],
                           check=True)
            stubs.append(stub)
        text = Path(folder) / "library.c"
        text.write_text(source)
        subprocess.run(["cc", "-shared", "-fPIC", "-nostdlib", "-s", f"-Wl,-soname,{soname}", "-Wl,--no-as-needed",
                        "-o", f"{folder}/out", str(text), *stubs], check=True)
        return Path(folder, "out").read_bytes()
