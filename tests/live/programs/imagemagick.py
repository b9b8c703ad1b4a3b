"""turns an image into each of seven formats and back, and resizes it"""


def prove(magick):
    files = magick.volume("/srv")
    magick.volume("/tmp")
    program = "/usr/bin/magick-im7.q16"
    magick.run(program, "-size", "200x100", "gradient:red-blue", "/srv/begin.ppm")
    assert (files / "begin.ppm").stat().st_size > 200 * 100 * 3
    for kind in ("png", "jpg", "webp", "tiff", "gif", "jp2", "heic"):
        magick.run(program, "/srv/begin.ppm", f"/srv/{kind}.{kind}")
        magick.run(program, f"/srv/{kind}.{kind}", "-resize", "50%", f"/srv/{kind}.ppm")
        assert (files / f"{kind}.ppm").read_bytes().startswith(b"P6\n100 50\n"), kind
        pixels = (files / f"{kind}.ppm").read_bytes()
        assert pixels[-3:][2] > 150 > pixels[-3:][0], f"{kind}: the last pixel is blue"
