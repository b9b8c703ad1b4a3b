"""fetches pages for a client with a password, which its helper checks; the second time from its cache; logs by a helper"""

import urllib.error
import urllib.request

import tls


def prove(squid):
    for path in ("/var/log/squid", "/var/spool/squid"):
        squid.volume(path)
    squid.run("squid", "--foreground", "-z")
    with tls.pages({"/page": b"a page"}) as (port, seen), squid.serving(port=3128) as server:
        def get(password):
            proxy = urllib.request.ProxyHandler({"http": f"http://somebody:{password}@127.0.0.1:3128"})
            with urllib.request.build_opener(proxy).open(f"http://127.0.0.1:{port}/page", timeout=20) as answer:
                return answer.read(), answer.headers["Via"]
        for _ in range(2):
            body, via = get("secret")
            assert body == b"a page" and "squid" in via
        try:
            get("wrong")
            raise AssertionError("a wrong password is good enough")
        except urllib.error.HTTPError as refused:
            assert refused.code == 407 and "Cache Access Denied" in refused.read().decode()
        assert seen == ["/page"]
        log = squid.volume("/var/log/squid") / "access.log"
        server.wait_for(lambda: "TCP_MISS/200" in log.read_text() and "HIT/200" in log.read_text(), "it logs the access")
