# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
# The examples do what canbootreq does, and leave the bus as it does.
bats_require_minimum_version 1.5.0
load ../lib

EXAMPLES=$BATS_TEST_DIRNAME/../../../examples

setup() {
	# the library as it is installed: not one with a sanitizer in it
	export LD_LIBRARY_PATH=$BUILD/.. PATH=$BUILD:$PATH
	watch_bus vcan0
}

teardown() {
	stop_all
}

# proves COMMAND... - it has the MCU proven and leaves it unassigned
proves() {
	start_mcus mcu -i vcan0 -u "$U" --nodeid 4
	run --separate-stderr "$@" vcan0 "$U"
	echo "$output $stderr"
	[ "$status" -eq 0 ]
	[ "$output" = "proven: Katapult answered with this UUID: it can be flashed now" ]
	settled
	[ "$(frames '^3F0#02')" = "3F0#0241F905F55004" ]
	has "$BUS" "3F0#11$NOT_U"
	[ "$(state "$U")" = katapult ]
	[ "$(nodeid "$U")" = null ]
}

@test "in C, a poll loop: proven, and the nodeid handed back" {
	proves "$BUILD/../examples/enter"
}

@test "in C: nobody there is the outcome that canbootreq has" {
	run "$BUILD/../examples/enter" vcan0 "$U"
	[ "$status" -eq 3 ]
	[[ $output == "silent: no Katapult answered with this UUID in time: "* ]]
	run "$BUILD/../examples/enter" can7 "$U"
	[ "$status" -eq 1 ]
	[ "$output" = "can7: No such device" ]
	run "$BUILD/../examples/enter" vcan0 4711
	[ "$status" -eq 2 ]
}

@test "in C: Ctrl-C hands the nodeid back first" {
	"$BUILD/../examples/enter" vcan0 "$U" >"$BATS_TEST_TMPDIR/out" 3>&- &
	pid=$!
	until_true has "$BUS" "3F0#1141F905F55004"
	kill -INT $pid
	ends_with $pid 128
	has "$BATS_TEST_TMPDIR/out" '^aborted: '
	settled
	has "$BUS" "3F0#11$NOT_U"
}

@test "in Python, with ctypes: proven, and the nodeid handed back" {
	proves "$EXAMPLES/enter.py"
}

@test "in Python: what cannot be opened is told" {
	run "$EXAMPLES/enter.py" can7 "$U"
	[ "$status" -eq 1 ]
	[ "$output" = "can7: No such device" ]
}

@test "in bash, with canbootreq's JSON: each board by its name" {
	start_mcus mcu -i vcan0 -u "$U" -u "$V"
	run "$EXAMPLES/enter-all.sh" vcan0 "toolhead=$U" "bed=${V^^}"
	[ "$status" -eq 0 ]
	[ "$(sort <<<"$output")" = "2 of 2 boards are in their bootloader
bed: ready to be flashed (stm32g0b1xx)
toolhead: ready to be flashed (stm32g0b1xx)" ]
}

@test "in bash: a board that is not there, with what to do" {
	start_mcus mcu -i vcan0 -u "$U"
	run "$EXAMPLES/enter-all.sh" vcan0 "toolhead=$U" "bed=665544332211"
	[ "$status" -eq 1 ]
	[[ $output == *"toolhead: ready to be flashed"* ]]
	[[ $output == *"bed: no-answer: "*$'\n    '* ]]
	[[ $output == *"1 of 2 boards are in their bootloader" ]]
	run "$EXAMPLES/enter-all.sh" can7 "toolhead=$U"
	[ "$status" -eq 1 ]
	[[ $output == *"local-error: there is no interface can7"* ]]
}
