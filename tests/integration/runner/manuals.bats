#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
# The examples of vcan-run(1), typed in as they stand there, and a look whether
# those of all other pages are.

load ../lib
load ../manual
load helper

# shellcheck disable=SC2154 # set by apart

# in_place - the programs are on PATH
in_place() {
	PATH=$BUILD:$PATH
}

@test "a frame on a machine without CAN" {
	in_place
	example vcan-run.1 1
	[ "$status" -eq 0 ]
	[ "$(xargs <<<"$output")" = "vcan0 123 [1] 11" ]
}

@test "a project's tests on two buses" {
	in_place
	printf 'test:\n\t@ip -br link show up type vcan\n' >Makefile
	example vcan-run.1 2
	[ "$status" -eq 0 ]
	[ "$(awk '{ print $1 }' <<<"$output" | xargs)" = "can0 can1" ]
}

@test "a shell" {
	in_place
	obey "echo echo it is '\$0' | $(block vcan-run.1 EXAMPLES 3 | part commands)"
	[ "$status" -eq 0 ]
	[ "$output" = "it is bash" ]
}

@test "an interface with a bit rate and states" {
	[ "$(uname -m)" = x86_64 ] || skip "the guest with USB is for x86-64 only"
	in_place
	example vcan-run.1 4
	[ "$status" -eq 0 ]
	[[ $output == *"can state ERROR-ACTIVE "*"bitrate 500000"* ]]
}

@test "what docs/testing.md tries by hand" {
	# shellcheck disable=SC2034 # for recipe
	PAGE=$ROOT/docs/testing.md
	ln -s "$BUILD" build
	obey "$(recipe "On a machine without CAN")"
	[ "$status" -eq 0 ]
	[[ $output == "112233445566: in-bootloader: "* ]]
	grep -q '3F0#02112233445566' bus.log
}

@test "each example of a man page is typed in by a test" {
	local n page

	for page in "$MANUALS"/*.1; do
		page=${page##*/}
		n=1
		while [ -n "$(block "$page" EXAMPLES "$n")" ]; do
			grep -rqE --include='*.bats' \
				"(example $page|block $page EXAMPLES) $n\\b" \
				"$ROOT/tests/integration" || echo "$page, example $n"
			n=$((n + 1))
		done >>untested
		[ "$n" -gt 1 ]
	done
	diff /dev/null untested
}

# lines - what the README tells people to type, behind its first two examples
lines() {
	awk '/^```/ { block++; next }
		block % 2 == 0 || block <= 3 { next }
		block != last { last = block; shown = /^\$ / }
		!shown || sub(/^\$ /, "") { sub(/ +# .*/, ""); print }' "$README"
}

@test "each line of the README is typed in by a test" {
	local quote="['\"]"

	[ "$(lines | wc -l)" -gt 20 ]
	lines | while read -r line; do
		grep -rhE --include='*.bats' --include='inside*' "^	line $quote" \
			"$ROOT/tests/integration" "$ROOT/tests/portability" |
			grep -qF -e "line '$line'" -e "line \"$line\"" ||
			echo "$line"
	done >untested
	diff /dev/null untested
}
