"""fetches a page over HTTPS from a server whose certificate it is told to trust, and refuses it otherwise"""

import tls


def prove(curl):
    files = curl.volume("/srv")
    certificate = tls.Certificate(files)
    with tls.pages({"/page": b"a page\n" * 10000}, certificate) as (port, _):
        url = f"https://localhost:{port}/page"
        refused = curl.run("curl", "--no-progress-meter", url, status=60)
        assert "unable to get local issuer certificate" in refused.err
        curl.run("curl", "--no-progress-meter", "--compressed", "--cacert", "/srv/authority.pem", "-o", "/srv/page", url)
    assert (files / "page").read_bytes() == b"a page\n" * 10000
    # Debian's own certificates are what it trusts without being told: all that the package ships are in the bundle.
    assert (curl.root / "etc/ssl/certs/ca-certificates.crt").read_text().count("BEGIN CERTIFICATE") > 100
