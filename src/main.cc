#include "cli/main.h"

int main(int argc, char** argv) { return debone::cli::main(argc, argv); }
