# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
# Who else is on the bus, or asks on it: MCUs of the same call, other processes, a
# Klipper host, and other tools.
bats_require_minimum_version 1.5.0
load ../lib

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	watch_bus vcan0
}

teardown() {
	stop_all
}

@test "several UUIDs in one call are proven, each on a nodeid of its own" {
	local args=() u i

	for i in $(seq 10 25); do
		args+=(-u "1122334455$i")
	done
	start_mcus many -i vcan0 "${args[@]}"
	ask "${args[@]}" --json
	[ "$status" -eq 0 ]
	[ "$(jq -r .outcome <<<"$output" | sort | uniq -c | xargs)" = \
		"16 in-bootloader" ]
	[ "$(jq .nodeid <<<"$output" | sort -u | wc -l)" -eq 16 ]
	for u in $(jq -r .uuid <<<"$output"); do
		[ "$(nodeid "$u")" = null ]
		[ "$(state "$u")" = katapult ]
	done
}

@test "with several UUIDs the exit code is the highest of them" {
	start_mcus one -i vcan0 -u "$U"
	ask -u "$U" -u "$V" --timeout 0.5 --json
	[ "$status" -eq 3 ]
	[ "$(jq -r '.uuid + " " + .outcome' <<<"$output" | sort | xargs)" = \
		"$V no-answer $U in-bootloader" ]
}

@test "two processes at once keep off each other's nodeid" {
	local first second

	start_mcus pair -i vcan0 --boot-ms 300 -u "$U" -u "$V"
	"$BUILD/canbootreq" -i vcan0 -u "$U" --json \
		>"$BATS_TEST_TMPDIR/first.json" 3>&- &
	first=$!
	"$BUILD/canbootreq" -i vcan0 -u "$V" --json \
		>"$BATS_TEST_TMPDIR/second.json" 3>&- &
	second=$!
	wait "$first"
	wait "$second"
	[ "$(jq .nodeid "$BATS_TEST_TMPDIR"/{first,second}.json | sort -u |
		wc -l)" -eq 2 ]
}

@test "two processes at once for one UUID: the second is refused" {
	"$BUILD/canbootreq" -i vcan0 -u "$U" --timeout 60 3>&- &
	pid=$!
	until_true has "$BUS" '3F0#11'
	ask -u "$U"
	[ "$status" -eq 6 ]
	[[ $stderr$output == *canbootreq* ]]
	kill -TERM "$pid"
	ends_with "$pid" 143
	settled
	[ "$(frames '3F0#02' | wc -l)" -eq 1 ]
}

@test "a Klipper node on our nodeid: busy, not taken for Katapult" {
	start_mcus owner -i vcan0 -u "$V" --nodeid 192
	ask -u "$U" --nodeid 192 --json
	[ "$status" -eq 6 ]
	[ "$(jq -r .outcome <<<"$output")" = busy ]
	[[ $output == *nodeid* ]]
	ask -u "$U" --nodeid 200 --timeout 0.2
	[ "$status" -eq 3 ]
}

@test "a python-can socket is recognised as a Klipper host" {
	"$BATS_TEST_DIRNAME/../../support/python-can-host.py" vcan0 109 \
		>"$BATS_TEST_TMPDIR/host.log" 2>&1 3>&- &
	until_true has "$BATS_TEST_TMPDIR/host.log" ready
	start_mcus one -i vcan0 -u "$U"
	ask -u "$U" --json
	[ "$status" -eq 0 ]
	[[ $(jq -r '.warnings[]' <<<"$output") == *Klipper* ]]
}

@test "canmcu is not taken for a Klipper host or a flashing tool" {
	start_mcus many -i vcan0 -u "$U" -u "$V" --nodeid 4
	ask -u "$U" --json
	[ "$status" -eq 0 ]
	[ "$(jq -c '.warnings // []' <<<"$output")" = "[]" ]
	[ "$(jq .elapsed_ms <<<"$output")" -lt 5000 ]
}

@test "flash traffic of another tool: busy, nothing sent; --force goes on" {
	start_mcus one -i vcan0 -u "$U"
	candump vcan0 >/dev/null 3>&- &
	until_true grep -qE '^ +vcan0 ' /proc/net/can/rcvlist_all
	"${AT_ONCE[@]}" cangen vcan0 -I 202 -L 8 -D 01881600F9319903 -g 20 3>&- &
	until_true has "$BUS" '202#'
	ask -u "$U"
	[ "$status" -eq 6 ]
	settled
	[ -z "$(frames '3F0#')" ]
	ask -u "$U" --force
	[ "$status" -eq 0 ]
}

@test "an idle unfiltered receiver only costs a moment of listening" {
	start_mcus one -i vcan0 -u "$U"
	candump vcan0 >/dev/null 3>&- &
	until_true grep -qE '^ +vcan0 ' /proc/net/can/rcvlist_all
	ask -u "$U"
	[ "$status" -eq 0 ]
}

# All names are free to be bound by any user, and last as long as he likes.
@test "reservations of somebody else: busy, and --force goes on" {
	local i pid

	i=$(cat /sys/class/net/vcan0/ifindex)
	python3 - "$i" "$U" >held 3>&- <<-'END' &
		import signal, socket, sys
		names = [f"uuid/{sys.argv[2]}"] + [f"nodeid/{n}" for n in range(64, 255)]
		held = []
		for name in names:
		    s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
		    s.bind(f"\0canbootreq/{sys.argv[1]}/{name}")
		    held.append(s)
		print("held", flush=True)
		signal.pause()
	END
	pid=$!
	until_true has held held
	start_mcus one -i vcan0 -u "$U" -u "$V"
	ask -u "$U"
	[ "$status" -eq 6 ]
	[[ $output == *"busy: python3 (pid $pid) is busy with this MCU on vcan0"* ]]
	ask -u "$V"
	[ "$status" -eq 6 ]
	[[ $stderr == *"with --force"* ]]
	ask -u "$U" -u "$V" --force
	[ "$status" -eq 0 ]
	[[ $stderr == *"warning: python3 (pid $pid) is busy with $U on vcan0"* ]]
	[ "$(state "$U")" = katapult ]
	kill "$pid"
}
