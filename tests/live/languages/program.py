"""Gets a page over TLS, keeps a table, and loads what Python's modules load. Prints JSON."""

import bz2
import ctypes.util
import json
import lzma
import pwd
import os
import sqlite3
import sys
import tempfile
import urllib.request
import uuid
import zlib
import zoneinfo
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime

page = urllib.request.urlopen(f"https://localhost:{sys.argv[1]}/page").read().decode()
with tempfile.TemporaryDirectory() as folder, sqlite3.connect(f"{folder}/base.db") as base:
    base.execute("create table people (name text)")
    base.executemany("insert into people values (?)", [("Zoë",), ("Ann",)])
    names = [name for (name,) in base.execute("select name from people order by name")]
data = os.urandom(1000) * 100
with ProcessPoolExecutor(2) as pool:
    squares = list(pool.map(pow, [1, 2, 3], [2, 2, 2]))
print(json.dumps({
    "page": page, "names": names, "squares": squares,
    "packed": all(module.decompress(module.compress(data)) == data for module in (bz2, lzma, zlib)),
    "noon": datetime(2026, 7, 1, 12, tzinfo=zoneinfo.ZoneInfo("US/Eastern")).isoformat(),
    "user": pwd.getpwuid(os.getuid()).pw_name, "uuid": uuid.uuid4().version, "encoding": sys.getfilesystemencoding(),
    "strlen": ctypes.CDLL(None).strlen(b"four"), "c++": bool(ctypes.CDLL("libstdc++.so.6"))}))
