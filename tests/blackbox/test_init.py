"""debone-init: the static program, run as PID 1 of a process namespace: its configuration, its steps, its health."""

import json
import os
import socket
import subprocess
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from init import PONG, fastcgi, init_program, record, seconds_of


def errors(result):
    return [line.removeprefix("debone-init: ") for line in result.err.splitlines() if "error: " in line]


RUN = "[run]\ncommand = true\n"


def test_it_is_static_stripped_and_small():
    kind = subprocess.run(["file", "-b", init_program()], capture_output=True, text=True, check=True).stdout
    assert "statically linked" in kind and ", stripped" in kind, kind
    assert init_program().stat().st_size < 1_500_000


def test_it_starts_within_five_milliseconds(init):
    """Beside what it starts; a health command, which an engine runs every few seconds, all in all."""
    program = str(init_program())
    config = init.write("init.conf", "[init]\nsecrets = PW\n[template a]\ntext = x\nto = /dev/null\nif-set = NOTHING\n"
                                     "[wait a]\nfor = file:///\n[run]\ncommand = /bin/true\n")
    plain = seconds_of("/bin/true")
    assert seconds_of(program, "--", "/bin/true") - plain < 0.005
    assert seconds_of(program, "run", "--config", str(config), "--wait", "file:///") - plain < 0.005
    assert seconds_of(program, "health", "file", "/") < 0.005


def test_it_needs_nothing_in_the_image(init):
    """Alone in an empty root it runs, says what it lacks, and is its own health command."""
    (init.path("root")).mkdir()
    program = init.path("root/debone-init")
    program.write_bytes(init_program().read_bytes())
    program.chmod(0o755)
    chroot = ["chroot", init.path("root"), "/debone-init"]
    asked = subprocess.run([*chroot, "health", "tcp", "127.0.0.1:1"], capture_output=True, text=True)
    assert (asked.returncode, asked.stderr) == (1, "debone-init: error: 127.0.0.1:1: connection refused\n")
    ran = subprocess.run([*chroot, "--", "/nothing"], capture_output=True, text=True)
    assert (ran.returncode, ran.stderr) == (127, "debone-init: error: cannot start '/nothing': no such file or directory\n")
    none = subprocess.run(chroot, capture_output=True, text=True)
    assert none.returncode == 125
    assert none.stderr == "debone-init: error: cannot read /etc/debone/init.conf: no such file or directory\n"


def test_the_command_line(init):
    assert init.run(None, "--version").ok().out.startswith("debone-init ")
    assert "debone-init check FILE" in init.run(None, "--help").ok().out
    for arguments, text in [(["frob"], "'frob' is none of run, check, health; a command to run stands behind --"),
                            (["run", "--frob"], "unknown option --frob; see debone-init --help"),
                            (["run", "--config"], "--config has no value"), (["check"], "usage: debone-init check FILE"),
                            (["health", "tcp"], "usage: debone-init health KIND ADDRESS..."),
                            (["health", "udp", "a:1"], "'udp' is none of tcp, http, fcgi, unix, file"),
                            (["health", "--timeout", "3d", "tcp", "a:1"], "'3d' is no duration, such as 10s or 1m30s"),
                            (["--wait"], "--wait has no value"), (["--template="], "--template has no value"),
                            (["--template", "a"], "--template: 'a' is not FROM:TO"),
                            (["--timeout", "5", "--", "true"], "--timeout is of --wait, which is not there"),
                            (["-w", "x"], "unknown option -w; see debone-init --help"),
                            (["--wait", "https://a", "--", "true"],
                             "--wait: for: 'https://a' needs TLS, which is not here: wait for its port by tcp://"),
                            (["--wait", "file:///", "--timeout", "soon", "--", "true"],
                             "--timeout: timeout: 'soon' is no duration, such as 10s or 1m30s")]:
        result = init.run(None, *arguments)
        assert (result.status, result.err) == (125, f"debone-init: error: {text}\n")


def test_the_command_line_alone(init, http):
    """Waits and templates without a file, by the names that dockerize has for them."""
    init.write("in", "a ${A}\n")
    options = ["--wait", f"{http}/204", f"-wait=file://{init.path('in')}", "-timeout", "5", "--wait-retry-interval", "10ms",
               "-template", f"{init.path('in')}:{init.path('$A')}", "--template", f"{init.path('in')}:{init.path('two')}"]
    result = init.run(None, *options, "--", "echo", "$A", env={"A": "1"}).ok()
    assert result.out == "$A\n" and init.path("1").read_text() == init.path("two").read_text() == "a 1\n"
    assert result.err.splitlines() == [
        f"debone-init: wait option: {http}/204 is there", f"debone-init: wait option: file://{init.path('in')} is there",
        f"debone-init: template option-1: wrote {init.path('1')}", f"debone-init: template option-2: wrote {init.path('two')}"]
    late = init.run(None, "--wait", "file:///none", "--timeout", "100ms", "--timeout", "50ms", "true")
    assert (late.status, errors(late)) == (124, ["error: wait option: file:///none is not there after 50ms: no such file"])
    # They come before what a file says.
    both = init.run("[step a]\ncommand = cat DIR/made\n" + RUN, "--template", f"{init.path('in')}:{init.path('made')}",
                    env={"A": "2"}).ok()
    assert both.out == "a 2\n"


def test_check(init):
    path = init.write("a.conf", RUN)
    assert init.run(None, "check", path).ok().out == f"{path}: valid\n"
    init.write("a.conf", "[job x]\ncommand = true\ncron = 61 * * * *\n")
    result = init.run(None, "check", path)
    assert (result.status, result.err) == (1, f"debone-init: error: {path}:3: cron: '61' is no minute (0 to 59)\n")
    init.write("a.conf", "[init]\nlog = text\n")
    assert init.run(None, "check", path).err == f"debone-init: error: {path}: neither [run] nor [job]\n"


@pytest.mark.parametrize("script, status", [("exit 0", 0), ("exit 3", 3), ("kill -9 $$", 137), ("kill -15 $$", 143)])
def test_the_exit_status_is_the_process_s_own(init, script, status):
    assert init.run(None, "--", "sh", "-c", script).status == status


def test_a_process_that_dies_at_once(init):
    """Its status is the container's, and what it said last is there, untouched."""
    result = init.run('[init]\nlog = json\n[run]\ncommand = sh -c "echo half; printf last >&2; exit 42"\n')
    assert (result.status, result.out, result.err) == (42, "half\n", "last")


def test_what_cannot_be_executed(init):
    plain = init.write("plain", "no program", 0o644)
    result = init.run(None, "--", plain)
    assert (result.status, errors(result)) == (126, [f"error: cannot start '{plain}': permission denied"])
    result = init.run(None, "--", "no-such-program")
    assert (result.status, errors(result)) == (127, ["error: cannot start 'no-such-program': no such file or directory"])
    result = init.run("[step a]\ncommand = echo done\n")
    assert (result.status, result.out, errors(result)) == (
        125, "", ["error: there is nothing to run: neither [run] with a command, nor [job], nor arguments"])


def test_the_variable_names_the_file(init):
    there = init.write("a.conf", "[run]\ncommand = echo named\n")
    assert init.run(None, "run", env={"DEBONE_INIT_CONFIG": str(there)}).ok().out == "named\n"
    # The command line goes before it.
    assert init.run("[run]\ncommand = echo given\n", env={"DEBONE_INIT_CONFIG": str(there)}).ok().out == "given\n"
    result = init.run(None, env={"DEBONE_INIT_CONFIG": "/none"})
    assert (result.status, errors(result)) == (125, ["error: cannot read /none: no such file or directory"])


def test_variables_in_arguments(init):
    config = '[run]\ncommand = echo "$A" "${B:-x y}" "$$A" pre${A}post\n'
    assert init.run(config, env={"A": "a  b"}).ok().out == "a  b x y $A prea  bpost\n"
    result = init.run(config)
    assert (result.status, errors(result)) == (125, ["error: the variable A is not set"])


def test_arguments_replace_the_command_or_are_added(init):
    assert init.run("[run]\ncommand = echo one\n", "--", "echo", "$HOME").ok().out == "$HOME\n"
    assert init.run("[run]\ncommand = echo one\narguments = append\n", "--", "-n", "two").ok().out == "one -n two\n"
    assert init.run("[run]\ncommand = echo one\n").ok().out == "one\n"
    result = init.run("[job a]\ncommand = true\ncron = @daily\n", "--", "true")
    assert (result.status, errors(result)) == (125, ["error: a schedule takes no arguments"])


def test_secrets(init):
    secret = init.write("secret", "s3cr3t!±\n")
    config = "[init]\nsecrets = PW\nrequired = PW USER\n[run]\ncommand = env\n"
    result = init.run(config, env={"PW_FILE": str(secret), "USER": "u"}).ok()
    assert "PW=s3cr3t!±\n" in result.out and "PW_FILE" not in result.out and "s3cr3t" not in result.err
    for env, text in [({"PW_FILE": str(secret), "PW": "x"}, "both PW and PW_FILE are set"),
                      ({}, "neither PW nor PW_FILE is set"), ({"PW": "x"}, "USER is not set"),
                      ({"PW_FILE": "/none"}, "PW_FILE: cannot read /none: no such file or directory"),
                      ({"PW_FILE": str(init.write("empty", "\n"))}, f"PW_FILE: {init.path('empty')} is empty"),
                      ({"PW_FILE": str(init.write("nul", "a\0b"))},
                       f"PW_FILE: {init.path('nul')} holds a NUL, which no variable can")]:
        result = init.run(config, env=env)
        assert (result.status, errors(result), result.out) == (125, [f"error: {text}"], "")


def test_what_comes_from_a_file_and_is_no_secret(init, http):
    config = f"[init]\nfrom-files = KEY\nrequired = KEY\n[wait a]\nfor = {http}/204?key=$KEY\n[run]\ncommand = env\n"
    for env in ({"KEY_FILE": str(init.write("key", "plain\n"))}, {"KEY": "plain"}):
        result = init.run(config, env=env).ok()
        assert "KEY=plain\n" in result.out and "KEY_FILE" not in result.out
        assert f"wait a: {http}/204?key=plain is there\n" in result.err
    assert errors(init.run(config)) == ["error: neither KEY nor KEY_FILE is set"]


@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.parametrize("by", ["file", "variable"])
def test_no_secret_is_in_the_log(init, http, form, by):
    """Wherever a line would come to hold one."""
    longer = "s3cr3t!\"±-and-more"
    secrets = {"PW": "s3cr3t!\"±", "MORE": longer}
    if by == "file":
        secrets = {f"{name}_FILE": str(init.write(name, text + "\n")) for name, text in secrets.items()}
    config = f"""[init]
log = {form}
secrets = PW MORE
[wait a]
for = {http}/204?key=$PW file:///etc/passwd
[wait more]
for = {http}/204?key=$MORE
[template a]
text = "${{PW}}"
to = DIR/$PW
[step over]
command = true
if-exists = DIR/none-$PW
[step run]
command = true
environment = X=$PW
[run]
command = /none/$PW
"""
    result = init.run(config, env=secrets)
    assert result.status == 127 and init.path('s3cr3t!"±').read_text() == 's3cr3t!"±'
    assert "s3cr3t" not in result.err and "and-more" not in result.err
    told = [json.loads(line)["msg"] for line in result.err.splitlines()] if form == "json" else [
        line.split(": ", 2)[-1] for line in result.err.splitlines()]
    assert told == [f"{http}/204?key=*** is there", "file:///etc/passwd is there", f"{http}/204?key=*** is there",
                    f"wrote {init.path('***')}", f"passed over: {init.path('none-***')} is not there", "done",
                    "cannot start '/none/***': no such file or directory"]


def test_templates(init):
    init.write("in", "a ${A}\nb ${B:-none} $uri $${x}\n")
    config = f"""[template one]
from = DIR/in
to = DIR/out
owner = 33:34
mode = 0640
[template two]
text = "x=${{A}}\\n"
to = DIR/two
if-missing = DIR/two
{RUN}"""
    result = init.run(config, env={"A": "1"}).ok()
    assert init.path("out").read_text() == "a 1\nb none $uri ${x}\n"
    stat = init.path("out").stat()
    assert (stat.st_uid, stat.st_gid, stat.st_mode & 0o7777) == (33, 34, 0o640)
    assert init.path("two").stat().st_mode & 0o7777 == 0o600
    assert f"debone-init: template one: wrote {init.path('out')}\n" in result.err
    result = init.run(config)
    assert (result.status, errors(result)) == (
        125, [f"error: template one: {init.path('in')}: line 1: the variable A is not set"])
    assert init.path("out").read_text().startswith("a 1"), "what was there stays"
    again = init.run(config, env={"A": "2"}).ok()
    assert f"template two: passed over: {init.path('two')} is there" in again.err
    assert init.path("two").read_text() == "x=1\n"
    assert sorted(os.listdir(init.folder)) == ["in", "init.conf", "out", "two"], "nothing half-written stays"
    result = init.run(config.replace("DIR/out", "/proc/out"), env={"A": "1"})
    assert result.status == 125 and errors(result)[0].startswith("error: template one: cannot write /proc/out: ")


def test_steps_in_order_with_input_and_user(init):
    init.write("one.sql", "select 1;\n", 0o644)
    init.write("two.sql", "select 2;\n", 0o644)
    config = """[step sql]
command = sh -c "cat > DIR/got; id -u; id -g; id -G; pwd; echo $$X $$HOME"
stdin = DIR/one.sql DIR/two.sql
[step user]
command = sh -c "cat; id -u; id -g; id -G; pwd; echo $$X $$HOME"
stdin-text = "pw ${PW}\\n"
user = www-data
groups = 7 adm
directory = /usr
environment = X=$PW-x
if-set = PW
[step not]
command = false
if-unset = PW
[run]
command = echo main
"""
    result = init.run(config, env={"PW": "p"}).ok()
    assert init.path("got").read_text() == "select 1;\nselect 2;\n"
    lines = result.out.splitlines()
    assert lines[5:] == ["pw p", "33", "33", "33 4 7", "/usr", "p-x /var/www", "main"] or lines[5:] == [
        "pw p", "33", "33", "33 7 4", "/usr", "p-x /var/www", "main"], lines
    assert "debone-init: step not: passed over: PW is set\n" in result.err


def test_a_step_s_input_and_its_conditions(init):
    init.write("in", "insert ${WHAT};\n", 0o644)
    config = """[step from-a-template]
command = cat
stdin-template = DIR/in
[step nothing]
command = cat
[step made-before]
command = echo made
if-exists = DIR/$NAME DIR/in
[step not-made]
command = false
if-exists = DIR/in DIR/none
[step two-conditions]
command = false
if-missing = DIR/none
if-set = NOBODY
[run]
command = echo main
"""
    result = init.run(config, env={"WHAT": "1", "NAME": "in"}).ok()
    assert result.out == "insert 1;\nmade\nmain\n"
    assert f"debone-init: step not-made: passed over: {init.path('none')} is not there\n" in result.err
    assert "debone-init: step two-conditions: passed over: NOBODY is not set\n" in result.err
    result = init.run(config, env={"NAME": "in"})
    assert (result.status, result.out, errors(result)) == (
        125, "", [f"error: step from-a-template: {init.path('in')}: line 1: the variable WHAT is not set"])
    result = init.run(config.replace("DIR/in\n[step nothing]", "DIR/none\n[step nothing]"))
    assert (result.status, errors(result)) == (
        125, [f"error: step from-a-template: cannot read {init.path('none')}: no such file or directory"])


def test_a_step_that_fails_ends_the_container_with_its_status(init):
    config = "[step migrate]\ncommand = sh -c \"echo told >&2; exit 42\"\n[run]\ncommand = echo main\n"
    result = init.run(config)
    assert (result.status, result.out) == (42, "")
    assert result.err == "told\ndebone-init: error: step migrate: ended with status 42\n"
    result = init.run("[step a]\ncommand = sh -c \"kill -9 $$$$\"\n" + RUN)
    assert (result.status, errors(result)) == (137, ["error: step a: ended by SIGKILL"])
    result = init.run("[step a]\ncommand = /none\n" + RUN)
    assert (result.status, errors(result)) == (127, ["error: step a: cannot start '/none': no such file or directory"])
    result = init.run("[step a]\ncommand = true\ndirectory = /none\n" + RUN)
    assert (result.status, errors(result)) == (125, ["error: step a: cannot enter /none: no such file or directory"])
    result = init.run("[step a]\ncommand = true\nuser = nemo\n" + RUN)
    assert (result.status, errors(result)) == (125, ["error: step a: no user 'nemo' in /etc/passwd"])


def test_retries_and_timeout(init):
    config = """[step a]
command = sh -c "echo x >> DIR/tries; test $$(wc -l < DIR/tries) -ge 3"
retries = 3
retry-interval = 10ms
""" + RUN
    result = init.run(config).ok()
    assert init.path("tries").read_text() == "x\n" * 3
    assert "warning: step a: ended with status 1; try 2 of 4 follows after 10ms\n" in result.err
    result = init.run("[step a]\ncommand = sleep 60\ntimeout = 100ms\n" + RUN)
    assert (result.status, errors(result)) == (124, ["error: step a: had no more time after 100ms"])
    result = init.run("[init]\nstop-timeout = 100ms\n[step a]\ncommand = sh -c \"trap '' TERM; sleep 60\"\ntimeout = 200ms\n" + RUN)
    assert result.status == 124
    assert "warning: step a: not ended after 100ms: SIGKILL\n" in result.err


def test_privileges(init):
    show = "grep -E '^(Cap(Inh|Prm|Eff|Bnd|Amb)|NoNewPrivs)' /proc/self/status"

    def status(keys):
        out = init.run(f"[run]\ncommand = sh -c \"{show}\"\n{keys}").ok().out
        return {name: int(value, 16) for name, value in (line.split(":\t") for line in out.splitlines())}
    nothing = {"CapInh": 0, "CapPrm": 0, "CapEff": 0, "CapBnd": 0, "CapAmb": 0, "NoNewPrivs": 1}
    assert status("user = www-data\n") == nothing
    assert status("capabilities = none\n") == nothing, "root without capabilities"
    bind = 1 << 10
    assert status("user = www-data\ncapabilities = CAP_NET_BIND_SERVICE\n") == {
        "CapInh": bind, "CapPrm": bind, "CapEff": bind, "CapBnd": bind, "CapAmb": bind, "NoNewPrivs": 1}
    kept = status("no-new-privileges = no\n")
    assert kept["CapEff"] > 0 and kept["NoNewPrivs"] == 0
    # A set-uid program brings nothing back.
    result = init.run("[run]\ncommand = su -c id\nuser = www-data\n")
    assert result.status != 0 and "uid=0" not in result.out


def test_an_unprivileged_user_of_the_container(init):
    wrapped = ["setpriv", "--reuid=33", "--regid=33", "--clear-groups", str(init_program())]
    config = init.write("a.conf", "[run]\ncommand = id -u\nuser = www-data\n", 0o644)
    same = subprocess.run([*wrapped, "run", "--config", config], capture_output=True, text=True)
    assert (same.returncode, same.stdout) == (0, "33\n"), same.stderr
    config.write_text("[run]\ncommand = id -u\nuser = root\n")
    other = subprocess.run([*wrapped, "run", "--config", config], capture_output=True, text=True)
    assert (other.returncode, other.stderr) == (
        125, "debone-init: error: cannot become user 0, group 0: operation not permitted\n")


class Answers(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(int(self.path.partition("?")[0].strip("/") or 200))
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def http():
    server = HTTPServer(("127.0.0.1", 0), Answers)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_waits(init, http):
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(init.path("sock")))
    listener.listen()
    targets = f"{http.replace('http', 'tcp')} {http}/204 {http}/302 unix://DIR/sock file:///etc/passwd"
    result = init.run(f"[wait all]\nfor = {targets}\n" + RUN).ok()
    assert result.err.count(" is there\n") == 5
    for target, reason in [("tcp://127.0.0.1:1", "connection refused"), (f"{http}/503", "status 503"),
                           ("unix:///none", "no such file or directory"), ("file:///none", "no such file")]:
        result = init.run(f"[wait a]\nfor = {target}\ntimeout = 1500ms\ninterval = 50ms\n" + RUN)
        assert (result.status, errors(result)) == (124, [f"error: wait a: {target} is not there after 1s500ms: {reason}"])
        assert f"debone-init: wait a: waits for {target}: {reason}\n" in result.err
    listener.close()
    result = init.run("[wait a]\nfor = tcp://no.such.host.invalid:80\ntimeout = 200ms\n" + RUN)
    assert result.status == 124


def test_waits_have_conditions(init):
    config = "[wait a]\nfor = tcp://127.0.0.1:1\ntimeout = 10ms\nif-exists = DIR/file\nif-set = HOST\n[run]\ncommand = echo main\n"
    result = init.run(config, env={"HOST": "x"}).ok()
    assert result.err == f"debone-init: wait a: passed over: {init.path('file')} is not there\n"
    init.write("file", "")
    assert "wait a: passed over: HOST is not set" in init.run(config).ok().err
    assert init.run(config, env={"HOST": "x"}).status == 124


def test_intervals_are_kept(init):
    """Between two tries no less time passes, however much more a busy machine takes."""
    asked = []

    class Asked(Answers):
        def do_GET(self):
            asked.append(time.monotonic())
            self.path = "/503" if len(asked) < 4 else "/204"
            super().do_GET()

    server = HTTPServer(("127.0.0.1", 0), Asked)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    init.run(f"[wait a]\nfor = http://127.0.0.1:{server.server_port}/\ninterval = 200ms\n" + RUN).ok()
    server.shutdown()
    server.server_close()
    assert len(asked) == 4 and min(after - before for before, after in zip(asked, asked[1:], strict=False)) >= 0.2
    init.run("[step a]\ncommand = sh -c \"date +%s%N >> DIR/times; test $$(wc -l < DIR/times) -ge 3\"\nretries = 5\n"
             "retry-interval = 200ms\n" + RUN).ok()
    times = [int(line) for line in init.path("times").read_text().split()]
    assert len(times) == 3 and min(after - before for before, after in zip(times, times[1:], strict=False)) >= 200_000_000


def test_a_wait_ends_when_what_it_waits_for_comes(init):
    process = init.start("[wait a]\nfor = file://DIR/there\ninterval = 10ms\n[run]\ncommand = echo main\n",
                         stderr=subprocess.PIPE)
    assert "waits for" in process.stderr.readline()
    init.write("there", "")
    assert init.finish(process).ok().out == "main\n"


def test_the_environment_overrules(init):
    config = "[wait db]\nfor = tcp://127.0.0.1:1\n[run]\ncommand = env\n"
    result = init.run(config, env={"DEBONE_INIT_WAIT_DB_FOR": "file:///etc/passwd", "DEBONE_INIT_LOG": "json"}).ok()
    assert "DEBONE_INIT" not in result.out
    line = json.loads(result.err.splitlines()[0])
    assert (line["level"], line["wait"], line["msg"]) == ("info", "db", "file:///etc/passwd is there")
    assert line["time"].endswith("Z") and line["seconds"] >= 0
    result = init.run(config, env={"DEBONE_INIT_WAIT_TIMEOUT": "1s"})
    assert (result.status, errors(result)) == (
        125, ["error: DEBONE_INIT_WAIT_TIMEOUT: names no key of the configuration"])
    result = init.run(config, env={"DEBONE_INIT_WAIT_DB_TIMEOUT": "soon"})
    assert (result.status, errors(result)) == (
        125, ["error: DEBONE_INIT_WAIT_DB_TIMEOUT: timeout: 'soon' is no duration, such as 10s or 1m30s"])
    # A number alone is seconds, as TIMEOUT=60 means everywhere else.
    result = init.run(config, env={"DEBONE_INIT_WAIT_DB_TIMEOUT": "1"})
    assert (result.status, errors(result)) == (
        124, ["error: wait db: tcp://127.0.0.1:1 is not there after 1s: connection refused"])
    config = "[template one]\ntext = a\nto = DIR/a\n[run]\ncommand = cat DIR/b\n"
    result = init.run(config, env={"DEBONE_INIT_TEMPLATE_ONE_TEXT": '"b c"', "DEBONE_INIT_TEMPLATE_ONE_TO": str(init.path("b"))})
    assert result.ok().out == "b c" and not init.path("a").exists()


def test_errors_as_json(init):
    result = init.run("[init]\nlog = json\n[step a]\ncommand = false\n" + RUN)
    line = json.loads(result.err)
    assert (result.status, line["level"], line["step"], line["status"], line["msg"]) == (
        1, "error", "a", 1, "ended with status 1")


@pytest.mark.parametrize("answer, text", [
    (PONG, ""),
    (record(6, b"Status: 404 Not Found\r\n\r\nnot here") + record(3, bytes(8)), "status 404 Not Found"),
    (b"HTTP/1.1 400 Bad Request\r\n\r\n", "the answer is no FastCGI"), (b"", "the answer is no FastCGI")])
def test_health_fcgi(init, answer, text):
    with fastcgi(answer) as listener:
        address = f"127.0.0.1:{listener.getsockname()[1]}"
        result = init.run(None, "health", "fcgi", address)
        assert (result.status, result.err) == ((1, f"debone-init: error: {address}: {text}\n") if text else (0, ""))


def test_health_fcgi_by_a_socket_and_another_page(init):
    asked = []
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(init.path("sock")))
        listener.listen()

        def serve():
            connection, _ = listener.accept()
            asked.append(connection.recv(65536))
            connection.sendall(PONG)
            connection.close()
        threading.Thread(target=serve, daemon=True).start()
        init.run(None, "health", "fcgi", init.path("sock"), "--path", "/ping-it", "--timeout", "2s").ok()
    assert b"/ping-it" in asked[0] and b"/fpm-ping" not in asked[0]


def test_health(init, http):
    address = http.removeprefix("http://")
    init.run(None, "health", "http", http, f"{address}/204").ok()
    init.run(None, "health", "tcp", address).ok()
    init.run(None, "health", "file", init.folder, "/etc/passwd").ok()
    result = init.run(None, "health", "file", "/etc/passwd", "/none")
    assert (result.status, result.err) == (1, "debone-init: error: /none: no such file\n")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(init.path("sock")))
        result = init.run(None, "health", "unix", init.path("sock"))
        assert (result.status, result.err) == (1, f"debone-init: error: {init.path('sock')}: connection refused\n")
        listener.listen()
        init.run(None, "health", "unix", init.path("sock")).ok()
    result = init.run(None, "health", "http", http, f"{http}/500")
    assert (result.status, result.err) == (1, f"debone-init: error: {http}/500: status 500\n")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"127.0.0.1:{silent.getsockname()[1]}"
        result = init.run(None, "health", "fcgi", address, "--timeout=200ms")
        assert (result.status, result.err) == (1, f"debone-init: error: {address}: no answer in time\n")
