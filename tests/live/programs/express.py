"""an application of Express's, with all of its modules, serves a page"""

import json
import urllib.request


def prove(express):
    with express.serving(port=8000):
        with urllib.request.urlopen("http://127.0.0.1:8000/greet/Zw%C3%B6lf", timeout=20) as answer:
            assert json.loads(answer.read()) == {"name": "Zwölf"} and answer.headers["X-Powered-By"] == "Express"
