#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
# The USB endpoint on the kernel's own gs_usb, cdc_acm and vhci_hcd, in a guest of
# `vcan-run --usb`; tests/support/usbboard plays what is behind it. Facts:
# usbip-gsusb-bridge.md. KILLS=200: so many processes are killed.

# shellcheck disable=SC2154

load ../lib
load board

has_can0() {
	[ -e /sys/class/net/can0 ]
}

no_can0() {
	[ ! -e /sys/class/net/can0 ]
}

up() {
	ip link set can0 up type can bitrate "${1:-1000000}"
}

dump() {
	candump -L -x can0 >dump 2>&1 3>&- 9>&- &
	until_true listening can0 00000000
}

@test "gs_usb: up, frames both ways, echoes, bit rates" {
	start_board
	say plug gsusb
	until_true has_can0
	[ "$(cat /sys/bus/usb/devices/1-1/serial)" = "$SERIAL" ]
	[ "$(cat /sys/bus/usb/devices/1-1/manufacturer)" = Klipper ]
	for rate in 1000000 500000 250000; do
		up "$rate"
		until_true has told "^mode 1 $rate"
		ip link set can0 down
		until_true has told "^mode 0 $rate"
	done
	up
	dump
	say local 108
	say send 10B ABCD
	until_true has dump 'can0 10B#ABCD R'
	cansend can0 3F0#02B091CCC241C9
	cansend can0 108#01
	cansend can0 10A#0102
	until_true has dump '10A#0102 T'
	until_true has told '^bus 10A#0102'
	[ "$(grep -E '^(local|bus)' told | xargs)" = \
		"local 3F0#02B091CCC241C9 bus 3F0#02B091CCC241C9 local 108#01 bus 10A#0102" ]
	[ "$(grep -c ' T$' dump)" = 3 ]
}

@test "gs_usb: states of the bus are pushed as error frames" {
	start_board
	say plug gsusb
	until_true has_can0
	up
	dump
	for row in 'ERROR-WARNING 20000004 0008000000000000' \
		'ERROR-PASSIVE 20000004 0020000000000000' \
		'BUS-OFF 20000040 0000000000000000'; do
		read -r state id data <<<"$row"
		say send "$id" "$data"
		until_true is_in_state "$state"
	done
	ip link set can0 down
	up
	is_in_state ERROR-ACTIVE
}

is_in_state() {
	ip -d link show can0 | grep -q "state $1 "
}

@test "gs_usb: without echoes the queue is full after about 20 frames" {
	start_board
	say plug gsusb
	until_true has_can0
	up
	say mute 1
	say send 7FF 00
	n=0
	while cansend can0 123#00 2>err; do
		n=$((n + 1))
		[ "$n" -lt 40 ]
	done
	grep -q 'No buffer space' err
	[ "$n" -ge 20 ] && [ "$n" -le 22 ]
}

@test "one port: gs_usb, Katapult, Klipper, DFU, boot ROM, and back" {
	start_board
	say plug gsusb
	until_true has_can0
	up
	dump
	say plug katapult
	until_true [ -c "/dev/serial/by-id/usb-katapult_stm32g0b1xx_$SERIAL-if00" ]
	until_true has dump 'Network is down|No such device'
	no_can0
	say plug klipper
	until_true [ -c "/dev/serial/by-id/usb-Klipper_stm32g0b1xx_$SERIAL-if00" ]
	stty -F /dev/ttyACM0 1200
	until_true has told '^touch'
	say plug dfu
	until_true usb_is 0483:df11
	say plug rp2040
	until_true usb_is 2e8a:0003
	say plug gsusb
	until_true has_can0
	up
	[ "$(grep -c '^plugged 0' told)" = 6 ]
	[ "$(grep -c '^unplugged 0' told)" = 5 ]
}

@test "serial port: bytes come back, whatever their number" {
	start_board
	say plug katapult
	until_true [ -c "/dev/serial/by-id/usb-katapult_stm32g0b1xx_$SERIAL-if00" ]
	# less than what its buffer holds: the board does not wait for us
	/usr/bin/python3 - <<-'END'
		import os, select, tty
		fd = os.open("/dev/ttyACM0", os.O_RDWR | os.O_NOCTTY)
		tty.setraw(fd)
		for size in (1, 63, 64, 65, 128, 131, 192):
		    data = os.urandom(size)
		    os.write(fd, data)
		    got = b""
		    while len(got) < size and select.select([fd], [], [], 10)[0]:
		        got += os.read(fd, 4096)
		    assert got == data, size
	END
}

@test "dfu-util: download, upload, leave" {
	start_board
	say plug dfu
	until_true usb_is 0483:df11
	dfu-util -l >list 2>&1
	grep -q 'Found DFU: \[0483:df11\].*path="1-1".*/0x08000000/256\*002Kg' list
	head -c 10000 /dev/urandom >image
	dfu-util -a 0 -s 0x08000000 -D image
	dfu-util -a 0 -s 0x08000000:10000 -U back
	cmp image back
	dfu-util -a 0 -s 0x08002000:leave -D image
	until_true has told '^leave 08002000'
}

@test "a stuck world does not hold 'down' up" {
	start_board
	say plug gsusb
	until_true has_can0
	up
	say hang
	for _ in 1 2 3; do
		cansend can0 123#00
		timeout 20 ip link set can0 down
		up
	done
	timeout 20 ip link set can0 down
}

# What cannot be killed any more would be in state D and hold the RTNL lock.
@test "either process killed during 'down' leaves nothing behind" {
	for ((i = 0; i < ${KILLS:-6}; i++)); do
		start_board
		say plug gsusb
		until_true has_can0
		up
		victim=$BOARD
		[ $((i % 2)) = 0 ] || victim=$(sed -n 's/^endpoint //p' told)
		timeout 20 ip link set can0 down 3>&- 9>&- &
		down=$!
		sleep "0.$((RANDOM % 4))$((RANDOM % 10))"
		kill -KILL "$victim"
		wait "$down" || [ "$?" -le 2 ] # the interface may be gone
		exec 9>&-
		until_true port_is_free
		until_true no_can0
		wait "$BOARD" || :
		timeout 20 ip link show >/dev/null
	done
	ps -eo stat=,comm= >processes
	has_no processes '^D.* ip$'
}

@test "the stock usbip tool attaches it over TCP, and again after a reset" {
	command -v usbip >/dev/null || skip "there is no package usbip here"
	start_board --tcp 3240
	usbip list -r 127.0.0.1 2>&1 | grep -q 'no exportable devices'
	say plug gsusb
	until_true is_listed 1d50:606f
	run usbip attach -r 127.0.0.1 -b 1-2
	[[ $status = 1 && $output == *'Device not found'* ]]
	usbip attach -r 127.0.0.1 -b 1-1
	until_true has_can0
	up
	dump
	cansend can0 123#11
	until_true has dump '123#11 T'
	say plug katapult
	until_true no_can0
	until_true port_is_free
	usbip attach -r 127.0.0.1 -b 1-1
	until_true [ -c "/dev/serial/by-id/usb-katapult_stm32g0b1xx_$SERIAL-if00" ]
	usbip detach -p 0
	until_true has told '^unplugged 0' 2
}

is_listed() {
	usbip list -r 127.0.0.1 2>&1 | grep -q "($1)"
}
