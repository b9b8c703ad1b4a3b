"""makes a key by its agent, signs and verifies a text, encrypts and decrypts it"""


def prove(gpg):
    gpg.volume("/root")
    files = gpg.volume("/srv")
    batch = ["gpg", "--batch", "--pinentry-mode", "loopback", "--passphrase", ""]
    gpg.run(*batch, "--quick-generate-key", "Somebody <somebody@example.org>", "ed25519", "sign", "never")
    fingerprint = next(line.split(":")[9] for line in gpg.run("gpg", "--with-colons", "--list-keys").out.splitlines()
                       if line.startswith("fpr:"))
    gpg.run(*batch, "--quick-add-key", fingerprint, "cv25519", "encr", "never")
    (files / "text").write_text("a text")
    gpg.run(*batch, "--armor", "--detach-sign", "/srv/text")
    assert "Good signature from \"Somebody" in gpg.run("gpg", "--verify", "/srv/text.asc", "/srv/text").err
    gpg.run(*batch, "--encrypt", "--recipient", fingerprint, "/srv/text")
    assert b"a text" not in (files / "text.gpg").read_bytes()
    (files / "text").write_text("another text")
    assert gpg.run(*batch, "--decrypt", "/srv/text.gpg").out == "a text"
    assert "BAD signature" in gpg.run("gpg", "--verify", "/srv/text.asc", "/srv/text", status=1).err
