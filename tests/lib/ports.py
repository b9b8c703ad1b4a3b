"""Ports of this machine."""

import contextlib
import socket


def free_ports(count):
    """As many TCP ports that nobody listens on, on any address; they are not kept."""
    with contextlib.ExitStack() as held:
        sockets = [held.enter_context(socket.create_server(("0.0.0.0", 0))) for _ in range(count)]
        return [one.getsockname()[1] for one in sockets]


def free_port():
    return free_ports(1)[0]
