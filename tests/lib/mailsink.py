"""An SMTP server that takes every e-mail and keeps it (python3-aiosmtpd)."""


class Sink:
    """`mails` are pairs of the recipients and the text. It listens on every address of this machine, for containers."""

    def __init__(self):
        from aiosmtpd.controller import Controller
        self.mails = []
        self.controller = Controller(self, hostname="0.0.0.0", port=0)

    async def handle_DATA(self, server, session, envelope):
        self.mails.append((envelope.rcpt_tos, envelope.content.decode(errors="replace")))
        return "250 taken"

    def to(self, recipient):
        """The texts of what came for the recipient."""
        return [text for recipients, text in self.mails if recipient in recipients]

    def __enter__(self):
        self.controller.start()
        self.port = self.controller.server.sockets[0].getsockname()[1]
        return self

    def __exit__(self, *_):
        self.controller.stop()
