"""runs a script that fetches a page by a module in Lua and C (lua-socket)"""

import tls

SCRIPT = """
local http = require("socket.http")
local page, status = http.request("http://localhost:" .. arg[1] .. "/page")
print(_VERSION, status, page, string.format("%5.2f", math.pi), utf8.len("zwölf"))
"""


def prove(lua):
    (lua.volume("/srv") / "script.lua").write_text(SCRIPT)
    with tls.pages({"/page": b"a page"}) as (port, _):
        out = lua.run("lua5.4", "/srv/script.lua", port).out
    assert out.split("\t") == ["Lua 5.4", "200", "a page", " 3.14", "5\n"]
