"""serves a folder as a daemon, copies it over the network and then only what changed, with zstd and xxHash"""


def prove(rsync):
    files, copies = rsync.volume("/srv"), rsync.volume("/tmp")
    (files / "rsyncd.conf").write_text("[files]\npath = /srv/files\n")
    (files / "files").mkdir()
    for number in range(20):
        (files / f"files/{number}").write_text(f"{number}\n" * 5000)
    copy = ["rsync", "-a", "--itemize-changes", "--compress-choice=zstd", "--checksum-choice=xxh3",
            "rsync://localhost/files/", "/tmp/copy/"]
    with rsync.serving("rsync", "--daemon", "--no-detach", "--config=/srv/rsyncd.conf", port=873):
        rsync.run(*copy)
        (files / "files/7").write_text("changed\n")
        changed = rsync.run(*copy).out.split()
    assert [word for word in changed if word.isdigit()] == ["7"]
    assert all((copies / f"copy/{number}").read_bytes() == (files / f"files/{number}").read_bytes() for number in range(20))
