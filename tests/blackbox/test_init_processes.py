"""debone-init as an init: signals, orphans, the orderly end, the schedule."""

import ast
import fcntl
import json
import os
import re
import signal
import socket
import termios
import time
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from init import Init, init_program, until
from ports import free_port, free_ports

# Says READY, then each signal that it gets by name; SIGTERM, SIGINT and SIGQUIT end it with status 0.
LISTENER = r"""import os, signal, sys, time
def told(number, frame):
    os.write(1, f"{signal.Signals(number).name}\n".encode())
    if number in (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT):
        sys.exit(0)
for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP, signal.SIGCHLD}:
    signal.signal(number, told)
os.write(1, b"READY\n")
while True:
    time.sleep(0.1)  # one that comes right before a sleep is told after it
"""
FORWARDED = ["SIGHUP", "SIGINT", "SIGQUIT", "SIGUSR1", "SIGUSR2", "SIGALRM", "SIGTERM", "SIGCONT", "SIGTSTP", "SIGURG",
             "SIGXCPU", "SIGXFSZ", "SIGVTALRM", "SIGPROF", "SIGWINCH", "SIGIO", "SIGPWR", "SIGRTMIN", "SIGRTMAX"]


def listener(init, head="", **more):
    init.write("listener.py", LISTENER)
    process = init.start(f"{head}[run]\ncommand = /usr/bin/python3 -I DIR/listener.py\n", **more)
    assert process.stdout.readline() == "READY\n"
    return process


@pytest.mark.parametrize("name", FORWARDED)
def test_signals_are_passed_on(init, name):
    process = listener(init)
    init.signal(process, signal.Signals[name])
    assert process.stdout.readline() == f"{name}\n"
    if name not in ("SIGTERM", "SIGINT", "SIGQUIT"):
        init.signal(process, signal.SIGTERM)
    assert init.finish(process).status == 0


def test_every_signal_is_on_the_list():
    own = {"SIGKILL", "SIGSTOP", "SIGCHLD", "SIGPIPE", "SIGTTIN", "SIGTTOU"}  # the kernel's, and debone-init's own
    faults = {"SIGSEGV", "SIGBUS", "SIGFPE", "SIGILL", "SIGTRAP", "SIGABRT", "SIGSYS", "SIGSTKFLT"}
    named = {number.name for number in signal.valid_signals() if isinstance(number, signal.Signals)}
    assert named - own - faults == set(FORWARDED)


def test_the_stop_signal_is_mapped(init):
    process = listener(init, "[init]\nstop-signal = SIGQUIT\n")
    init.signal(process, signal.SIGTERM)
    result = init.finish(process)
    assert (result.status, result.out) == (0, "SIGQUIT\n")
    assert result.err == "debone-init: SIGTERM: stops\n"


def test_what_the_process_has_started_works_on(init):
    """It may work for a request that the process ends before itself: it gets no signal as long as that is there."""
    script = """trap 'echo main; wait $worker; echo "worker $?"; exit 0' TERM
sh -c 'sleep 1; echo worked' & worker=$!
echo READY
wait
"""
    init.write("main.sh", script)
    process = init.start("[run]\ncommand = sh DIR/main.sh\n")
    assert process.stdout.readline() == "READY\n"
    init.signal(process, signal.SIGTERM)
    result = init.finish(process)
    assert (result.status, result.out) == (0, "main\nworked\nworker 0\n")


def test_drain(init):
    process = listener(init, "[init]\ndrain = 700ms\n")
    begin = time.monotonic()
    init.signal(process, signal.SIGTERM)
    assert process.stdout.readline() == "SIGTERM\n"
    assert 0.6 < time.monotonic() - begin < 10
    result = init.finish(process)
    assert (result.status, result.err) == (0, "debone-init: SIGTERM: drains for 700ms\n")


def test_a_second_signal_ends_the_drain(init):
    process = listener(init, "[init]\ndrain = 10m\n")
    init.signal(process, signal.SIGTERM)
    assert "drains" in process.stderr.readline()
    init.signal(process, signal.SIGTERM)
    result = init.finish(process, timeout=30)
    assert (result.status, result.out) == (0, "SIGTERM\n")


# --- its sockets

# Does one connection after the other: says what it reads, answers it when the file of that name is there; once it got
# SIGTERM it accepts none.
SERVER = r"""import os, signal, socket, sys, time
ended = []
signal.signal(signal.SIGTERM, lambda *_: (os.write(1, b"SIGTERM\n"), ended.append(1)))
assert os.environ["LISTEN_PID"] == str(os.getpid())
sockets = [socket.socket(fileno=3 + i) for i in range(int(os.environ["LISTEN_FDS"]))]
os.write(1, f"{[one.getsockname()[:2] for one in sockets]}\n".encode())
while not ended:
    sockets[0].settimeout(0.05)
    try:
        connection = sockets[0].accept()[0]
    except OSError:
        continue
    name = connection.recv(100).decode()
    os.write(1, f"{name}\n".encode())
    while not os.path.exists(f"{sys.argv[1]}/{name}"):
        time.sleep(0.01)
    connection.sendall(name.encode())
    connection.close()
"""


def server(init, listen, head=""):
    init.write("server.py", SERVER)
    process = init.start(f"{head}[run]\ncommand = /usr/bin/python3 -I DIR/server.py DIR\nlisten = {listen}\n")
    return process, ast.literal_eval(process.stdout.readline())


def asks(port, name, host="127.0.0.1"):
    connection = socket.create_connection((host, port), 30)
    connection.sendall(name.encode())
    return connection


def refused(port):
    try:
        asks(port, "none").close()
    except ConnectionRefusedError:
        return True
    return False


def test_the_process_gets_its_sockets(init):
    both, one = free_ports(2)
    process, told = server(init, f"{both} 127.0.0.1:{one}")
    assert told == [("::", both), ("127.0.0.1", one)]
    init.write("hello", "")
    for host in ("127.0.0.1", "::1"):
        assert asks(both, "hello", host).recv(100) == b"hello"
    init.signal(process, signal.SIGTERM)
    assert init.finish(process).status == 0


def test_at_the_end_who_waits_is_let_in_and_who_comes_is_refused(init):
    """Else the kernel would take them in, and reset them when the process is gone."""
    port = free_port()
    process, _ = server(init, port)
    first = asks(port, "first")
    assert process.stdout.readline() == "first\n"
    second = asks(port, "second")
    init.signal(process, signal.SIGTERM)
    init.write("first", "")
    assert first.recv(100) == b"first"
    assert [process.stdout.readline() for _ in range(2)] == ["second\n", "SIGTERM\n"]
    assert refused(port)
    init.write("second", "")
    assert second.recv(100) == b"second"
    assert init.finish(process).status == 0


def test_nobody_is_let_in_for_longer_than_half_of_the_stop_timeout(init):
    port = free_port()
    process, _ = server(init, port, "[init]\nstop-timeout = 2s\n")
    first = asks(port, "first")
    assert process.stdout.readline() == "first\n"
    second = asks(port, "second")
    begin = time.monotonic()
    init.signal(process, signal.SIGTERM)
    assert process.stdout.readline() == "SIGTERM\n"
    assert time.monotonic() - begin > 0.9
    with pytest.raises(ConnectionResetError):
        second.recv(100)
    result = init.finish(process, timeout=30)
    assert result.status == 137 and "warning: not ended after 2s: SIGKILL\n" in result.err
    first.close()


def test_a_second_signal_lets_nobody_in(init):
    port = free_port()
    process, _ = server(init, port, "[init]\nstop-timeout = 10m\n")
    first = asks(port, "first")
    assert process.stdout.readline() == "first\n"
    second = asks(port, "second")
    for _ in range(2):
        init.signal(process, signal.SIGTERM)
        time.sleep(0.3)  # two signals of one kind that wait are one
    assert process.stdout.readline() == "SIGTERM\n" and refused(port)
    with pytest.raises(ConnectionResetError):
        second.recv(100)
    init.write("first", "")
    assert first.recv(100) == b"first" and init.finish(process).status == 0


def test_a_port_that_is_taken(init):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        for address in (f"127.0.0.1:{taken.getsockname()[1]}", taken.getsockname()[1]):
            result = init.run(f"[run]\ncommand = true\nlisten = {address}\n")
            assert (result.status, result.err) == (
                125, f"debone-init: error: cannot listen at {address}: address already in use\n")


def test_who_does_not_end_is_killed(init):
    config = "[init]\nstop-timeout = 300ms\n[run]\ncommand = sh -c \"trap '' TERM; echo READY; sleep 600 & wait; sleep 600\"\n"
    process = init.start(config)
    process.stdout.readline()
    init.signal(process, signal.SIGTERM)
    result = init.finish(process, timeout=30)
    assert result.status == 137
    assert "warning: not ended after 300ms: SIGKILL\n" in result.err


@pytest.mark.parametrize("first", [True, False])
def test_the_group_and_orphans_are_awaited(init, first):
    """The main process ends; one of its group and one with a session of its own still write what they have to."""
    init = Init(init.folder, first)
    config = """[run]
command = sh -c "sh DIR/slow group & setsid sh DIR/slow session & sleep 0.3; exit 5"
"""
    init.write("slow", f"trap 'sleep 0.3; echo done > {init.folder}/$1; exit' TERM\n: > {init.folder}/$1.begun\n"
                       "while :; do sleep 0.05; done\n")
    result = init.run(config)
    assert result.status == 5
    assert init.path("group").read_text() == init.path("session").read_text() == "done\n"


def test_what_is_left_is_killed_after_the_deadline(init):
    config = "[init]\nstop-timeout = 300ms\n[run]\ncommand = sh -c \"(trap '' TERM; exec sleep 600) & sleep 0.2; exit 4\"\n"
    result = init.run(config)
    assert result.status == 4
    assert result.err == "debone-init: warning: processes are left after 300ms: SIGKILL\n"


@pytest.mark.parametrize("config", ["[step a]\ncommand = sleep 600\n", "[wait a]\nfor = tcp://127.0.0.1:1\ntimeout = 10m\n",
                                    "[step a]\ncommand = false\nretries = 9\nretry-interval = 10m\n"])
def test_a_signal_before_the_main_process_is_there(init, config):
    process = init.start("[step first]\ncommand = echo READY\n" + config + "[run]\ncommand = echo main\n")
    assert process.stdout.readline() == "READY\n"
    time.sleep(0.3)
    init.signal(process, signal.SIGTERM)
    result = init.finish(process, timeout=30)
    assert (result.status, result.out) == (143, "")


def test_a_signal_during_exec_is_not_lost(init):
    """SIGTERM at every moment of the start: the container ends, each time, by it or by its own."""
    statuses = set()
    for i in range(60):
        process = init.start("[run]\ncommand = sleep 600\n")
        pid = init.inside(process)
        time.sleep(i * 0.00015)
        # Before debone-init has blocked it, the kernel drops a signal to PID 1 that has no handler.
        until(lambda: "SigBlk:\t0000000000000000" not in open(f"/proc/{pid}/status").read(), "signals are not blocked")
        os.kill(pid, signal.SIGTERM)
        statuses.add(init.finish(process, timeout=30).status)
    assert statuses == {143}


def test_each_exit_status_of_ten_thousand_children_is_told(init):
    init.write("next", "read -r n < DIR/count; n=$((n + 1)); echo $n > DIR/count\n"
                       "[ $((n % 1000)) -eq 0 ] || exit $((n % 99 + 1))\n".replace("DIR", str(init.folder)))
    init.write("count", "0\n")
    steps = [f"[step s{i}]\ncommand = sh DIR/next\nretries = 999\nretry-interval = 0s\n" for i in range(10)]
    result = init.run("".join(steps) + "[run]\ncommand = true\n", timeout=600).ok()
    told = [int(status) for status in re.findall(r"ended with status (\d+)", result.err)]
    assert told == [n % 99 + 1 for n in range(1, 10_000) if n % 1000]
    assert init.path("count").read_text() == "10000\n"


def test_no_exit_status_is_lost_among_ten_thousand_orphans(init):
    """They end by the thousand while the main process and its own children are waited for."""
    config = """[step children]
command = sh -c "i=0; while [ $$i -lt 10000 ]; do (true &) ; i=$$((i+1)); done; exit 23"
[run]
command = true
"""
    result = init.run(config, timeout=300)
    assert result.status == 23
    config = "".join(f"[step s{i}]\ncommand = sh -c \"(true &); (true &); exit {0 if i < 199 else 77}\"\n" for i in range(200))
    assert init.run(config + "[run]\ncommand = true\n", timeout=120).status == 77


def test_orphans_are_reaped(init):
    script = ("for i in 1 2 3 4 5 6 7 8 9; do (sleep 0.01 &); done; sleep 1; "
              "for stat in /proc/[0-9]*/stat; do read -r line < $$stat; echo \"$$line\"; done")
    result = init.run("[run]\ncommand = sh -c \"" + script.replace('"', '\\"') + "\"\n").ok()
    assert [line for line in result.out.splitlines() if ") Z " in line] == []


def lines_of(err, **wanted):
    lines = [json.loads(line) for line in err.splitlines()]
    return [line for line in lines if all(line.get(key) == value for key, value in wanted.items())]


def test_a_schedule(init):
    config = """[init]
log = json
[job quick]
command = echo quick
cron = * * * * * *
[job slow]
command = sh -c "echo begin; sleep 2.2; echo end"
cron = "* * * * * *"
[job bad]
command = sh -c "exit 9"
cron = */2 * * * * *
[job none]
command = /none
cron = */2 * * * * *
[job late]
command = sleep 600
cron = * * * * * *
timeout = 200ms
jitter = 100ms
"""
    process = init.start(config)
    time.sleep(7)
    init.signal(process, signal.SIGTERM)
    result = init.finish(process, timeout=30)
    words = [word for word in result.out.split() if word != "quick"]
    assert result.out.count("quick") >= 5
    assert words in (["begin", "end"] * (len(words) // 2), ["begin", "end"] * (len(words) // 2) + ["begin"]), "no overlap"
    assert len(lines_of(result.err, job="slow", level="warning", msg="still runs: passed over")) >= 2
    assert lines_of(result.err, job="bad", level="error", status=9)
    assert lines_of(result.err, job="none", level="error", status=127)
    assert lines_of(result.err, job="late", level="error", status=124)
    started = lines_of(result.err, job="quick", msg="started")
    assert [line["iteration"] for line in started] == list(range(1, len(started) + 1))
    assert (started[0]["job.schedule"], started[0]["job.command"]) == ("* * * * * *", "echo quick")


def test_a_job_that_runs_gets_signals(init):
    """By the way also: what the environment says of a job."""
    init.write("listener.py", LISTENER)
    process = init.start("[job a]\ncommand = /none\ncron = @yearly\n", env={
        "DEBONE_INIT_JOB_A_CRON": "* * * * * *", "DEBONE_INIT_JOB_A_COMMAND": f"/usr/bin/python3 -I {init.path('listener.py')}"})
    assert process.stdout.readline() == "READY\n"
    for name in ("SIGHUP", "SIGUSR2", "SIGTERM"):
        init.signal(process, signal.Signals[name])
        assert process.stdout.readline() == f"{name}\n"
    assert init.finish(process).status == 0


def test_a_schedule_in_a_time_zone(init):
    """Its hours and minutes are those of the zone, one where both differ from UTC's."""
    def each_second(zone):
        now = datetime.now(ZoneInfo(zone))
        soon = now + timedelta(minutes=1)
        return f"* {now.minute},{soon.minute} {now.hour},{soon.hour} * * *"
    process = init.start(f"""[init]
timezone = Asia/Kathmandu
drain = 10m
[job there]
command = echo there
cron = {each_second("Asia/Kathmandu")}
[job here]
command = echo here
cron = {each_second("UTC")}
""")
    assert [process.stdout.readline() for _ in range(2)] == ["there\n"] * 2
    init.signal(process, signal.SIGTERM)
    result = init.finish(process, timeout=15)
    assert (result.status, "here" in result.out) == (0, False)


def read_until(process, holds):
    """The log's lines, until they are such."""
    lines = []
    while not holds(lines):
        lines.append(json.loads(process.stderr.readline()))
    return lines


def test_jitter_delays_a_job_at_random(init):
    """Jobs of the same time start apart."""
    jobs = "".join(f"[job j{i}]\ncommand = true\ncron = * * * * * *\njitter = 900ms\n" for i in range(20))
    process = init.start("[init]\nlog = json\n" + jobs)
    lines = read_until(process, lambda lines: sum(line["msg"] == "started" for line in lines) == 40)
    init.signal(process, signal.SIGTERM)
    init.finish(process, timeout=15)
    parts = [datetime.fromisoformat(line["time"]).microsecond / 1e6 for line in lines if line["msg"] == "started"]
    assert max(parts) - min(parts) > 0.4, "not all at once"


def test_no_status_of_a_job_is_lost_among_orphans(init):
    """One owner of all waits: what is reaped beside the jobs takes no status of theirs away."""
    jobs = "".join(f"""[job j{i}]
command = sh -c "for n in 1 2 3 4 5 6 7 8 9; do (true &); done; exit {i}"
cron = * * * * * *
""" for i in range(1, 21))
    process = init.start("[init]\nlog = json\ndrain = 10m\n" + jobs)
    lines = read_until(process, lambda lines: sum(line["level"] == "error" for line in lines) >= 60)
    init.signal(process, signal.SIGTERM)
    lines += [json.loads(line) for line in process.stderr]  # not by finish(), which sees nothing of what is buffered here
    init.finish(process)
    started = sorted((line["job"], line["iteration"]) for line in lines if line["msg"] == "started")
    ended = sorted((line["job"], line["iteration"]) for line in lines if line["level"] == "error")
    assert started == ended
    assert all(line["job"] == f"j{line['status']}" for line in lines if line["level"] == "error")


def test_a_schedule_is_stopped_in_order(init):
    """What runs has the drain to end by itself; the status is that of a job that did not, and 0 otherwise."""
    config = "[init]\ndrain = 20s\n[job a]\ncommand = sh -c \"echo begin; sleep 1; echo end\"\ncron = * * * * * *\n"
    process = init.start(config)
    assert process.stdout.readline() == "begin\n"
    init.signal(process, signal.SIGTERM)
    result = init.finish(process, timeout=15)
    assert (result.status, result.out) == (0, "end\n")
    process = init.start(config.replace("drain = 20s", "drain = 100ms").replace("sleep 1", "exec sleep 600"))
    assert process.stdout.readline() == "begin\n"
    init.signal(process, signal.SIGTERM)
    assert init.finish(process, timeout=15).status == 143


def test_a_time_zone_that_is_not_there(init):
    result = init.run("[init]\ntimezone = Mars/Base\n[job a]\ncommand = true\ncron = @daily\n")
    assert (result.status, result.err) == (125, "debone-init: error: no time zone Mars/Base: /usr/share/zoneinfo/Mars/Base "
                                                "is not there (package tzdata)\n")


def test_a_terminal_belongs_to_what_is_run(init):
    """As under docker run -it: the process reads from it, and Ctrl-C is its own."""
    main, terminal = os.openpty()
    config = init.write("a.conf", "[run]\ncommand = sh -c \"trap 'echo interrupted; exit 3' INT; read -r word; "
                                  "echo got $$word; sleep 60 & wait\"\n")
    pid = os.fork()
    if pid == 0:
        os.setsid()
        fcntl.ioctl(terminal, termios.TIOCSCTTY, 0)
        for number in range(3):
            os.dup2(terminal, number)
        os.execv(init_program(), ["debone-init", "--config", str(config)])
    os.close(terminal)
    seen = b""

    def until_seen(word):
        nonlocal seen
        while word not in seen:
            seen += os.read(main, 1000)
    os.write(main, b"hello\n")
    until_seen(b"got hello")
    os.write(main, b"\x03")
    until_seen(b"interrupted")
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 3
    os.close(main)
