"""turns degrees into metres of another reference system, by the database of its data package"""


def prove(proj):
    out = proj.run("cs2cs", "-f", "%.0f", "EPSG:4326", "EPSG:3857", input="52.5 13.4\n").out
    assert out.split()[:2] == ["1491681", "6891042"]
    assert "ETRS89 / UTM zone 33N" in proj.run("projinfo", "EPSG:25833").out
