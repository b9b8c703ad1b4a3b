#!/usr/bin/python3
"""Holds resolve::solve to the real apt, over the live archive.

Each request of resolve_requests.txt goes to `apt-get install --no-install-recommends` on an empty system (with
--print-uris, since -s also orders the packages, which for a desktop takes apt ten times as long), and to
tests/tools/resolve_probe with the very Packages files that apt has. The names and versions must be equal. apt has a
configuration of its own; the mirrors are those that this machine's apt sources name.
"""

import argparse
import glob
import os
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import unquote

KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
CODENAMES = {"bullseye", "bookworm", "trixie", "forky", "sid", "stable", "oldstable", "testing", "unstable"}
SUITES = ("trixie", "bookworm")


def mirrors(etc=Path("/etc/apt")):
    """The addresses of the main and of the security archive, from any stanza with a Debian suite."""
    pairs = []
    for path in [etc / "sources.list", *sorted((etc / "sources.list.d").glob("*.list"))]:
        for line in path.read_text().splitlines() if path.is_file() else []:
            if match := re.match(r"\s*deb\s+(?:\[[^]]*\]\s+)?(\S+)\s+(\S+)", line):
                pairs.append(match.groups())
    for path in sorted((etc / "sources.list.d").glob("*.sources")):
        for stanza in re.split(r"\n\s*\n", re.sub(r"(?m)^#.*\n?", "", path.read_text())):
            field = {name.lower(): value.split() for name, value in re.findall(r"(?m)^(\S+?):((?:.*(?:\n[ \t].*)*))", stanza)}
            pairs += [(uri, suite) for uri in field.get("uris", []) for suite in field.get("suites", [])]
    found = {}
    for uri, suite in pairs:
        codename, _, tail = suite.replace("/updates", "-security").partition("-")
        if codename in CODENAMES:
            found.setdefault("security" if tail.startswith("security") else "main", uri)
    missing = {"main", "security"} - found.keys()
    if missing:
        sys.exit(f"this machine's apt sources name no Debian archive for: {', '.join(sorted(missing))}")
    return found


class Apt:
    """The real apt with an empty system and one suite's three archives."""

    def __init__(self, work, suite, architecture, addresses):
        self.suite, self.architecture = suite, architecture
        self.home = Path(work) / f"{suite}-{architecture}"
        for folder in ("state/lists/partial", "cache/archives/partial"):
            (self.home / folder).mkdir(parents=True, exist_ok=True)
        self.archives = [(suite, "main"), (f"{suite}-updates", "main"), (f"{suite}-security", "security")]
        (self.home / "sources.list").write_text("".join(
            f"deb [signed-by={KEYRING}] {addresses[kind]} {name} main\n" for name, kind in self.archives))
        transport = subprocess.run(["apt-config", "dump"], capture_output=True, text=True, check=True).stdout
        (self.home / "apt.conf").write_text("".join([
            *(line + "\n" for line in transport.splitlines() if line.startswith("Acquire::http")),
            f'Dir "{self.home}";\nDir::Etc "{self.home}";\nDir::Etc::Parts "/dev/null";\n',
            f'Dir::Etc::SourceList "{self.home}/sources.list";\nDir::Etc::SourceParts "/dev/null";\n',
            'Dir::Etc::Preferences "/dev/null";\nDir::Etc::PreferencesParts "/dev/null";\n',
            f'Dir::State "{self.home}/state";\nDir::State::status "/dev/null";\nDir::Cache "{self.home}/cache";\n',
            f'APT::Architecture "{architecture}";\nAPT::Architectures {{ "{architecture}"; }};\n',
            'Dir::Bin::methods "/usr/lib/apt/methods";\nAPT::Sandbox::User "root";\n',
            'Acquire::Check-Valid-Until "false";\nAcquire::Languages "none";\nAcquire::GzipIndexes "false";\n',
        ]))

    def run(self, *arguments, cwd=None):
        return subprocess.run(["apt-get", *arguments], capture_output=True, text=True, cwd=cwd,
                              env={**os.environ, "APT_CONFIG": str(self.home / "apt.conf"), "LC_ALL": "C"})

    def update(self):
        done = self.run("update", "-o", "APT::Update::Error-Mode=any")
        if done.returncode != 0:
            sys.exit(f"apt-get update for {self.suite}: {done.stderr}")

    def packages_files(self):
        files = []
        for name, _ in self.archives:
            pattern = f"{self.home}/state/lists/*_dists_{name}_main_binary-{self.architecture}_Packages"
            files += [f"{name}={path}" for path in glob.glob(pattern)]
        return files

    def solve(self, names):
        """The set of (name, version), or apt's complaint."""
        done = self.run("install", "--no-install-recommends", "--print-uris", "-y", *names)
        if done.returncode != 0:
            return done.stderr
        files = re.findall(r"(?m)^'\S+' ([^_\s]+)_([^_\s]+)_\S+\.deb ", done.stdout)
        return {(name, unquote(version)) for name, version in files}


def ours(probe, apt, requests):
    done = subprocess.run([probe, apt.architecture, *apt.packages_files()], capture_output=True, text=True, check=True,
                          input="".join(" ".join(names) + "\n" for names in requests))
    answers = done.stdout.split("\n\n")[:-1] if requests else []
    return [text if text.startswith("error:") else {tuple(line.split()) for line in text.splitlines()}
            for text in answers]


def difference(apt_says, we_say):
    """What a person wants to read of a differing answer, or nothing where they agree (both may refuse)."""
    if isinstance(apt_says, str) and isinstance(we_say, str):
        return ""
    if isinstance(apt_says, str):
        return "only apt refuses: " + apt_says.strip().replace("\n", "\n    ")
    if isinstance(we_say, str):
        return "only we refuse: " + we_say.strip().replace("\n", "\n    ")
    lacking = [f"{name} {version}" for name, version in sorted(apt_says - we_say)]
    surplus = [f"{name} {version}" for name, version in sorted(we_say - apt_says)]
    return "; ".join(f"{what}: {', '.join(names)}" for what, names in (("only apt", lacking), ("only we", surplus)) if names)


def requests_for(suite, path):
    """Lines of "SUITE|* NAME...", comments with #."""
    lines = (line.split("#")[0].split() for line in Path(path).read_text().splitlines())
    return [line[1:] for line in lines if line and line[0] in ("*", suite)]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--probe", required=True, help="the program resolve_probe")
    parser.add_argument("--suite", action="append", choices=SUITES, help="default: all")
    parser.add_argument("--architecture", default="amd64")
    parser.add_argument("--requests", default=Path(__file__).with_name("resolve_requests.txt"))
    parser.add_argument("--may-differ", type=int, default=0, help="how many requests of a suite may")
    parser.add_argument("--at-least", type=int, default=0, help="how many requests of a suite apt must answer")
    parser.add_argument("--work", help="a folder to keep apt's lists in; default: a temporary one")
    options = parser.parse_args()
    failed = False
    with tempfile.TemporaryDirectory() as temporary:
        for suite in options.suite or SUITES:
            apt = Apt(options.work or temporary, suite, options.architecture, mirrors())
            apt.update()
            requests = requests_for(suite, options.requests)
            with ThreadPoolExecutor(os.cpu_count()) as pool:
                expected = list(pool.map(apt.solve, requests))
            differing = 0
            for names, apt_says, we_say in zip(requests, expected, ours(options.probe, apt, requests), strict=True):
                if text := difference(apt_says, we_say):
                    differing += 1
                    print(f"{suite}: {' '.join(names)}\n    {text}")
            refused = sum(isinstance(answer, str) for answer in expected)
            print(f"{suite}/{options.architecture}: {len(requests)} requests, {differing} differ from apt's answer"
                  f" ({refused} that apt refuses)")
            failed = failed or differing > options.may_differ or len(requests) - refused < options.at_least
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
