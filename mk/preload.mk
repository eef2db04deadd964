# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
# What vcan-run has in it to be loaded into a User-Mode Linux: see
# tools/vcan-run/vm/preload.h.

PRELOAD := tools/vcan-run/preload/xstate.c
SRC_vcan-run := $(filter-out $(PRELOAD),$(SRC_vcan-run))
MADE_vcan-run := $B/xstate.o

# What goes into another program has none of the caller's flags, and of a libc only
# what that one has.
$B/xstate.so: $(PRELOAD) | $(HAVE)
	$Q$(CC) -O2 $(WARN) $(CPPF) -fPIC -fno-stack-protector -shared -nostdlib \
		-s -Wl,--build-id=none,-z,noseparate-code,-z,max-page-size=4096 \
		-o $@ $<
$B/xstate.o: $B/xstate.so
	$Q{ echo '#include "tools/vcan-run/vm/preload.h"' && \
		echo 'const unsigned char preload_xstate[] = {' && \
		od -An -v -tx1 $< | sed 's/ \(..\)/0x\1,/g' && echo '};' && \
		echo 'const size_t preload_xstate_len = sizeof(preload_xstate);'; \
	} | $(CC) $(CPPF) -I. $(CFLAGS) -x c -c -o $@ -
