"""takes a message by SMTP under TLS and puts it into the mailbox that its plugin for patterns finds; relays nothing"""

import smtplib

import tls


def prove(postfix):
    certificate = tls.Certificate(postfix.volume("/srv"))
    for path in ("/var/lib/postfix", "/var/log", "/var/spool/postfix"):
        postfix.volume(path)
    mail = postfix.volume("/var/mail")
    log = postfix.volume("/var/log") / "mail.log"
    with postfix.serving(port=25) as server:
        with smtplib.SMTP("localhost", 25, timeout=20) as client:
            client.starttls(context=certificate.client())
            client.sendmail("sender@example.net", ["somebody@example.org"], "Subject: a subject\n\na message\n")
            for stranger in ("nobody@example.org", "somebody@example.com"):
                client.mail("sender@example.net")
                code, _ = client.rcpt(stranger)
                assert code in (550, 554), stranger
                client.rset()
        new = mail / "example.org/somebody/new"
        try:
            server.wait_for(lambda: new.is_dir() and list(new.iterdir()), "the message is in the mailbox")
        except AssertionError as error:
            raise AssertionError(f"{error}\n{log.read_text() if log.exists() else 'no log'}") from error
        (message,) = new.iterdir()
        assert "Subject: a subject\n" in message.read_text() and message.read_text().endswith("\n\na message\n")
        assert message.stat().st_uid == 8
