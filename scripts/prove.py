"""`make run`: builds the catalog's php-fpm from the live Debian archive and proves it.

prove.py DEBONE: DEBONE_RUN_OPTIONS holds further options for `debone build`, as --allow-expired for a mirror that lags.
"""

import json
import os
import shlex
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests/lib"))
import fastcgi  # noqa: E402

PORT = 9000
PAGE = "<?php header('Content-Type: text/plain'); echo 'Hello from PHP ', PHP_VERSION, ' (', PHP_SAPI, ') as ', " \
       "posix_getpwuid(posix_getuid())['name'], \".\\n\";"
RECIPE = f"""name: prove
include: php-fpm
paths:
  - {{path: /srv/app, type: directory, permissions: 0o755}}
  - path: /srv/app/index.php
    type: file
    content: {json.dumps(PAGE)}
"""


class Failed(Exception):
    pass


def heading(text):
    print(f"\n== {text}", flush=True)


def megabytes(size):
    return f"{size / 1e6:.1f} MB"


def check(argv, **more):
    done = subprocess.run(argv, **more)
    if done.returncode != 0:
        raise Failed(f"exit status {done.returncode} of: {shlex.join(map(str, argv))}")
    return done


def build(debone, recipe, output, folder):
    """The JSON summary of a build; its progress goes to the terminal."""
    options = shlex.split(os.environ.get("DEBONE_RUN_OPTIONS", ""))
    argv = [debone, "build", recipe, "-o", output, "--format", "json", *options]
    return json.loads(check(argv, stdout=subprocess.PIPE, cwd=folder).stdout)


def run(debone, image, program, *arguments):
    check([debone, "run", image, "--entrypoint", program, "--read-only", "--tmpfs", "/tmp", "--tmpfs", "/run/php",
           "--", *arguments])


def port_is_free():
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", PORT))
        except OSError:
            return False
    return True


def serve_one_page(debone, image):
    if not port_is_free():
        raise Failed(f"port {PORT} on 127.0.0.1 is in use by another program, which must be stopped first: php-fpm "
                     f"listens there (`ss -ltnp sport = :{PORT}` names it)")
    container = subprocess.Popen([debone, "run", image, "--read-only", "--tmpfs", "/tmp", "--tmpfs", "/run/php"])
    try:
        end = time.monotonic() + 60
        while True:
            if container.poll() is not None:
                raise Failed(f"php-fpm ended with status {container.returncode} instead of listening on port {PORT}")
            try:
                headers, page, errors = fastcgi.request("/srv/app/index.php", ("127.0.0.1", PORT))
                break
            except ConnectionRefusedError:
                if time.monotonic() > end:
                    raise Failed(f"php-fpm does not listen on port {PORT} after 60 s") from None
                time.sleep(0.05)
        for name, value in headers.items():
            print(f"{name}: {value}")
        print(f"\n{page.decode()}", end="", flush=True)
        if errors:
            print(errors.decode(), file=sys.stderr)
        if not page.startswith(b"Hello from PHP 8."):
            raise Failed("the page is not the one that was asked for")
        container.send_signal(signal.SIGQUIT)  # the image's stop-signal: php-fpm ends gracefully
        status = container.wait(30)
        if status != 0:
            raise Failed(f"php-fpm ended with status {status} after SIGQUIT")
    finally:
        if container.poll() is None:
            container.terminate()
            try:
                container.wait(5)
            except subprocess.TimeoutExpired:
                container.kill()
                container.wait()


def main():
    debone = Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory(prefix="debone-run-") as folder:
        image = Path(folder) / "php-fpm"
        heading("debone build php-fpm")
        summary = build(debone, "php-fpm", image, folder)
        heading("php8.4 -v")
        run(debone, image, "php8.4", "-v")
        heading("php8.4 -m")
        run(debone, image, "php8.4", "-m")
        heading("php-fpm8.4 -t")
        run(debone, image, "php-fpm8.4", "-t")
        heading("one FastCGI request to php-fpm in the container")
        recipe = Path(folder) / "prove.yaml"
        recipe.write_text(RECIPE)
        page_image = Path(folder) / "prove"
        build(debone, recipe, page_image, folder)
        serve_one_page(debone, page_image)
        heading("what it weighs")
        built = summary["images"][0]
        print(f"the image            {megabytes(built['size']):>9}  ({megabytes(built['compressed_size'])} compressed, "
              f"{sum(package['state'] != 'read' for package in built['packages'])} packages)\n"
              f"the same by apt-get  {megabytes(built['apt_size']):>9}  ({built['apt_packages']} packages: install "
              f"--no-install-recommends on a minimal system, by Installed-Size)\n"
              f"that is {100 * built['size'] / built['apt_size']:.0f} %")


if __name__ == "__main__":
    try:
        main()
    except Failed as failure:
        sys.exit(f"\nerror: {failure}")
    except KeyboardInterrupt:
        sys.exit(130)
