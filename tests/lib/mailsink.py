"""An SMTP server that takes every e-mail and keeps it (python3-aiosmtpd)."""

from ports import free_port


class Sink:
    """`mails` are pairs of the recipients and the text, `peers` the addresses that they came from, `logins` pairs of a user
    and a password, which are taken whatever they are; where `login` is such a pair, nothing is taken without it. The options
    are those of aiosmtpd's Controller. It listens on every address of this machine, for containers."""

    def __init__(self, login=None, **options):
        from aiosmtpd.controller import Controller
        self.mails, self.peers, self.logins, self.login = [], [], [], login
        # The controller connects to the port that it was given, so that this cannot be 0.
        self.port = free_port()
        self.controller = Controller(self, hostname="0.0.0.0", port=self.port, authenticator=self.log_in,
                                     auth_required=login is not None, auth_require_tls=False, **options)

    def log_in(self, server, session, envelope, mechanism, data):
        from aiosmtpd.smtp import AuthResult
        self.logins.append((data.login.decode(), data.password.decode()))
        # Not handled: the server itself refuses.
        return AuthResult(success=self.login in (None, self.logins[-1]), handled=False)

    async def handle_DATA(self, server, session, envelope):
        self.peers.append(session.peer[0])
        self.mails.append((envelope.rcpt_tos, envelope.content.decode(errors="replace")))
        return "250 taken"

    def to(self, recipient):
        """The texts of what came for the recipient."""
        return [text for recipients, text in self.mails if recipient in recipients]

    def __enter__(self):
        self.controller.start()
        return self

    def __exit__(self, *_):
        self.controller.stop()
