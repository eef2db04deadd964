# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
# A short campaign; `make campaign` plays as many rounds as you like.
bats_require_minimum_version 1.5.0
load ../lib

CAMPAIGN=$BATS_TEST_DIRNAME/../../campaign

# campaign OPTION... - play rounds here; traces of broken ones are kept
campaign() {
	run python3 -B "$CAMPAIGN" --here --build "$BUILD" --log "$BUILD/../log" \
		"$@"
	echo "$output"
}

@test "a canbootreq that lies is found out" {
	ln -s "$(realpath "$BUILD/canmcu")" "$BATS_TEST_TMPDIR/canmcu"
	cat >"$BATS_TEST_TMPDIR/canbootreq" <<-'EOF'
		#!/bin/sh
		while [ $# -gt 0 ]; do
			[ "$1" != -u ] ||
				echo "$2: in-bootloader: Katapult answered on vcan0"
			shift
		done
	EOF
	chmod +x "$BATS_TEST_TMPDIR/canbootreq"
	campaign --build "$BATS_TEST_TMPDIR" --log "$BATS_TEST_TMPDIR" --rounds 2
	[ "$status" -eq 1 ]
	[[ $output == *"false proof: call 0: "*"did not answer as Katapult"* ]]
	[[ $output == *" failed" ]]
}

@test "60 rounds break no promise" {
	campaign --seed 18 --rounds 60
	[ "$status" -eq 0 ]
	[[ $output == *"60 passed, 0 failed"* ]]
}
