"""keeps a value, runs a Lua script, and has the value again after a restart"""

import resp


def prove(redis):
    resp.prove_store(redis, "/var/lib/redis", "redis.call")
    assert redis.run("redis-server", "--version").out.startswith("Redis server v=")
