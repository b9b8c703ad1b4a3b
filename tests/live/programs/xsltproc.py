"""makes a page of a DocBook document, by the stylesheets of another package found by catalogue"""


def prove(xsltproc):
    (xsltproc.volume("/srv") / "text.xml").write_text(
        '<article xmlns="http://docbook.org/ns/docbook" version="5.0"><title>A title</title><para>Text.</para></article>')
    page = xsltproc.run("xsltproc", "--nonet", "/usr/share/xml/docbook/stylesheet/docbook-xsl/html/docbook.xsl",
                        "/srv/text.xml").out
    assert "A title" in page and "<p>Text.</p>" in page
