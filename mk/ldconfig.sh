#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
# Let programs find a shared library that was just installed, or say what lets them.
# Usage: mk/ldconfig.sh LIBDIR PROGRAM   the program is linked with the library
set -eu
PATH=$PATH:/usr/sbin:/sbin

# whoever installs in a folder of his own may not write the cache, and need not
ldconfig 2>/dev/null || :
if ! ldd "$2" | grep -qF " => $1/libkcan.so."; then
	echo "make: programs do not look for libraries in $1; set" \
		"LD_LIBRARY_PATH=$1 for those that use libkcan, or link them" \
		"with -Wl,-rpath,$1" >&2
fi
