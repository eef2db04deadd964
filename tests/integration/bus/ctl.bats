# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
# canmcu's control socket, through "canmcu ctl": events, and clients that
# misbehave.
bats_require_minimum_version 1.5.0
load ../lib

setup() {
	TOLD=$BATS_TEST_TMPDIR/told.log
}

teardown() {
	stop_all
}

# subscribe ARGUMENTS... - into $TOLD, from now on; sets SUBSCRIBER
subscribe() {
	"$BUILD/canmcu" ctl --control "$CTL" subscribe "$@" >"$TOLD" 2>&1 3>&- &
	SUBSCRIBER=$!
	until_true has "$TOLD" '"ok":true'
}

# seq - the number of the last event
seq() {
	ctl seq | jq .seq
}

@test "a subscriber is told a request's events, in order, as --json has them" {
	start_mcus one -i vcan0 -u "$U" -u "$V" --json
	subscribe "$U"
	cansend vcan0 "3F0#02${V^^}"
	ctl wait "$V" katapult 5000
	cansend vcan0 "3F0#02${U^^}"
	until_true has "$TOLD" '"state":"katapult"'
	run jq -r 'select(.event) | [.uuid, .event, .action // .cause // .state]
		| join(" ")' "$TOLD"
	echo "$output"
	[ "$output" = "$U request katapult
$U reset request
$U state boot
$U state katapult" ]
	run -1 grep -vxFf "$MCU_LOG" <(grep '"event"' "$TOLD")
}

@test "the events of --json are numbered without a gap" {
	start_mcus one -i vcan0 -u "$U" --json
	ctl reset "$U"
	ctl wait "$U" klipper 5000
	jq -es 'length > 2 and map(.seq) == [range(1; length + 1)]' "$MCU_LOG"
}

@test "wait-event finds what has happened before it was asked" {
	local before

	start_mcus one -i vcan0 -u "$U"
	before=$(seq)
	cansend vcan0 "3F0#02${U^^}"
	ctl wait "$U" katapult 5000
	run -0 ctl wait-event "$U" request 0 "since=$before"
	[ "$(jq -r .event.action <<<"$output")" = katapult ]
	run -0 ctl wait-event reset 0 "since=$before"
	[ "$(jq -r .event.uuid <<<"$output")" = "$U" ]
	run -1 ctl wait-event "$U" request 0
	[ "$(jq -r .error <<<"$output")" = "timeout: not 'request' yet" ]
	run -1 ctl wait-event "$U" request "since=$(($(seq) + 1))"
	[[ $output == *"the last event so far is"* ]]
}

@test "wait-event waits for what is to come" {
	local before

	start_mcus one -i vcan0 -u "$U"
	before=$(seq)
	ctl wait-event "$U" shutdown 10000 "since=$before" >"$TOLD" 3>&- &
	ctl shutdown "$U" too hot
	ends_with $! 0
	[ "$(jq -r .event.reason "$TOLD")" = "too hot" ]
}

@test "ctl: exit statuses" {
	start_mcus one -i vcan0 -u "$U"
	run -0 ctl show "$U"
	[ "$(jq -r .mcu.state <<<"$output")" = klipper ]
	run -1 ctl frobnicate
	run -2 ctl --frobnicate
	run -2 ctl "list
quit"
	[[ $output == *"one line"* ]]
	run -2 env -u CANMCU_CONTROL "$BUILD/canmcu" ctl list
	[[ $output == *"give --control PATH, or set CANMCU_CONTROL"* ]]
	CANMCU_CONTROL=$CTL run -0 "$BUILD/canmcu" ctl list
	run -1 "$BUILD/canmcu" ctl --control "$CTL.not" list
	[[ $output == *"no simulator answers at '$CTL.not'"* ]]
	run -1 bash -c "'$BUILD/canmcu' ctl --control '$CTL' list 2>&1 >/dev/full"
	[[ $output == *"cannot write the replies (No space left on device)"* ]]
	run -0 "$BUILD/canmcu" ctl --help
	[[ $output == *"wait UUID STATE [TIMEOUT_MS]"* ]]
	run -0 ctl quit
	ends_with "$MCU_PID" 0
}

@test "ctl: commands on standard input, each answered at once" {
	local pid

	start_mcus one -i vcan0 -u "$U"
	mkfifo "$BATS_TEST_TMPDIR/commands"
	ctl - <"$BATS_TEST_TMPDIR/commands" >"$TOLD" 3>&- &
	pid=$!
	exec 9>"$BATS_TEST_TMPDIR/commands"
	echo seq >&9
	until_true has "$TOLD" '"seq":'
	echo "power $U off" >&9
	until_true has "$TOLD" '"ok":true' 2
	# no newline at the end
	printf list >&9
	exec 9>&-
	ends_with "$pid" 0
	has "$TOLD" '"state":"off"'
	run -1 ctl <<<"nonsense
list"
	[ "$(jq -c .ok <<<"$output" | xargs)" = "false true" ]
}

@test "ctl: more commands and more replies than the socket holds" {
	start_mcus one -i vcan0 -u "$U"
	for _ in {1..500}; do
		printf '%-4000s\n' "show $U"
	done | ctl - >"$TOLD"
	has "$TOLD" '"state":"klipper"' 500
}

@test "ctl: a simulator that ends in the midst of it is told of" {
	local waiting

	start_mcus one -i vcan0 -u "$U"
	subscribe
	ctl - >"$BATS_TEST_TMPDIR/waiting.log" 2>&1 3>&- <<<"show $U
wait $U rom 60000" &
	waiting=$!
	until_true has "$BATS_TEST_TMPDIR/waiting.log" '"ok":true'
	ctl power "$U" off
	kill -TERM "$MCU_PID"
	ends_with "$MCU_PID" 0
	ends_with "$waiting" 1
	has "$BATS_TEST_TMPDIR/waiting.log" 'the simulator ended before it answered'
	ends_with "$SUBSCRIBER" 0
	has "$TOLD" '"state":"off"'
}

@test "a subscriber that stands still stops nobody, and is told of its loss" {
	local before last

	start_mcus one -i vcan0 -u "$U"
	before=$(seq)
	subscribe
	kill -STOP "$SUBSCRIBER"
	for _ in {1..600}; do
		echo "power $U off"
		echo "power $U on"
	done | ctl - >"$BATS_TEST_TMPDIR/replies"
	has "$BATS_TEST_TMPDIR/replies" '"ok":true' 1200
	ctl power "$U" off
	last=$(seq)
	kill -CONT "$SUBSCRIBER"
	until_true has "$TOLD" "\"seq\":$last,"
	has "$TOLD" '"event":"missed"'
	[ "$(jq -s 'map(select(.event) | .events // 1) | add' "$TOLD")" -eq \
		$((last - before)) ]
}

@test "a line too long, and one that is no text, harm nobody" {
	start_mcus one -i vcan0 -u "$U"
	{
		head -c 1000000 /dev/zero | tr '\0' x
		printf '\n\xff\n%s\n' list
	} >"$BATS_TEST_TMPDIR/commands"
	run -1 ctl - <"$BATS_TEST_TMPDIR/commands"
	echo "$output"
	[ "$(jq -c .ok <<<"$output" | xargs)" = "false false true" ]
	[[ $output == *"this line is too long: commands have at most 4096 bytes"* ]]
	[ "$(state "$U")" = klipper ]
}

@test "set: another board, with its flash in a file, answers in its place" {
	local image=$BATS_TEST_TMPDIR/flash.bin new=665544332211

	watch_bus vcan0
	start_mcus one -i vcan0 -u "$U"
	run -1 ctl set "$U" flash_image "$image"
	[[ $output == *"switch it off with 'power $U off'"* ]]
	[ ! -e "$image" ]
	ctl power "$U" off
	ctl set "$U" canbus_uuid "$new"
	ctl set "$new" mcu_type rp2040
	ctl set "$new" flash_image "$image"
	[ "$(stat -c %s "$image")" -eq $((2 * 1024 * 1024)) ]
	ctl set "$new" state katapult
	cansend vcan0 3F0#00
	until_true has "$BUS" '3F1#20'
	settled
	run frames '^3F1#'
	[ "$output" = "3F1#20${new}11" ]
	# its file is its own: the second MCU cannot have it as well
	run -1 "$BUILD/canmcu" -i vcan0 -u "$V" --mcu-type rp2040 \
		--flash-image "$image"
}

@test "set: an MCU moves to another interface of the simulator" {
	ip link add vcan6 type vcan
	ip link set vcan6 up
	watch_bus vcan6
	start_mcus two -i vcan0 -u "$U" -i vcan0 -u "$V" -i vcan6
	ctl power "$U" off
	run -1 ctl set "$U" interface vcan2
	[[ $output == *"interface 'vcan2': no MCU was on it when canmcu was started"* ]]
	ctl set "$U" interface vcan6
	ctl set "$U" state klipper
	cansend vcan6 3F0#00
	until_true has "$BUS" '3F1#20' 2
	settled vcan6
	run frames '^3F1#'
	[ "$(sort <<<"$output")" = "$(printf '3F1#20%s01\n' "${U^^}" "${V^^}" |
		sort)" ]
	ip link del vcan6
}
