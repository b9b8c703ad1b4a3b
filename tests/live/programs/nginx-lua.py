"""nginx with its module for Lua, and the Lua modules that this loads, makes a page by a script"""

import urllib.request


def prove(nginx):
    nginx.volume("/tmp")
    with nginx.serving(port=8080):
        assert urllib.request.urlopen("http://127.0.0.1:8080/page", timeout=20).read() == b"L3BhZ2U= 12\n"
