#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
# The examples of the man pages and of the README that need USB, typed in as they
# stand there, in a guest of `vcan-run --usb`: see manual.bash.
bats_require_minimum_version 1.5.0

# shellcheck disable=SC2154 # set by apart

load ../lib
load ../page
load ../manual
load board

setup() {
	export HOME=$BATS_TEST_TMPDIR
	cd && stand_ins
}

teardown() {
	forget && stop_all
}

# on_usb OPTION... - an RP2040 that calls itself E6, as the manual has it
on_usb() {
	start_mcus mcu --usb --chip-id "${SERIAL:0:16}" --mcu-type rp2040 \
		--usb-serial E6 "$@"
	until_true [ -c /dev/serial/by-id/usb-Klipper_rp2040_E6-if00 ]
}

@test "serialbootreq: a board on USB, by its name" {
	on_usb
	example serialbootreq.1 1
	[ "$status" -eq 0 ]
	[[ $output == *"E6-if00: in-bootloader: Katapult came up on USB port 1-"*" (1d50:6177) as /dev/"* ]]
}

@test "serialbootreq: a script gets the tty; and the line of the README" {
	on_usb
	example serialbootreq.1 4
	[ "$status" -eq 0 ]
	[ "$output" = "$(block serialbootreq.1 EXAMPLES 4 | part output)" ]
	ctl reset "$(ctl list | jq -r '.mcus[0].uuid')"
	until_true [ -c /dev/serial/by-id/usb-Klipper_rp2040_E6-if00 ]
	line 'serialbootreq -d /dev/serial/by-id/usb-Klipper_...'
	[ "$status" -eq 0 ]
	[[ $output == *": in-bootloader: Katapult came up on USB port 1-"* ]]
}

@test "canbootreq: the MCU that is the adapter" {
	start_mcus mcu -i :bus --chip-id "$SERIAL" --bridge
	until_true [ -e /sys/class/net/can0 ]
	ip link set can0 up type can bitrate 1000000
	example canbootreq.1 5
	[ "$status" -eq 0 ]
	[[ $output == "b091ccc241c9: in-bootloader: Katapult came up on USB port 1-"*" (1d50:6177) as /dev/ttyACM0; the request was "* ]]
	[[ $stderr == *"then bring can0 up, which is down after each plug: sudo ip link set can0 up type can bitrate 1000000"* ]]
}

@test "canmcu: a bridge, and the request to it" {
	obey "$(block canmcu.1 USB 1 | part commands)"
	[ "$status" -eq 0 ]
	[[ $output == *"b091ccc241c9: in-bootloader: Katapult came up on USB port 1-"* ]]
}
