"""sshd lets somebody in by a key, and nobody else, and keeps the files that sftp puts there and gets again"""


def prove(sftp):
    files, home = sftp.volume("/srv"), sftp.volume("/home/somebody")
    for path in ("/run/sshd", "/tmp"):
        sftp.volume(path)
    for name in ("host", "authorized-key", "stranger"):
        sftp.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", f"/srv/{name}")
    (files / "authorized").write_text((files / "authorized-key.pub").read_text())
    (files / "known").write_text("localhost " + (files / "host.pub").read_text())
    (files / "letter").write_text("a letter\n" * 10000)
    (files / "commands").write_text("put /srv/letter kept\nrename kept moved\nget moved /tmp/letter\n")
    client = ["sftp", "-b", "/srv/commands", "-o", "UserKnownHostsFile=/srv/known", "-o", "IdentitiesOnly=yes", "-i"]
    with sftp.serving(port=22):
        refused = sftp.run(*client, "/srv/stranger", "somebody@localhost", status=255)
        assert "Permission denied" in refused.err
        sftp.run(*client, "/srv/authorized-key", "somebody@localhost")
    assert (home / "moved").read_text() == "a letter\n" * 10000 and (home / "moved").stat().st_uid == 1000
    assert (sftp.volume("/tmp") / "letter").read_text() == "a letter\n" * 10000
