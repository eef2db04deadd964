#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
# Say in one sentence what is not installed, before each file that is compiled
# says so.
# Usage: mk/have.sh SET COMPILER "HEADER:PACKAGE..." [FLAG...]
# SET is what scripts/install-deps.sh calls it; COMPILER may have arguments. CROSS
# is set where it is one for another architecture.
set -eu
set=$1 compiler=$2 needs=$3
shift 3
how="by: scripts/install-deps.sh $set"
[ -z "${CROSS-}" ] || how="for $CROSS as docs/portability.md says it"

die() {
	echo "make: $*" >&2
	exit 1
}

command -v "${compiler%% *}" >/dev/null ||
	die "there is no compiler '${compiler%% *}' here; install one, and what" \
		"else is needed, $how"

# the preprocessor prints the rows whose header it does not find
missing=$(for row in $needs; do
	printf '#if !__has_include(<%s>)\n' "${row%%:*}"
	printf '%s (%s)\n#endif\n' "${row#*:}" "${row%%:*}"
done | $compiler "$@" -E -P -x c -) ||
	die "'$compiler' is no compiler that works: see what it said above"
[ -z "$missing" ] ||
	die "not installed: $(echo "$missing" | paste -sd, | sed 's/,/, /g');" \
		"install what is needed $how"
