"""started by erlexec beside epmd, loads its STOMP plugin and passes a message through a queue, for a user with a password"""

import socket


def frame(command, body="", **headers):
    lines = "".join(f"{name.replace('_', '-')}:{value}\n" for name, value in headers.items())
    return f"{command}\n{lines}\n{body}\0".encode()


def prove(rabbitmq):
    for path in ("/tmp", "/var/lib/rabbitmq", "/var/log/rabbitmq"):
        rabbitmq.volume(path)
    (programs,) = rabbitmq.root.glob("usr/lib/erlang/erts-*/bin")
    (server,) = rabbitmq.root.glob("usr/lib/rabbitmq/lib/rabbitmq_server-*")
    programs, server = (f"/{path.relative_to(rabbitmq.root)}" for path in (programs, server))
    environment = {
        "BINDIR": programs, "ROOTDIR": "/usr/lib/erlang", "EMU": "beam", "PROGNAME": "erl",
        "ERL_LIBS": f"{server}/plugins", "RABBITMQ_HOME": server, "RABBITMQ_NODENAME": "rabbit@localhost",
        "RABBITMQ_PLUGINS_DIR": f"{server}/plugins", "RABBITMQ_LOGS": "-", "SYS_PREFIX": ""}
    command = [f"{programs}/erlexec", "-noinput", "-s", "rabbit", "boot", "-boot", "start_sasl", "-syslog", "logger", "[]",
               "-syslog", "syslog_error_logger", "false", "-os_mon", "start_memsup", "false", "-os_mon", "start_cpu_sup",
               "false", "-os_mon", "start_disksup", "false"]
    with rabbitmq.serving(f"{programs}/epmd", port=4369), \
         rabbitmq.serving(*command, env=environment, port=61613, line="Server startup complete"):
        with socket.create_connection(("127.0.0.1", 61613), timeout=20) as connection:
            stream = connection.makefile("rb")

            def receive():
                content = b""
                while not content.endswith(b"\0"):
                    content += stream.read(1)
                return content.decode().strip("\n\0")

            connection.sendall(frame("CONNECT", accept_version="1.2", host="/", login="guest", passcode="guest"))
            assert receive().startswith("CONNECTED\n")
            connection.sendall(frame("SUBSCRIBE", id=1, destination="/queue/letters"))
            connection.sendall(frame("SEND", "a message", destination="/queue/letters"))
            message = receive()
            assert message.startswith("MESSAGE\n") and message.endswith("\n\na message")
