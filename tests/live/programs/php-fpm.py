"""answers a FastCGI request by a page that keeps a session, as www-data"""

import fastcgi

PAGE = """<?php
session_start();
header('X-Count: ' . ($_SESSION['count'] = ($_SESSION['count'] ?? 0) + 1));
echo strtoupper(file_get_contents('php://input')), ' for ', posix_getpwuid(posix_getuid())['name'], ' ', $_GET['q'];
"""


def prove(php):
    for path in ("/run/php", "/tmp", "/var/lib/php/sessions"):
        php.volume(path)
    (php.volume("/srv/app") / "page.php").write_text(PAGE)
    with php.serving(port=9000):
        headers, page, errors = fastcgi.request("/srv/app/page.php", query="q=query", method="POST", body=b"a page")
        assert (page, errors, headers["x-count"]) == (b"A PAGE for www-data query", b"", "1")
        cookie = headers["set-cookie"].split(";")[0]
        headers, _, _ = fastcgi.request("/srv/app/page.php", query="q=", HTTP_COOKIE=cookie)
        assert headers["x-count"] == "2"
