"""turns PostScript into PDF with one of its own fonts in it, and that into a picture and into text"""

import struct

PAGE = "%!PS\n/P052-Roman findfont 60 scalefont setfont 100 400 moveto (a text) show showpage\n"


def prove(ghostscript):
    files = ghostscript.volume("/srv")
    ghostscript.volume("/tmp")
    (files / "page.ps").write_text(PAGE)
    quiet = ["gs", "-q", "-dBATCH", "-dNOPAUSE"]
    ghostscript.run(*quiet, "-sDEVICE=pdfwrite", "-dWriteObjStms=false", "-sOutputFile=/srv/page.pdf", "/srv/page.ps")
    document = (files / "page.pdf").read_bytes()
    assert document.startswith(b"%PDF-") and b"P052-Roman" in document
    ghostscript.run(*quiet, "-sDEVICE=pnggray", "-r72", "-sPAPERSIZE=a4", "-sOutputFile=/srv/page.png", "/srv/page.pdf")
    assert struct.unpack("!II", (files / "page.png").read_bytes()[16:24]) == (595, 842)
    assert ghostscript.run(*quiet, "-sDEVICE=txtwrite", "-sOutputFile=-", "/srv/page.pdf").out.strip() == "a text"
