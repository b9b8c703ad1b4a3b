"""debone-init's schedule where the clock is set and changes: as the first process of a machine of its own, Debian's kernel
in the image of QEMU, since the clock of this one is everybody's."""

import re
import stat
from pathlib import Path

import pytest

from aptrepo import ARCH
from bundle import Bundle
from init import init_program
from ociimage import Image

pytestmark = pytest.mark.wide
MACHINE = """name: machine
archs: [amd64]
contents: {sources: [{debian: trixie}], packages: [linux-image-cloud-amd64, busybox-static, tzdata]}
allow: {shell: who sets the clock is a script}
"""
CONFIG = """[init]
timezone = Europe/Berlin
stop-timeout = 1s
[step clock]
command = /busybox sh -c "/busybox sh /clock &"
[job daily]
command = /busybox date -u "+DAILY %F %T"
cron = 30 2 * * *
"""
# In UTC, each with the seconds that it is left to itself, and what the job says then.
STEPS = [
    ("2026-03-29 00:59:56", 8, ["2026-03-29 01:00"]),  # 02:00 becomes 03:00: 02:30 is left out, and comes right after
    ("2026-03-29 00:59:56", 8, []),                    # set back by some seconds: not again
    ("2026-10-25 00:29:56", 8, ["2026-10-25 00:30"]),  # months ahead: what was missed is not made up for; 02:30
    ("2026-10-25 01:29:56", 8, []),                    # 03:00 became 02:00: 02:30 is there once more
    ("2026-10-26 01:50:00", 4, ["2026-10-26 01:50"]),  # ahead over 02:30, which was missed by twenty minutes: made up for
    ("2026-10-26 01:29:56", 8, []),                    # set back before it: not again
    ("2026-10-20 00:29:56", 8, ["2026-10-20 00:30"]),  # set back by days, as where it was wrong from the start: it counts
]


def initramfs(files):
    """A cpio archive (newc) of (path, mode, content, device number); folders come before what lies in them."""
    archive = b""
    for number, (path, mode, content, device) in enumerate([*files, ("TRAILER!!!", 0, b"", 0)], 1):
        name = path.encode() + b"\0"
        fields = [number, mode, 0, 0, 1, 0, len(content), 0, 0, device >> 8, device & 255, len(name), 0]
        entry = b"070701" + b"".join(b"%08X" % field for field in fields) + name
        archive += entry + bytes(-len(entry) % 4) + content + bytes(-len(content) % 4)
    return archive


def test_a_clock_that_is_set_and_changes(live_build, tmp_path):
    machine = Image(live_build(MACHINE, "--arch", "amd64")[0])
    kernel = next(path for path in machine.entries() if path.startswith("boot/vmlinuz-"))
    script = "/busybox sleep 3\n" + "".join(
        f'echo "SET {number}"; /busybox date -u -s "{time}" >/dev/null; /busybox sleep {left}\n'
        for number, (time, left, _) in enumerate(STEPS)) + "echo SET; /busybox kill -TERM 1\n"
    program = init_program() if ARCH == "amd64" else init_program().with_name("debone-init.amd64")
    zone, folder, file = "usr/share/zoneinfo/Europe/Berlin", stat.S_IFDIR | 0o755, stat.S_IFREG | 0o755
    folders = ["dev", "etc", "etc/debone", *reversed([str(one) for one in Path(zone).parents if str(one) != "."])]
    files = [*((path, folder, b"", 0) for path in folders), *((f"dev/{name}", stat.S_IFCHR | 0o666, b"", device) for name, device in (("console", 5 << 8 | 1), ("null", 1 << 8 | 3))),
             ("init", file, program.read_bytes(), 0), ("busybox", file, machine.read("usr/bin/busybox"), 0),
             ("clock", file, script.encode(), 0), ("etc/debone/init.conf", file, CONFIG.encode(), 0),
             (zone, file, machine.read(zone), 0)]
    qemu = Bundle(live_build(Path(__file__).parent / "programs/qemu.yaml")[0], tmp_path / "qemu")
    srv = qemu.volume("/srv")
    (srv / "kernel").write_bytes(machine.read(kernel))
    (srv / "initramfs").write_bytes(initramfs(files))
    done = qemu.run("qemu-system-x86_64", "-nodefaults", "-no-user-config", "-display", "none", "-serial", "stdio", "-no-reboot",
                    "-m", "256", "-rtc", "base=2026-03-28T12:00:00", "-kernel", "/srv/kernel", "-initrd", "/srv/initramfs",
                    "-append", "console=ttyS0 quiet panic=-1 no_timer_check", timeout=1200)
    parts = re.split(r"^SET ?(\d*)\r?\n", done.out, flags=re.MULTILINE)
    assert parts[1::2] == [*map(str, range(len(STEPS))), ""], done
    said = [re.findall(r"^DAILY (\S+ \d+:\d+):\d\d\r?$", part, re.MULTILINE) for part in parts[2::2]]
    assert said == [*(times for *_, times in STEPS), []], done
    assert done.out.count("its time was missed by over an hour: passed over") == 1, done
    # The script ended the first process, whose schedule was stopped in order.
    assert "SIGTERM: stops" in parts[-1] and "exitcode=0x00000000" in parts[-1], done
