#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
# canmcu on the kernel's own gs_usb, cdc_acm and vhci_hcd, in a guest of `vcan-run
# --usb`: bridges and serial ports, with other MCUs behind. Looked at by ip, lsusb,
# udevadm, candump, dfu-util, stty and picocom. Facts: usbip-gsusb-bridge.md.
# CYCLES=20, KILLS=200: so many cycles, so many processes killed.

# shellcheck disable=SC2154

load ../lib
load board

SECOND=3D0052001450425539383920
TTY=/dev/serial/by-id/usb-katapult_stm32f446xx_$SERIAL-if00

setup() {
	cd "$BATS_TEST_TMPDIR" || return
}

teardown() {
	stop_all && until_true ports_are_free
}

# start_bridge OPTION... - a bridge, whose bus nobody else sees, and what follows
start_bridge() {
	start_mcus in -i :bus --chip-id "$SERIAL" --mcu-type stm32f446xx \
		--bridge --erase-ms 0 "$@"
	until_true exists can0
}

ports_are_free() {
	! grep -Eq '^hs +[0-9]+ 00[567]' "$PORTS"
}

exists() {
	[ -e "/sys/class/net/$1" ]
}

is_gone() {
	[ ! -e "/sys/class/net/$1" ]
}

up() {
	ip link set "${2-can0}" up type can bitrate "${1:-1000000}"
}

# is_back - the bridge is: can0 is down after each plug
is_back() {
	exists can0 && ip link show can0 | grep -q 'state DOWN'
}

dump() {
	"${WATCHING[@]}" candump -L -x "${1-can0}" \
		>"dump.${1-can0}" 2>&1 3>&- &
	until_true listening "${1-can0}" 00000000
}

is_in_state() {
	ip -d link show can0 | grep -q "state $1 "
}

request() {
	cansend can0 "3F0#02${BRIDGE^^}"
}

# image TYPE START [OPTION...] - an application of 6144 bytes
image() {
	make_image image "$@" --size 6144
}

@test "a bridge: can0, bit rates, who is there, frames both ways" {
	start_bridge -u "$V" -i :bus
	usb_is 1d50:606f
	[ "$(cat /sys/bus/usb/devices/1-1/serial)" = "$SERIAL" ]
	udevadm info /sys/bus/usb/devices/1-1 | grep -q 'ID_USB_VENDOR=Klipper'
	for rate in 500000 1000000; do
		ip link set can0 down
		up "$rate"
		until_true has "$MCU_LOG" "^$BRIDGE host up $rate"
	done
	dump
	cansend can0 3F0#00
	until_true has dump.can0 "3F1#20${BRIDGE^^}01 R"
	until_true has dump.can0 "3F1#20${V}01 R"
	# the same program talks to both, and each answers on its nodeid
	cansend can0 "3F0#01${BRIDGE^^}04"
	cansend can0 "3F0#01${V}05"
	until_true has "$MCU_LOG" ' assigned ' 2
	cansend can0 108#01881600F9319903
	until_true has dump.can0 '109#05109E817E R'
	cansend can0 10A#01881600F9319903
	until_true has dump.can0 '10B#05109E817E R'
	[ "$(grep -c ' T$' dump.can0)" = 5 ]
}

@test "Klipper's host and Katapult's on all ways: bridge, behind it, serial port" {
	start_bridge -u "$V" -i :bus --chip-id "$SECOND" --usb
	klipper=/dev/serial/by-id/usb-Klipper_stm32g0b1xx_$SECOND-if00
	ip link set can0 txqueuelen 128
	up
	until_true [ -c "$klipper" ]
	for way in "can0 -u $BRIDGE" "can0 -u $V" "$klipper"; do
		# shellcheck disable=SC2086 # an option, too
		"$BUILD/khost" -i $way --fast < <(echo get_config) >host
		has host '^config is_config=0 '
	done
	image stm32g0b1xx 0x08002000
	"$BUILD/flasher" -i can0 -u "$V" --fast -f image
	has "$MCU_LOG" "^$V flashed 3"
}

@test "the bus behind it can be another interface, for all frames" {
	start_mcus in -i vcan0 --chip-id "$SERIAL" --bridge
	until_true exists can0
	up
	dump
	dump vcan0
	cansend vcan0 12345678#ABCD
	cansend vcan0 7FF#R
	cansend can0 123#11
	cansend can0 3F0#00
	until_true has dump.vcan0 '3F0#00 '
	until_true has dump.can0 '12345678#ABCD R'
	until_true has dump.can0 '7FF#R R'
	# the bridge's own answer is for its host only
	until_true has dump.can0 "3F1#20${BRIDGE^^}01 R"
	cansend vcan0 7FF#
	until_true has dump.can0 '7FF# R'
	has dump.vcan0 '123#11 '
	has_no dump.vcan0 3F1
	has_no dump.can0 '123#11 R'
}

@test "a bridge of a printer.cfg has the other MCUs of its can0 behind it" {
	cat >printer.cfg <<-END
		[mcu]
		chip_id: $SERIAL
		bridge: yes
		[mcu toolhead]
		canbus_uuid: $V
	END
	start_mcus in -c printer.cfg
	has "$MCU_LOG" "^ready :$BRIDGE 2"
	until_true exists can0
	up
	dump
	cansend can0 3F0#00
	until_true has dump.can0 "3F1#20${V}01 R"
}

@test "request, Katapult, flash over its tty, back to can0" {
	start_bridge
	up
	dump
	request
	until_true [ -c "$TTY" ]
	until_true usb_is 1d50:6177
	# the client saw its interface go, and the echo before
	until_true has dump.can0 'Network is down|No such device'
	has dump.can0 "3F0#02${BRIDGE^^} T"
	is_gone can0
	image stm32f446xx 0x08008000 --link bridge
	"$BUILD/flasher" -i "$TTY" --no-request --fast -f image
	until_true is_back
	usb_is 1d50:606f
	up
	[ "$(state "$BRIDGE")" = klipper ]
}

@test "request, DFU, flash by dfu-util, back to can0" {
	start_bridge --bootloader rom
	up
	request
	until_true usb_is 0483:df11
	is_gone can0
	image stm32f446xx 0x08000000 --link bridge
	dfu-util -d 0483:df11 -p 1-1 -a 0 -s 0x08000000 -D image
	dfu-util -d 0483:df11 -a 0 -s 0x08000000:6144 -U back
	cmp image back
	dfu-util -d 0483:df11 -a 0 -s 0x08000000:leave -D image
	until_true is_back
	[ "$(state "$BRIDGE")" = klipper ]
}

@test "the ROM of an RP2040; a reset brings the bridge back" {
	start_mcus in --chip-id E660583883724A32 --mcu-type rp2040 --bridge \
		--bootloader none
	until_true exists can0
	up
	uuid=$(ctl list | jq -r '.mcus[0].uuid')
	cansend can0 "3F0#02${uuid^^}"
	until_true usb_is 2e8a:0003
	ctl reset "$uuid"
	until_true is_back
}

@test "a request for another UUID does nothing" {
	start_bridge
	up
	dump
	cansend can0 3F0#02B091CCC241C8
	cansend can0 3F0#00
	until_true has dump.can0 "3F1#20${BRIDGE^^}01 R"
	has_no "$MCU_LOG" 'request|unplugged'
}

@test "a device that never returns, until its power is cycled" {
	start_bridge --fault 'boot-never count=1'
	up
	request
	until_true is_gone can0
	until_true ports_are_free
	ctl power "$BRIDGE" off
	[ ! -e /sys/bus/usb/devices/1-1 ]
	ctl power "$BRIDGE" on
	until_true exists can0
	has "$MCU_LOG" "^$BRIDGE plugged gs_usb 0" 2
}

@test "states of the bus, a full queue, a bit rate that is checked" {
	start_bridge --bridge-bitrate 1000000
	up
	for state in error-warning error-passive bus-off; do
		ctl set "$BRIDGE" bridge_state "$state"
		until_true is_in_state "${state^^}"
	done
	ctl set "$BRIDGE" bridge_state error-active
	until_true is_in_state ERROR-ACTIVE
	ip link set can0 down
	up 500000
	until_true is_in_state BUS-OFF
	ip link set can0 down
	up
	ctl set "$BRIDGE" bridge_echo off
	n=0
	while cansend can0 123#00 2>err; do
		n=$((n + 1))
		[ "$n" -lt 40 ]
	done
	grep -q 'No buffer space' err
	[ "$n" -ge 20 ]
}

@test "a bus that takes nothing: frames are echoed and lost, its MCU answers" {
	start_bridge -u "$U"
	up
	dump
	ctl set "$BRIDGE" bridge_stall on
	cansend can0 3F0#00
	until_true has dump.can0 "3F1#20${BRIDGE^^}01 R"
	for _ in {1..40}; do
		until_true cansend can0 124#
	done
	until_true has dump.can0 ' 124# T' 40
	has_no dump.can0 "3F1#20${U^^}01"
	# once it has a nodeid it says so, too: usb_canbus_state discard=0, then 1
	cansend can0 "3F0#01${BRIDGE}04"
	ctl set "$BRIDGE" bridge_stall off
	cansend can0 3F0#00
	until_true has dump.can0 "3F1#20${U^^}01 R"
	until_true has dump.can0 " 109#081.{5}00.{4}7E R"
	ctl set "$BRIDGE" bridge_stall on
	until_true cansend can0 124#
	until_true has dump.can0 " 109#081.{5}01.{4}7E R"
}

@test "a bridge whose Klipper has another speed is cut off, and answers" {
	start_bridge --klipper-bitrate 500000 -u "$U"
	up
	until_true is_in_state BUS-OFF
	dump
	cansend can0 3F0#00
	until_true has dump.can0 "3F1#20${BRIDGE^^}01 R"
	ctl set "$BRIDGE" klipper_bitrate 1000000
	until_true is_in_state ERROR-ACTIVE
	until_true cansend can0 3F0#00
	until_true has dump.can0 "3F1#20${U^^}01 R"
}

one_is_left() {
	[ "$(cd /sys/class/net && echo can[01] | wc -w)" = 1 ]
}

@test "two bridges at once" {
	start_mcus in --chip-id "$SERIAL" --bridge --chip-id "$SECOND" --bridge
	until_true exists can1
	until_true exists can0
	for n in 0 1; do
		up 1000000 "can$n"
		dump "can$n"
		cansend "can$n" 3F0#00
	done
	until_true has dump.can0 "3F1#20.{12}01 R"
	until_true has dump.can1 "3F1#20.{12}01 R"
	cat dump.can0 dump.can1 >both
	has both "3F1#20${BRIDGE^^}01 R" 1
	has both '3F1#20154AAB036E6A01 R' 1
	has "$MCU_LOG" "^$BRIDGE plugged gs_usb 0"
	has "$MCU_LOG" "^154aab036e6a plugged gs_usb 1"
	# one goes, and the other one stays
	ctl power 154aab036e6a off
	until_true has "$MCU_LOG" '^154aab036e6a unplugged 1'
	until_true one_is_left
	cansend "$(cd /sys/class/net && echo can[01])" 3F0#00
}

@test "a Klipper on USB is touched by stty and by picocom" {
	start_mcus in --chip-id "$SERIAL" --mcu-type stm32f446xx --usb
	klipper=/dev/serial/by-id/usb-Klipper_stm32f446xx_$SERIAL-if00
	until_true [ -c "$klipper" ]
	usb_is 1d50:614e
	stty -F "$klipper" 1200
	until_true [ -c "$TTY" ]
	ctl reset "$BRIDGE"
	until_true [ -c "$klipper" ]
	before=$(grep -c request "$MCU_LOG")
	# a normal quit sets the speed back before it lets go
	picocom -q -b 1200 -x 500 "$klipper" </dev/null
	# what it did is behind this answer
	"$BUILD/khost" -i "$klipper" --fast < <(echo get_config)
	[ "$(grep -c request "$MCU_LOG")" = "$before" ]
	picocom -q -b 1200 --lower-dtr -x 1000 "$klipper" </dev/null || :
	until_true [ -c "$TTY" ]
	until_true has "$MCU_LOG" "^$BRIDGE plugged katapult 0" 2
}

@test "over TCP: the stock usbip tool attaches it, and again after a reset" {
	command -v usbip >/dev/null || skip "there is no package usbip here"
	start_mcus in --chip-id "$SERIAL" --bridge --usb-tcp 3240
	usbip attach -r 127.0.0.1 -b 1-1
	until_true exists can0
	until_true has "$MCU_LOG" "^$BRIDGE plugged gs_usb -1"
	up
	request
	until_true is_gone can0
	until_true ports_are_free
	ctl wait "$BRIDGE" katapult 10000
	usbip attach -r 127.0.0.1 -b 1-1
	until_true usb_is 1d50:6177
}

@test "what cannot be is told in one sentence" {
	run "$BUILD/canmcu" -u "$V" --bridge
	[ "$status" -eq 2 ]
	[[ $output == *"does not follow from a UUID; give a chip id"* ]]
	start_bridge
	run timeout 60 "$BUILD/canmcu" --chip-id "$SECOND" --bridge --usb-port 0
	[ "$status" -eq 1 ]
	[[ $output == *"is in use by another device"* ]]
	# without its device there is nothing to be simulated
	kill -KILL "$(pgrep -P "$MCU_PID")"
	ends_with "$MCU_PID" 1
	has "$MCU_LOG" "^canmcu: $BRIDGE on USB: the process that had its device \
has ended \(by signal 9\): start canmcu again"
	until_true is_gone can0
}

@test "cycles: gs_usb, Katapult, flash, gs_usb" {
	start_bridge
	image stm32f446xx 0x08008000 --link bridge
	for ((i = 0; i < ${CYCLES:-2}; i++)); do
		until_true is_back
		up
		request
		until_true [ -c "$TTY" ]
		"$BUILD/flasher" -i "$TTY" --no-request --fast -f image
	done
	until_true is_back
	[ "$(grep -c 'plugged katapult 0' "$MCU_LOG")" = "${CYCLES:-2}" ]
}

# What cannot be killed any more would be in state D and hold the RTNL lock.
@test "either process killed during 'down' leaves nothing behind" {
	for ((i = 0; i < ${KILLS:-4}; i++)); do
		start_bridge -u "$V" -i :bus
		up
		endpoint=$(pgrep -P "$MCU_PID")
		victim=$MCU_PID want=137
		[ $((i % 2)) = 0 ] || victim=$endpoint want=1
		timeout 20 ip link set can0 down 3>&- &
		down=$!
		sleep "0.$((RANDOM % 4))$((RANDOM % 10))"
		kill -KILL "$victim"
		wait "$down" || [ "$?" -le 2 ] # the interface may be gone
		ends_with "$MCU_PID" "$want"
		until_true is_gone can0
		until_true ports_are_free
		until_true is_over "$endpoint"
		timeout 20 ip link show >/dev/null
	done
	ps -eo stat=,comm= >processes
	has_no processes '^D.* ip$'
}

is_over() {
	! kill -0 "$1" 2>/dev/null
}
