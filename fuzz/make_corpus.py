"""Writes data/key.gpg and the first files of the corpora: small good examples of each format, and those attacks that
a fuzzer would take long to find. Run it by hand when a format gains a feature; what it wrote is committed."""

import bz2
import gzip
import json
import lzma
import shutil
import subprocess
import sys
import tarfile
from hashlib import sha256
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tests/lib"))
from aptrepo import (ARCH, File, Keys, Link, ar, directory, entry, hard_link, package, program, raw_deb,  # noqa: E402
                     shared_library, symlink, tar)

SMALL_ELF = "void _start(void) { __asm__(\"hlt\"); }\n"


def put(corpus, name, content):
    path = HERE / "corpus" / corpus / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)


def zstd(content):
    return subprocess.run(["zstd", "-q", "-c"], input=content, capture_output=True, check=True).stdout


def compressed():
    text = b"the quick brown fox\n" * 20
    for number, (name, compress) in enumerate([("none", bytes), ("gzip", lambda b: gzip.compress(b, mtime=0)),
                                               ("xz", lzma.compress), ("zstd", zstd), ("bzip2", bz2.compress)]):
        put("decompress", name, bytes([number]) + compress(text))
        put("decompress", name + "-twice", bytes([number]) + compress(text) + compress(text))
    put("decompress", "bomb", b"\2" + lzma.compress(bytes(1 << 22)))


def registries():
    """What the finishers of desktops' and services' registries read, and a package's control files."""
    schema = (b'<?xml version="1.0"?>\n<schemalist><enum id="a.e"><value nick="x" value="1"/></enum>'
              b'<schema id="a.b" path="/a/b/"><key name="k" type="s"><default>\'v\'</default><summary>s</summary></key>'
              b'<key name="n" type="i"><range min="0" max="9"/><default>3</default></key>'
              b'<key name="e" enum="a.e"><default>\'x\'</default></key></schema></schemalist>\n')
    mime = (b'<?xml version="1.0"?>\n<mime-info xmlns="http://www.freedesktop.org/standards/shared-mime-info">'
            b'<mime-type type="text/x"><comment>X</comment><comment xml:lang="de">X</comment><glob pattern="*.x"/>'
            b'<magic priority="50"><match type="string" value="ab\\x01" offset="0:4"><match type="big16" value="0x10" '
            b'mask="0xff" offset="2"/></match></magic><alias type="text/y"/><sub-class-of type="text/plain"/>'
            b'<root-XML namespaceURI="urn:x" localName="x"/><treemagic><treematch path="a" type="file"/></treemagic>'
            b'</mime-type></mime-info>\n')
    put("effects", "registries", tar([
        directory("./"), entry("./usr/share/glib-2.0/schemas/a.gschema.xml", schema),
        entry("./usr/share/glib-2.0/schemas/9_a.gschema.override", b"[a.b]\nk='w'\n"),
        entry("./usr/share/mime/packages/x.xml", mime),
        entry("./usr/share/pam-configs/x", b"Name: X\nDefault: yes\nPriority: 9\nAuth-Type: Primary\n"
                                           b"Auth:\n\t[success=end default=ignore]\tpam_x.so\n"),
        entry("./usr/share/pam/common-auth", b"# here\n$auth_primary\n$auth_additional\n"),
        entry("./usr/lib/mime/packages/x", b"text/x; x %s; priority=3; test=test -n \"$X\"\n"),
        entry("./etc/sgml/x.cat", b'CATALOG "/usr/share/sgml/x/catalog"\n'),
        entry("./etc/ghostscript/cidfmap.d/x.conf", b"/X << /FileType /TrueType >> ;\n"),
        entry("./usr/share/debianutils/shells.d/x", b"/usr/bin/x\n"),
        entry("./DEBIAN/postinst", b"#!/bin/sh\nupdate-xmlcatalog --add --type public --id x --package x --local /x.xml\n"
                                   b"add-shell /usr/bin/x\nupdate-alternatives --install /usr/bin/y y /usr/bin/x 3\n"),
        entry("./DEBIAN/templates", b"Template: x/y\nType: select\nChoices: a, b\\, c\nDefault: a\n\n"
                                    b"Template: x/z\nType: boolean\n"),
        entry("./usr/bin/busybox", b"\x7fELF\0[\0[[\0ash\0cat\0\0")]))


def archives():
    long = "./usr/share/" + "x" * 120 + "/" + "y" * 120
    files = [directory("./"), directory("./usr"), directory("./usr/bin"), entry("./usr/bin/a", b"#!/bin/true\n", mode=0o755),
             hard_link("./usr/bin/b", "./usr/bin/a"), symlink("./usr/bin/c", "a"), symlink("./bin", "usr/bin"),
             entry("./bin/d", b"below a link", uid=33, gid=33), entry(long, b"long"),
             entry("./usr/bin/ping", b"capable", pax={"SCHILY.xattr.security.capability": "\x01\x00"})]
    evil = {"absolute": [entry("/etc/passwd", b"x")], "dotdot": [entry("../x", b"x")],
            "device": [entry("./dev/sda", type=tarfile.BLKTYPE, device=(8, 0))],
            "escape": [symlink("./out", "../../.."), entry("./out/x", b"x")],
            "absolute-link": [symlink("./out", "/etc"), entry("./out/x", b"x")],
            "circle": [symlink("./a", "b"), symlink("./b", "a"), entry("./a/x", b"x")],
            "hard-link-out": [hard_link("./x", "../../etc/passwd")], "hard-link-nowhere": [hard_link("./x", "./y")],
            "link-over-directory": [directory("./a"), symlink("./a", "/")]}
    etc = [directory("./"), directory("./etc/php/8.4/mods-available"), directory("./usr/lib/php/8.4"),
           entry("./etc/php/8.4/mods-available/x.ini", b"; priority=15\nextension=x.so\n"),
           entry("./usr/share/php8.4-gd/gd/gd.ini", b"; priority=20\nextension=gd.so\n"),
           entry("./usr/share/base-passwd/passwd.master", b"root:*:0:0:root:/root:/bin/bash\nbroken line\n"),
           entry("./usr/share/base-passwd/group.master", b"root:*:0:\n"),
           entry("./usr/lib/sysusers.d/x.conf", b'u app 123 "App" /var/lib/app\ng grp -\nm app grp\n'),
           entry("./usr/lib/tmpfiles.d/x.conf", b"d /run/app 0755 app app -\n"),
           entry("./etc/ld.so.conf", b"include /etc/ld.so.conf.d/*.conf\n"),
           entry("./etc/ld.so.conf.d/x.conf", b"/usr/local/lib\n"),
           entry("./usr/lib/libtiny.so.1.0", shared_library("libtiny.so.1")),
           entry("./usr/share/ca-certificates/mozilla/Test.crt", b"-----BEGIN CERTIFICATE-----\nAAAA\n"
                                                                 b"-----END CERTIFICATE-----\n")]
    for corpus in ("tar", "assemble"):
        put(corpus, "good", tar(files))
        for name, entries in evil.items():
            put(corpus, name, tar(entries))
    put("effects", "etc", tar(etc))
    put("effects", "good", tar(files))
    registries()
    good = package("good", files={"/usr/bin/x": File(b"x", 0o755), "/usr/bin/y": Link("x")},
                   scripts={"postinst": "#!/bin/sh\nset -e\n", "conffiles": ""}, Depends="libc6 (>= 2.36) | libc6.1")
    put("deb", "good", good.deb)
    put("deb", "zstd", package("good", files={"/x": b"x"}, compression="zstd").deb)
    put("deb", "hand-made", raw_deb("hand", files).deb)
    put("deb", "empty-ar", ar([]))
    put("facts", "good", good.deb)
    put("facts", "library", package("lib", files={
        "/usr/lib/libtiny.so.1.0": shared_library("libtiny.so.1"), "/usr/lib/libtiny.so.1": Link("libtiny.so.1.0"),
        "/usr/bin/script": File(b"#!/usr/bin/env python3\nopen('/etc/app.conf')\n", 0o755), "/usr/bin/a": Link("b"),
        "/usr/bin/b": Link("a"), "/etc/app.conf": b"exec /usr/bin/script\n"},
        scripts={"postinst": "#!/bin/sh\nupdate-alternatives --install /usr/bin/c c /usr/bin/a 10\n"}).deb)


def texts():
    put("control", "two", "Package: a\nVersion: 1:1.0-1\nArchitecture: amd64\nDescription: x\n y\n .\n z\n# no\n\n"
                          "Package: b\nVersion: 2\nArchitecture: all\nDepends: a\n")
    put("relations", "all", "a (>= 1.0), b:any | c (<< 2~) [amd64 !i386], d:arm64 (= 1:2-3), e (>> 1), f (<= 0)")
    put("version", "pairs", "1.0\n1.0-0\n1.0~rc1\n1:0\n2.41-12+deb13u1\n0\n1.0a\n1.0+b1\n")
    put("release", "good", "Origin: Debian\nSuite: stable\nCodename: trixie\nDate: Sat, 08 Nov 2026 10:11:12 UTC\n"
                           "Valid-Until: Sat, 15 Nov 2026 10:11:12 UTC\nAcquire-By-Hash: yes\nArchitectures: amd64 all\n"
                           "Components: main\nSHA256:\n " + "a" * 64 + " 123 main/binary-amd64/Packages.xz\n")
    put("packages", "two", "Package: a\nVersion: 1.0\nArchitecture: amd64\nMulti-Arch: same\nEssential: yes\n"
                           "Provides: v (= 1), w\nFilename: pool/a.deb\nSize: 12\nSHA256: " + "b" * 64 + "\n\n"
                           "Package: b\nVersion: 1.0\nArchitecture: all\nDepends: a (= 1.0)\nInstalled-Size: 77\n")
    put("recipe", "php-fpm", (HERE.parent / "catalog/php-fpm.yaml").read_bytes())
    put("recipe", "all", """name: all
contents:
  sources:
    - {debian: trixie, mirror: http://example.org/debian}
    - {name: vendor, url: http://example.org/apt, suite: stable, components: [main], key: ./key.gpg, packages: [x]}
    - {deb: ./x.deb}
  packages: [a, b]
cuts: [no-dev, "!no-man", "/opt/{a,b}/**/[!x]?*"]
accounts:
  run-as: app
  users: [{username: app, uid: 1000, gid: 1000}]
  groups: [{groupname: app, gid: 1000}]
environment: {A: b}
paths:
  - {path: /a, type: directory, uid: 1, gid: 1, permissions: 0o755}
  - {path: /b, type: file, content: x}
  - {path: /c, type: symlink, source: /b}
  - {path: /d, type: permissions, permissions: 0o700, recursive: true}
entrypoint: {command: [/a, b]}
cmd: a 'b c'
work-dir: /
stop-signal: SIGQUIT
volumes: [/v]
ports: [9000/tcp]
annotations: {a: b}
archs: [amd64, arm64]
""")
    bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"{chr(c + 1)}: &{chr(c + 1)} [{','.join(['*' + chr(c)] * 9)}]\n" for c in range(ord("a"), ord("i")))
    put("recipe", "alias-bomb", bomb)
    put("recipe", "deep", "a: " + "[" * 2000)
    put("recipe", "duplicate", "name: a\nname: b\n")
    put("recipe", "init", r"""name: init
contents: {sources: [{debian: trixie}], packages: [a]}
entrypoint: [/a, $B, "c d"]
stop-signal: SIGQUIT
init:
  log: json
  drain: 5s
  secrets: [PASSWORD]
  steps:
    - {wait: db, for: "tcp://${DB:-db}:3306", timeout: 1m30s, if-set: DB}
    - {template: conf, text: "a\n${A:-b}\n", to: /run/a, owner: "a:a", mode: 0o640}
    - {step: one, command: a 'b c' $D, environment: {E: f, G: ''}, stdin: [/x, /y], retries: 3}
  run: {user: a, arguments: append}
""")
    put("structure", "php-fpm", (HERE.parent / "structure-tests/php-fpm.yaml").read_bytes())
    put("structure", "options", """schemaVersion: 2.0.0
globalEnvVars: [{key: A, value: "$A${B}$"}]
containerRunOptions:
  user: "0"
  privileged: false
  envVars: [HOME]
  capabilities: [SYS_PTRACE]
  bindMounts: ["/etc:/mnt:ro"]
licenseTests: [{debian: true, files: [/x]}]
metadataTest: {envVars: [{key: A, value: "^(b|c{1,9})*$", isRegex: true}], unboundEnvVars: [{key: C}]}
""")
    put("structure", "env", "# x\nA=1\nexport B=\"c\"\n")
    put("apt_sources", "deb822", "Types: deb\nURIs: http://example.org/debian\nSuites: trixie trixie-updates\n"
                                 "Components: main\nSigned-By:\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n\n"
                                 "Types: deb deb-src\nURIs: http://example.org/debian-security/\n"
                                 "Suites: trixie-security\nEnabled: no\n")
    put("apt_sources", "one-line", "# a comment\ndeb [arch=amd64 signed-by=/k.gpg] http://example.org/debian trixie main\n"
                                   "deb-src http://example.org/debian trixie main\ndeb cdrom:[x]/ trixie main\n")


def programs():
    put("elf", "library", shared_library("libtiny.so.1", needed=["libother.so.2"]))
    put("elf", "static", program(SMALL_ELF, "-nostdlib"))


def signatures():
    keys = Keys()
    try:
        key = keys.make("corpus")
        (HERE / "data").mkdir(exist_ok=True)
        (HERE / "data/key.gpg").write_bytes(key.public.read_bytes())
        put("keyring", "binary", key.public.read_bytes())
        put("keyring", "armoured", keys.armoured(key))
        text = "Origin: Corpus\nSuite: s\nDate: Sat, 08 Nov 2025 10:11:12 UTC\nSHA256:\n " + "a" * 64 + " 1 x\n"
        signed = keys.sign(text, [key])
        put("in_release", "good", signed)
        put("in_release", "text-before", b"Origin: Evil\n\n" + signed)
        put("in_release", "changed", signed.replace(b"Suite: s", b"Suite: t"))
        stranger = keys.make("stranger", "ed25519")
        put("in_release", "another-key", keys.sign(text, [stranger]))

        def detached(text, *signers):
            return f"detached {len(text)}\n{text}".encode() + keys.sign(text, signers, "--detach-sign")
        put("stored_release", "inline", b"inline\n" + signed)
        put("stored_release", "good", detached(text, key))
        put("stored_release", "two-signatures", detached(text, stranger, key))
        put("stored_release", "changed", detached(text, key).replace(b"Suite: s", b"Suite: t"))
        put("stored_release", "another-key", detached(text, stranger))
    finally:
        keys.close()


def locks():
    whole = """# The exact packages of app, written by debone. `debone update` renews them, `debone lock --check` proves them.
lock: 1
name: app
closure: lean
sources:
  - {debian: trixie, components: [main]}
  - {name: vendor, suite: stable, components: [main], key: KEY, packages: [vendor-server], priority: 900}
  - {deb: ./tool_1.0_all.deb}
requests:
  - hello=1:2.10-5+b1~deb13u1
  - tool
keep:
  - perl
exclude:
  - libllvm19
starts: /usr/bin/hello
cuts:
  - no-docs
  - "!/usr/share/doc/hello/**"
suites:
  - {label: trixie, origin: Debian, suite: stable, codename: trixie, date: 2026-11-14T10:11:12Z, key: KEY, sha256: HASH}
  - {label: vendor stable, date: 2026-11-15T10:11:12Z, key: KEY, sha256: HASH}
users:
  - {name: root, id: 0}
groups:
  - {name: root, id: 0}
packages:
  amd64:
    - {name: hello, version: 1:2.10-5+b1~deb13u1, arch: amd64, state: kept, why: the recipe names it, from: trixie, size: 56, sha256: HASH, path: pool/main/h/hello/hello_2.10-5+b1~deb13u1_amd64.deb}
    - {name: perl-base, version: 5.40.1-6, arch: amd64, state: left-out, why: "nothing needs it: no, \\"nothing\\"", from: trixie}
    - {name: tool, version: 1.0, arch: all, state: read, why: the recipe names it, from: ./tool_1.0_all.deb, size: 7, sha256: HASH}
unresolved:
  amd64:
    - {path: usr/lib/hello/plugin.so, soname: libabsent.so.1}
with-apt:
  amd64: {packages: 12, size: 3400}
""".replace("HASH", "1".zfill(64)).replace("KEY", "AAAABBBBCCCCDDDDEEEE" * 2)
    put("lock", "whole", whole)
    put("lock", "waived", whole.replace("users:\n", 'waived:\n  - "trixie: expired on 2026-11-21T10:11:12Z (Valid-Until)"\nusers:\n'))
    put("lock", "newer", "lock: 2\n")
    put("lock", "conflict", whole.replace("closure: lean\n", "<<<<<<< HEAD\nclosure: lean\n=======\nclosure: full\n>>>>>>> other\n"))
    put("lock", "quoted", whole.replace("why: the recipe names it", 'why: "a\\x01\\\\ \\"b\\" \\u00e9"'))


def images():
    layer = gzip.compress(tar([directory("./"), directory("etc"), entry("etc/x", b"x"), symlink("etc/y", "x"),
                               entry("etc/.wh.z"), entry("etc/.wh..wh..opq")]), mtime=0)
    blobs = []

    def blob(content, kind):
        blobs.append(content)
        return {"mediaType": kind, "digest": "sha256:" + sha256(content).hexdigest(), "size": len(content)}

    diff = "sha256:" + sha256(gzip.decompress(layer)).hexdigest()
    oci = "application/vnd.oci.image."
    config = blob(json.dumps({"architecture": "amd64", "os": "linux", "created": "2026-11-08T10:11:12Z",
                              "config": {"Entrypoint": ["/x"], "Env": ["A=b"], "User": "33", "ExposedPorts": {"9/tcp": {}}},
                              "rootfs": {"type": "layers", "diff_ids": [diff]}}).encode(), oci + "config.v1+json")
    layers = [blob(layer, oci + "layer.v1.tar+gzip")]
    manifest = blob(json.dumps({"schemaVersion": 2, "config": config, "layers": layers}).encode(),
                    oci + "manifest.v1+json")
    index = {"schemaVersion": 2, "manifests": [{**manifest, "platform": {"architecture": "amd64", "os": "linux"}}]}
    files = [entry("oci-layout", b'{"imageLayoutVersion": "1.0.0"}'), entry("index.json", json.dumps(index).encode())]
    files += [entry("blobs/sha256/" + sha256(one).hexdigest(), one) for one in blobs]
    put("image", "layout", tar(files))
    docker = [{"Config": "config.json", "RepoTags": ["x:latest"], "Layers": ["layer.tar"]}]
    put("image", "docker", tar([entry("manifest.json", json.dumps(docker).encode()), entry("config.json", blobs[0]),
                                entry("layer.tar", gzip.decompress(layer))]))


def traces():
    put("strace", "calls", r"""1 openat(AT_FDCWD</srv>, "/lib/libx.so.1", O_RDONLY|O_CLOEXEC) = 3</usr/lib/libx.so.1.2>
1 access("/etc/ld.so.preload", R_OK) = -1 ENOENT (No such file or directory)
1 newfstatat(3</usr/lib/libx.so.1.2>, "", {st_mode=S_IFREG|0644, st_size=35963, ...}, AT_EMPTY_PATH) = 0
1 openat(4</tmp>, "w>e\"i\\r\nd\303\244 =  3<x", O_RDONLY) = 5</tmp/w\76e\"i\\r\nd\303\244 =  3\74x>(deleted)
1 openat(AT_FDCWD</srv>, "/up/../circle/x", O_RDWR|O_CREAT, 0600) = -1 ELOOP (Too many levels of symbolic links)
1 openat(AT_FDCWD</srv>, 0x8, O_RDONLY) = -1 EFAULT (Bad address)
1 readlink("/proc/self/fd/0", ""..., 4096) = 9
1 chdir("../x") = 0
1 fchdir(4</tmp>) = 0
1 chroot("/srv") = 0
1 execve("/bin/sh", [...], 0x5594528cb2a0 /* 3 vars */) = -1 ENOENT (No such file or directory)
1 --- SIGCHLD {si_signo=SIGCHLD, si_code=CLD_EXITED, si_pid=6, si_uid=0, si_status=127, si_utime=0, si_stime=0} ---
""")
    put("strace", "processes", """1 vfork( <unfinished ...>
2 execve("./x", [...], 0x7 /* 3 vars */) = 0
2 vfork( <unfinished ...>
3 open("y", O_RDONLY <unfinished ...>
3 <... open resumed>) = 3</y>
2 <... vfork resumed>) = 7 /* 3 in strace's PID NS */
2 +++ exited with 127 +++
1 <... vfork resumed>) = 6 /* 2 in strace's PID NS */
1 clone3({flags=CLONE_VM|CLONE_FS, exit_signal=0} => {parent_tid=[8]}, 88) = 8 /* 4 in strace's PID NS */
4 execve("/bin/app", [...], 0x7 /* 3 vars */ <unfinished ...>
1 +++ superseded by execve in pid 4 +++
1 <... execve resumed>) = 0
1 +++ killed by SIGKILL +++
""")


def init_configs():
    put("init_config", "whole", """[init]
log = json
stop-signal = SIGQUIT
drain = 1m30s
timezone = Europe/Berlin
secrets = PW
required = PW USER
[wait db]
for = tcp://${DB_HOST:-db}:3306 unix:///run/x http://[::1]:80/p?q file:///x
timeout = 2m
interval = 500ms
if-set = DB_HOST
[template t]
text = "a ${A} ${B:-c} $${d} $uri\\n"
to = /run/t
owner = www-data:33
mode = 0640
if-missing = /run/t
[step s]
command = sh -c "echo \\"$$x\\"" $A \"${B:-c d}\"
user = 33:33
groups = adm 4
directory = /tmp
environment = "A=b c" D=$E
capabilities = CAP_CHOWN NET_BIND_SERVICE
stdin = /a /b
retries = 3
[run]
command = php-fpm -F
arguments = append
""")
    put("init_config", "schedule", """[job a]
command = true
cron = 0-59/7,3 */2 29 feb,apr-jun mon-fri
jitter = 10s
timeout = 1h
[job b]
command = true
cron = @daily
[job c]
command = true
cron = "5 * * * * 7"
""")
    put("init_config", "words", "[run]\ncommand = \"\" \"a\\tb\\n\\\\\\\"\" $ ${ ${} ${A:-} $$ $${A}\n")


def answers():
    def record(kind, content, padding=0):
        return bytes([1, kind, 0, 1]) + len(content).to_bytes(2, "big") + bytes([padding, 0]) + content + bytes(padding)

    pong = b"Content-type: text/plain\r\n\r\npong"
    put("init_answers", "ping", record(6, pong[:9], 3) + record(7, b"a warning") + record(6, pong[9:]) + record(6, b"") +
        record(3, bytes(8)))
    put("init_answers", "no-page", record(6, b"Status: 404 Not Found\r\n\r\nFile not found.\n") + record(3, bytes(8)))
    put("init_answers", "page", pong)
    put("content_range", "whole", "bytes 100-199/200")
    put("content_range", "unknown", "bytes 0-9/*")
    put("init_answers", "http", "HTTP/1.1 302 Found\r\nLocation: /\r\n\r\n")


def ignored():
    rules = "# what is not shipped\n/vendor/**/tests/\n*.log\n!keep.log\n\\#x\\ \na/**/b?\n**/c\n"
    put("ignore", "ignored", rules + "\0vendor/a/b/tests/x.php")
    put("ignore", "kept", rules + "\0logs/keep.log")
    put("ignore", "class", "[a-z]\n")
    put("ignore", "stars", "*a" * 40 + "\n**/" * 20 + "\0" + "a" * 100)


def judged_images():
    """The file systems of images that the checks judge."""
    sums = "d41d8cd98f00b204e9800998ecf8427e  usr/bin/a\n" + "0" * 32 + "  etc/absent\nno sum\n"
    files = [directory("./"), directory("usr"), directory("usr/bin"), symlink("bin", "usr/bin"),
             entry("usr/bin/a", program(SMALL_ELF, "-nostdlib"), mode=0o755), entry("usr/bin/sh", b"x", mode=0o4755),
             entry("usr/bin/script", b"#!/usr/bin/env -S python3 -u\n", mode=0o755), hard_link("usr/bin/b", "usr/bin/a"),
             entry("usr/lib/libtiny.so.1", shared_library("libtiny.so.1", needed=["libother.so.2"])),
             entry("etc/passwd", b"root:*:0:0:root:/root:/bin/bash\nwww-data:*:33:33::/:/usr/sbin/nologin\nbroken\n:::\n"),
             entry("etc/group", b"root:*:0:\nwww-data:*:33:a,b\n"), entry("srv/x", b"x", uid=4711, mode=0o666),
             entry("etc/ld.so.conf", b"include /etc/ld.so.conf.d/*.conf\n"),
             entry("etc/ld.so.conf.d/x.conf", b"/usr/local/lib # x\ninclude /etc/ld.so.conf\n"),
             symlink("etc/gone", "/no/where"), symlink("etc/circle", "circle"), symlink("etc/out", "../../../x"),
             entry("etc/key.pem", b"-----BEGIN PRIVATE KEY-----\n"),
             entry("var/lib/dpkg/status.d/a", b"Package: a\nVersion: 1\nArchitecture: amd64\n"),
             entry("var/lib/dpkg/status.d/a.md5sums", sums.encode()),
             entry("var/lib/dpkg/info/b.md5sums", sums.encode()),
             entry("etc/debone/init.conf", b"[run]\ncommand = a -F\n")]
    put("check", "image", tar(files))
    put("check", "layer", tar([entry("etc/.wh.passwd"), entry("usr/.wh..wh..opq"), symlink("etc", "/usr/../..")]))


def composer_files():
    project = """{"name": "acme/shop", "require": {"php": "^8.1 || ~8.2.3 | 8.* , !=8.2.5", "ext-intl": "*", "acme/a": "1"},
"provide": {"ext-x": "*"}, "config": {"platform": {"php": "8.2.7", "ext-y": false}}, "extra": {"public-dir": "public"}}
"""
    lock = """{"packages": [{"name": "acme/a", "require": {"php": "8.1 - 8.4", "ext-imap": "*", "ext-x": "*", "php-64bit": ">=8.2-RC1"}}],
"platform": {"php": "<8.5-dev"}, "platform-overrides": []}
"""
    put("composer", "project", project)
    put("composer", "locked", project + "\0" + lock)
    put("composer", "deep", '{"require": ' + "[" * 2000)


def stacks():
    dump = b"CREATE TABLE a;\n-- Dump completed on 2026-11-28\n"

    def backup(folder, dump=dump, stack="shop"):
        files = {"database.sql": dump, "folders/0.tar": tar(folder)}
        listed = [{"name": name, "size": len(content), "digest": "sha256:" + sha256(content).hexdigest()}
                  for name, content in files.items()]
        listed[1] |= {"service": "keys", "path": "/etc/keys"}
        index = {"format": 1, "stack": stack, "created": "2026-11-28T08:00:00Z", "files": listed}
        return tar([entry("backup.json", json.dumps(index).encode()), *(entry(*file) for file in files.items())])

    good = [directory("keys/"), directory("keys/private"), entry("keys/private/key", b"secret", uid=33, gid=33)]
    put("backup", "good", backup(good))
    put("backup", "outside", backup([*good, entry("../x", b"x")]))
    put("backup", "link", backup([*good, symlink("keys/l", "/"), entry("keys/l/x", b"x")]))
    put("backup", "twice", backup([*good, *good]))
    put("backup", "foreign", backup(good, stack="other"))
    put("backup", "cut-dump", backup(good, dump=b"CREATE TABLE a;\n"))
    put("compose", "all", """services:
  db: {image: mariadb}
  web: {image: shop, environment: {URL: x}}
x-debone:
  images: {shop: shop.yaml, mariadb: mariadb}
  address: {service: web, variable: URL}
  admin: {service: web, command: [register, EMAIL, FIRST, LAST]}
  backup:
    database: {service: db, dump: [mariadb-dump, shop], load: [mariadb, shop], ends: "-- Dump completed"}
    folders: [{service: web, path: /srv/uploads}]
  secrets: {secrets/password: hex24}
""")
    put("compose", "merged", "x-a: &a {image: a}\nservices: {b: {<<: *a, image: b}}\nx-debone: {images: {b: ../b.yaml}}\n")


if __name__ == "__main__":
    assert ARCH == "amd64", "the corpora were made on amd64"
    shutil.rmtree(HERE / "corpus", ignore_errors=True)
    for make in (compressed, archives, texts, programs, signatures, locks, images, traces, init_configs, composer_files,
                 answers, ignored, judged_images, stacks):
        make()
