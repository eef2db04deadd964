# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
# shellcheck shell=bash
# What the scripts share that measure.
BUILD=${BUILD:-build}
dir=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null || :; rm -rf "$dir"' EXIT

ratio() {
	awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2f", a / b }'
}

least() {
	printf '%s\n' "$@" | sort -n | head -n1
}

median() {
	printf '%s\n' "$@" | sort -n | sed -n "$((($# + 1) / 2))p"
}

# until_has FILE TEXT - what no event tells, such as a line of another process
until_has() {
	timeout 20 sh -c 'until grep -q -e "$2" "$1"; do sleep 0.01; done' - "$@"
}

# node COMMAND... - start something that plays nodes; sets pid
node() {
	"$@" >"$dir/node.log" &
	pid=$!
	until_has "$dir/node.log" ready
}

end_node() {
	kill "$pid"
	wait "$pid" || :
}

# Milliseconds that the node has had so far.
cpu_of_node() {
	awk '{ print int($1 / 1000000) }' "/proc/$pid/schedstat"
}
