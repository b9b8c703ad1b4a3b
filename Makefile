# The front door. `make` builds build/debone; `make run` proves the whole way; `make test` is what CI runs.
# As root, what is missing is installed with apt-get first (packaging/apt-*.txt).

PREFIX ?= /usr/local
DESTDIR ?=
BUILD ?= build
PYTHON ?= /usr/bin/python3
JOBS ?= $(shell nproc)
CCACHE := $(if $(shell command -v ccache),-DCMAKE_CXX_COMPILER_LAUNCHER=ccache)
CONFIGURE = cmake -G Ninja $(CCACHE) -S .
PYTEST = $(PYTHON) -B -m pytest
SOURCES = $(shell find src fuzz bench -name '*.cc' -o -name '*.h')

.PHONY: all run test test-all install install-files deb format clean \
        test-tools check-format check-tidy unit asan offline
.NOTPARALLEL:

all:
	@scripts/need.sh build
	@$(CONFIGURE) -B $(BUILD) -DCMAKE_BUILD_TYPE=Release -DDEBONE_TESTS=OFF >$(if $(V),/dev/stdout,/dev/null)
	@cmake --build $(BUILD) -j $(JOBS) --target debone

# The catalog's php-fpm from the live Debian archive, run and asked for a page.
run: all
	@scripts/need.sh run
	@$(PYTHON) -B scripts/prove.py $(BUILD)/debone

# Cheap checks first; the last line is pytest's.
test: test-tools check-format unit asan
	$(PYTEST) tests

test-tools:
	@scripts/need.sh build run test

check-format:
	clang-format-19 --dry-run --Werror $(SOURCES)

unit:
	@$(CONFIGURE) -B $(BUILD) -DCMAKE_BUILD_TYPE=Release -DDEBONE_TESTS=ON >/dev/null
	cmake --build $(BUILD) -j $(JOBS)
	ctest --test-dir $(BUILD) -j $(JOBS) --output-on-failure

check-tidy:
	scripts/tidy.sh $(BUILD)

# The unit tests, the fuzzers' corpora and what is built of hostile input again, with AddressSanitizer and
# UndefinedBehaviorSanitizer. make test-all has all black-box tests so.
HOSTILE = $(foreach name,bad_archive bad_recipe network tls store build,tests/blackbox/test_$(name).py)
asan:
	@$(CONFIGURE) --preset asan >/dev/null
	cmake --build build/asan -j $(JOBS)
	ctest --test-dir build/asan -j $(JOBS) --output-on-failure
	DEBONE_PROGRAM=build/asan/debone ASAN_OPTIONS=detect_leaks=1 UBSAN_OPTIONS=print_stacktrace=1 $(PYTEST) $(HOSTILE)

# What needs no archive, on any fresh machine.
offline: test-tools unit
	$(PYTEST) tests/architecture_test.py tests/blackbox

# All of the above and what takes too long for each time; writes docs/test-results.md.
test-all: test-tools
	@scripts/need.sh test-all deb
	$(PYTHON) -B tests/test_all.py

install: all install-files

install-files:
	rm -rf $(BUILD)/install && mkdir -p $(BUILD)/install
	$(BUILD)/debone man $(BUILD)/install
	$(BUILD)/debone completion bash >$(BUILD)/install/debone.bash
	$(BUILD)/debone completion zsh >$(BUILD)/install/debone.zsh
	$(BUILD)/debone completion fish >$(BUILD)/install/debone.fish
	install -Dm755 $(BUILD)/debone $(DESTDIR)$(PREFIX)/bin/debone
	install -Dm644 -t $(DESTDIR)$(PREFIX)/share/man/man1 $(BUILD)/install/*.1
	install -Dm644 $(BUILD)/install/debone.bash $(DESTDIR)$(PREFIX)/share/bash-completion/completions/debone
	install -Dm644 $(BUILD)/install/debone.zsh $(DESTDIR)$(PREFIX)/share/zsh/vendor-completions/_debone
	install -Dm644 $(BUILD)/install/debone.fish $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/debone.fish
	install -Dm644 -t $(DESTDIR)$(PREFIX)/share/doc/debone README.md CHANGELOG.md CONTRIBUTING.md LICENSE
	install -Dm644 -t $(DESTDIR)$(PREFIX)/share/doc/debone/docs $(wildcard docs/*.md)

# build/deb/debone_VERSION_ARCH.deb, from a copy of the sources so that nothing is left in the checkout.
deb:
	@scripts/need.sh build deb
	rm -rf build/deb && mkdir -p build/deb/debone
	tar -c --exclude-vcs --exclude=./build --exclude=__pycache__ . | tar -x -C build/deb/debone
	cd build/deb/debone && dpkg-buildpackage -us -uc -b
	lintian --fail-on error build/deb/*.changes

format:
	clang-format-19 -i $(SOURCES)

clean:
	rm -rf build
