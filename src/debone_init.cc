#include "init/command_line.h"

int main(int argc, char** argv) { return debone::init::main({argv + (argc > 0 ? 1 : 0), argv + argc}); }
