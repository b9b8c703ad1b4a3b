"""answers for a zone that it signs with keys it makes, and leaves addresses out by a plugin"""

import dns


def prove(bind):
    for path in ("/run/named", "/var/cache/bind", "/var/lib/bind"):
        bind.volume(path)
    with bind.serving(port=53, line="all zones loaded") as server:
        server.wait_for(lambda: dict(dns.ask("www.example.org", dnssec=True)[1]).get("RRSIG"), "the zone is signed")
        code, answers = dns.ask("www.example.org", dnssec=True)
        assert code == 0 and ("A", "192.0.2.80") in answers
        assert [kind for kind, _ in dns.ask("example.org", "DNSKEY")[1]] == ["DNSKEY"]
        assert dns.ask("www.example.org", "AAAA") == (0, [])
        assert dns.ask("nothing.example.org")[0] == 3
    assert list((bind.volume("/var/cache/bind")).glob("Kexample.org.*.private"))
