#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
# Let programs find a shared library that was just installed, or say what lets them.
# Usage: mk/ldconfig.sh LIBDIR PROGRAM   the program is linked with the library
set -eu
PATH=$PATH:/usr/sbin:/sbin

# whoever installs in a folder of his own may not write the cache, and need not
ldconfig 2>/dev/null || :
found=$(ldd "$2" | sed -n 's/.* => \(.*\/libkcan\.so\.[0-9]*\) .*/\1/p')
# /lib may be another name of /usr/lib
# shellcheck disable=SC3013 # every sh of Linux has -ef
if ! [ "$found" -ef "$1/${found##*/}" ]; then
	echo "make: programs do not look for libraries in $1; set" \
		"LD_LIBRARY_PATH=$1 for those that use libkcan, or link them" \
		"with -Wl,-rpath,$1" >&2
fi
