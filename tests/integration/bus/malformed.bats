# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
# Frames that are no frames of this protocol, and too many of them.
bats_require_minimum_version 1.5.0
load ../lib

setup() {
	takes_fd vcan0
	watch_bus vcan0
	start_mcus one -i vcan0 -u "$U" --bootloader katapult
}

teardown() {
	stop_all
}

# ignored FRAME - the MCU stays what it is: it answers the query behind FRAME
ignored() {
	cansend vcan0 "$1"
	cansend vcan0 3F0#00
	until_true has "$BUS" "3F1#20${U^^}01"
	[ "$(state "$U")" = klipper ]
}

@test "a request with DLC 6 is ignored" {
	ignored 3F0#0241F905F550
}

@test "an extended frame is ignored" {
	ignored 000003F0#0241F905F55004
}

@test "a remote frame is ignored" {
	ignored 3F0#R7
}

@test "a CAN FD frame is ignored" {
	# the bus takes FD frames, so it is the MCU that does not
	ignored 3F0##10241F905F55004
	# the kernel may add a flag of its own to the 1
	has "$BUS" '3F0##.0241F905F55004'
}

@test "a request to another UUID is ignored" {
	ignored 3F0#0241F905F55005
}

@test "a request with DLC 8 is obeyed" {
	cansend vcan0 3F0#0241F905F5500499
	until_true eval '[ "$(state "$U")" = katapult ]'
}

@test "a flood of random frames stops neither program" {
	cangen vcan0 -g 0 -n 30000 -m 3>&- &
	flood=$!
	ask -u "$U" --timeout 120
	[ "$status" -eq 0 ]
	wait "$flood"
	[ "$(ctl list | jq -r '.mcus | length')" -eq 1 ]
	ctl reset "$U"
	ctl wait "$U" klipper 5000
	ask -u "$U"
	[ "$status" -eq 0 ]
}

@test "a flood of admin frames leaves the MCU in its right mind" {
	cangen vcan0 -g 0 -n 20000 -I 3F0 -L r
	# queries, faster than they can be answered
	cangen vcan0 -g 0 -n 5000 -I 3F0 -L 1 -D 00
	ask -u "$U" --timeout 120
	[ "$status" -eq 0 ]
}
