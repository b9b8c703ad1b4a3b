#!/usr/bin/python3
"""How long debone-init takes: alone, and from its start to the end of the process that it starts, beside that process
alone. Medians in milliseconds.

    bench/init_start.py [--program build/debone-init] [--runs 200]
"""
import argparse
import os
import statistics
import time


def median(argv, runs):
    taken = []
    for _ in range(runs):
        begin = time.perf_counter()
        pid = os.posix_spawn(argv[0], argv, {"PATH": "/usr/bin:/bin"})
        _, status = os.waitpid(pid, 0)
        taken.append(time.perf_counter() - begin)
        if status != 0:
            raise SystemExit(f"{' '.join(argv)} failed")
    return statistics.median(taken) * 1000


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--program", default="build/debone-init")
    options.add_argument("--runs", type=int, default=200)
    given = options.parse_args()
    alone = median(["/bin/true"], given.runs)
    started = median([given.program, "--", "/bin/true"], given.runs)
    health = median([given.program, "health", "file", "/"], given.runs)
    print(f"size {os.stat(given.program).st_size} bytes; /bin/true {alone:.2f} ms, under debone-init {started:.2f} ms "
          f"(+{started - alone:.2f}); a health command {health:.2f} ms")


if __name__ == "__main__":
    main()
