# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
# One build for everything; `make help` lists what there is to make.

VERSION   := $(shell sed -n 's/.*KCAN_VERSION "\(.*\)"/\1/p' include/kcan/version.h)
SOVERSION := 0
CC        ?= cc
AR        ?= ar
OBJCOPY   ?= objcopy
CLANG     ?= clang
INSTALL   ?= install
CFLAGS    ?= -O2 -g
export FUZZ_RUNS ?= 20000
# what the tests and the demos look for the programs in
export BUILD = $B
# Warnings are errors where the toolchain is pinned: in .ci/run.
WERROR    ?=
Q         := $(if $(V),,@)
B         := build
WARN := -Wall -Wextra -Wshadow -Wvla -Wstrict-prototypes -Wmissing-prototypes \
	-Wpointer-arith -Wwrite-strings -Wformat=2 \
	-Wno-missing-field-initializers $(if $(WERROR),-Werror)
CPPF := -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -Iinclude -Ilib
ALLC  = -std=gnu11 $(WARN) $(CPPF) $(CPPFLAGS) -fPIC -fvisibility=hidden \
	-fno-semantic-interposition -MMD -MP

# A test, a fuzz target or the main.c of a helper: `// needs: FILE|FOLDER...` in
# it names sources of the programs that it wants linked, main.c excepted.
needs = $(foreach n,$(shell sed -n 's,^// needs: ,,p' $1),$(filter-out \
	%/main.c,$(if $(filter %.c,$n),$n,$(wildcard $n/*.c $n/*/*.c))))
LIB_SRC  := $(wildcard lib/*/*.c)
# Each main.c is a program; the ones for the tests' own use are not installed.
dirs      = $(patsubst %/main.c,%,$(wildcard $(1:%=%/*/main.c)))
PROGRAMS := $(notdir $(call dirs,tools sim))
HOST_PROGRAMS := canbootreq katflash serialbootreq
HELPERS  := $(notdir $(call dirs,tests/support))
$(foreach d,$(call dirs,tools sim tests/support),$(eval \
	SRC_$(notdir $d) := $(wildcard $d/*.c $d/*/*.c $d/*/*/*.c) \
		$(call needs,$d/main.c)))
LIBS_canmcu := -lsystemd -ljansson -lz -lm
LIBS_khost := -ljansson -lz -lm
LIBS_katflash := -ljansson -lz -lm
# canbootreq loads jansson and others when it needs them: headers only.
libs = $(LIBS_$1) -ldl

include mk/cross.mk

.PHONY: all host test check check-unit check-vcan bench fuzz lint demo install \
	install-host uninstall clean help FORCE demo-bridge
.DELETE_ON_ERROR .SECONDARY:
all: $(PROGRAMS:%=$B/%) library examples
host: $(HOST_PROGRAMS:%=$B/%)

# A variant is the whole tree, built once more with other flags.
# $1 folder, $2 compiler, $3 flags
define variant
$1/obj/%.o: %.c | $(HAVE)
	@mkdir -p $$(@D)
	$$(if $$(Q),@echo "  CC    $$@")
	$$Q$2 $$(ALLC) $3 -c -o $$@ $$<
$1/lib.a: $$(LIB_SRC:%.c=$1/obj/%.o)
	$$(if $$(Q),@echo "  AR    $$@")
	$$Q$$(AR) rcsD $$@.new $$^ && mv $$@.new $$@
$(foreach p,$(PROGRAMS) $(HELPERS),$(call program,$1,$2,$3,$p))
-include $$(shell find $1/obj -name '*.d' 2>/dev/null)
endef
define program

$1/$4: $$(SRC_$4:%.c=$1/obj/%.o) $$(MADE_$4) $1/lib.a
	$$(if $$(Q),@echo "  LD    $$@")
	$$Q$2 $3 $$(LDFLAGS) -o $$@ $$^ $$(call libs,$4)
endef
SAN   := -O1 -g -fno-sanitize-recover=all -fsanitize=undefined
ASAN  := $(SAN) -fsanitize=address
# a guest starts a program in half the time when few pages have to be relocated
UBSAN := $(SAN) -no-pie $(if $(findstring clang,$(CC)),,-static-libubsan)
FUZZ  := $(ASAN) -fsanitize=fuzzer-no-link

include mk/have.mk mk/preload.mk

$(eval $(call variant,$B,$(CC),$(CFLAGS)))
$(eval $(call variant,$B/static,$(CC),$(CFLAGS) -DKCAN_STATIC))
$(eval $(call variant,$B/asan,$(CC),$(ASAN)))
$(eval $(call variant,$B/ubsan,$(CC),$(UBSAN)))
$(eval $(call variant,$B/fuzz,$(CLANG),$(FUZZ)))

include mk/library.mk

SUPPORT := $(wildcard tests/support/*.c)
TESTS := $(wildcard tests/unit/test_*.c tests/unit/*/test_*.c)
FUZZERS := $(patsubst tests/fuzz/%.c,%,$(wildcard tests/fuzz/fuzz_*.c))
define unit
$B/unit/$(basename $(notdir $1)): \
	$(patsubst %.c,$B/$(UNIT)/obj/%.o,$1 $(call needs,$1) $(SUPPORT)) \
	$B/$(UNIT)/lib.a
	@mkdir -p $$(@D)
	$$Q$(CC) $(UNIT_FLAGS) -o $$@ $$^ -lcmocka $(call libs,canmcu)
endef
define fuzzer
$B/fuzz/$1: $B/fuzz/obj/tests/fuzz/$1.o \
	$(patsubst %.c,$B/fuzz/obj/%.o,$(call needs,tests/fuzz/$1.c)) \
	$B/fuzz/lib.a
	$$Q$(CLANG) $(ASAN) -fsanitize=fuzzer -o $$@ $$^ $(call libs,canmcu)
endef
$(foreach t,$(TESTS),$(eval $(call unit,$t)))
$(foreach f,$(FUZZERS),$(eval $(call fuzzer,$f)))

# Suites print TAP; tests/run counts it. What takes long is best run first.
UNIT_BINS := $(patsubst %.c,$B/unit/%,$(notdir $(TESTS)))
FUZZ_BINS := $(FUZZERS:%=$B/fuzz/%)
VCAN_BINS := $(patsubst %,$B/ubsan/%,$(PROGRAMS) $(HELPERS))
check: all $(UNIT_BINS) $(FUZZ_BINS) $(VCAN_BINS)
	$Qtests/run usb bus runner host serial unit fuzz $(if $(CI),lint)
# What a build daemon can run: no guest, no network, and clang only for fuzzing.
test: FUZZ_RUNS := 2000
test: $(UNIT_BINS) $(if $(LIBFUZZER),$(FUZZ_BINS))
	$Qtests/run unit $(if $(LIBFUZZER),fuzz)
	$(if $(LIBFUZZER)$(CROSS),,@echo "The fuzz targets were left out: \
	$(CLANG) makes none here; what they need is installed by: scripts/install-deps.sh test")
check-unit: $(UNIT_BINS)
	$Qtests/run unit
check-vcan: all $(VCAN_BINS)
	$Qtests/run usb bus runner host serial
fuzz: $(FUZZ_BINS)
	$Qtests/run fuzz
lint: all
	$Qtests/run lint
$B/bench/%: bench/%.c bench/raw.h bench/bits.h
	@mkdir -p $(@D)
	$Q$(CC) $(CFLAGS) $(CPPF) -static -o $@ $<
$B/bench/core: $B/obj/bench/core.o $(patsubst %.c,$B/obj/%.o,\
	$(filter-out %/main.c,$(SRC_canmcu))) $B/lib.a
	@mkdir -p $(@D)
	$Q$(CC) $(CFLAGS) -o $@ $^ $(call libs,canmcu)
bench: all static $(HELPERS:%=$B/%) $(patsubst %.c,$B/%,$(wildcard bench/*.c))
	$Qbench/run
demo demo-bridge: all $B/flasher
	$Qscripts/$@.sh

include mk/install.mk
include mk/campaign.mk
include mk/mutants.mk
include mk/completion.mk
clean:
	rm -rf $B

help:
	@echo 'all host static library examples test check check-unit check-vcan'
	@echo 'campaign mutants fuzz lint bench demo demo-bridge clean'
	@echo 'install install-host install-PROGRAM install-library uninstall'
	@echo 'CC CFLAGS LDFLAGS CROSS=triplet PREFIX DESTDIR FUZZ_RUNS=n V=1 WERROR=1'
