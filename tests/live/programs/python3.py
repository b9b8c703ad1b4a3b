"""imports every extension module that Debian ships in its standard library, fetches a page over TLS, keeps a table in
SQLite, compresses by zlib, bz2 and lzma, calls a C function by ctypes"""

import json

import tls

SCRIPT = """
import bz2, ctypes, importlib, json, lzma, pkgutil, sqlite3, ssl, sys, urllib.request, uuid, zlib
port = sys.argv[1]
page = urllib.request.urlopen(f"https://localhost:{port}/page",
                              context=ssl.create_default_context(cafile="/srv/authority.pem")).read()
base = sqlite3.connect("/srv/base.db")
base.execute("create table t (a, b)")
base.executemany("insert into t values (?, ?)", [(1, "one"), (2, "zw\\u00f6lf")])
base.commit()
modules = [module.name for module in pkgutil.iter_modules([one for one in sys.path if one.endswith("lib-dynload")])]
for module in modules:
    importlib.import_module(module)
data = b"x" * 100000
print(json.dumps({
    "page": page.decode(), "rows": base.execute("select b from t order by a").fetchall(), "modules": len(modules) > 20,
    "compressed": all(one.decompress(one.compress(data)) == data for one in (zlib, bz2, lzma)),
    "uuid": len(str(uuid.uuid4())), "strlen": ctypes.CDLL(None).strlen(b"four"),
    "trusted": len(ssl.create_default_context().get_ca_certs()) > 100, "encoding": sys.stdout.encoding}))
"""


def prove(python):
    files = python.volume("/srv")
    certificate = tls.Certificate(files)
    (files / "script.py").write_text(SCRIPT)
    with tls.pages({"/page": b"a page"}, certificate) as (port, _):
        out = python.run("python3", "/srv/script.py", port).out
    assert json.loads(out) == {
        "page": "a page", "rows": [["one"], ["zwölf"]], "modules": True, "compressed": True, "uuid": 36, "strlen": 4,
        "trusted": True, "encoding": "utf-8"}
