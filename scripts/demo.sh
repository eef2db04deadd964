#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
# The demo of the README: a simulated MCU runs Klipper, canbootreq asks it for
# its bootloader and proves it, and candump shows what was on the bus.
# Usage: scripts/demo.sh   after `make`; goes through vcan-run by itself
set -eu
cd "$(dirname "$0")/.."
build=${BUILD:-build}
uuid=41f905f55004

if [ "${1-}" != --on-a-bus ]; then
	exec "$build/vcan-run" -- "$0" --on-a-bus
fi

dir=$(mktemp -d)
pids=
trap 'kill $pids 2>/dev/null || :; wait; rm -rf "$dir"' EXIT
trap 'exit 1' INT TERM HUP

# until_seen FILE TEXT - wait for it, 10 seconds at most
until_seen() {
	timeout 10 sh -c 'until grep -q "$2" "$1"; do sleep 0.01; done' - "$@"
}

# The whole bus in two halves: a receiver of everything is what canbootreq would
# take for a flashing tool, and listen to first.
candump -L vcan0,0:400,400:400 >"$dir/bus" &
pids=$!
until_seen /proc/net/can/rcvlist_fil 'vcan0 .*00000400'

echo "\$ canmcu -i vcan0 -u $uuid --nodeid 4 &"
"$build/canmcu" -i vcan0 -u "$uuid" --nodeid 4 >"$dir/mcu" &
pids="$pids $!"
until_seen "$dir/mcu" ready
echo "\$ canbootreq -i vcan0 -u $uuid"
"$build/canbootreq" -i vcan0 -u "$uuid" && status=0 || status=$?
cansend vcan0 7FF#
until_seen "$dir/bus" '7FF#'
# the nodeid that was drawn, and the ids that it makes
nodeid=$(sed -n 's/.*3F0#1141F905F55004//p' "$dir/bus" | tail -n 1)
to=$(printf %X $((256 + 2 * 0x$nodeid))) from=$(printf %X $((257 + 2 * 0x$nodeid)))

echo
echo 'On the bus, as candump saw it (milliseconds):'
awk -v uuid="$uuid" -v nodeid="$nodeid" -v to="$to" -v from="$from" '
	function say(frame) {
		if (frame ~ /^3F0#02/)
			return "host: " uuid ", go into your bootloader"
		if (frame ~ /^3F0#11BE06FA0AAFFB/ && back++)
			return "host: once more, as a frame may get lost"
		if (frame ~ /^3F0#11BE06FA0AAFFB/)
			return "host: nodeid " nodeid " is free again (another UUID takes it)"
		if (frame ~ /^3F0#11/)
			return "host: if you are Katapult, take nodeid " nodeid
		if (frame ~ "^" to "#018811")
			return "host: and what are you?"
		if (frame ~ "^" to && back)
			return "host: is nobody there any more? (silence)"
		if (frame ~ "^" to)
			return "host: nodeid " nodeid ", who are you?"
		if (frame ~ "^" from "#0188A003")
			return "node: acknowledged, command 16, ..."
		if (frame ~ "^" from "#41F9")
			return "node: ... I am " uuid ", ..."
		if (frame ~ "^" from "#32409903")
			return "node: ... checksum. That is the proof"
		if (frame ~ "^" from "#0188A00D")
			return "node: acknowledged, command 11, ..."
		if (frame ~ "^" from "#00010100")
			return "node: ... protocol 1.1.0, application at 08002000, ..."
		if (frame ~ "^" from "#40000000")
			return "node: ... blocks of 64 bytes, \"" text(substr(frame, 13)) "\" ..."
		if (frame ~ "^" from "#[0-9A-F]*9903$")
			return "node: ... checksum"
		if (frame ~ "^" from)
			return "node: ... \"" text(substr(frame, 5)) "\" ..."
		return ""
	}
	# what is printable of these bytes
	function text(hex,    digits, s, n) {
		digits = "0123456789ABCDEF"
		for (; hex != ""; hex = substr(hex, 3)) {
			n = 16 * (index(digits, substr(hex, 1, 1)) - 1)
			n += index(digits, substr(hex, 2, 1)) - 1
			if (n > 32 && n < 127)
				s = s sprintf("%c", n)
		}
		return s
	}
	$3 ~ /^7FF/ { exit }
	{
		sub(/^\(/, "", $1)
		sub(/\)$/, "", $1)
		if (!start)
			start = $1
		printf "%9.1f  %-22s %s\n", 1000 * ($1 - start), $3, say($3)
	}' "$dir/bus"
echo
echo 'What the MCU did:'
sed 's/^/           /' "$dir/mcu"
exit "$status"
