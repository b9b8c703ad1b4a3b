"""finds its plugins by its scanner, makes a film of test patterns (Theora, Vorbis) and reads it again"""


def prove(gstreamer):
    files = gstreamer.volume("/srv")
    gstreamer.volume("/root")  # the registry of plugins
    gstreamer.run("gst-launch-1.0", "-q", "videotestsrc", "num-buffers=20", "!", "theoraenc", "!", "oggmux", "name=m", "!",
                  "filesink", "location=/srv/film.ogg", "audiotestsrc", "num-buffers=20", "!", "vorbisenc", "!", "m.")
    assert (files / "film.ogg").read_bytes().startswith(b"OggS")
    gstreamer.run("gst-launch-1.0", "-q", "filesrc", "location=/srv/film.ogg", "!", "oggdemux", "!", "theoradec", "!",
                  "filesink", "location=/srv/frames")
    assert (files / "frames").stat().st_size == 20 * 320 * 240 * 3 // 2
