# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
# docs/printers.md, typed in as it stands there, on the printer of its printer.cfg:
# canmcu plays what is on CAN, and the main board on its UART.
bats_require_minimum_version 1.5.0
load ../lib
load ../page

# shellcheck disable=SC2154 # set by run

EBB=112233445566 BED=aabbccddeeff MAIN=41f905f55004
README=$BATS_TEST_DIRNAME/../../../README.md

setup() {
	open_page printers.md
	mkdir ~/my-printer
	cp printer_data/config/printer.cfg my-printer
}

teardown() {
	close_page
}

@test "no command of the page is left out here" {
	all_typed_in
}

@test "which board is which is shown without a frame" {
	play
	watch_bus can0
	type_in "See which board is which" 1
	[ "$status" -eq 0 ]
	[[ $output == *$'\nEBB            not looked for: on CAN, canbootreq -i can0 '* ]]
	[[ $output == *$'\nmcu            not seen: its tty does not exist\n'* ]]
	settled can0
	[ "$(frames)" = "7FF#$(printf %08X "$MARK")" ]
}

@test "a look at the bus sends nothing, and shows who has a nodeid" {
	play --nodeid 4
	watch_bus can0
	type_in "Look at the bus" 1
	[ "$status" -eq 0 ]
	[[ $output == "can0: state "*$'\n'"nodeid 4: Klipper, "* ]]
	[[ $output != *"$EBB"* ]]
	settled can0
	[ -z "$(frames '^3F0#')" ]
}

@test "Klipper is stopped, and those without a nodeid answer" {
	play
	type_in "Stop Klipper" 1
	[ "$(<systemctl)" = "stop klipper" ]
	type_in "Stop Klipper" 2
	[ "$status" -eq 0 ]
	[ "$output" = "$EBB: Klipper" ]
	[[ $stderr == *"a query is a broadcast"* ]]
}

@test "boards that have a nodeid do not answer" {
	play --nodeid 4
	type_in "Stop Klipper" 2
	[ "$status" -eq 3 ]
	[ -z "$output" ]
}

@test "one board, then several of a file elsewhere" {
	play --nodeid 4
	type_in "Ask by name" 1
	[ "$status" -eq 0 ]
	[[ $output == "$EBB (EBB): in-bootloader: "* ]]
	[[ $stderr == "canbootreq: names are those of\
 $HOME/printer_data/config/printer.cfg"$'\n'"canbootreq: next: "* ]]
	[ "$(state $BED)" = klipper ]
	ctl reset $EBB
	ctl wait $EBB klipper 5000
	type_in "Ask by name" 2
	[ "$status" -eq 0 ]
	[ "$(state $EBB)" = katapult ]
	[ "$(state $BED)" = katapult ]
}

@test "all boards: CAN, then the UART; and back again" {
	play --nodeid 4
	type_in "Ask by name" 3
	[ "$status" -eq 0 ]
	[ "$(cut -d: -f1,2 <<<"$output")" = "$EBB (EBB): in-bootloader
$BED (bed): in-bootloader" ]
	[[ $stderr == *"'mcu' is on a serial port; ask it with:\
 serialbootreq -d /dev/ttyAMA0"* ]]
	type_in "The way back" 1
	[ "$status" -eq 0 ]
	[ "$(cut -d: -f1,2 <<<"$output")" = "$EBB (EBB): left-bootloader
$BED (bed): left-bootloader" ]
	[ "$(state $EBB)" = klipper ]
	[ "$(state $BED)" = klipper ]
	type_in "The way back" 2
	[ "$(<systemctl)" = "start klipper" ]
}

@test "the main board on its UART" {
	own_dev
	start_mcus main --uart pty:/dev/ttyAMA0 -u "$MAIN"
	type_in "Ask by name" 4
	[ "$status" -eq 0 ]
	[[ $output == "/dev/ttyAMA0: in-bootloader: Katapult answered"* ]]
	[ "$(state "$MAIN")" = katapult ]
}

@test "a board without Katapult is found out" {
	play --bootloader none
	type_in "What the result means" 1
	[ "$status" -eq 4 ]
	[[ $output == "$EBB (EBB): still-application: Klipper "* ]]
}

@test "a board without power is not" {
	play
	ctl power $EBB off
	type_in "What the result means" 1
	[ "$status" -eq 3 ]
	[[ $output == "$EBB (EBB): no-answer: "* ]]
}

@test "the second network" {
	play
	type_in "Several CAN networks" 1
	[ "$status" -eq 0 ]
	[[ $output == "can1: state "*$'\n'"$BED: Klipper" ]]
}

@test "the page explains each outcome of these calls" {
	# what only --no-verify and --listen have
	[ "$(unexplained canbootreq)" = $'requested\nheard' ]
	[ -z "$(unexplained serialbootreq)" ]
}

@test "the first example of the README is this printer" {
	local example

	example=$(awk '/^```/ { block++; next } block == 1' "$README")
	[[ $example == '$ canbootreq '* ]]
	play
	apart bash -c "$(sed -n 's/^\$ //p' <<<"$example")"
	[ "$status" -eq 0 ]
	[ "$output" = "$(sed 1d <<<"$example")" ]
}
