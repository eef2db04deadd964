#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
# guest: --kvaser
# What canbootreq tells of a controller before it sends, and that what it says to
# type repairs it: can0 and can1 are kvaser_pci, can2 is gs_usb, whose states
# tests/support/usbboard makes. Facts: usbip-gsusb-bridge.md, sections 4.3, 4.4
# and 10.
bats_require_minimum_version 1.5.0
load ../lib
load board

# ask IFACE ARGUMENTS... - for the bootloader; sets status, output, stderr
ask() {
	apart "$BUILD/canbootreq" -i "$1" -u "$U" --no-verify --timeout 0.5 \
		"${@:2}"
}

# is IFACE TEXT... - `ip` shows all of these
is() {
	local shown text

	shown=$(ip -details link show "$1")
	for text in "${@:2}"; do
		[[ $shown == *" $text "* ]] || return 1
	done
}

# mute 0|1 - whether frames are not confirmed; told when the board has heard it
mute() {
	local received

	received=$(cat /sys/class/net/can2/statistics/rx_packets)
	say mute "$1"
	say send 7FF 00
	until_true eval "[ \$(cat /sys/class/net/can2/statistics/rx_packets) \
		-gt $received ]"
}

plug_gsusb() {
	start_board
	say plug gsusb
	until_true [ -e /sys/class/net/can2 ]
}

@test "kvaser_pci: bit rate, state, error counters and restart" {
	ask can0
	[ "$status" -eq 5 ]
	[[ $stderr == *"can0 is down; no request was sent"*"Klipper's default"* ]]
	type_in
	is can0 'state ERROR-ACTIVE' 'bitrate 1000000'
	# down again: the kernel knows the bit rate now, so that nothing is guessed
	ip link set can0 down
	ip link set can0 type can bitrate 250000 restart-ms 100
	ask can0
	[[ $stderr != *default* ]]
	type_in
	is can0 'state ERROR-ACTIVE' 'bitrate 250000' 'restart-ms 100'

	ip link set can1 up type can bitrate 250000
	candump -L can1 >seen 3>&- &
	until_true listening can1 00000000
	ask can0 -v
	[ "$status" -eq 0 ]
	[[ $stderr == *"driver kvaser_pci, state ERROR-ACTIVE, bit rate 250000,"* ]]
	[[ $stderr == *"can0: restarts 100 ms after bus-off"* ]]
	[[ $stderr == *"can0: error counters tx 0 rx 0"* ]]
	[[ $output == *"acknowledged on the bus" ]]
	until_true has seen "3F0#02${U^^}"
}

@test "gs_usb: each state has its sentence, and a remedy that works" {
	plug_gsusb
	ip link set can2 up type can bitrate 250000
	# why it has to be down first, and why nothing is said of a restart
	run -2 ip link set can2 up type can bitrate 250000
	run -2 ip link set can2 type can restart
	while read -r state id data code sentence; do
		say send "$id" "$data"
		until_true is can2 "state $state"
		ask can2
		[ "$status" -eq "$code" ]
		[[ $stderr == "canbootreq: "*"can2 is in state $state$sentence"* ]]
		[[ $stderr != *berr_counter* ]]
		type_in
		is can2 'state ERROR-ACTIVE' 'bitrate 250000'
		ask can2
		[ "$status" -eq 0 ]
		[[ $stderr != *state* ]]
	done <<-'END'
		ERROR-WARNING 20000004 0008000000000000 0 : some frames fail,
		ERROR-PASSIVE 20000004 0020000000000000 0 : most frames fail,
		BUS-OFF 20000040 0000000000000000 5 ; no request was sent; restart it:
	END
}

@test "gs_usb: what was never confirmed is discarded, and so is a full queue" {
	plug_gsusb
	ask can2
	[ "$status" -eq 5 ]
	type_in
	mute 1
	ask can2
	[ "$status" -eq 5 ]
	[[ $output == *"can2 never confirmed the request: it is still queued"* ]]
	type_in
	until_true eval '! cansend can2 123#00 2>/dev/null'
	ask can2
	[ "$status" -eq 5 ]
	[[ $output == *"the transmit queue of can2 stayed full"* ]]
	mute 0
	type_in
	ask can2 -v
	[ "$status" -eq 0 ]
	[[ $stderr == *", queue 128, "* ]]
}
