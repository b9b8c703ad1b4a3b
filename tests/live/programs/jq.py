"""filters JSON with regular expressions, dates and a module of the user's"""


def prove(jq):
    (jq.volume("/srv") / "own.jq").write_text("def double: . * 2;")
    out = jq.run("jq", "-c", "-L", "/srv", 'import "own" as own; [.[] | capture("(?<word>\\\\p{L}+) (?<n>\\\\d+)") | '
                 '.n |= (tonumber | own::double)] + [0 | todate]', input='["Äpfel 21", "Birnen 4"]').out
    assert out == '[{"word":"Äpfel","n":42},{"word":"Birnen","n":8},"1970-01-01T00:00:00Z"]\n'
