"""lets somebody in by a password, keeps a file of the share and gives it back (SMB 3)"""


def prove(samba):
    share, letters = samba.volume("/srv/share"), samba.volume("/tmp")
    for path in ("/run/samba", "/var/lib/samba", "/var/cache/samba", "/var/log/samba"):
        samba.volume(path)
    samba.run("smbpasswd", "-s", "-a", "somebody", input="secret\nsecret\n")
    (letters / "letter").write_text("a letter\n" * 1000)
    client = ["smbclient", "-m", "SMB3", "//localhost/share", "-U"]
    with samba.serving(port=445):
        assert "NT_STATUS_LOGON_FAILURE" in samba.run(*client, "somebody%wrong", "-c", "ls", status=1).out
        samba.run(*client, "somebody%secret", "-c", "put /tmp/letter kept; get kept /tmp/again")
    assert (share / "kept").stat().st_uid == 1000
    assert (letters / "again").read_text() == "a letter\n" * 1000
