# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
# State of the MCU x what lies in front of its application: what canbootreq
# says, what happened to the MCU, and every frame that was on the bus.
bats_require_minimum_version 1.5.0
load ../lib

UU=41F905F55004
SET="3F0#11${UU}C0"
WHO="280#01881600F9319903"
ID="281#0188A00316000000 281#${UU}0000 281#32409903"
BACK="3F0#11${NOT_U}C0"

setup() {
	watch_bus vcan0
}

teardown() {
	stop_all
}

# trace_is REGEX - the whole bus, frames separated by one blank, nothing else
trace_is() {
	local trace

	settled
	trace=$(frames '^(3F0|3F1|[12]..)#|^[0-9A-F]{8}#|#R|##' | xargs)
	echo "trace: $trace"
	[[ $trace =~ ^$1$ ]]
}

proven() {
	ask -u "$U" "$@"
	[ "$status" -eq 0 ]
	[[ $output == "$U: in-bootloader: "* ]]
	trace_is "3F0#02$UU ($SET ($WHO ){1,2})+($ID|${ID// / ($WHO )?})( $WHO)? $BACK"
	[ "$(state "$U")" = katapult ]
	[ "$(nodeid "$U")" = null ]
}

# silence STATE - asked in vain: the sentence, the trace, the state ("any")
silence() {
	ask -u "$U" --timeout 0.3
	[ "$status" -eq 3 ]
	[[ $output == "$U: no-answer: "* ]]
	trace_is "3F0#02$UU ($SET $WHO $WHO )*($SET ($WHO )?)?$BACK"
	[ "$1" = any ] || [ "$(state "$U")" = "$1" ]
}

start() {
	start_mcus mcu -i vcan0 -u "$U" "$@"
}

@test "unassigned, Katapult installed: proven" {
	start --bootloader katapult
	proven
}

@test "assigned, Katapult installed: proven" {
	start --bootloader katapult --nodeid 4
	proven
}

@test "in shutdown, Katapult installed: proven" {
	start --bootloader katapult --state shutdown
	proven
}

@test "in shutdown and assigned, Katapult installed: proven" {
	start --bootloader katapult --state shutdown --nodeid 4
	proven
}

@test "already in Katapult: proven, with the shortest trace there is" {
	start --bootloader katapult --state katapult
	ask -u "$U"
	[ "$status" -eq 0 ]
	trace_is "3F0#02$UU $SET $WHO $ID $BACK"
	[ "$(state "$U")" = katapult ]
}

@test "in Katapult with a nodeid: proven, and unassigned afterwards" {
	start --bootloader katapult --state katapult --nodeid 129
	proven
}

@test "unassigned, into the ROM: no answer, and off the bus" {
	start --mcu-type rp2040 --bootloader rom
	silence rom
}

@test "assigned, into the ROM: no answer, and off the bus" {
	start --mcu-type rp2040 --bootloader rom --nodeid 4
	silence rom
}

@test "in shutdown, into the ROM: no answer, and off the bus" {
	start --mcu-type rp2040 --bootloader rom --state shutdown
	silence rom
}

@test "unassigned, no bootloader: no answer, and still Klipper" {
	start --mcu-type stm32g0b1xx --bootloader none
	silence klipper
	[ "$(nodeid "$U")" = null ]
}

@test "assigned, no bootloader: no answer, and the nodeid kept" {
	start --mcu-type stm32g0b1xx --bootloader none --nodeid 4
	silence klipper
	[ "$(nodeid "$U")" = 4 ]
}

@test "in shutdown, no bootloader: no answer, and still in shutdown" {
	start --mcu-type stm32g0b1xx --bootloader none --state shutdown
	silence shutdown
}

@test "powered off: no answer" {
	start --bootloader katapult --state off
	silence off
}

@test "absent: no answer" {
	silence any
}

@test "absent, with others there: nobody else reacts" {
	start_mcus other -i vcan0 -u "$V" --nodeid 4 \
		-u 665544332211 --state katapult --nodeid 129
	silence any
	[ "$(state "$V")" = klipper ]
	[ "$(nodeid "$V")" = 4 ]
	[ "$(nodeid 665544332211)" = 129 ]
}

@test "a boot that takes longer than a second is waited for and handed back" {
	start --boot-ms 1300
	proven
}

@test "a boot that takes longer than the timeout is no answer, and no nodeid stays" {
	start --boot-ms 700
	silence any
	[[ $(ctl wait "$U" katapult 5000) == *'"ok"'*true* ]]
	[ "$(nodeid "$U")" = null ]
}

@test "--no-verify sends one frame and says that nothing was proven" {
	start --bootloader katapult
	ask -u "$U" --no-verify
	[ "$status" -eq 0 ]
	[[ $output == "$U: requested: "*"not verified"* ]]
	trace_is "3F0#02$UU"
}

@test "an unassigned Klipper node that was never asked is left alone" {
	start_mcus pair -i vcan0 -u "$U" -u "$V"
	proven
	[ "$(state "$V")" = klipper ]
}
