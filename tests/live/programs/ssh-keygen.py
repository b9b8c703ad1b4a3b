"""makes keys, signs a text and verifies it, certifies one key by another"""


def prove(ssh):
    files = ssh.volume("/srv")
    for kind in ("ed25519", "ecdsa", "rsa"):
        ssh.run("ssh-keygen", "-q", "-t", kind, "-N", "", "-C", "somebody", "-f", f"/srv/{kind}")
        assert (files / kind).read_text().startswith("-----BEGIN OPENSSH PRIVATE KEY-----")
    (files / "allowed").write_text("somebody " + (files / "ed25519.pub").read_text())
    (files / "text").write_text("a text")
    ssh.run("ssh-keygen", "-Y", "sign", "-n", "file", "-f", "/srv/ed25519", "/srv/text")
    verify = ["ssh-keygen", "-Y", "verify", "-n", "file", "-I", "somebody", "-f", "/srv/allowed", "-s", "/srv/text.sig"]
    assert 'Good "file" signature for somebody' in ssh.run(*verify, input="a text").out
    ssh.run(*verify, input="another text", status=255)
    ssh.run("ssh-keygen", "-q", "-s", "/srv/rsa", "-I", "identity", "-n", "somebody", "/srv/ecdsa.pub")
    assert "Key ID: \"identity\"" in ssh.run("ssh-keygen", "-L", "-f", "/srv/ecdsa-cert.pub").out
