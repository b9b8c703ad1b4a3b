"""a script in Python, with Pango loaded by name, that makes a PDF file of a page with text"""


def prove(weasyprint):
    files = weasyprint.volume("/srv")
    for path in ("/root", "/tmp"):
        weasyprint.volume(path)
    (files / "page.html").write_text('<h1 style="font-family: DejaVu Sans">Zwölf</h1><p style="break-before: page">two</p>')
    weasyprint.run("weasyprint", "--uncompressed-pdf", "/srv/page.html", "/srv/page.pdf")
    document = (files / "page.pdf").read_bytes()
    assert document.startswith(b"%PDF-1.7") and b"DejaVu" in document and b"/Count 2" in document
