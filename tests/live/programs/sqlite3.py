"""fills a table in one run and finds its rows by full text, as JSON, in another"""

import json


def prove(sqlite):
    sqlite.volume("/srv")
    sqlite.run("sqlite3", "/srv/base.db", input="""
create virtual table letters using fts5 (subject, body);
insert into letters values ('rain', 'it rains in Äpfelstadt'), ('sun', 'no cloud at all');
""")
    out = sqlite.run("sqlite3", "-json", "/srv/base.db", "select subject, sqrt(16) as root from letters ('äpfelstadt')").out
    assert json.loads(out) == [{"subject": "rain", "root": 4.0}]
