"""serves a page over TLS with Debian's own configuration, its workers as www-data"""

import tls


def prove(nginx):
    pages = nginx.volume("/srv")
    for path in ("/run", "/var/lib/nginx", "/var/log/nginx"):
        nginx.volume(path)
    certificate = tls.Certificate(pages)
    (pages / "page.html").write_text("a page")
    with nginx.serving(port=443):
        assert certificate.get("https://localhost/page.html") == "a page"
    assert "GET /page.html" in (nginx.volume("/var/log/nginx") / "access.log").read_text()
    assert (nginx.volume("/var/lib/nginx") / "body").stat().st_uid == 33
