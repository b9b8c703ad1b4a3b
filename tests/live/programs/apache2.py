"""serves a compressed page over TLS with Debian's own configuration and its modules"""

import gzip
import urllib.request

import tls


def prove(apache):
    pages = apache.volume("/srv")
    apache.volume("/run/apache2")
    logs = apache.volume("/var/log/apache2")
    certificate = tls.Certificate(pages)
    (pages / "page.html").write_text("a page\n" * 1000)
    with apache.serving(port=[80, 443]):
        request = urllib.request.Request("https://localhost/page.html", headers={"Accept-Encoding": "gzip"})
        with urllib.request.urlopen(request, context=certificate.client(), timeout=20) as answer:
            assert answer.headers["Content-Type"] == "text/html" and answer.headers["Server"].startswith("Apache/2.4")
            assert gzip.decompress(answer.read()) == b"a page\n" * 1000
    assert "resuming normal operations" in (logs / "error.log").read_text()
