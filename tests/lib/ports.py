"""Ports of this machine."""

import socket


def free_port():
    """One that nobody listens on, on any address; it is not kept."""
    with socket.create_server(("0.0.0.0", 0)) as free:
        return free.getsockname()[1]
