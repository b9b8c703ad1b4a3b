"""DNS over UDP (RFC 1035): a question and its answers, and a server that knows a few addresses."""

import contextlib
import socket
import struct
import threading

TYPES = {"A": 1, "TXT": 16, "AAAA": 28, "RRSIG": 46, "DNSKEY": 48}


def _name(text):
    return b"".join(bytes([len(label)]) + label.encode() for label in text.split(".") if label) + b"\0"


def _skip_name(packet, at):
    while packet[at]:
        if packet[at] & 0xC0:
            return at + 2
        at += packet[at] + 1
    return at + 1


def ask(name, kind="A", port=53, dnssec=False):
    """The response code and the answers as (type, data) pairs; an A record's data is "192.0.2.1"."""
    options = b"\0" + struct.pack("!HHIH", 41, 4096, 0x8000 if dnssec else 0, 0)
    question = struct.pack("!HHHHHH", 4711, 0x0100, 1, 0, 0, 1) + _name(name) + struct.pack("!HH", TYPES[kind], 1) + options
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(20)
        client.connect(("127.0.0.1", port))
        client.send(question)
        packet = client.recv(65535)
    number, flags, questions, count, _, _ = struct.unpack("!HHHHHH", packet[:12])
    assert number == 4711 and questions == 1
    at = _skip_name(packet, 12) + 4
    answers = []
    for _ in range(count):
        at = _skip_name(packet, at)
        kind, _, _, length = struct.unpack("!HHIH", packet[at:at + 10])
        data = packet[at + 10:at + 10 + length]
        name_of = {number: text for text, number in TYPES.items()}
        answers.append((name_of.get(kind, kind), socket.inet_ntoa(data) if kind == 1 else data))
        at += 10 + length
    return flags & 15, answers


@contextlib.contextmanager
def server(addresses):
    """A name server of this process: answers with these addresses by name, and gives its port and the list of the names
    it was asked for."""
    asked = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
        listener.bind(("127.0.0.1", 0))

        def serve():
            while True:
                packet, client = listener.recvfrom(4096)
                if packet == b"end":
                    return
                end = _skip_name(packet, 12)
                labels, at = [], 12
                while packet[at]:
                    labels.append(packet[at + 1:at + 1 + packet[at]].decode().lower())
                    at += packet[at] + 1
                name = ".".join(labels)
                (kind,) = struct.unpack("!H", packet[end:end + 2])
                asked.append(name)
                found = kind == 1 and name in addresses
                answer = struct.pack("!HHHIH", 0xC00C, 1, 1, 300, 4) + socket.inet_aton(addresses[name]) if found else b""
                code = 0 if name in addresses else 3
                listener.sendto(packet[:2] + struct.pack("!HHHHH", 0x8580 | code, 1, 1 if found else 0, 0, 0) +
                                packet[12:end + 4] + answer, client)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield listener.getsockname()[1], asked
        finally:
            listener.sendto(b"end", listener.getsockname())
            thread.join()
