"""`make test-all`: runs every step, those of real systems beside the others, and writes docs/test-results.md as each ends.
Ends with status 1 where one failed. STEPS="2 4" runs these alone."""

import datetime
import os
import platform
import re
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[1]
LOGS = SOURCE / "build/test-all"
RESULTS = SOURCE / "docs/test-results.md"
STORE = os.environ.get("DEBONE_LIVE_STORE", str(SOURCE / "build/live-store"))  # what the live tests fill
FUZZ_SECONDS = int(os.environ.get("FUZZ_SECONDS", "120"))
PYTEST = f"{sys.executable} -B -m pytest"
ASAN = ("cmake --build build/asan --target debone >/dev/null && "
        "env ASAN_OPTIONS=detect_leaks=1 UBSAN_OPTIONS=print_stacktrace=1 DEBONE_PROGRAM=build/asan/debone")
TSAN = "cmake --preset tsan >/dev/null && cmake --build build/tsan && ctest --test-dir build/tsan --output-on-failure -j2"
FUZZ = ("cmake --preset fuzz >/dev/null && cmake --build build/fuzz --target fuzzers && for fuzzer in build/fuzz/fuzz/fuzz_*; do "
        "name=${fuzzer##*/fuzz_}; mkdir -p build/fuzz/found/$name && echo \"== $name\" && "
        f"$fuzzer -max_total_time={FUZZ_SECONDS} -timeout=20 -rss_limit_mb=4096 -print_final_stats=1 "
        "-artifact_prefix=build/fuzz/found/$name- build/fuzz/found/$name fuzz/corpus/$name || exit 1; done")

# The first makes what the others use, and is alone.
STEPS = [
    ("format, unit tests", "make check-format unit"),
    ("live tests, the wide ones too", f"{PYTEST} --wide tests/live"),
    ("black-box and live tests under ASan and UBSan", f"{ASAN} {PYTEST} tests/blackbox tests/live"),
    ("unit tests and hostile input under ASan and UBSan", "make asan"),
    ("clang-tidy", "make check-tidy"),
    ("black-box tests, the wide ones too", f"{PYTEST} --wide --ignore=tests/live tests"),
    ("unit tests under TSan", TSAN),
    ("the Debian package, lintian", "make deb"),
    ("make run and the offline tests on trixie", "tests/trixie.sh"),
    ("fuzzers", FUZZ),
]
# Side by side, each in order. What waits for engines and installers leaves the machine time for what compiles; ASan's
# build is made by the second long before the first comes to it.
LANES = [[2, 3], [4, 5, 6, 7, 8, 9, 10]]


def counts(log):
    """What the runners' closing lines say."""
    found = re.findall(r"^(?:=+ )?(\d+ (?:passed|failed).*?)(?: in [\d.]+s.*)?$", log, re.MULTILINE)
    found += [f"ctest: {text}" for text in re.findall(r"\d+% tests passed, \d+ tests failed out of \d+", log)]
    runs = [int(n) for n in re.findall(r"stat::number_of_executed_units:\s*(\d+)", log)]
    if runs:
        found.append(f"{len(runs)} fuzzers, {FUZZ_SECONDS} s each, {sum(runs):,} runs")
    return "; ".join(found)


def measured():
    """A build of the catalog's php-fpm with everything in the store, resolved anew several times: the median in words, and
    whether it is under 6 s and 600 MB."""
    environment = {**os.environ, "DEBONE_STORE": STORE}
    command = [str(SOURCE / "build/debone"), "build", "php-fpm", "--allow-expired", "--allow-older", "-o",
               str(LOGS / "php-fpm"), "--format", "json"]
    rows = []
    for _ in range(5):
        (LOGS / "php-fpm.lock").unlink(missing_ok=True)
        begin = time.monotonic()
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment, cwd=LOGS)
        process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        if status != 0:
            return "the measuring build failed", False
        rows.append((time.monotonic() - begin, usage.ru_utime + usage.ru_stime, usage.ru_maxrss))
    wall, cpu, memory = sorted(rows)[len(rows) // 2]
    return (f"{wall:.2f} s wall (at most 6), {cpu:.2f} s CPU, {memory / 1000:.0f} MB of memory (at most 600)",
            wall < 6 and memory < 600_000)


def explained():
    """`debone why php-fpm X` with all in the store, for a package, a library and a file: the median of each in words,
    and whether all are under 100 ms."""
    environment = {**os.environ, "DEBONE_STORE": STORE}
    found = []
    for asked in ("perl-base", "libicu76", "/usr/bin/php8.4"):
        seconds = []
        for _ in range(6):
            begin = time.monotonic()
            done = subprocess.run([str(SOURCE / "build/debone"), "why", "php-fpm", asked], stdout=subprocess.DEVNULL,
                                  stderr=subprocess.DEVNULL, env=environment, cwd=LOGS)
            if done.returncode not in (0, 1):  # 1: it is not in the image
                return f"`debone why php-fpm {asked}` failed", False
            seconds.append(time.monotonic() - begin)
        found.append((asked, sorted(seconds[1:])[2] * 1000))
    return ", ".join(f"{asked} {median:.0f} ms" for asked, median in found), all(median < 100 for _, median in found)


def resolved():
    """What bench/warm_resolve.py says, and whether reading and the whole are as fast as they have to be."""
    bench = SOURCE / "build/release/bench/resolve_bench"
    subprocess.run(["sh", "-c", "cmake --preset release && cmake --build build/release --target resolve_bench"],
                   cwd=SOURCE, stdout=subprocess.DEVNULL, check=True)
    try:
        done = subprocess.run([sys.executable, "-B", SOURCE / "bench/warm_resolve.py", "--bench", bench], capture_output=True,
                              text=True, timeout=300, cwd=SOURCE)
    except subprocess.TimeoutExpired:
        return "not measured, it took over 300 s", False
    lines = [" ".join(line.split()) for line in done.stdout.splitlines() if "read" in line or "warm" in line]
    return "; ".join(lines) or "bench/warm_resolve.py failed", done.returncode == 0


class Results:
    """docs/test-results.md: a row for each step, and what was measured. What is not run again stands as it was."""

    def __init__(self):
        lines = RESULTS.read_text().splitlines() if RESULTS.exists() else []
        rows = [line.strip("| ").split(" | ") for line in lines if line.startswith("| ")]
        self.rows = {row[0]: row for row in rows if len(row) == 5}
        table = [number for number, line in enumerate(lines) if line.startswith("|")]
        self.measures = [line for line in lines[table[-1] + 1:] if line] if table else []
        self.lock = threading.Lock()

    def add(self, row):
        with self.lock:
            self.rows[row[0]] = row
            self.write()

    def write(self):
        system = platform.freedesktop_os_release()["PRETTY_NAME"]
        table = [f"| {' | '.join(self.rows[name])} |" for name, _ in STEPS if name in self.rows]
        RESULTS.write_text("\n\n".join([
            "# The last `make test-all`",
            f"On {system}, {os.cpu_count()} CPUs. `STEPS=\"2 4\"` runs some of its steps, so that each has its own commit and "
            "day.",
            "\n".join(["| step | result | counts | minutes | commit |", "| --- | --- | --- | --- | --- |", *table]),
            *self.measures]) + "\n")


def described():
    """The commit, and the day of the run."""
    commit = subprocess.run(["git", "describe", "--always", "--dirty"], cwd=SOURCE, capture_output=True, text=True).stdout
    return f"{commit.strip()}, {datetime.date.today()}"


def run(number, commit, results):
    """Whether the step passed."""
    name, command = STEPS[number - 1]
    print(f"== {number} of {len(STEPS)}: {name}", flush=True)
    log = LOGS / f"{number}.log"
    begin = time.monotonic()
    with open(log, "w") as output:
        status = subprocess.run(["sh", "-c", command], cwd=SOURCE, stdout=output, stderr=subprocess.STDOUT).returncode
    minutes = (time.monotonic() - begin) / 60
    text = log.read_text(errors="replace")
    said = counts(text)
    end = "" if status == 0 else "\n" + "\n".join(text.splitlines()[-40:])
    print(f"   {number} {'passed' if status == 0 else 'FAILED: ' + str(log)} ({minutes:.1f} min) {said}{end}", flush=True)
    results.add([name, "passed" if status == 0 else "FAILED", said, f"{minutes:.1f}", commit])
    return status == 0


def main():
    LOGS.mkdir(parents=True, exist_ok=True)
    chosen = {int(number) for number in os.environ.get("STEPS", "").split()} or set(range(1, len(STEPS) + 1))
    commit, results = described(), Results()  # the results, as they are written, are no change

    def run_lane(lane):
        return all([run(number, commit, results) for number in lane if number in chosen])

    passed = run_lane([1])
    with ThreadPoolExecutor(len(LANES)) as pool:
        passed = all([*pool.map(run_lane, LANES), passed])
    build, build_is_small = measured()  # which writes the lock that `why` reads
    why, why_is_fast = explained()
    resolve, resolve_is_fast = resolved()
    results.measures = [f"A build of php-fpm with every .deb in the store: {build}.",
                        f"`debone why php-fpm`, from its lock, medians: {why}.", f"Warm resolve of php-fpm: {resolve}."]
    results.write()
    stand = [results.rows[name][1] for name, _ in STEPS if name in results.rows]
    print(f"{stand.count('passed')} of {len(STEPS)} steps passed")
    return 0 if passed and build_is_small and why_is_fast and resolve_is_fast else 1


if __name__ == "__main__":
    sys.exit(main())
