#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
# canbootreq and the MCU that is its adapter, in a guest of `vcan-run --usb`;
# tests/support/usbboard plays the MCU. Facts: usbip-gsusb-bridge.md.

# shellcheck disable=SC2154

bats_require_minimum_version 1.5.0
load ../lib
load board

BY_ID=/dev/serial/by-id/usb-katapult_stm32g0b1xx_$SERIAL-if00
UP='sudo ip link set can0 up type can bitrate 500000'

setup_file() {
	export SYSTEMD_IGNORE_CHROOT=1 # or udevadm does nothing in this guest
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	start_board 8
	up
}

teardown() {
	exec 7>&- 8>&-
	stop_all && until_true port_is_free 1 && until_true port_is_free 2
}

# start_board FD OPTION... - commands go to this fd, what it tells to told.FD
start_board() {
	local fd=$1 say=say.$1 told=told.$1

	shift
	mkfifo "$say"
	"${AT_ONCE[@]}" "$BUILD/usbboard" "$@" <"$say" >"$told" \
		2>&1 3>&- 7>&- 8>&- &
	eval "exec $fd>$say"
	until_true has "$told" '^endpoint'
	echo plug gsusb >&"$fd"
}

say() {
	echo "$@" >&8
}

port_is_free() {
	[ ! -e "/sys/bus/usb/devices/1-$1" ]
}

devnum() {
	cat /sys/bus/usb/devices/1-1/devnum 2>/dev/null
}

# replugged - there is another device than $before
replugged() {
	local now

	now=$(devnum) && [ "$now" != "$before" ]
}

has_can() {
	[ -e "/sys/class/net/$1" ]
}

# up [IFACE] - as soon as it is there
up() {
	until_true has_can "${1:-can0}"
	ip link set "${1:-can0}" up type can bitrate 500000
}

# asks ARGUMENTS... - canbootreq on can0; sets status, output, stderr
asks() {
	apart "$BUILD/canbootreq" "$@"
}

# begin_early ARGUMENTS... - the same while the test goes on
begin_early() {
	"$BUILD/canbootreq" "$@" >out.log 2>err.log 3>&- 7>&- 8>&- &
	ASKER=$!
}

# begin ARGUMENTS... - until the first request was seen
begin() {
	begin_early "$@"
	until_true has told.8 '^(local|bus) 3F0#02'
}

# ended STATUS - what begin() began, with this status
ended() {
	ends_with "$ASKER" "$1"
	output=$(cat out.log) stderr=$(cat err.log)
	echo "stdout: $output"
	echo "stderr: $stderr"
}

not() {
	! "$@" >/dev/null
}

usb() {
	jq -r ".usb.$1" <<<"$output"
}

@test "Katapult comes up: port, tty, what to type next, the way back" {
	say request "$BRIDGE" katapult
	asks -u "$BRIDGE"
	[ "$status" = 0 ]
	[[ $output == "$BRIDGE: in-bootloader: Katapult came up on USB port 1-1 (1d50:6177) as /dev/ttyACM0; "* ]]
	[[ $stderr == *"next: python3 ~/katapult/scripts/flashtool.py -d /dev/"*" -f ~/klipper/out/klipper.bin"* ]]
	[[ $stderr == *"back: "*"$UP"* ]]
	[ "$(cat /sys/class/tty/ttyACM0/device/../idProduct)" = 6177 ]
	# asked again, without an interface: the serial number tells
	asks -u "$BRIDGE"
	[ "$status" = 0 ]
	[[ $output == "$BRIDGE: in-bootloader: it was in the bootloader already, on USB: Katapult is on USB port 1-1 (1d50:6177) as /dev/ttyACM0; no request was sent" ]]
	[[ $stderr == *"next: python3 ~/katapult/scripts/flashtool.py -d /dev/"*" -f ~/klipper/out/klipper.bin"* ]]
	[[ $stderr == *"back: "*"then bring can0 up, "*"sudo ip link set can0 up type can bitrate 1000000"* ]]
	asks -u "$BRIDGE" --leave
	[ "$status" = 1 ]
	[[ $output == *"in its bootloader on USB: Katapult is on USB port 1-1"*"which --leave cannot end"* ]]
	# a toolhead behind it, alone and with it
	asks -u "$U"
	[ "$status" = 1 ]
	[[ -z $output && $stderr == *"there is no interface can0: likely the adapter of can0 is in its bootloader on USB port 1-1 (1d50:6177): Katapult as /dev/ttyACM0; "* ]]
	asks -u "$U" -u "$BRIDGE" --json
	[ "$status" = 1 ]
	[ "$(jq -r '[.uuid, .outcome, .request, .usb.port, .usb.id] | join(" ")' <<<"$output" | sort)" = \
		"$U local-error none 1-1 1d50:6177"$'\n'"$BRIDGE in-bootloader none 1-1 1d50:6177" ]
	for command in --query --listen; do
		asks $command
		[ "$status" = 1 ]
		[[ $stderr == *"likely the adapter of can0 is in its bootloader on USB port 1-1"* ]]
	done
	# nothing but the request, and nothing for a nodeid
	[ "$(grep -c '^local 3F0' told.8)" = 1 ]
	[ "$(grep -c '^bus' told.8)" = "$(grep -c '^bus 3F0#02B091CCC241C9' told.8)" ]
}

@test "a ROM comes up: its id, what to type next, and a word on heaters" {
	say request "$BRIDGE" dfu
	asks -u "$BRIDGE"
	[ "$status" = 0 ]
	[[ $output == *"in-bootloader: the STM32 ROM bootloader (DFU) came up on USB port 1-1 (0483:df11)"* ]]
	[[ $stderr == *"next: sudo dfu-util -d ,0483:df11 -p 1-1 "* ]]
	[[ $stderr == *"warning: "*"heater"* ]]
	[ "$(lsusb -d 0483:df11 | wc -l)" = 1 ]
	next=$(grep '^canbootreq: next: ' <<<"$stderr")
	# asked again: a ROM does not tell the UUID
	asks -u "$BRIDGE"
	[ "$status" = 7 ]
	[[ $output == "$BRIDGE: unproven: there is no interface can0: likely the adapter of can0, which may be this MCU itself, is in its bootloader on USB port 1-1 (0483:df11): the STM32 ROM bootloader (DFU)"* ]]
	[[ $stderr == *"warning: "*"heater"*"$next"* ]]
	# the command is one that dfu-util takes
	head -c 4096 /dev/zero >klipper.bin
	command=$(sed -n 's/^canbootreq: next: sudo //p' <<<"$stderr")
	${command/'~/klipper/out/'/}
	until_true has told.8 '^leave 08000000'

	say plug gsusb
	up
	say request "$BRIDGE" rp2040
	asks -u "$BRIDGE" --json
	[ "$status" = 0 ]
	[ "$(usb id)" = 2e8a:0003 ] && [ "$(usb port)" = 1-1 ] && [ "$(usb tty)" = null ]
	[[ $(jq -r '.warnings[]' <<<"$output") == *heater* ]]
	[ "$(jq -r .next <<<"$output")" = "make -C ~/klipper flash FLASH_DEVICE=2e8a:0003" ]
}

@test "JSON has port, id, tty and by-id name" {
	# udev has a second for the name, which a busy machine may not give it
	for ((i = 0; i < 5; i++)); do
		say request "$BRIDGE" katapult
		asks -u "$BRIDGE" --json
		[ "$status" = 0 ]
		[ "$(usb by_id)" = null ] || break
		say plug gsusb
		up
	done
	[ "$(jq -c '[.schema, .uuid, .outcome, .code, .interface]' <<<"$output")" = \
		"[1,\"$BRIDGE\",\"in-bootloader\",0,\"can0\"]" ]
	[ "$(jq -c .usb <<<"$output")" = \
		"{\"port\":\"1-1\",\"id\":\"1d50:6177\",\"tty\":\"/dev/ttyACM0\",\"by_id\":\"$BY_ID\"}" ]
	[[ $(jq -r .next <<<"$output") == *"flashtool.py -d $BY_ID "* ]]
	[ "$(jq -r '.next_argv[3]' <<<"$output")" = "$BY_ID" ]
	conforms result <<<"$output"
	[ -c "$BY_ID" ]
	[ "$(jq 'has("nodeid")' <<<"$output")" = false ]
}

@test "the bridge comes back unchanged: how to bring it up, or who did" {
	say request "$BRIDGE" gsusb
	asks -u "$BRIDGE"
	[ "$status" = 4 ]
	[[ $output == *"still-application: "*"came back unchanged (1d50:606f)"*"can0 is down" ]]
	[[ $stderr == *"bring can0 up: $UP"* ]]
	# that line works as it is
	eval "${UP#sudo }"
	ip link show can0 | grep -q ',UP'

	say request "$BRIDGE" gsusb
	before=$(devnum)
	begin -u "$BRIDGE" --wait-iface --timeout 60
	until_true replugged
	up
	ended 4
	[[ $output == *"came back unchanged"*"can0 is up again" ]]
}

@test "nothing comes back, or it does not even leave" {
	say request "$BRIDGE" nothing
	asks -u "$BRIDGE" --timeout 1
	[ "$status" = 3 ]
	[[ $output == *"no-answer: this bridge left USB port 1-1, but nothing was there 1 s after"* ]]
	[[ $stderr == *"longer --timeout"* ]]

	say plug gsusb
	up
	asks -u "$BRIDGE" --timeout 2 --json
	[ "$status" = 4 ]
	[[ $(jq -r .reason <<<"$output") == "this bridge has not left USB port 1-1"*"handed to the adapter" ]]
	[ "$(jq -r .request <<<"$output")" = handed-over ]
}

@test "Katapult comes late, and twice" {
	say request "$BRIDGE" nothing
	begin -u "$BRIDGE" --timeout 60
	until_true port_is_free 1
	say plug katapult
	say plug katapult
	ended 0
	[[ $output == *"Katapult came up on USB port 1-1 (1d50:6177) as /dev/ttyACM0"* ]]
}

@test "a tty that somebody holds, and a second adapter, are not mistaken" {
	say plug katapult
	until_true [ -c "$BY_ID" ]
	exec 6</dev/ttyACM0
	start_board 7 --port 1 --serial 3D0052001450425539383920
	until_true has_can can0
	up can0 # the second board
	say plug gsusb
	up can1
	say request "$BRIDGE" katapult
	asks -i can1 -u "$BRIDGE"
	exec 6<&-
	[ "$status" = 0 ]
	[[ $output == *"USB port 1-1 (1d50:6177) as /dev/ttyACM1"* ]]
	ip link show can0 | grep -q ',UP'
	# asked over the other adapter, it is not asked at all
	asks -i can0 -u "$BRIDGE" --timeout 2
	[ "$status" = 0 ]
	[[ $output == *"already, on USB: Katapult is on USB port 1-1 (1d50:6177) as /dev/ttyACM1; no request was sent" ]]
	[[ $stderr != *"bring can0 up"* ]]
	not grep '3F0#02' told.7
	say plug gsusb
	up can1
	# in Klipper it is a node like any other there, but known to be none
	asks -i can0 -u "$BRIDGE" --diagnose --timeout 2
	[ "$status" = 3 ]
	[[ $output == *"no Katapult answered with this UUID; this MCU is not on can0, but on USB port 1-1 (1d50:606f): the adapter of can1" ]]
	[[ $stderr == *"ask it there: canbootreq -i can1 -u $BRIDGE" ]]
	not grep '3F0#01' told.7
	asks -i can9 -u "$BRIDGE" --json
	[ "$status" = 1 ]
	[ "$(jq -r '[.outcome, .usb.port, .next] | join(" ")' <<<"$output")" = \
		"local-error 1-1 ask it there: canbootreq -i can1 -u $BRIDGE" ]
}

@test "another node is asked, and the adapter resets: no success" {
	begin -u "$U" --timeout 60
	say plug katapult
	ended 3
	[[ $output == "$U: no-answer: can0 vanished while waiting for proof; "*"its adapter left USB port 1-1, where now Katapult is (1d50:6177), which tells nothing of this MCU" ]]

	say plug gsusb
	up
	: >told.8
	begin -u "$U" -u "$BRIDGE" --timeout 60
	say plug gsusb
	ended 5
	[[ $output == "$U: no-answer: "*"its adapter left USB port 1-1 and came back unchanged (1d50:606f), "*"; can0 is down"*$'\n'"$BRIDGE: not-sent: "* ]]
	[[ $stderr == *"bring can0 up: $UP"* ]]
	[ "$(grep -c '^local 3F0#02B091CCC241C9' told.8)" = 0 ]
}

@test "of several the bridge comes last" {
	say request "$BRIDGE" katapult
	asks -u "$BRIDGE" -u "$U" -u "$V" --timeout 1
	[ "$status" = 3 ]
	[ "$(cut -d: -f1,2 <<<"$output" | xargs)" = \
		"$U: no-answer $V: no-answer $BRIDGE: in-bootloader" ]
	[ "$(sed -n 's/^bus 3F0#02//p' told.8 | xargs)" = \
		"41F905F55004 112233445566 B091CCC241C9" ]
}

@test "also when a printer.cfg names it first" {
	printf '[mcu%s]\ncanbus_uuid: %s\n' '' "$BRIDGE" ' a' "$U" >printer.cfg
	say request "$BRIDGE" katapult
	asks -c printer.cfg --all --timeout 1
	[ "$status" = 3 ]
	[ "$(cut -d: -f1,2 <<<"$output" | xargs)" = \
		"$U (a): no-answer $BRIDGE (mcu): in-bootloader" ]
	[ "$(sed -n 's/^bus 3F0#02//p' told.8 | xargs)" = \
		"41F905F55004 B091CCC241C9" ]
	# the second time can0 is gone
	asks -c printer.cfg --all --timeout 1
	[ "$status" = 1 ]
	[[ $output == *"$BRIDGE (mcu): in-bootloader: it was in the bootloader already, on USB"* ]]
	[[ $output == *"$U (a): local-error: there is no interface can0: likely the adapter of can0 is in its bootloader"* ]]
}

@test "a serial number that does not tell: one is followed both ways, a mix refused" {
	start_board 7 --port 1 --serial 12345
	up can1
	asks -i can1 -u "$BRIDGE" -u "$U"
	[ "$status" = 1 ]
	[[ $stderr == *"whose serial number '12345' does not yield its UUID"*"one -u in each call"* ]]
	not grep '3F0#02' told.7

	echo request "$BRIDGE" katapult >&7
	asks -i can1 -u "$BRIDGE"
	[ "$status" = 0 ]
	[[ $output == *"Katapult came up on USB port 1-2 (1d50:6177)"* ]]
	[[ $stderr == *"warning: the serial number of the adapter does not yield its UUID"* ]]
	[[ $stderr != *nodeid* ]]
	echo plug gsusb >&7
	up can1
	asks -i can1 -u "$BRIDGE" --timeout 2
	[ "$status" = 3 ]
	[[ $output == *"no Katapult answered with this UUID; "*": the adapter of can0" ]]
}

@test "--no-verify, --dry-run, --leave, --query, --diagnose on a bridge" {
	say request "$BRIDGE" katapult
	asks -u "$BRIDGE" --no-verify
	[ "$status" = 0 ]
	[[ $output == "$BRIDGE: requested: not verified; "*"the bridge behind can0 itself, on USB port 1-1"* ]]
	until_true [ -c "$BY_ID" ]
	[ "$("$BUILD/canbootreq" --dry-run -u "$BRIDGE")" = 3F0#02B091CCC241C9 ]

	begin_early -u "$BRIDGE" --diagnose --wait-iface --timeout 60
	say plug gsusb
	say request "$BRIDGE" gsusb
	until_true has_can can0
	before=$(devnum)
	up
	until_true replugged
	up
	ended 4
	[[ $output == *"came back unchanged"* ]]
	asks -u "$BRIDGE" --leave --timeout 2
	[ "$status" = 3 ]
	asks --query --timeout 2
	[ "$status" = 3 ]
}

@test "canmcu's bridge and a node behind it, in one call" {
	say quit
	until_true port_is_free 1
	start_mcus in -i :bus --chip-id "$SERIAL" --mcu-type stm32f446xx --bridge \
		-u "$U" -i :bus
	up
	asks -u "$BRIDGE" -u "$U"
	[ "$status" = 0 ]
	[[ $output == "$U: in-bootloader: Katapult answered on can0 with this UUID"*$'\n'"$BRIDGE: in-bootloader: Katapult came up on USB port 1-1 (1d50:6177)"* ]]
	[ "$(state "$BRIDGE")" = katapult ]
}

@test "an interface that is only set down is no adapter that left" {
	begin -u "$U" --timeout 60
	ip link set can0 down
	ended 3
	[[ $output == *"can0 went down while waiting for proof; "*"its adapter has not left USB port 1-1 (1d50:606f)"* ]]
	[[ $stderr == *"bring can0 up: $UP"* ]]
}

@test "a signal ends the wait for the port" {
	say request "$BRIDGE" nothing
	begin -u "$BRIDGE" --timeout 60
	until_true port_is_free 1
	kill -INT "$ASKER"
	ended 130
	[[ $output == "$BRIDGE: interrupted: "* ]]
}

@test "without udevd" {
	# the last test: the guest is this file's own
	# shellcheck disable=SC2046 # one word per process
	kill $(pidof systemd-udevd udevd)
	until_true not pidof systemd-udevd udevd
	rm -f /run/udev/control
	say request "$BRIDGE" katapult
	asks -u "$BRIDGE" --json
	[ "$status" = 0 ]
	[ "$(usb tty)" = /dev/ttyACM0 ] && [ "$(usb by_id)" = null ]
	[[ $(jq -r .next <<<"$output") == *"flashtool.py -d /dev/ttyACM0 "* ]]
}
