"""draws an SVG picture with text as PNG and as PDF, the letters being the font's"""

import struct
import zlib

DRAWING = ('<svg xmlns="http://www.w3.org/2000/svg" width="100" height="40"><rect width="100" height="40" fill="white"/>'
           '<text x="5" y="30" font-size="30" font-family="DejaVu Sans">TEXT</text></svg>')


def prove(rsvg):
    files = rsvg.volume("/srv")
    rsvg.volume("/root")  # fontconfig's cache
    for name, words in (("with", "IIII"), ("other", "WWWW"), ("without", "")):
        (files / f"{name}.svg").write_text(DRAWING.replace("TEXT", words))
    black = {}
    for name in ("with", "other", "without"):
        png = rsvg.run("rsvg-convert", f"/srv/{name}.svg").raw
        assert png.startswith(b"\x89PNG") and struct.unpack("!II", png[16:24]) == (100, 40)
        data, at = b"", 8
        while at < len(png):
            (length,) = struct.unpack("!I", png[at:at + 4])
            data += png[at + 8:at + 8 + length] if png[at + 4:at + 8] == b"IDAT" else b""
            at += length + 12
        black[name] = len(zlib.decompress(data).strip(b"\0"))
        black[name] = len(set(zlib.decompress(data)))
    assert black["without"] < black["with"] and black["without"] < black["other"]
    assert rsvg.run("rsvg-convert", "-f", "pdf", "/srv/with.svg").raw.startswith(b"%PDF-")
