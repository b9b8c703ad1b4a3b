#!/bin/sh
# tidy.sh BUILD [--tests]: clang-tidy with the short list of .clang-tidy over every source file (and every test), on
# all CPUs. What BUILD's compile_commands.json says of a file is how it is read; a file that passed and did not change since (nor any header)
# is not read again. Deprecated is libstdc++'s own std::get_temporary_buffer, in stable_sort.
set -eu
cd "$(dirname "$0")/.."
build=$1
stamps=$build/tidy
mkdir -p "$stamps"
version=$(cat .clang-tidy "$build/compile_commands.json" src/*/*.h | sha256sum | cut -c1-16)
[ "${2:-}" = --tests ] && skip= || skip='*_test.cc'
find src -name '*.cc' ! -name "$skip" | sort | while read -r file; do
  stamp=$stamps/$(cat "$file" | sha256sum | cut -c1-24)-$version
  [ -e "$stamp" ] || echo "$file $stamp"
done | xargs -r -P "$(nproc)" -L 1 sh -c \
  'clang-tidy-19 --quiet --extra-arg-before=-Wno-unknown-warning-option --extra-arg=-Wno-deprecated-declarations --warnings-as-errors="*" -p "$0" "$1" 2>/dev/null && : >"$2"' "$build"
