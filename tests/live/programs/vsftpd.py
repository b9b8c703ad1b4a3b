"""lets somebody in by the password that PAM checks, and keeps a file and gives it back by FTP"""

import ftplib
import io

PASSWORD = ("$6$saltsalt$TVLlQcbpFVof5W3Yz4DTP6gRstiNuHwwTt6GLc1E5n0U0aDe"
            "hy0S5knV8wiOQSpT0Y77vwPZN.Pq.H91p5hVO1")  # `openssl passwd -6 secret`


def prove(vsftpd):
    # One server a session: the listener of vsftpd 3.0.5 crashes now and then as a session ends, in apt's closure as well.
    home = vsftpd.volume("/home/somebody")
    etc = vsftpd.volume("/etc")
    (etc / "passwd").write_text((etc / "passwd").read_text().replace("somebody:*:", "somebody:x:"))
    (etc / "shadow").write_text(f"somebody:{PASSWORD}:20000:0:99999:7:::\n")
    with vsftpd.serving(port=21, mortal=True), ftplib.FTP("127.0.0.1", timeout=20) as client:
        try:
            client.login("somebody", "wrong")
            raise AssertionError("a wrong password is good enough")
        except ftplib.error_perm as refused:
            assert str(refused).startswith("530")
    with vsftpd.serving(port=21, mortal=True), ftplib.FTP("127.0.0.1", timeout=20) as client:
        client.login("somebody", "secret")
        client.storbinary("STOR letter", io.BytesIO(b"a letter"))
        lines = []
        client.retrlines("RETR letter", lines.append)
        assert lines == ["a letter"]
    assert (home / "letter").stat().st_uid == 1000
