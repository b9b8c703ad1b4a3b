"""keeps a value, runs a Lua script, and has the value again after a restart"""

import resp


def prove(valkey):
    valkey.volume("/var/lib/valkey")
    with valkey.serving(port=6379):
        with resp.Connection(6379) as connection:
            assert connection.ask("PING") == b"PONG"
            assert connection.ask("SET", "key", "value") == b"OK"
            assert connection.ask("EVAL", "return cjson.encode({server.call('GET', KEYS[1])})", "1", "key") == b'["value"]'
            assert connection.ask("SAVE") == b"OK"
    with valkey.serving(port=6379):
        with resp.Connection(6379) as connection:
            assert connection.ask("GET", "key") == b"value"
    assert valkey.run("valkey-server", "--version").out.startswith("Valkey server v=")
