"""passes a message from one client to another over TLS with Debian's own configuration, and refuses a wrong password"""

import socket
import struct

import tls


def text(content):
    return struct.pack("!H", len(content)) + content.encode()


class Client:
    """MQTT 3.1.1 for packets of up to 127 bytes."""

    def __init__(self, certificate, name, password):
        plain = socket.create_connection(("127.0.0.1", 8883), timeout=20)
        self._socket = certificate.client().wrap_socket(plain, server_hostname="localhost")
        self._stream = self._socket.makefile("rb")
        self.send(0x10, text("MQTT") + bytes([4, 0xC2]) + struct.pack("!H", 60) + text(name) + text("somebody") + text(password))
        kind, content = self.receive()
        assert kind == 0x20
        self.refusal = content[1]

    def send(self, kind, content):
        self._socket.sendall(bytes([kind, len(content)]) + content)

    def receive(self):
        kind, length = self._stream.read(2)
        return kind, self._stream.read(length)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._stream.close()
        self._socket.close()


def prove(mosquitto):
    certificate = tls.Certificate(mosquitto.volume("/srv"))
    for path in ("/run/mosquitto", "/tmp", "/var/lib/mosquitto", "/var/log/mosquitto"):
        mosquitto.volume(path)
    (mosquitto.volume("/srv") / "passwords").write_text("")
    mosquitto.run("mosquitto_passwd", "-b", "/srv/passwords", "somebody", "secret", user="0")
    (mosquitto.volume("/srv") / "passwords").chmod(0o644)
    with mosquitto.serving(port=8883):
        with Client(certificate, "wrong", "wrong") as wrong:
            assert wrong.refusal == 5
        with Client(certificate, "reader", "secret") as reader, Client(certificate, "writer", "secret") as writer:
            assert reader.refusal == writer.refusal == 0
            reader.send(0x82, struct.pack("!H", 1) + text("rooms/+/heat") + b"\0")
            assert reader.receive() == (0x90, b"\0\1\0")
            writer.send(0x30, text("rooms/3/heat") + b"21 degrees")
            assert reader.receive() == (0x30, text("rooms/3/heat") + b"21 degrees")
