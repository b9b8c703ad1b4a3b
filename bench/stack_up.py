#!/usr/bin/python3
"""Seconds from `debone stack NAME up`, its images in the engine, to the first good answer of a new stack, and where they
go: when compose made and started each service's container, and when that was healthy or had ended. Medians over the runs,
each with empty volumes, in an engine of its own.

    bench/stack_up.py mediawiki|passbolt [--debone build/debone] [--runs 3] [--images FILE] [--limit 12] [-- OPTIONS OF UP]

As root. --images keeps the images there for the next time. DEBONE_COMPOSE names another compose than the machine's own
(tests/live/compose_v2.py makes one). Passbolt without its vendor's archive: `tests/lib/passbolt_standin.py FOLDER`, and
-- --source passbolt=file:FOLDER/ce/debian,FOLDER/pub.key
To be held on an idle machine with 2 cores: under 12 s (--limit) to the first good answer, else it ends with 1.
"""
import argparse
import contextlib
import json
import os
import ssl
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests/lib"))
from docker import Engine  # noqa: E402
from verdict import under  # noqa: E402

PORT = 18480
STACKS = {  # what the compose file's variables are, and an address with what a good answer has
    "mediawiki": ({"MEDIAWIKI_PORT": str(PORT), "MEDIAWIKI_SERVER": f"http://127.0.0.1:{PORT}"},
                  f"http://127.0.0.1:{PORT}/api.php?action=query&meta=siteinfo&format=json", b'"sitename"'),
    "passbolt": ({"PASSBOLT_HTTP_PORT": str(PORT + 1), "PASSBOLT_HTTPS_PORT": str(PORT),
                  "APP_FULL_BASE_URL": f"https://127.0.0.1:{PORT}"},
                 f"https://127.0.0.1:{PORT}/healthcheck/status.json", b'"OK"')}
EVENTS = ["create", "start", "die", "health_status"]


class Answer(threading.Thread):
    """Asks until there is a good answer; `when` it came."""

    def __init__(self, address, content):
        super().__init__(daemon=True)
        self.address, self.content, self.when, self.ending = address, content, None, threading.Event()
        # The certificate is the stack's own.
        anything = ssl.create_default_context()
        anything.check_hostname, anything.verify_mode = False, ssl.CERT_NONE
        self.opener = urllib.request.build_opener(urllib.request.ProxyHandler({}),
                                                  urllib.request.HTTPSHandler(context=anything))

    def run(self):
        while self.when is None and not self.ending.is_set():
            with contextlib.suppress(OSError):
                with self.opener.open(self.address, timeout=20) as answer:
                    if self.content in answer.read():
                        self.when = time.time()
            time.sleep(0.05)


class Events:
    """What the engine says of the containers, until the block ends; by service the time of the first event of a kind."""

    def __init__(self, engine):
        filters = [option for name in EVENTS for option in ("--filter", f"event={name}")]
        self.output = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(["docker", "--host", engine.host, "events", "--format", "{{json .}}", *filters],
                                        stdout=self.output, stdin=subprocess.DEVNULL)

    def __enter__(self):
        time.sleep(1)  # until it listens
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()

    def times(self):
        self.output.seek(0)
        found = {}
        for line in self.output:
            event = json.loads(line)
            service = event["Actor"]["Attributes"].get("com.docker.compose.service")
            kind = "healthy" if event["Action"] == "health_status: healthy" else event["Action"]
            if service and kind in ("create", "start", "die", "healthy"):
                found.setdefault(service, {}).setdefault(kind, event["timeNano"] / 1e9)
        return found


def up(stack, engine, name):
    """Seconds from its start: to the first answer, to the end of the command, and of each service's events."""
    _, address, content = STACKS[name]
    with Events(engine) as events:
        begin = time.time()
        answer = Answer(address, content)
        answer.start()
        stack("up")
        end = time.time()
        answer.join(60)
        answer.ending.set()
        if answer.when is None:
            sys.exit(f"{address} gives no good answer")
    return {"answer": answer.when - begin, "end": end - begin,
            "services": {service: {kind: when - begin for kind, when in times.items()}
                         for service, times in events.times().items()}}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("stack", choices=STACKS)
    parser.add_argument("--debone", default="build/debone")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--images")
    parser.add_argument("--limit", type=float, default=12, help="seconds; default: 12")
    words = sys.argv[1:]
    own = words.index("--") if "--" in words else len(words)
    given, up_options = parser.parse_args(words[:own]), words[own + 1:]
    program = os.path.abspath(given.debone)
    with tempfile.TemporaryDirectory(prefix="debone-bench-") as folder, Engine() as engine:
        environment = {**os.environ, "DOCKER_HOST": engine.host, "DOCKER_CONFIG": str(engine.folder), **STACKS[given.stack][0]}

        def stack(action, *more):
            options = ["--timeout", "30m", *up_options] if action == "up" else []
            done = subprocess.run([program, "stack", given.stack, action, *more, *options], cwd=folder, env=environment,
                                  capture_output=True, text=True)
            if done.returncode != 0:
                sys.exit(f"debone stack {given.stack} {action}:\n{done.stdout}{done.stderr}")

        def docker(*arguments):
            done = engine.docker(*arguments)
            if done.returncode != 0:
                sys.exit(done.stderr)
            return done.stdout

        try:
            if given.images and os.path.exists(given.images):
                docker("load", "--input", given.images)
            stack("up")  # which builds the images that are missing
            if given.images and not os.path.exists(given.images):
                docker("save", "--output", given.images, *docker("image", "ls", "--format", "{{.Repository}}").split())
            runs = []
            for _ in range(given.runs):
                stack("down", "--volumes")
                runs.append(up(stack, engine, given.stack))
        finally:
            subprocess.run([program, "stack", given.stack, "down", "--volumes"], cwd=folder, env=environment,
                           capture_output=True)
    for what, key in (("first good answer", "answer"), ("`up` ended", "end")):
        each = sorted(run[key] for run in runs)
        print(f"{what:<18} {statistics.median(each):6.2f} s ({each[0]:.2f} to {each[-1]:.2f})")
    print(f"load of the machine {os.getloadavg()[0]:.1f}, {os.cpu_count()} CPUs\n")
    print(f"{'service':<12} {'created':>8} {'started':>8}")
    services = {service: {kind: statistics.median(run["services"][service][kind] for run in runs) for kind in kinds}
                for service, kinds in runs[0]["services"].items()}
    for service, at in sorted(services.items(), key=lambda item: item[1]["start"]):
        last = [f"{word} {at[kind]:8.2f} (+{at[kind] - at['start']:.2f})"
                for kind, word in (("healthy", "healthy"), ("die", "ended  ")) if kind in at]
        print(f"{service:<12} {at['create']:8.2f} {at['start']:8.2f}  {' '.join(last)}".rstrip())
    sys.exit(under("first good answer", [run["answer"] for run in runs], given.limit))


if __name__ == "__main__":
    main()
