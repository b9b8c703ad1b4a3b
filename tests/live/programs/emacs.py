"""without a terminal: runs a program in Lisp with its library, turns an outline into HTML, fetches a page"""

import tls

SCRIPT = """
(require 'json) (require 'ox-html) (require 'url)
(princ (json-encode (list (cons 'sum (apply #'+ (number-sequence 1 100))) (cons 'date (format-time-string "%F" 0 t)))))
(princ "\\n")
(princ (org-export-string-as "* Title\\nSome /text/." 'html t))
(with-current-buffer (url-retrieve-synchronously (format "http://localhost:%s/page" (getenv "PORT")) t)
  (goto-char (point-min)) (re-search-forward "^$") (princ (buffer-substring (1+ (point)) (point-max))))
"""


def prove(emacs):
    (emacs.volume("/srv") / "script.el").write_text(SCRIPT)
    for path in ("/root", "/tmp"):
        emacs.volume(path)
    with tls.pages({"/page": b"a page"}) as (port, _):
        out = emacs.run("emacs", "--batch", "--script", "/srv/script.el", env={"PORT": str(port)}).out
    assert out.startswith('{"sum":5050,"date":"1970-01-01"}\n') and out.endswith("a page")
    assert "<i>text</i>" in out
