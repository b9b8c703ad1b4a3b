"""compiles, assembles and links a program of two files, with and without link-time optimisation, and runs it"""

MAIN = """
#include <stdio.h>
int twice(int);
int main(void) { printf("%d\\n", twice(21)); return 0; }
"""


def prove(gcc):
    files = gcc.volume("/srv")
    gcc.volume("/tmp")
    (files / "main.c").write_text(MAIN)
    (files / "twice.c").write_text("int twice(int n) { return 2 * n; }\n")
    for options in (["-O1"], ["-O2", "-flto", "-fPIE", "-pie"], ["-static"]):
        gcc.run("gcc", *options, "-o", "/srv/program", "/srv/main.c", "/srv/twice.c")
        assert gcc.run("/srv/program").out == "42\n"
