"""answers for a name it is told, forwards another to a name server, and answers a second time from its cache"""

import dns


def prove(dnsmasq):
    command = dnsmasq.config["Entrypoint"]
    with dns.server({"www.example.org": "192.0.2.80"}) as (port, asked):
        with dnsmasq.serving(*command, "--conf-dir=/etc/dnsmasq.d", f"--server=127.0.0.1#{port}", port=53):
            assert dns.ask("router.example.org") == (0, [("A", "192.0.2.1")])
            assert dns.ask("note.example.org", "TXT") == (0, [("TXT", b"\x06a note")])
            for _ in range(2):
                assert dns.ask("www.example.org") == (0, [("A", "192.0.2.80")])
            assert asked == ["www.example.org"]
            assert dns.ask("nothing.example.org") == (3, [])
