# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
# What has to be installed before anything is compiled, by what is to be made.

# Of the sets of scripts/install-deps.sh: HEADER:PACKAGE..., as Debian calls them
NEEDS_host  := stdio.h:libc6-dev jansson.h:libjansson-dev zlib.h:zlib1g-dev
NEEDS_demo  := $(NEEDS_host) systemd/sd-event.h:libsystemd-dev
NEEDS_test  := $(NEEDS_demo) cmocka.h:libcmocka-dev
NEEDS_check := $(NEEDS_test)

# of those that compile something
GOALS := $(or $(filter-out clean help uninstall% install-completion%,\
	$(MAKECMDGOALS)),all)
# one set is asked for, the largest, so that one command gets it all
HAVE := $B/have/$(or $(if $(filter check% campaign lint,$(GOALS)),check),$(if \
	$(filter test fuzz $B/unit/% $B/fuzz/%,$(GOALS)),test),$(if $(filter-out \
	host install-host static $(HOST_PROGRAMS:%=$B/%) $(STATIC) \
	$(HOST_PROGRAMS:%=install-%),$(GOALS)),demo),host)
$B/have/%:
	@mkdir -p $(@D)
	@mk/have.sh $* '$(CC)' '$(NEEDS_$*)' $(CPPFLAGS) $(CFLAGS) && \
		touch $@

# whether $(CLANG) makes fuzz targets, tried only where that is decided
LIBFUZZER := $(if $(CROSS),,$(if $(filter test,$(GOALS)),$(shell echo \
	'int LLVMFuzzerTestOneInput(void); int LLVMFuzzerTestOneInput(void) \
	{ return 0; }' | $(CLANG) $(ASAN) -fsanitize=fuzzer -x c -o /dev/null - \
	2>/dev/null && echo yes)))
