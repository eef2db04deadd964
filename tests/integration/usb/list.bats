#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
# canbootreq --list: a bridge and a serial port that canmcu plays, and what becomes
# of them in their bootloaders. Serial numbers and UUIDs: usbip-gsusb-bridge.md,
# section 3.1.
# shellcheck disable=SC2154 # set by apart

bats_require_minimum_version 1.5.0
load ../lib
load board

SECOND=3D0052001450425539383920 UUID=154aab036e6a
KLIPPER=/dev/serial/by-id/usb-Klipper_stm32g0b1xx_$SECOND-if00
KATAPULT=/dev/serial/by-id/usb-katapult_stm32g0b1xx_$SECOND-if00

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	cat >printer.cfg <<-END
		[mcu]
		canbus_uuid: $BRIDGE
		[mcu head]
		serial: $KLIPPER
	END
	start_mcus in --chip-id "$SERIAL" --mcu-type stm32f446xx --bridge \
		-u "$V" -i :bus --chip-id "$SECOND" --mcu-type stm32g0b1xx --usb
	until_true [ -e /sys/class/net/can0 ]
	until_true [ -c "$KLIPPER" ]
}

teardown() {
	stop_all
}

# list ARGUMENTS... - sets status, output, stderr
list() {
	apart "$BUILD/canbootreq" --list "$@"
	[ "$status" -eq 0 ]
}

@test "the bridge and the board on USB are known, by their names, too" {
	list -c printer.cfg
	[ "$(grep -v '^vcan0 ' <<<"$output")" = "\
INTERFACE DRIVER       STATE            BIT/S  SAMPLE   ERRORS  RESTART  QUEUE
can0      gs_usb       down                 -       -        -        0     10
    a Klipper bridge (gs_usb) on USB port 1-1, UUID $BRIDGE (mcu)
USB PORT  UUID         NAME           WHAT
1-1       $BRIDGE mcu            a Klipper bridge (gs_usb)
    can0, serial number $SERIAL
1-2       $UUID head           Klipper on a serial port
    /dev/ttyACM0, serial number $SECOND
    $KLIPPER" ]
}

@test "what is printed mends can0, and then nothing is wrong with it" {
	list
	[ "$(grep -c '^canbootreq: warning: ' <<<"$stderr")" -eq 2 ]
	type_in
	list -i can0
	[ -z "$stderr" ]
	[[ $output == *$'\ncan0      gs_usb       ERROR-ACTIVE   1000000   '*.*'%  '*' 128'$'\n'* ]]
	[[ $output != *'USB PORT  UUID'* ]]
}

@test "in Katapult both keep their names" {
	ip link set can0 up type can bitrate 1000000
	cansend can0 "3F0#02${BRIDGE^^}"
	stty -F "$KLIPPER" 1200
	until_true [ -c "$KATAPULT" ]
	until_true usb_is 1d50:6177 1-1
	until_true [ -c "/dev/serial/by-id/usb-katapult_stm32f446xx_$SERIAL-if00" ]
	list -c printer.cfg
	[ -z "$stderr" ]
	[[ $output == *$'\nUSB PORT '*$'\n'"1-1       $BRIDGE mcu            Katapult"$'\n'* ]]
	[[ $output == *$'\n'"1-2       $UUID head           Katapult"$'\n'*"    $KATAPULT" ]]
	list -c printer.cfg --json
	output=$(grep '"item":"board"' <<<"$output")
	conforms list_board <<<"$output"
	[ "$(jq -r '[.device.kind, .device.usb.port, .device.uuid, .device.name] |
		join(" ")' <<<"$output")" = \
		"katapult 1-1 $BRIDGE mcu"$'\n'"katapult 1-2 $UUID head" ]
}
