"""Compose v2, for machines whose Debian has docker-compose 1.29 alone (bookworm): built from its Go module where there is
a go, else taken out of Debian 13's package. It is kept in build/compose-v2.

By hand, which prints where it lies: python3 tests/live/compose_v2.py
"""

from fetched_program import build_module, has_go, kept, take_from_debian

MODULE, VERSION = "github.com/docker/compose/v2", "v2.40.3"
SUM = "h1:XeYkQu1svDtyfZPv5nTwFryQ25ZJMkIlc4pz9HalMPI="


def compose_v2():
    """The program."""
    if has_go():  # some minutes
        return kept(f"compose-v2/{VERSION}", "docker-compose", lambda output: build_module(
            output, MODULE, VERSION, SUM, "./cmd", f"-s -w -X {MODULE}/internal.Version={VERSION}"))
    return kept("compose-v2/debian-13", "docker-compose", lambda output: take_from_debian(
        output, "docker-compose", "/usr/libexec/docker/cli-plugins/docker-compose"))


if __name__ == "__main__":
    print(compose_v2())
