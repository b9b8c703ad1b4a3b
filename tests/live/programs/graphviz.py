"""lists its plugins (`dot -c`), then draws a graph with text as SVG, PNG and PDF, and with another layout"""


def prove(graphviz):
    files = graphviz.volume("/srv")
    graphviz.volume("/root")  # fontconfig's cache
    (plugins,) = graphviz.root.glob("usr/lib/*/graphviz")
    graphviz.volume(f"/{plugins.relative_to(graphviz.root)}")
    graphviz.run("dot", "-c")
    (files / "graph.dot").write_text('digraph { node [fontname="DejaVu Sans"]; a -> "zwölf"; a -> b [label="text"]; }')
    drawing = graphviz.run("dot", "-Tsvg", "/srv/graph.dot")
    assert ">zwölf</text>" in drawing.out and drawing.err == ""
    assert graphviz.run("dot", "-Tpdf", "/srv/graph.dot").raw.startswith(b"%PDF-")
    png = graphviz.run("dot", "-Tpng:cairo", "/srv/graph.dot")
    assert png.raw.startswith(b"\x89PNG") and len(png.raw) > 5000 and png.err == ""
    assert "pos=" in graphviz.run("neato", "-Tdot", "/srv/graph.dot").out
