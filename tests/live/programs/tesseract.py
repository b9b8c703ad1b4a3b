"""reads the words of a picture, in the languages of its data packages"""

LETTERS = {  # five columns, seven rows, a bit a dot
    "D": (30, 17, 17, 17, 17, 17, 30), "E": (31, 16, 16, 30, 16, 16, 31), "B": (30, 17, 17, 30, 17, 17, 30),
    "I": (14, 4, 4, 4, 4, 4, 14), "A": (14, 17, 17, 31, 17, 17, 17), "N": (17, 25, 25, 21, 19, 19, 17), " ": (0,) * 7}


def picture(text, scale=8):
    """A portable bitmap (PGM) of the text, black on white."""
    rows = []
    for row in range(-3, 10):
        dots = "".join(f"{LETTERS[letter][row] if 0 <= row < 7 else 0:05b}00" for letter in f"  {text}  ")
        line = b"".join((b"\0" if dot == "1" else b"\xff") * scale for dot in dots)
        rows += [line] * scale
    return b"P5 %d %d 255\n" % (len(rows[0]), len(rows)) + b"".join(rows)


def prove(tesseract):
    (tesseract.volume("/srv") / "picture.pgm").write_bytes(picture("DEBIAN"))
    tesseract.volume("/tmp")
    assert {"eng", "osd"} <= set(tesseract.run("tesseract", "--list-langs").out.split())
    assert tesseract.run("tesseract", "/srv/picture.pgm", "-", "--psm", "7").out.strip() == "DEBIAN"
