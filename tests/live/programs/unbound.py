"""answers for a local name, resolves another by a name server and the second time by its cache"""

import dns

CONFIGURATION = """
server:
  chroot: ""
  use-syslog: no
  do-not-query-localhost: no
  module-config: "iterator"
  local-data: "router.example.org. A 192.0.2.1"
forward-zone:
  name: "."
  forward-addr: 127.0.0.1@PORT
"""


def prove(unbound):
    folder = unbound.volume("/srv")
    with dns.server({"www.example.org": "192.0.2.80"}) as (port, asked):
        (folder / "unbound.conf").write_text(CONFIGURATION.replace("PORT", str(port)))
        unbound.run("/usr/sbin/unbound-checkconf", "/srv/unbound.conf")
        with unbound.serving(*unbound.config["Entrypoint"], "-c", "/srv/unbound.conf", port=53):
            assert dns.ask("router.example.org") == (0, [("A", "192.0.2.1")])
            for _ in range(2):
                assert dns.ask("www.example.org") == (0, [("A", "192.0.2.80")])
            assert asked.count("www.example.org") == 1
            assert dns.ask("nothing.example.org") == (3, [])
