"""serves pages over TLS, one of them with another inside, by its modules"""

import tls


def prove(lighttpd):
    pages = lighttpd.volume("/srv")
    certificate = tls.Certificate(pages)
    (pages / "page.html").write_text("a page")
    (pages / "outer.shtml").write_text('around <!--#include file="page.html" -->')
    with lighttpd.serving(port=443) as server:
        assert certificate.get("https://localhost/page.html") == "a page"
        assert certificate.get("https://localhost/outer.shtml") == "around a page"
        server.wait_for_line('"GET /outer.shtml')
