# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
# No complete Makefile: ../Makefile includes it. Programs for other machines; what
# has to be installed for that is in docs/portability.md.

# CROSS=TRIPLET: by Debian's compiler for it, in a folder of its own. EMULATOR is
# what runs the unit tests; others are not run.
CROSS ?=
ifneq ($(CROSS),)
B        := build/$(CROSS)
CC       := $(CROSS)-gcc
AR       := $(CROSS)-ar
OBJCOPY  := $(CROSS)-objcopy
EMULATOR ?= qemu-$(firstword $(subst -, ,$(CROSS)))
export EMULATOR
# seconds of test_soak, which takes an emulator ten times as long
export SOAK_S ?= 60
endif
# Below qemu-user the address sanitizer cannot look for leaks, nor start on s390x.
UNIT := $(if $(EMULATOR),ubsan,asan)
UNIT_FLAGS = $(if $(EMULATOR),$(UBSAN),$(ASAN))

# The programs for printers, with all that they need in them, for systems that
# have other libraries, or none.
.PHONY: static
STATIC := $(HOST_PROGRAMS:%=$B/static/%)
static: $(STATIC)
# also where it is given on the command line
$(STATIC): override LDFLAGS += -static
$(STATIC): LIBS_canbootreq := -ljansson -lz
$(STATIC): LIBS_serialbootreq := -ljansson
