#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
# A board that is the USB-to-CAN adapter, simulated, on the kernel's own drivers: it
# is plugged in, asked for its bootloader, and flashed over what comes up instead.
# Usage: scripts/demo-bridge.sh   after `make`; goes through vcan-run by itself
set -eu
cd "$(dirname "$0")/.."
build=$(realpath "${BUILD:-build}")
# they belong together: a UUID is a hash of the chip id
chip=3B0028001451303432353938 uuid=b091ccc241c9
tty=/dev/serial/by-id/usb-katapult_stm32g0b1xx_$chip-if00

if [ ! -e /sys/devices/platform/vhci_hcd.0 ] || [ -e /sys/class/net/can0 ]; then
	exec "$build/vcan-run" --usb -- "$0"
fi
PATH=$build:$PATH

dir=$(mktemp -d)
pid=
trap '[ -z "$pid" ] || kill "$pid"; wait; rm -rf "$dir"' EXIT
trap 'exit 1' INT TERM HUP

step() {
	printf '\n== %s\n' "$*"
}

# run COMMAND... - show it, and what it does, as if it was typed
run() {
	echo "\$ $*"
	"$@"
}

# until_there PATH - wait for it, 20 seconds at most
until_there() {
	timeout 20 sh -c 'until [ -e "$1" ]; do sleep 0.05; done' - "$1"
}

# plug BOOTLOADER - a board with one more MCU on the bus behind it
plug() {
	set -- -i :bus --chip-id "$chip" --bridge --bootloader "$1" \
		-u 112233445566
	echo "\$ canmcu $* &"
	canmcu "$@" >mcu &
	pid=$!
	until_there /sys/class/net/can0
}

unplug() {
	kill "$pid"
	wait "$pid" || :
	pid=
	timeout 20 sh -c 'while [ -e "$1" ]; do sleep 0.05; done' - \
		/sys/bus/usb/devices/1-1
}

cd "$dir"

# klipper_for START - the file that is flashed there
klipper_for() {
	canmcu image --mcu-type stm32g0b1xx --application-start "$1" \
		--canbus-frequency 1000000 --link bridge >klipper.bin
}

step "The board is plugged in: Linux finds an adapter, and makes can0"
plug katapult
run lsusb -d 1d50:606f
run ip link set can0 up type can bitrate 1000000
step "Who is there? The board itself, and another one on the bus behind it"
run canbootreq --query 2>err
step "The board is asked for its bootloader, and can0 vanishes: see what comes"
run canbootreq -u "$uuid"
until_there "$tty"
step "Katapult is flashed (here by a stand-in for flashtool.py -d), and starts it"
klipper_for 0x08002000
run flasher -i "$tty" -f klipper.bin
step "That runs: the adapter is back, and down as after each plug"
until_there /sys/class/net/can0
run ip link set can0 up type can bitrate 1000000
run canbootreq --query 2>err
unplug

step "Without Katapult it is the chip's ROM that comes up: DFU"
plug rom
run ip link set can0 up type can bitrate 1000000
run canbootreq -u "$uuid"
step "The ROM is flashed with dfu-util, as it was told to"
klipper_for 0x08000000
run dfu-util -d ,0483:df11 -p 1-1 -a 0 -s 0x08000000:leave -D klipper.bin |
	tr '\r' '\n' | sed -n '/^[$]/p; /100%/p; /success/p'
until_there /sys/class/net/can0
run ip link set can0 up type can bitrate 1000000
run canbootreq --query 2>err
step "What the board did"
cat mcu
