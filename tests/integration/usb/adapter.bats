#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
# katflash on the board that is the USB-to-CAN adapter itself: it takes can0 away,
# and brings it back. In a guest of `vcan-run --usb`. Facts: flashing.md, section 7.
bats_require_minimum_version 1.5.0

# shellcheck disable=SC2154

load ../lib
load board

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	make_image adapter.bin stm32f446xx 0x08008000 --size 6000 \
		--link bridge --version v2
	start_mcus in -i :bus --chip-id "$SERIAL" --mcu-type stm32f446xx \
		--bridge --erase-ms 0 -u "$V" -i :bus --erase-ms 0
	until_true [ -e /sys/class/net/can0 ]
	ip link set can0 up txqueuelen 77 type can bitrate 500000 \
		sample-point 0.75
}

teardown() {
	stop_all && until_true port_is_free
}

# katflash ARGUMENTS... - sets status, output, stderr
katflash() {
	apart "$BUILD/katflash" -i can0 --timeout 20 "$@"
}

# as_before - what was set up by hand is so again
as_before() {
	local link

	link=$(ip -d link show can0)
	[[ $link == *'<'*,UP,*'qlen 77'*'bitrate 500000 sample-point 0.75'* ]]
}

@test "it is flashed last, and can0 is as before" {
	make_image node.bin stm32g0b1xx 0x08002000 --size 6000 --version v3
	katflash -u "$BRIDGE" adapter.bin -u "$V" node.bin
	[ "$status" -eq 0 ]
	[ "$output" = "$BRIDGE: flashed: an unknown version -> v2, which runs: adapter.bin\
 was written, and all 6000 bytes were compared
$V: flashed: an unknown version -> v3, which runs: node.bin was written, and all 6000 bytes were compared" ]
	as_before
	has "$MCU_LOG" "^$BRIDGE application v2 stm32f446xx\$"
	# whatever the order of the command line is
	[ "$(awk '$2 == "flashed" { print $1 }' "$MCU_LOG")" = "$V
$BRIDGE" ]
}

@test "--verify, and --check: it is only compared, and can0 is as before" {
	katflash --verify -u "$BRIDGE" adapter.bin
	[ "$status" -eq 10 ]
	[[ $output == "$BRIDGE: incomplete: "* ]]
	as_before
	katflash --check -u "$BRIDGE" adapter.bin
	[ "$status" -eq 0 ]
	as_before
}

@test "--no-wait: can0 is left to the user, who is told what to type" {
	katflash --no-wait -u "$BRIDGE" adapter.bin
	[ "$status" -eq 0 ]
	[[ $output == "$BRIDGE: flashed: "*"; it was told to start, and not waited\
 for" ]]
	[[ $stderr == *"next: when can0 is back: sudo ip link set can0 up\
 txqueuelen 77 type can bitrate 500000" ]]
	until_true [ -e /sys/class/net/can0 ]
	${stderr##*is back: sudo }
	[[ $(ip -d link show can0) == *'<'*,UP,*'qlen 77'*'bitrate 500000 '* ]]
}

@test "it stays in Katapult, and is found there when there is no can0" {
	katflash --no-start -u "$BRIDGE" adapter.bin
	[ "$status" -eq 0 ]
	[ ! -e /sys/class/net/can0 ]
	katflash -u "$V" adapter.bin -u "$BRIDGE" adapter.bin
	[ "$status" -eq 1 ]
	[[ $stderr == "katflash: there is no interface can0, as its adapter\
 $BRIDGE is in Katapult; nothing was sent"*"katflash -i can0 -u $BRIDGE FILE"* ]]
	{
		until_true has "$BATS_TEST_TMPDIR/stderr" 'bring it up now' &&
			ip link set can0 up type can bitrate 500000
	} 3>&- &
	katflash -u "$BRIDGE" adapter.bin
	[ "$status" -eq 0 ]
	[[ $output == "$BRIDGE: same: v2 runs: "* ]]
}

@test "it runs, but nobody behind it answers any more: the speed, likely" {
	# to one question before, and never again
	ctl fault "$V" 'mute after=1'
	katflash -u "$BRIDGE" adapter.bin
	[ "$status" -eq 11 ]
	[[ $output == "$BRIDGE: not-started: "*" -> v2, which runs: "*"; but none\
 of the boards that answered on can0 before (1) does now" ]]
	[[ $stderr == *"next: likely it is built for another CAN speed than they\
 are: set theirs as \"CAN bus speed\""* ]]
	[[ $stderr != *"came back with"* ]]
	as_before
}

@test "somebody else brings it up with another bit rate: that is said" {
	{
		until_true has "$BATS_TEST_TMPDIR/stderr" 'bring it up now' &&
			ip link set can0 up type can bitrate 250000
	} 3>&- &
	apart setpriv --inh-caps -net_admin --bounding-set -net_admin \
		"$BUILD/katflash" -i can0 --timeout 10 -u "$BRIDGE" adapter.bin
	[ "$status" -eq 0 ]
	[[ $stderr == *"warning: can0 came back with 250000 bit/s, and had 500000\
 before"* ]]
}

@test "who may not bring it up is told what to type" {
	apart setpriv --inh-caps -net_admin --bounding-set -net_admin \
		"$BUILD/katflash" -i can0 --timeout 10 -u "$BRIDGE" adapter.bin
	[ "$status" -eq 11 ]
	[[ $output == "$BRIDGE: not-started: adapter.bin is in the flash, but its\
 interface came back down, so it could not be asked" ]]
	[[ $stderr == *"next: sudo ip link set can0 up txqueuelen 77 type can\
 bitrate 500000; then type the same command again" ]]
	[ "$(state "$BRIDGE")" = klipper ]
}
