"""a script in Python that serves an application of Flask's, with a template"""

import urllib.request


def prove(gunicorn):
    gunicorn.volume("/tmp")
    with gunicorn.serving(port=8000) as server:
        page = urllib.request.urlopen("http://127.0.0.1:8000/greet/%3CZw%C3%B6lf%3E", timeout=20).read().decode()
        assert page == "<p>&lt;Zwölf&gt;, 127.0.0.1:8000</p>"
        server.wait_for_line('"GET /greet/')
