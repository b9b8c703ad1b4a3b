#!/usr/bin/python3
"""A build with every .deb in the store, timed, resolved anew and from its lock, beside the floor that no tool can go
under: decoding the same packages' xz, as many at once as there are cores. Figures are ratios in one run.

    bench/warm_build.py [--debone build/debone] [--recipe NAME] [--runs 5] [-- BUILD OPTIONS]
"""
import argparse
import concurrent.futures
import json
import os
import pathlib
import statistics
import subprocess
import tempfile
import time


def timed(argv, **options):
    """Wall seconds, CPU seconds and peak memory in MB of one run."""
    begin = time.monotonic()
    process = subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)
    out, err = process.communicate()
    wall = time.monotonic() - begin
    if process.returncode != 0:
        raise SystemExit(f"{' '.join(argv)} failed:\n{err.decode()}")
    return wall, out


def measured(argv):
    """As timed, with the child's own CPU time and peak memory through wait4."""
    begin = time.monotonic()
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        pid = os.posix_spawnp(argv[0], argv, os.environ, file_actions=[
            (os.POSIX_SPAWN_DUP2, out.fileno(), 1), (os.POSIX_SPAWN_DUP2, err.fileno(), 2)])
        _, status, usage = os.wait4(pid, 0)
        wall = time.monotonic() - begin
        if status != 0:
            err.seek(0)
            raise SystemExit(f"{' '.join(argv)} failed:\n{err.read().decode()}")
        out.seek(0)
        return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1000, out.read()


def debs_of(store):
    """The .debs among the store's files."""
    found = []
    for path in pathlib.Path(store).rglob("*"):
        if path.is_file():
            with path.open("rb") as file:
                if file.read(8) == b"!<arch>\n":
                    found.append(path)
    return sorted(found, key=lambda path: -path.stat().st_size)


def decode(path):
    """xz -dc of the data.tar.xz inside one .deb."""
    deb = subprocess.Popen(["ar", "p", str(path), "data.tar.xz"], stdout=subprocess.PIPE)
    subprocess.run(["xz", "-dc"], stdin=deb.stdout, stdout=subprocess.DEVNULL, check=True)
    deb.wait()


def floor(debs):
    begin = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(decode, debs))
    return time.monotonic() - begin


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--debone", default="build/debone")
    parser.add_argument("--recipe", default="php-fpm", help="a name in the catalog")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("options", nargs="*")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["DEBONE_STORE"] = f"{folder}/store"
        program = os.path.abspath(arguments.debone)
        os.chdir(folder)  # where a recipe of the catalog gets its lock
        lock = pathlib.Path(arguments.recipe.split("/")[-1] + ".lock")
        argv = [program, "build", arguments.recipe, "-o", f"{folder}/image", "--format", "json", *arguments.options]
        first, _ = timed(argv)
        debs = debs_of(f"{folder}/store")
        runs = []
        locked = []
        floors = []
        for _ in range(arguments.runs):
            locked.append(measured(argv)[0])
            lock.unlink()
            runs.append(measured(argv))
            floors.append(floor(debs))
        walls = [run[0] for run in runs]
        base = statistics.median(floors)
        summary = json.loads(runs[-1][3])
        print(f"recipe            {arguments.recipe}, {len(debs)} .debs, {sum(d.stat().st_size for d in debs) / 1e6:.1f} MB")
        print(f"first build       {first:.2f} s (fetches)")
        print(f"warm build        {min(walls):.2f} / {statistics.median(walls):.2f} / {max(walls):.2f} s (min / median / max of {arguments.runs})")
        print(f"from its lock     {min(locked):.2f} / {statistics.median(locked):.2f} / {max(locked):.2f} s (likewise)")
        print(f"warm build, CPU   {statistics.median(run[1] for run in runs):.2f} s")
        print(f"peak memory       {max(run[2] for run in runs):.0f} MB")
        print(f"xz floor          {base:.2f} s; warm build / floor = {statistics.median(walls) / base:.2f}")
        for timing in summary["timings"]:
            print(f"  {timing['stage']:<15} {timing['seconds']:.2f} s")


if __name__ == "__main__":
    main()
