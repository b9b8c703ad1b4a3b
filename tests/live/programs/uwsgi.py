"""loads its plugin for Python, which has the whole interpreter in it, and serves an application"""

import json
import urllib.request


def prove(uwsgi):
    with uwsgi.serving(port=8000):
        answer = urllib.request.urlopen("http://127.0.0.1:8000/page", timeout=20).read()
    assert json.loads(answer) == ["/page", [[42]]]
