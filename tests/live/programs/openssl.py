"""makes a key and a certificate and serves a page with them over TLS, signs and verifies, uses its legacy provider"""

import ssl
import urllib.request


def prove(openssl):
    files = openssl.volume("/srv")
    openssl.run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "7", "-subj", "/CN=localhost",
                "-addext", "subjectAltName=DNS:localhost", "-keyout", "/srv/key.pem", "-out", "/srv/certificate.pem")
    with openssl.serving("openssl", "s_server", "-accept", "4433", "-cert", "/srv/certificate.pem", "-key",
                         "/srv/key.pem", "-www", port=4433):
        trusting = ssl.create_default_context(cafile=files / "certificate.pem")
        page = urllib.request.urlopen("https://localhost:4433/", context=trusting, timeout=20).read()
        assert b"TLSv1.3" in page
    (files / "text").write_text("a text")
    openssl.run("openssl", "dgst", "-sha256", "-sign", "/srv/key.pem", "-out", "/srv/signature", "/srv/text")
    openssl.run("openssl", "x509", "-in", "/srv/certificate.pem", "-pubkey", "-noout", "-out", "/srv/public.pem")
    verify = ["openssl", "dgst", "-sha256", "-verify", "/srv/public.pem", "-signature", "/srv/signature", "/srv/text"]
    assert "Verified OK" in openssl.run(*verify).out
    (files / "text").write_text("another text")
    openssl.run(*verify, status=1)
    md4 = openssl.run("openssl", "dgst", "-provider", "legacy", "-provider", "default", "-md4", input="abc").out
    assert "a448017aaf21d8525fc10ae87aa6729d" in md4  # RFC 1320, A.5
