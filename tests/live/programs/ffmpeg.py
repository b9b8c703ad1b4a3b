"""makes a film by its filters, with H.264 and Opus, makes another of it with VP9 and Vorbis, and measures both"""

import json


def prove(ffmpeg):
    files = ffmpeg.volume("/srv")
    quiet = ["ffmpeg", "-nostdin", "-hide_banner", "-loglevel", "error"]
    ffmpeg.run(*quiet, "-f", "lavfi", "-i", "testsrc=size=160x120:rate=10", "-f", "lavfi", "-i", "sine=440", "-t", "2",
               "-c:v", "libx264", "-c:a", "libopus", "/srv/first.mkv")
    ffmpeg.run(*quiet, "-i", "/srv/first.mkv", "-vf", "scale=80:60", "-c:v", "libvpx-vp9", "-c:a", "libvorbis",
               "/srv/second.webm")
    for name, video, audio, width in (("first.mkv", "h264", "opus", 160), ("second.webm", "vp9", "vorbis", 80)):
        facts = json.loads(ffmpeg.run("ffprobe", "-loglevel", "error", "-of", "json", "-show_streams", "-show_format",
                                      f"/srv/{name}").out)
        assert [stream["codec_name"] for stream in facts["streams"]] == [video, audio]
        assert facts["streams"][0]["width"] == width and 1.9 < float(facts["format"]["duration"]) < 2.2
    ffmpeg.run(*quiet, "-i", "/srv/second.webm", "-f", "rawvideo", "-pix_fmt", "gray", "/srv/frames")
    frames = (files / "frames").read_bytes()
    assert len(frames) == 80 * 60 * 20 and len(set(frames)) > 50
