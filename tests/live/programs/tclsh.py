"""runs a script that fetches a page with its script library, and knows time zones and encodings"""

import tls

SCRIPT = """
package require http
set token [http::geturl http://localhost:[lindex $argv 0]/page]
puts [list [http::ncode $token] [http::data $token] [expr {2 ** 100}] \\
  [clock format 1782900000 -timezone :Europe/Berlin -format %H:%M] \\
  [binary encode hex [encoding convertto euc-jp \\u65e5]] [msgcat::mclocale]]
"""


def prove(tcl):
    (tcl.volume("/srv") / "script.tcl").write_text("package require msgcat\n" + SCRIPT)
    with tls.pages({"/page": b"a page"}) as (port, _):
        out = tcl.run("tclsh", "/srv/script.tcl", port).out
    assert out == "200 {a page} 1267650600228229401496703205376 12:00 c6fc c\n"
