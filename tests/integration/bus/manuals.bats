# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
# The examples of the man pages that need a bus, typed in as they stand there: see
# manual.bash. Those with USB are in usb/manuals.bats, those of vcan-run in runner.

# shellcheck disable=SC2030,SC2031,SC2154 # each test is a subshell; set by apart
bats_require_minimum_version 1.5.0
load ../lib
load ../page
load ../manual

EBB=112233445566 BED=aabbccddeeff
PROVEN='in-bootloader: Katapult answered on can0 with this UUID'

setup() {
	open_page printers.md
	mkdir -p klipper/out
	make_image klipper/out/klipper.bin stm32g0b1xx 0x08002000 --version v2
}

teardown() {
	forget && close_page
}

# on_can0 [OPTION...] - both boards are there
on_can0() {
	start_mcus two -i can0 --erase-ms 0 "$@" -u "$EBB" -u "$BED"
}

@test "canbootreq: one MCU" {
	play
	example canbootreq.1 1
	[ "$status" -eq 0 ]
	[[ $output == "$EBB: $PROVEN (stm32g0b1xx, "* ]]
	[[ $stderr == *"next: python3 ~/katapult/scripts/flashtool.py -i can0"* ]]
}

@test "canbootreq: by name, then all of another file" {
	play --nodeid 4
	cp printer_data/config/printer.cfg .
	example canbootreq.1 2
	[ "$status" -eq 0 ]
	[ "$(cut -d: -f1,2 <<<"$output")" = "$EBB (EBB): in-bootloader
$EBB (EBB): in-bootloader
$BED (bed): in-bootloader" ]
}

@test "canbootreq: back again, and Klipper's host" {
	play --state katapult
	example canbootreq.1 3
	[ "$status" -eq 0 ]
	[[ $output == "$EBB: left-bootloader: "* ]]
	[ "$(<systemctl)" = "start klipper" ]
}

@test "canbootreq: an MCU that does not answer" {
	play --bootloader none --nodeid 65
	example canbootreq.1 4
	[ "$status" -eq 4 ]
	[[ $output == "$EBB: still-application: Klipper "*" runs on it and reported this UUID on nodeid "* ]]
}

@test "canbootreq: two at once, of which one is not there" {
	play
	example canbootreq.1 6
	[ "$status" -eq 0 ]
	[ "$output" = "$(block canbootreq.1 EXAMPLES 6 | part output)" ]
}

@test "canbootreq: what is there" {
	play
	example canbootreq.1 7
	[ "$status" -eq 0 ]
	[[ $output == "INTERFACE "*$'\nEBB '*"not looked for: on CAN, canbootreq -i can0 "* ]]
}

@test "canbootreq: who has a nodeid" {
	play --nodeid 4
	example canbootreq.1 8
	[ "$status" -eq 0 ]
	[[ $output == "can0: state "*$'\n'"nodeid 4: Klipper, "* ]]
}

@test "canbootreq: the request alone, by cansend" {
	play
	example canbootreq.1 9
	[ "$status" -eq 0 ]
	ctl wait "$EBB" katapult 5000
}

@test "canbootreq, katflash: tried without hardware" {
	example canbootreq.1 10
	[[ $output == "$EBB: in-bootloader: "* ]]
	example katflash.1 7
	[[ $output == "$EBB: flashed: "* ]]
	# nothing of it is left
	run ! pgrep -x canmcu
}

@test "katflash: the toolhead, by its name" {
	play --nodeid 4 --erase-ms 0
	example katflash.1 1
	[ "$status" -eq 0 ]
	[[ $output == "$EBB (EBB): flashed: an unknown version -> v2, which runs: $HOME/klipper/out/klipper.bin was written, and all "*" bytes were compared" ]]
	[[ $stderr == *"next: start Klipper's host again: sudo systemctl start klipper" ]]
}

@test "katflash: a file, looked at" {
	example katflash.1 2
	[ "$status" -eq 0 ]
	[[ $output == "$HOME/klipper/out/klipper.bin: checked: Klipper v2 for stm32g0b1xx, "*", built for a start at 0x08002000, for CAN at 1000000 bit/s" ]]
}

@test "katflash: two boards at once, and a look at one" {
	on_can0
	cp klipper/out/klipper.bin ebb.bin
	make_image bed.bin stm32g0b1xx 0x08002000 --version v3
	example katflash.1 3
	[ "$status" -eq 0 ]
	[ "$output" = "$(block katflash.1 EXAMPLES 3 | part output)" ]
	example katflash.1 5
	[ "$status" -eq 0 ]
	[[ $output == "$EBB: same: "* ]]
}

@test "katflash: what a board has is kept, and put back" {
	make_image old stm32g0b1xx 0x08002000 --size 20000 --version v1
	{
		head -c 8192 /dev/zero | tr '\0' '\377'
		cat old
	} >flash
	start_mcus one -i can0 --erase-ms 0 --flash-image flash -u "$EBB"
	example katflash.1 6
	[ "$status" -eq 0 ]
	[[ $output == "$EBB (EBB): flashed: v1 -> v2, which runs: "*" is in $HOME/EBB.old.bin
$EBB (EBB): flashed: v2 -> v1, which runs: $HOME/EBB.old.bin was written, "* ]]
	cmp EBB.old.bin old
}

# uart BAUD - the main board
uart() {
	start_mcus main --uart pty:/dev/ttyAMA0 --baud "$1" -u "$U"
}

@test "katflash: on the pins" {
	own_dev
	make_image uart.bin stm32g0b1xx 0x08002000 --version v2 --link uart
	uart 250000
	example katflash.1 4
	[ "$status" -eq 0 ]
	[[ $output == "/dev/ttyAMA0: flashed: an unknown version -> v2, which runs: uart.bin was written, "* ]]
}

@test "serialbootreq: on the pins, by name, and by hand" {
	own_dev
	uart 250000
	example serialbootreq.1 2
	[ "$status" -eq 0 ]
	[[ $output == "/dev/ttyAMA0: in-bootloader: "* ]]
	ctl reset "$U"
	ctl wait "$U" klipper 5000
	example serialbootreq.1 3
	[ "$status" -eq 0 ]
	[ "$(state "$U")" = katapult ]
	kill "$MCU_PID"
	ends_with "$MCU_PID" 0
	uart 115200
	example serialbootreq.1 5
	[ "$status" -eq 0 ]
	ctl wait "$U" katapult 5000
}

@test "serialbootreq: tried without hardware" {
	example serialbootreq.1 6
	[ "$status" -eq 0 ]
	[[ $output == *"$HOME/tmp/mcu: in-bootloader: Katapult answered"* ]]
}

@test "canmcu: a printer, of which Katapult's own tool flashes a board" {
	cp -r "$BATS_TEST_DIRNAME/../../data/printer/." .
	sed -i 's/00a1b2c3d401/112233445566/' boards/*.cfg
	make_image klipper.bin stm32g0b1xx 0x08002000 --size 28000 \
		--version v0.13.0-77-gabcdef
	example canmcu.1 1
	[ "$status" -eq 0 ]
	happened 'application v0'
	diff <(grep -E '^(ready|112233445566) ' "$BATS_TEST_TMPDIR/stdout") \
		<(block canmcu.1 EXAMPLES 1 | part output)
}

@test "canmcu: a node, and a request by cansend" {
	example canmcu.1 2
	[ "$status" -eq 0 ]
	happened "^$EBB state katapult\$"
	diff "$BATS_TEST_TMPDIR/stdout" <(block canmcu.1 EXAMPLES 2 | part output)
}

@test "canmcu: a slow toolhead, and an RP2040 in shutdown" {
	obey "$(block canmcu.1 EXAMPLES 3 | part commands) &"
	happened '^ready vcan0 2$'
	cansend vcan0 3F0#02665544332211
	happened '^665544332211 state katapult$'
}

@test "canmcu: another board is put in, while everything else runs" {
	example canmcu.1 4
	[ "$status" -eq 0 ]
	[ "$(grep -c '"ok":true' <<<"$output")" -eq 4 ]
	CTL=$HOME/tmp/canmcu.sock
	ctl wait 665544332211 klipper 5000
	[ "$(listed 665544332211 mcu_type)" = rp2040 ]
	[ "$(state "$BED")" = klipper ]
	[ "$(state "$EBB")" = "" ]
}

@test "canmcu: a script waits for the bootloader, then for a flash" {
	cp klipper/out/klipper.bin .
	{
		happened '"state":"katapult"'
		"$BUILD/katflash" -i vcan0 -u "$EBB" klipper.bin
	} >flash.log 2>&1 3>&- &
	example canmcu.1 5
	cat flash.log
	[ "$status" -eq 0 ]
	[[ ${output##*$'\n'} == '{"ok":true,'*'"event":"flashed"'* ]]
}

@test "canmcu: the resets of all boards" {
	start_mcus two -i vcan0 -u "$EBB" -u "$BED"
	export CANMCU_CONTROL=$CTL
	# jq writes to a terminal at once
	printf '#!/bin/sh\nexec %s --unbuffered "$@"\n' "$(command -v jq)" >bin/jq
	chmod +x bin/jq
	obey "$(block canmcu.1 EXAMPLES 6 | part commands) &"
	reset_seen() {
		ctl reset "$BED" >/dev/null
		has "$BATS_TEST_TMPDIR/stdout" "\"uuid\": \"$BED\""
	}
	until_true reset_seen
	has_no "$BATS_TEST_TMPDIR/stdout" '"state"'
}

@test "canmcu: a request on a serial line, from a shell" {
	obey "$(block canmcu.1 "SERIAL LINES" 1 | part commands)"
	[ "$status" -eq 0 ]
	happened ' state katapult$'
}

@test "canmcu image: flashed by Katapult's own tool" {
	example canmcu-image.1 1
	[ "$status" -eq 0 ]
	happened "^$EBB application v0.13.0 stm32g0b1xx\$"
}
