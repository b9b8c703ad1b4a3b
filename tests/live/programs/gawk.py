"""fetches a page over its own network files, loads an extension of its own, counts in big numbers"""

import tls

SCRIPT = r"""
@load "filefuncs"
BEGIN {
  service = "/inet/tcp/0/localhost/" port
  printf "GET /page HTTP/1.0\r\n\r\n" |& service
  while ((service |& getline line) > 0) page = line
  stat("/srv/script.awk", facts)
  print page, facts["type"], 2 ^ 100, length("zwölf"), gensub(/(b+)/, "<\\1>", "g", "abba")
}
"""


def prove(gawk):
    (gawk.volume("/srv") / "script.awk").write_text(SCRIPT)
    with tls.pages({"/page": b"a page"}) as (port, _):
        out = gawk.run("gawk", "-M", "-v", f"port={port}", "-f", "/srv/script.awk").out
    assert out == "a page file 1267650600228229401496703205376 5 a<bb>a\n"
