"""takes a message by SMTP under TLS and appends it to a mailbox, as a user who is not root; relays nothing"""

import smtplib

import tls


def prove(exim):
    certificate = tls.Certificate(exim.volume("/srv"))
    mail = exim.volume("/var/mail")
    exim.volume("/var/spool/exim4")
    logs = exim.volume("/var/log/exim4")
    with exim.serving(port=25) as server:
        with smtplib.SMTP("localhost", 25, timeout=20) as client:
            client.starttls(context=certificate.client())
            client.sendmail("sender@example.net", ["somebody@example.org"], "Subject: a subject\n\na message\n")
            for stranger in ("nobody@example.org", "somebody@example.com"):
                client.mail("sender@example.net")
                assert client.rcpt(stranger)[0] == 550, stranger
                client.rset()
        try:
            server.wait_for(lambda: (mail / "somebody").is_file(), "the message is in the mailbox")
        except AssertionError as error:
            raise AssertionError("\n".join([str(error), *(log.read_text() for log in logs.iterdir())])) from error
        assert "Subject: a subject\n\na message\n" in (mail / "somebody").read_text()
