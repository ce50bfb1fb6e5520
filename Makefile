# SPDX-License-Identifier: Apache-2.0
#
# Two commands for a newcomer: `make run` and `make test`. Each installs what is
# missing (Debian packages), builds and goes. Under them is CMake, usable alone:
#   cmake --preset release && cmake --build --preset release && ctest --preset release

PRESET ?= release
BUILD := build/$(PRESET)
JOBS ?= $(shell nproc)
ARGS ?=

.PHONY: all build run test test-windows test-macos torture torture-packs bench fuzz check format install clean setup

all: build

setup:
	@scripts/setup.sh build

build: setup
	@[ -f $(BUILD)/build.ninja ] || cmake --preset $(PRESET)
	@cmake --build $(BUILD) --parallel $(JOBS) $(if $(TARGET),--target $(TARGET))

# Standard output is the sensor's alone, so that it can be piped.
run:
	@$(MAKE) --no-print-directory build TARGET=sonda >&2
	@scripts/run.sh $(BUILD)/sonda $(ARGS)

test: build
	@ctest --test-dir $(BUILD) --output-on-failure --parallel $(JOBS)

# The same for Windows: built with mingw-w64, run under Wine.
test-windows:
	@scripts/setup.sh build windows
	@$(MAKE) --no-print-directory build TARGET=sonda
	@scripts/test_windows.sh $(BUILD)/sonda $(JOBS)

# Linked for both kinds of Mac with Zig and the files checked; the adapter's logic
# runs here, with sanitizers, against an Endpoint Security of the tests'.
test-macos:
	@scripts/setup.sh build macos
	@$(MAKE) --no-print-directory build TARGET=sonda_embed
	@scripts/test_macos.sh $(BUILD)/tools/sonda/sonda_embed $(JOBS)

# Matching against evaluating every rule, on this many generated pairs, and this
# many spoiled packs, with sanitizers: refused, or harmless and within budget.
PAIRS ?= 10000000
PACKS ?= 1000000
SEED ?= 1000000
torture: torture-packs
	@$(MAKE) --no-print-directory build TARGET=unit_detect_test_differential
	@SONDA_PAIRS=$(PAIRS) SONDA_SEED=$(SEED) $(BUILD)/tests/unit_detect_test_differential

torture-packs:
	@cmake --preset asan-ubsan >/dev/null
	@cmake --build build/asan-ubsan --parallel $(JOBS) --target unit_rules_test_pack_torture
	@ASAN_OPTIONS=abort_on_error=1 UBSAN_OPTIONS=abort_on_error=1:print_stacktrace=1 \
	 SONDA_PACKS=$(PACKS) SONDA_SEED=$(SEED) build/asan-ubsan/tests/unit_rules_test_pack_torture

bench: build
	@scripts/bench.sh $(BUILD)

# Each fuzz target for SECONDS_EACH seconds, starting from its corpus.
SECONDS_EACH ?= 60
fuzz:
	@scripts/setup.sh build check
	@cmake --preset fuzz >/dev/null && cmake --build build/fuzz --parallel $(JOBS)
	@scripts/fuzz.sh build/fuzz $(SECONDS_EACH)

check:
	@.ci/run

format:
	@git ls-files '*.c' '*.h' | grep -v '_table\.[ch]$$' | xargs clang-format -i

install: build
	@cmake --install $(BUILD)

clean:
	@rm -rf build
