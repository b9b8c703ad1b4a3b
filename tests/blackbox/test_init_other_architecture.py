"""debone-init of the other architecture, which debone holds for images of it: run by QEMU, through the very tests of the
machine's own. Left out are those whose subject is this machine's kernel, or the program's file."""

import shutil
import subprocess

import pytest

from aptrepo import ARCH
from init import Init, init_program, seconds_of
from test_init import (  # noqa: F401
    http, test_a_process_that_dies_at_once, test_a_step_s_input_and_its_conditions,
    test_a_step_that_fails_ends_the_container_with_its_status, test_a_wait_ends_when_what_it_waits_for_comes, test_check,
    test_errors_as_json, test_health, test_health_fcgi, test_health_fcgi_by_a_socket_and_another_page, test_retries_and_timeout,
    test_secrets, test_steps_in_order_with_input_and_user, test_templates, test_the_command_line,
    test_the_environment_overrules, test_the_exit_status_is_the_process_s_own, test_variables_in_arguments, test_waits,
    test_what_cannot_be_executed)
from test_init_processes import (  # noqa: F401
    test_a_schedule_in_a_time_zone, test_a_schedule_is_stopped_in_order, test_a_second_signal_ends_the_drain, test_drain,
    test_orphans_are_reaped, test_the_stop_signal_is_mapped, test_what_is_left_is_killed_after_the_deadline,
    test_who_does_not_end_is_killed)

pytestmark = pytest.mark.wide
OTHER, MACHINE = {"amd64": ("arm64", "aarch64")}.get(ARCH, ("amd64", "x86_64"))


@pytest.fixture
def init(init):
    emulator = shutil.which(f"qemu-{MACHINE}-static") or shutil.which(f"qemu-{MACHINE}")
    assert emulator, "Debian's package qemu-user-static is missing (packaging/apt-test-all.txt)"
    program = init_program().with_name(f"debone-init.{OTHER}")
    assert program.exists(), f"no {program.name}: its cross compiler is missing (packaging/apt-build.{ARCH}.txt)"
    return Init(init.folder, program=[emulator, str(program)])


def test_it_is_that_architecture_s(init):
    kind = subprocess.run(["file", "-b", init.program[1]], capture_output=True, text=True, check=True).stdout
    assert MACHINE.replace("_", "-") in kind and "statically linked" in kind and ", stripped" in kind, kind


def test_it_starts_within_five_milliseconds(init):
    """Beside a program that does nothing. QEMU is many times slower than a processor of that architecture."""
    nothing = init.path("nothing")
    subprocess.run([f"{MACHINE}-linux-gnu-gcc", "-static", "-x", "c", "-o", nothing, "-"], input="int main(void) { return 0; }",
                   text=True, check=True)
    assert seconds_of(*init.program, "health", "file", "/") - seconds_of(init.program[0], str(nothing)) < 0.005
