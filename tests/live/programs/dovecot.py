"""lets somebody in over TLS by a password, keeps a message, finds it by its words and gives it back"""

import imaplib

import tls


def prove(dovecot):
    certificate = tls.Certificate(dovecot.volume("/srv"))
    for path in ("/run/dovecot", "/tmp", "/var/lib/dovecot", "/var/mail"):
        dovecot.volume(path)
    with dovecot.serving(port=993):
        with imaplib.IMAP4_SSL("localhost", 993, ssl_context=certificate.client(), timeout=20) as wrong:
            try:
                wrong.login("somebody", "wrong")
                raise AssertionError("a wrong password is good enough")
            except imaplib.IMAP4.error as refused:
                assert "AUTHENTICATIONFAILED" in str(refused)
        with imaplib.IMAP4_SSL("localhost", 993, ssl_context=certificate.client(), timeout=20) as client:
            client.login("somebody", "secret")
            client.append("INBOX", None, None, b"Subject: a subject\r\n\r\na message\r\n")
            client.select("INBOX")
            assert client.search(None, "TEXT", "message") == ("OK", [b"1"])
            _, ((_, content), _) = client.fetch("1", "(BODY[TEXT])")
            assert content == b"a message\r\n"
