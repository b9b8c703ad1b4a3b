"""a script in Perl that writes an author into a picture and reads it again"""

import json
import struct
import zlib


def picture():
    def chunk(kind, content):
        return struct.pack("!I", len(content)) + kind + content + struct.pack("!I", zlib.crc32(kind + content))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack("!IIBBBBB", 3, 2, 8, 0, 0, 0, 0)) +
            chunk(b"IDAT", zlib.compress(b"\0abc" * 2)) + chunk(b"IEND", b""))


def prove(exiftool):
    files = exiftool.volume("/srv")
    (files / "picture.png").write_bytes(picture())
    exiftool.run("exiftool", "-overwrite_original", "-XMP-dc:Creator=Zwölf", "-EXIF:Artist=Somebody", "/srv/picture.png")
    (facts,) = json.loads(exiftool.run("exiftool", "-json", "/srv/picture.png").out)
    assert (facts["ImageSize"], facts["Creator"], facts["Artist"]) == ("3x2", "Zwölf", "Somebody")
