#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
# docs/canbridge.md, typed in as it stands there, in the shell that its first step
# starts: this guest of `vcan-run --usb`.
bats_require_minimum_version 1.5.0

# shellcheck disable=SC2154 # set by run

load ../lib
load ../page
load board

setup() {
	# shellcheck disable=SC2034 # for recipe and blocks
	PAGE=$(realpath "$BATS_TEST_DIRNAME/../../../docs/canbridge.md")
	export HOME=$BATS_TEST_TMPDIR
	cd && stand_ins
	ln -s "$BUILD" build
	mkdir -p klipper/out
	mkfifo keyboard
	bash <keyboard >said 2>&1 3>&- &
	SHELL_PID=$!
	exec 8>keyboard
}

teardown() {
	echo 'kill $(jobs -p); wait' >&8
	exec 8>&-
	wait "$SHELL_PID"
	stop_all && until_true [ ! -e /sys/bus/usb/devices/1-1 ]
}

# type_in HEADING N - in the one shell of the page; sets output, once it is at its
# end: what is said from here on
type_in() {
	local commands begin

	commands=$(recipe "$1" "$2")
	[ -n "$commands" ]
	echo "$commands"
	begin=$(stat -c %s said)
	printf '%s\necho "typed $?"\n' "$commands" >&8
	until_true done_with "$begin"
	output=$(tail -c +$((begin + 1)) said | tr -d '\0')
	echo "$output"
	[[ $output == *$'\ntyped 0' || $output == 'typed 0' ]]
}

done_with() {
	tail -c +$(($1 + 1)) said | grep -qa '^typed '
}

# linked - the interface of the page has come
linked() {
	until_true [ -e /sys/class/net/can0 ]
}

@test "no command of the page is left out here, but those that start a guest" {
	all_typed_in '"Rehearse it" 1' '"1. Plug it in" 1'
}

@test "plugged in, brought up, asked, flashed by Katapult, and back on CAN" {
	type_in "1. Plug it in" 2
	linked
	type_in "1. Plug it in" 3
	[[ $output == *1d50:606f*$'\nKlipper\nstm32g0b1xx\n3B0028001451303432353938\n'* ]]
	type_in "2. Bring can0 up" 1
	[[ $output == *"b091ccc241c9: Klipper"* && $output == *"112233445566: Klipper"* ]]
	type_in "2. Bring can0 up" 2
	type_in "3. Ask for the bootloader" 1
	[[ $output == *"b091ccc241c9: in-bootloader: Katapult came up on USB port 1-1 "* ]]
	cp /tmp/klipper-08002000.bin klipper/out/klipper.bin
	until_true compgen -G '/dev/serial/by-id/usb-katapult_*-if00'
	type_in "4. Flash with Katapult" 1
	linked
	type_in "6. Back on CAN" 1
	[[ $output == *"b091ccc241c9: Klipper"* ]]
	# the same once more, with the tests' own tool
	type_in "3. Ask for the bootloader" 1
	until_true compgen -G '/dev/serial/by-id/usb-katapult_*-if00'
	type_in "4. Flash with Katapult" 2
	linked
	type_in "6. Back on CAN" 1
	[[ $output == *"b091ccc241c9: Klipper"* ]]
}

@test "the ROM is flashed by dfu-util" {
	type_in "1. Plug it in" 2
	linked
	echo 'kill %1; wait' >&8
	until_true [ ! -e /sys/class/net/can0 ]
	type_in "5. Flash the ROM with dfu-util" 1
	linked
	type_in "2. Bring can0 up" 1
	type_in "2. Bring can0 up" 2
	type_in "3. Ask for the bootloader" 1
	[[ $output == *"b091ccc241c9: in-bootloader: "*0483:df11* ]]
	type_in "5. Flash the ROM with dfu-util" 2
	linked
	type_in "6. Back on CAN" 1
	[[ $output == *"b091ccc241c9: Klipper"* ]]
}
