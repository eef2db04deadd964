#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
# Record the traces of this folder anew, as candump -L writes them: a request with
# its proof, the flash of the 100 bytes 00..63, and a Klipper host that connects.
# Usage: tests/data/wireshark/record.sh   after `make all build/khost build/flasher`;
# goes through vcan-run by itself
set -eu
cd "$(dirname "$0")/../../.."
build=${BUILD:-build} here=tests/data/wireshark
uuid=41f905f55004

if [ "${1-}" != --on-a-bus ]; then
	exec "$build/vcan-run" -- "$0" --on-a-bus
fi

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

until_seen() {
	timeout 60 sh -c 'until grep -q "$2" "$1"; do sleep 0.01; done' - "$@"
}

# record NAME COMMAND... - with an MCU that begins as Klipper without a nodeid. The
# whole bus in two halves: a receiver of everything is what canbootreq would take
# for a flashing tool.
record() {
	candump -r 4000000 -L vcan0,0:400,400:400 >"$dir/bus" &
	watcher=$!
	until_seen /proc/net/can/rcvlist_fil 'vcan0 .*00000400'
	"$build/canmcu" -i vcan0 -u "$uuid" >"$dir/mcu" &
	mcu=$!
	until_seen "$dir/mcu" ready
	trace=$here/$1
	shift
	"$@"
	cansend vcan0 7FF#
	until_seen "$dir/bus" '7FF#'
	kill "$watcher" "$mcu"
	wait
	grep -v '7FF#' "$dir/bus" >"$trace"
}

for i in $(seq 0 99); do
	# shellcheck disable=SC2059 # a byte
	printf "\\$(printf %03o "$i")"
done >"$dir/image"
record request.log "$build/canbootreq" -i vcan0 -u "$uuid" --nodeid 0xef
record flash.log "$build/flasher" -i vcan0 -u "$uuid" -f "$dir/image" --fast
record klipper.log "$build/khost" -i vcan0 -u "$uuid" --fast <<EOT
get_uptime
get_config; get_clock
emergency_stop
allocate_oids count=3
clear_shutdown
EOT
