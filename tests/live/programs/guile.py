"""compiles and runs a program with modules of its library, which fetches a page"""

import tls

SCRIPT = """
(use-modules (ice-9 match) (ice-9 regex) (rnrs bytevectors) (srfi srfi-1) (system foreign) (web client) (web response))
(call-with-values (lambda () (http-get (string-append "http://localhost:" (cadr (command-line)) "/page")))
  (lambda (response body)
    (display (list (response-code response) (utf8->string body) (fold + 0 (iota 101)) (expt 2 100)
                   (match:substring (string-match "[0-9]+" "ab12cd"))
                   ((pointer->procedure int (dynamic-func "abs" (dynamic-link)) (list int)) -5)))))
"""


def prove(guile):
    cache, files = guile.volume("/root"), guile.volume("/srv")
    (files / "script.scm").write_text(SCRIPT)
    with tls.pages({"/page": b"a page"}) as (port, _):
        out = guile.run("guile-3.0", "/srv/script.scm", port).out
    assert out == "(200 a page 5050 1267650600228229401496703205376 12 5)"
    assert list(cache.rglob("script.scm.go")), "it was compiled"
