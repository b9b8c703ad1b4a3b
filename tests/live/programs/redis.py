"""keeps a value, runs a Lua script, and has the value again after a restart"""

import resp


def prove(redis):
    redis.volume("/var/lib/redis")
    with redis.serving(port=6379):
        with resp.Connection(6379) as connection:
            assert connection.ask("PING") == b"PONG"
            assert connection.ask("SET", "key", "value") == b"OK"
            assert connection.ask("EVAL", "return cjson.encode({redis.call('GET', KEYS[1])})", "1", "key") == b'["value"]'
            assert connection.ask("SAVE") == b"OK"
    with redis.serving(port=6379):
        with resp.Connection(6379) as connection:
            assert connection.ask("GET", "key") == b"value"
    assert redis.run("redis-server", "--version").out.startswith("Redis server v=")
