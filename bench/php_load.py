#!/usr/bin/python3
"""How many requests a second the catalog's php-fpm answers, beside php-fpm of the same packages as apt installs them: two
root file systems under runc with the image's configuration and opcache on, both php-fpms on one CPU, nginx (the catalog's)
and wrk on another. Both run, and are asked in turns, a second each, after which they are started anew; figures are the
medians, and the ratio of the two in one turn. CPU time for a request is told too, which others on the machine disturb less.
Ends with 1 where the image's is slower by more than noise (verdict.py).

    bench/php_load.py [--debone build/debone] [--starts 4] [--turns 8] [--work FOLDER] [-- BUILD OPTIONS]

As root, with the packages of packaging/apt-bench.txt (scripts/need.sh run bench). To be held: a ratio of 1 within noise.
"""
import argparse
import contextlib
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent.parent / "tests" / name) for name in ("lib", "live")]
from bundle import Bundle, own_network  # noqa: E402
from resolve_oracle import KEYRING, mirrors  # noqa: E402
from verdict import interval, not_below_one  # noqa: E402
from warm_resolve import REQUEST  # noqa: E402

CONFIGURATION = [f"etc/php/8.4/fpm/{name}" for name in ("php-fpm.conf", "pool.d/www.conf", "conf.d/90-image.ini")]
PORTS = [8080, 8081]  # of nginx for the image and for apt's
FPM_PORTS = [9000, 9001]
POOL = "[www]\npm = static\npm.max_children = 4\nlisten = %d\n"
NGINX = """server {
    listen %d;
    access_log off;
    location / {
        include fastcgi_params;
        fastcgi_param SCRIPT_FILENAME /srv/app$uri;
        fastcgi_pass 127.0.0.1:%d;
    }
}
"""
CONNECTIONS = 4
CLASSES = 40
# A page that does next to nothing, so that php-fpm itself is measured; and one of many classes that uses extensions.
PAGES = {"hello.php": "<?php echo 'hello';", "page.php": """<?php
spl_autoload_register(fn($name) => require __DIR__ . "/classes/$name.php");
$rows = [];
for ($i = 0; $i < %d; $i++) {
    $rows[] = (new ("Part$i"))->row();
}
usort($rows, fn($a, $b) => $a['name'] <=> $b['name']);
$list = array_map(fn($row) => '<li>' . htmlspecialchars($row['name'] . $row['text']) . '</li>', $rows);
$page = new DOMDocument();
$page->loadHTML('<ul>' . implode("\\n", $list) . '</ul>');
echo mb_strtoupper(preg_replace('/\\s+/u', ' ', $page->saveHTML())), hash('sha256', json_encode($rows));
""" % CLASSES}
CLASS = """<?php
class Part%d {
    public function row() {
        return ['name' => md5('%d'), 'text' => str_repeat('<wörter> ', 20), 'sum' => array_sum(range(1, 50))];
    }
}
"""
ABOUT = """<?php
$extensions = get_loaded_extensions();
sort($extensions);
echo json_encode([PHP_VERSION, opcache_get_status(false)['opcache_enabled'] ?? false, $extensions]);
"""


class Installed(Bundle):
    """php-fpm as apt installs it, with the configuration of the image."""

    def __init__(self, ours, folder):
        self._ours = ours
        super().__init__(ours.image.layout, folder)

    def _fill_root(self):
        at = mirrors()
        archives = [f"deb [signed-by={KEYRING}] {at[kind]} {suite} main"
                    for suite, kind in (("trixie", "main"), ("trixie-updates", "main"), ("trixie-security", "security"))]
        subprocess.run(["mmdebstrap", "--quiet", "--variant=apt", "--aptopt=Acquire::Check-Valid-Until \"false\"",
                        f"--include={','.join(REQUEST)}", "trixie", self.root, *archives], check=True)
        for path in CONFIGURATION:
            (self.root / path).write_bytes((self._ours.root / path).read_bytes())


def write_pages(bundle, port):
    pages = {**PAGES, "about.php": ABOUT, **{f"classes/Part{i}.php": CLASS % (i, i) for i in range(CLASSES)}}
    for name, text in pages.items():
        path = bundle.root / "srv/app" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (bundle.root / "etc/php/8.4/fpm/pool.d/zz-bench.conf").write_text(POOL % port)


def forget_pages(root):
    """The files' pages lie in memory as who wrote them left them, tar's in smaller pieces than dpkg's, which a processor's
    tables see; read anew they lie alike."""
    os.sync()
    for folder, _, names in os.walk(root):
        for name in names:
            path = os.path.join(folder, name)
            if os.path.isfile(path) and not os.path.islink(path):
                with open(path, "rb") as file:
                    os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def tasks(process):
    """Of a process and all below it: the folders of their threads in /proc."""
    for task in Path(f"/proc/{process}/task").iterdir():
        yield task
        for child in (task / "children").read_text().split():
            yield from tasks(child)


def pin(process, cpu):
    for task in tasks(process):
        os.sched_setaffinity(int(task.name), {cpu})


def cpu_seconds(process):
    ticks = 0
    for task in tasks(process):
        ticks += sum(map(int, (task / "stat").read_text().rpartition(")")[2].split()[11:13]))
    return ticks / os.sysconf("SC_CLK_TCK")


def page(port, name):
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(f"http://127.0.0.1:{port}/{name}") as answer:
        return answer.read()


def ask(port, name, cpu):
    """How many answers wrk got within a second, and how many a second."""
    done = subprocess.run(["taskset", "-c", str(cpu), "wrk", "-t1", f"-c{CONNECTIONS}", "-d1s",
                           f"http://127.0.0.1:{port}/{name}"], capture_output=True, text=True, check=True)
    if "Non-2xx" in done.stdout or "Socket errors" in done.stdout:
        sys.exit(f"not every answer is a good one:\n{done.stdout}")
    return int(re.search(r"(\d+) requests in", done.stdout)[1]), float(re.search(r"Requests/sec:\s+([\d.]+)", done.stdout)[1])


def turn(services, name, first, cpu):
    """Of the image's and of apt's: requests a second, and CPU microseconds of php-fpm for one."""
    found = [None, None]
    for i in (first, 1 - first):
        before = cpu_seconds(services[i].process.pid)
        count, rate = ask(PORTS[i], name, cpu)
        found[i] = rate, (cpu_seconds(services[i].process.pid) - before) / count * 1e6
    return found


def measure(both, turns, cpus):
    """By page the turns of one start, and what PHP says of itself."""
    with contextlib.ExitStack() as stack:
        services = [stack.enter_context(bundle.serving(port=port)) for bundle, port in zip(both, FPM_PORTS)]
        for service in services:
            pin(service.process.pid, cpus[0])
        abouts = [(json.loads(page(port, "about.php")), page(port, "page.php")) for port in PORTS]
        if abouts[0] != abouts[1]:
            sys.exit(f"the two differ in what they are or answer:\n{abouts[0]}\n{abouts[1]}")
        for name in PAGES:
            for port in PORTS:
                ask(port, name, cpus[1])
        return {name: [turn(services, name, i % 2, cpus[1]) for i in range(turns)] for name in PAGES}, abouts[0][0]


def told(what, pairs, unit, more=""):
    ratios = sorted(ours / theirs for ours, theirs in pairs)
    quarter = len(ratios) // 4
    ours, theirs = (statistics.median(pair[i] for pair in pairs) for i in (0, 1))
    print(f"{what:<22} image {ours:8.0f} {unit}, apt {theirs:8.0f} {unit}; ratio {statistics.median(ratios):.3f} "
          f"(half of the turns {ratios[quarter]:.3f} to {ratios[-1 - quarter]:.3f}){more}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--debone", default="build/debone")
    parser.add_argument("--starts", type=int, default=4)
    parser.add_argument("--turns", type=int, default=8)
    parser.add_argument("--work", help="a folder on a disk for the root file systems; default: a temporary one")
    parser.add_argument("options", nargs="*")
    given = parser.parse_args()
    if given.starts < 2:
        parser.error("what is noise is told by two starts or more")
    if given.work:
        os.makedirs(given.work, exist_ok=True)
    available = sorted(os.sched_getaffinity(0))
    cpus = available[0], available[-1]
    with contextlib.ExitStack() as stack:
        work = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="debone-bench-", dir=given.work)))
        for name in ("php-fpm", "nginx"):
            subprocess.run([os.path.abspath(given.debone), "build", name, *given.options], cwd=work, check=True,
                           stdout=subprocess.DEVNULL)
        ours = Bundle(work / "php-fpm", work / "ours")
        both = [ours, Installed(ours, work / "apt")]
        for bundle, port in zip(both, FPM_PORTS):
            bundle.volume("/tmp")
            write_pages(bundle, port)
            forget_pages(bundle.root)
        nginx = Bundle(work / "nginx", work / "web")
        nginx.volume("/tmp")
        (nginx.root / "etc/nginx/conf.d/bench.conf").write_text("".join(NGINX % ports for ports in zip(PORTS, FPM_PORTS)))
        stack.enter_context(own_network())
        web = stack.enter_context(nginx.serving(port=PORTS))
        pin(web.process.pid, cpus[1])
        found = {name: [] for name in PAGES}
        for _ in range(given.starts):
            pages, (version, has_opcache, extensions) = measure(both, given.turns, cpus)
            for name, turns in pages.items():
                found[name].append(turns)
    print(f"PHP {version}, {len(extensions)} extensions, opcache {'on' if has_opcache else 'OFF'}; {given.starts} starts, "
          f"{given.turns} turns each, {CONNECTIONS} connections; load of the machine {os.getloadavg()[0]:.1f}")
    failures = []
    for name, starts in found.items():
        ratios = [[ours[0] / theirs[0] for ours, theirs in turns] for turns in starts]
        least, most = interval(ratios)
        turns = [turn for start in starts for turn in start]
        more = f", by the starts {least:.3f} to {most:.3f}"
        told(name, [(ours[0], theirs[0]) for ours, theirs in turns], "a second", more)
        told(f"{name}, php-fpm's CPU", [(ours[1], theirs[1]) for ours, theirs in turns], "µs")
        failures.append(not_below_one(name, ratios))
    sys.exit("\n".join(filter(None, failures)) or None)


if __name__ == "__main__":
    main()
