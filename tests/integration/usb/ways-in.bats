#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
# The recipes of docs/ways-in.md, typed in as they stand there, on boards that
# usbboard and canmcu play in a guest of `vcan-run --usb`.
bats_require_minimum_version 1.5.0

# shellcheck disable=SC2154

load ../lib
load ../page
load board

KLIPPER=/dev/serial/by-id/usb-Klipper_stm32g0b1xx_$SERIAL-if00

setup() {
	# shellcheck disable=SC2034 # for recipe and blocks
	PAGE=$(realpath "$BATS_TEST_DIRNAME/../../../docs/ways-in.md")
	cd "$BATS_TEST_TMPDIR" || return
	mkfifo say
	# pyserial is Debian's, and so has to be the Python
	ln -s /usr/bin/python3 .
	PATH=$PWD:$BUILD:$PATH
}

teardown() {
	[ -z "${BOARD-}" ] || stop_board || return
	[ ! -e /sys/class/net/can0 ] || ip link del can0
	stop_all
}

# type_in HEADING N - sets output, without what goes to standard error
type_in() {
	local commands

	commands=$(recipe "$@")
	[ -n "$commands" ]
	echo "$commands"
	run --separate-stderr bash -c "$commands" </dev/null 9>&-
	echo "status $status"
	echo "$output"
	echo "$stderr"
}

@test "no command of the page is left out here" {
	all_typed_in
}

@test "USB touch" {
	start_board
	say plug klipper
	say touch katapult
	until_true [ -c "$KLIPPER" ]
	type_in "USB touch" 1
	[ "$status" -eq 0 ]
	[[ $output == *"in-bootloader: Katapult came up on USB port 1-1"* ]]
}

@test "picocom and stty" {
	start_board
	say plug klipper
	until_true [ -c "$KLIPPER" ]
	say touch dfu
	# its end is the board's leaving; there is no keyboard here
	type_in "picocom" 1
	until_true usb_is 0483:df11
	say plug klipper
	until_true [ -c "$KLIPPER" ]
	say touch rp2040
	type_in "picocom" 2
	until_true usb_is 2e8a:0003
}

# uart BAUD - a board on /dev/ttyAMA0
uart() {
	start_mcus mcu --uart pty:/dev/ttyAMA0 --baud "$1" -u "$U"
}

@test "UART string" {
	uart 250000
	type_in "UART string" 1
	[ "$status" -eq 0 ]
	[[ $output == *"in-bootloader: Katapult answered at 250000 baud"* ]]
	ctl reset "$U"
	ctl wait "$U" klipper 5000
	type_in "UART string" 3
	ctl wait "$U" katapult 5000
	kill "$MCU_PID"
	ends_with "$MCU_PID" 0
	uart 115200
	type_in "UART string" 2
	ctl wait "$U" katapult 5000
}

@test "CAN" {
	ip link add can0 type vcan
	ip link set can0 up
	start_mcus mcu -i can0 -u "$U"
	type_in "CAN" 1
	[ "$status" -eq 0 ]
	[[ $output == *"in-bootloader: Katapult answered on can0 with this UUID"* ]]
}

@test "CANBridge" {
	start_board
	say plug gsusb
	say request "$BRIDGE" katapult
	until_true [ -e /sys/class/net/can0 ]
	ip link set can0 up type can bitrate 1000000
	type_in "CANBridge" 1
	[ "$status" -eq 0 ]
	[[ $output == *"in-bootloader: Katapult came up on USB port 1-1"* ]]
}

# what README and canbridge.md promise
@test "make demo-bridge: the whole story, to its end" {
	run "$BATS_TEST_DIRNAME/../../../scripts/demo-bridge.sh"
	echo "$output"
	[ "$status" -eq 0 ]
	[ "$(grep -c 'b091ccc241c9: in-bootloader: ' <<<"$output")" = 2 ]
	[ "$(grep -c 'plugged gs_usb' <<<"$output")" = 2 ]
}
