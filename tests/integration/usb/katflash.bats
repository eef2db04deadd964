#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
# katflash on USB: the kernel's own cdc_acm and udev's names, in a guest of
# `vcan-run --usb`, with an MCU of canmcu.
bats_require_minimum_version 1.5.0

# shellcheck disable=SC2154

load ../lib
load board

KLIPPER=/dev/serial/by-id/usb-Klipper_stm32g0b1xx_$SERIAL-if00
KATAPULT=/dev/serial/by-id/usb-katapult_stm32g0b1xx_$SERIAL-if00

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	image klipper.bin v2
}

teardown() {
	stop_all && until_true port_is_free
}

# image FILE VERSION [OPTION...]
image() {
	make_image "$1" stm32g0b1xx 0x08002000 --size 6000 --link usb \
		--version "${@:2}"
}

# katflash ARGUMENTS... - sets status, output, stderr
katflash() {
	apart "$BUILD/katflash" --timeout 20 "$@"
}

# board OPTION... - an MCU that is there as Klipper
board() {
	start_mcus mcu --usb --chip-id "$SERIAL" --erase-ms 0 "$@"
	until_true [ -c "$KLIPPER" ]
}

@test "flashed, and seen to run on the same port; the same again is the same" {
	board
	katflash -d "$KLIPPER" klipper.bin
	[ "$status" -eq 0 ]
	[ "$output" = "$KLIPPER: flashed: an unknown version -> v2, which runs:\
 klipper.bin was written, and all 6000 bytes were compared" ]
	has "$MCU_LOG" ' application v2 stm32g0b1xx$'
	until_true [ -c "$KLIPPER" ]
	katflash -d "$KLIPPER" klipper.bin --json
	[ "$status" -eq 0 ]
	conforms flash <<<"$output"
	has /dev/stdin '"outcome": ?"same"' <<<"$output"
	until_true [ -c "$KLIPPER" ]
}

@test "an LPC176x, which has Katapult on USB" {
	local id=000102030405060708090A0B0C0D0E0F link

	link=/dev/serial/by-id/usb-Klipper_lpc1769_$id-if00
	make_image lpc.bin lpc1769 0x4000 --size 20000 --link usb --version v2
	start_mcus mcu --usb --chip-id "$id" --mcu-type lpc1769 --erase-ms 0
	until_true [ -c "$link" ]
	katflash -d "$link" lpc.bin
	[ "$status" -eq 0 ]
	[[ $output == "$link: flashed: "*" all 20000 bytes were compared" ]]
	has "$MCU_LOG" ' application v2 lpc1769$'
}

@test "in Katapult it is found by its old name, and left there again" {
	board
	katflash -d "$KLIPPER" klipper.bin --no-start
	[ "$status" -eq 0 ]
	until_true [ -c "$KATAPULT" ]
	image other v3
	katflash -d "$KLIPPER" other --no-start
	[ "$status" -eq 0 ]
	[[ $output == "$KLIPPER: flashed: v2 -> v3: other is in its flash: "* ]]
	katflash -d "$KATAPULT" other
	[ "$status" -eq 0 ]
	[[ $output == "$KATAPULT: same: v3 runs: "* ]]
	until_true [ -c "$KLIPPER" ]
}

@test "an image for a UART is refused, and what was there starts again" {
	image other v3 --link uart
	board
	katflash -d "$KLIPPER" other
	[ "$status" -eq 9 ]
	[[ $stderr == *"UART"* ]]
	until_true [ -c "$KLIPPER" ]
}

@test "what has no Katapult" {
	board --bootloader rom
	katflash -d "$KLIPPER" klipper.bin
	[ "$status" -eq 7 ]
	[[ $output == "$KLIPPER: unproven: the STM32 ROM bootloader (DFU) came up\
 on USB port 1-1 (0483:df11)" ]]
}

# in_katapult OPTION... - it is there as that
in_katapult() {
	start_mcus mcu --usb --chip-id "$SERIAL" --state katapult "$@"
	until_true [ -c "$KATAPULT" ]
}

@test "it comes up nowhere" {
	in_katapult --erase-ms 0 --fault 'boot-never count=1'
	katflash -d "$KATAPULT" klipper.bin --timeout 1
	[ "$status" -eq 11 ]
	[[ $output == "$KATAPULT: not-started: klipper.bin is in the flash, but no\
 Klipper came up on USB port 1-1 within 1 s: there is nothing" ]]
}

@test "it starts before its last answer was read: that is no loss" {
	board --fault leave-early
	katflash -d "$KLIPPER" klipper.bin
	[ "$status" -eq 0 ]
	[[ $output == "$KLIPPER: flashed: "*" -> v2, which runs: "* ]]
	has "$MCU_LOG" ' fault leave-early '
	until_true [ -c "$KLIPPER" ]
	# likewise where nothing was written
	ctl fault "$BRIDGE" leave-early
	image other v3
	katflash -d "$KLIPPER" other --check
	[ "$status" -eq 0 ]
	[[ $stderr != *"next: "* ]]
	until_true [ -c "$KLIPPER" ]
}

@test "it is unplugged in the middle" {
	# what is there has to be erased, a page of it in two seconds
	image old v1
	{
		head -c 8192 /dev/zero | tr '\0' '\377'
		cat old
	} >flash
	in_katapult --flash-image flash --erase-ms 1000
	"$BUILD/katflash" -d "$KATAPULT" klipper.bin -v >out 2>err 3>&- &
	flasher=$!
	# what was read before has many lines, and they are long
	FEW_LINES=20 until_true has err ' > 018812' 2
	kill -KILL "$MCU_PID"
	ends_with "$flasher" 10
	has out ': incomplete: .* went away in the middle of it; it has no application'
}
