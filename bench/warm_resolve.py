#!/usr/bin/python3
"""What resolving the catalog's php-fpm against trixie costs once its indexes are compiled, beside `apt-get -s` for the
same request on the same indexes with its own cache warm. CPU seconds, the least of each, in one run.

    bench/warm_resolve.py [--bench build/release/bench/resolve_bench] [--runs 5] [--work FOLDER]

To be held: at most 100 ms for reading the indexes, 150 ms with the solving.
"""
import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests/live"))
from resolve_oracle import Apt, mirrors  # noqa: E402

REQUEST = ("php8.4-fpm php8.4-cli php8.4-mysql php8.4-gd php8.4-mbstring php8.4-xml php8.4-opcache php8.4-readline "
           "base-passwd ca-certificates openssl netbase tzdata base-files").split()


def apt_seconds(apt):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = apt.run("install", "--no-install-recommends", "-s", *REQUEST)
    if done.returncode != 0:
        sys.exit(done.stderr)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def our_seconds(bench, apt, runs):
    """The least CPU seconds of each benchmark."""
    environment = {**os.environ, "DEBONE_PACKAGES": " ".join(apt.packages_files())}
    done = subprocess.run([bench, "--benchmark_format=json", f"--benchmark_repetitions={runs}"], env=environment,
                          capture_output=True, text=True, check=True)
    least = {}
    for one in json.loads(done.stdout)["benchmarks"]:
        if one.get("error_occurred"):
            sys.exit(one["error_message"])
        if one["run_type"] == "iteration":
            least[one["run_name"]] = min(least.get(one["run_name"], 1e9), one["cpu_time"] / 1000)
    return least


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bench", default="build/release/bench/resolve_bench")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--work", help="a folder to keep apt's lists in; default: a temporary one")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        apt = Apt(options.work or temporary, "trixie", "amd64", mirrors())
        apt.update()
        apt_seconds(apt)  # makes its cache
        apt_least = min(apt_seconds(apt) for _ in range(options.runs))
        ours = our_seconds(options.bench, apt, options.runs)
    warm = ours["read_indexes"] + ours["solve"]
    print(f"first: indexes compiled   {ours['compile_indexes'] * 1000:6.1f} ms")
    print(f"indexes read              {ours['read_indexes'] * 1000:6.1f} ms  (at most 100)")
    print(f"solved, twice             {ours['solve'] * 1000:6.1f} ms")
    print(f"warm resolve              {warm * 1000:6.1f} ms  (at most 150)")
    print(f"apt-get -s                {apt_least * 1000:6.1f} ms; warm resolve / apt-get -s = {warm / apt_least:.2f}")
    return 0 if ours["read_indexes"] <= 0.1 and warm <= 0.15 else 1


if __name__ == "__main__":
    sys.exit(main())
