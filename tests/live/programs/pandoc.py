"""turns Markdown into HTML, a Word document and an EPUB book, by a filter in Lua"""

import zipfile

TEXT = "# Title\n\nSome *text* and $x^2$.\n\n```python\nprint(1)\n```\n"
FILTER = "function Emph(inline) return pandoc.Strong(inline.content) end\n"


def prove(pandoc):
    files = pandoc.volume("/srv")
    pandoc.volume("/tmp")
    (files / "text.md").write_text(TEXT)
    (files / "filter.lua").write_text(FILTER)
    page = pandoc.run("pandoc", "--standalone", "--lua-filter=/srv/filter.lua", "--metadata=title:T", "/srv/text.md").out
    assert "<title>T</title>" in page and "<strong>text</strong>" in page and 'class="sourceCode python"' in page
    for kind, part, words in (("docx", "word/document.xml", b"Title"), ("epub", "EPUB/text/ch001.xhtml", b"<em>text</em>")):
        pandoc.run("pandoc", "--metadata=title:T", "-o", f"/srv/text.{kind}", "/srv/text.md")
        with zipfile.ZipFile(files / f"text.{kind}") as archive:
            assert words in archive.read(part)
