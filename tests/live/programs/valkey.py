"""keeps a value, runs a Lua script, and has the value again after a restart"""

import resp


def prove(valkey):
    resp.prove_store(valkey, "/var/lib/valkey", "server.call")
    assert valkey.run("valkey-server", "--version").out.startswith("Valkey server v=")
