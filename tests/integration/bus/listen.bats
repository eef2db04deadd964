# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
# canbootreq --listen: who is alive on a bus, without a frame sent.
bats_require_minimum_version 1.5.0
load ../lib

# A Klipper node's report, V54 of klipper-mcu-protocol.md; two frames.
STATS_1=0D1011807881F781 STATS_2=1F7F44007E

setup() {
	OUT=$BATS_TEST_TMPDIR/out.log
	ERR=$BATS_TEST_TMPDIR/err.log
}

teardown() {
	ip link del vcan9 2>/dev/null || :
	ip link del vxa 2>/dev/null || :
	stop_all
}

# listen_on IFACE ARGUMENTS... - start to listen; sets LISTENER
listen_on() {
	local iface=$1

	shift
	"$BUILD/canbootreq" -i "$iface" --listen -v "$@" >"$OUT" 2>"$ERR" 3>&- &
	LISTENER=$!
	until_true listening "$iface" 00000000
}

# heard_all - all that was sent so far has been heard: a marker has
heard_all() {
	cansend "${1:-vcan0}" 7FF#AA
	until_true has "$ERR" '7FF#AA'
}

# listened STATUS - wait for the end; shows what was said
listened() {
	ends_with "$LISTENER" "$1"
	cat "$OUT" "$ERR"
}

# cut_short - Ctrl-C once all was heard
cut_short() {
	heard_all
	kill -INT "$LISTENER"
	listened 130
}

# says PATTERN - a line of the list that matches as a whole
says() {
	grep -qxE -- "$1" "$OUT"
}

# json FILTER - of the object
json() {
	jq -c "$1" "$OUT"
}

# sent IFACE - how many frames the interface has sent
sent() {
	ip -s -j link show "$1" | jq '.[0].stats64.tx.packets'
}

@test "not one frame is sent, on a silent bus as in traffic" {
	ip link add vcan9 type vcan
	ip link set vcan9 up
	watch_bus vcan9
	run --separate-stderr "$BUILD/canbootreq" -i vcan9 --listen
	echo "stdout: $output, stderr: $stderr"
	[ "$status" -eq 3 ]
	[[ $output =~ ^'vcan9: state UNKNOWN, 0 frames in '([6-9]|[1-9][0-9]+)\. ]]
	[[ $stderr == *"no node was heard on vcan9 within 6 s"*--query* ]]
	[ "$(wc -l <<<"$stderr")" -eq 1 ]
	[ "$(sent vcan9)" -eq 0 ]
	[ -z "$(frames)" ]
	# the counter does count
	listen_on vcan9
	cansend vcan9 3F0#00
	cansend vcan9 281#0188
	heard_all vcan9
	kill -INT "$LISTENER"
	listened 130
	[ "$(sent vcan9)" -eq 3 ]
	[ "$(frames)" = $'3F0#00\n281#0188\n7FF#AA' ]
}

@test "a node that Klipper owns is heard within 6 s, which no query shows" {
	listen_on vcan0
	cansend vcan0 "109#$STATS_1"
	cansend vcan0 "109#$STATS_2"
	heard_all
	listened 0
	# on a busy machine both are more than 6 s
	says 'vcan0: state UNKNOWN, 3 frames in ([6-9]|[1-9][0-9]+)\.[0-9] s: 0\.[0-5] frames/s, .*'
	says 'nodeid 4: Klipper, 2 frames, the last ([3-9]|[1-9][0-9]+)\.[0-9] s ago'
	grep -q 'canbus_uuid in printer.cfg' "$ERR"
	ask --query --timeout 0.2
	[ "$status" -eq 3 ]
}

@test "klippy connects: the UUID is named, and who asks" {
	listen_on vcan0 --json
	cansend vcan0 3F0#01CA463A06A1AC04
	cansend vcan0 108#081101002842247E
	cansend vcan0 109#05109E817E
	cansend vcan0 3F0#0141F905F5500405
	cansend vcan0 10A#081101002842247E
	cut_short
	[ "$(json '[.schema, .outcome, .code, .interface]')" = \
		'[1,"interrupted",130,"vcan0"]' ]
	[ "$(json '.nodes[0] | [.nodeid, .heard, .program, .uuid, .frames,
		.asked, .asked_here]')" = \
		'[4,true,"klipper","ca463a06a1ac",1,1,1]' ]
	[ "$(json '.nodes[1] | [.nodeid, .heard, .program, .uuid, .asked]')" = \
		'[5,false,null,null,1]' ]
	[ "$(json '.admin[0] | [.command, .uuid, .nodeid, .count, .here]')" = \
		'["SET_KLIPPER_NODEID","ca463a06a1ac",4,1,1]' ]
	[ "$(json '.admin | length')" -eq 2 ]
	[ "$(json '.bus | [.state, .frames, .load_percent, .dropped]')" = \
		'["UNKNOWN",6,null,0]' ]
}

@test "who asks from elsewhere is told from who asks here" {
	ip link add vxa type vxcan peer name vxb
	ip link set vxa up
	ip link set vxb up
	listen_on vxa
	cansend vxb 3F0#00
	cansend vxb 108#081101002842247E
	cansend vxb 109#05109E817E
	cansend vxa 108#081101002842247E
	heard_all vxa
	kill -INT "$LISTENER"
	listened 130
	says 'admin: 1 x QUERY_UNASSIGNED from elsewhere'
	says 'nodeid 4: Klipper, 1 frame, .*, 2 to it from here and elsewhere'
}

@test "a node in shutdown says so to a host that connects, with its own numbers" {
	start_mcus one -i vcan0 --bitrate 1000000 -u "$U" --state shutdown -u "$V"
	listen_on vcan0
	"$BUILD/khost" -i vcan0 --fast -u "$U" --nodeid 4 <<<get_config
	"$BUILD/khost" -i vcan0 --fast -u "$V" --nodeid 5 <<<get_config
	cut_short
	says "nodeid 4: Klipper $U, .* ago, in shutdown by what it said .*"
	says "nodeid 5: Klipper $V, .* ago, not in shutdown by what it said .*"
}

@test "a refused command tells, and clear_shutdown takes it back" {
	start_mcus one -i vcan0 --bitrate 1000000 --state shutdown -u "$U" -u "$V"
	listen_on vcan0 --json
	"$BUILD/khost" -i vcan0 --fast -u "$U" --nodeid 4 \
		<<<'allocate_oids count=3'
	printf '%s\n' get_config clear_shutdown |
		"$BUILD/khost" -i vcan0 --fast -u "$V" --nodeid 5
	cut_short
	[ "$(json '.nodes[0] | [.nodeid, .alive, .shutdown]')" = '[4,true,"yes"]' ]
	[ "$(json '.nodes[0].shutdown_ms <= .elapsed_ms')" = true ]
	[ "$(json '.nodes[1] | [.nodeid, .alive, .shutdown]')" = '[5,true,null]' ]
}

@test "a shutdown is likely for those who do not know the node's numbers" {
	start_mcus one -i vcan0 -u "$U" -u "$V"
	"$BUILD/khost" -i vcan0 --fast -u "$U" --nodeid 4 <<<get_config
	"$BUILD/khost" -i vcan0 --fast -u "$V" --nodeid 5 <<<emergency_stop
	# from now on only the reports of the other tell that it lives
	listen_on vcan0
	ctl shutdown "$U" Timer too close
	heard_all
	listened 0
	says 'nodeid 4: Klipper, .* ago, likely in shutdown by what it said .*'
	says 'nodeid 5: Klipper, [0-9]+ frames?, the last [0-9.]+ s ago'
}

@test "a flash is told by the commands that are sent" {
	head -c 100 /dev/urandom >"$BATS_TEST_TMPDIR/image"
	start_mcus one -i vcan0 -u "$U"
	listen_on vcan0
	"$BUILD/flasher" -i vcan0 --fast -u "$U" -f "$BATS_TEST_TMPDIR/image"
	cut_short
	says "nodeid 129: Katapult $U, .* to it from this computer; flash .*"
	says 'nodeid 129: .* 2 x SEND_BLOCK, 1 x SEND_EOF, 2 x REQUEST_BLOCK, .*'
	says 'nodeid 129: .* 1 x COMPLETE, .*'
	says "admin: 1 x REQUEST_BOOTLOADER $U from this computer"
	says "admin: 1 x CLEAR_CANBOOT_NODEID from this computer"
	says "admin: [12] x SET_CANBOOT_NODEID $U -> nodeid 129 from this.*"
}

@test "another canbootreq is heard, and works" {
	start_mcus two -i vcan0 -u "$U" -u "$V" --state katapult
	listen_on vcan0
	ask --query --timeout 0.5
	[ "$status" -eq 0 ]
	ask -u "$U" --nodeid 192
	[ "$status" -eq 0 ]
	cut_short
	says "admin: 1 x QUERY_UNASSIGNED from this computer"
	says "admin: 1 x NEED_NODEID $U \(Klipper\) from this computer"
	says "admin: 1 x NEED_NODEID $V \(Katapult\) from this computer"
	says "nodeid 192: Katapult $U, .*; asked: 1 x CONNECT, .*GET_CANBUS_ID"
	says "admin: 2 x SET_CANBOOT_NODEID ${NOT_U,,} -> nodeid 192 .*"
}

@test "error frames are counted, and no node's" {
	listen_on vcan0
	cansend vcan0 20000088#0000000000000000
	cansend vcan0 20000040#0000000000000000
	cut_short
	says 'vcan0: .* 1 frame in .*, 2 error frames, 1 x bus-off, .*'
	[ "$(wc -l <"$OUT")" -eq 1 ]
}

@test "a short queue is a warning with its remedy, and all are in the JSON" {
	ip link add vcan9 type vcan
	ip link set vcan9 up txqueuelen 10
	listen_on vcan9
	heard_all vcan9
	kill -INT "$LISTENER"
	listened 130
	says 'vcan9: .* 0 error frames, queue of 10 frames'
	grep -q 'vcan9 is short (10 frames).*: sudo ip link set vcan9 txqueuelen 128$' \
		"$ERR"
	# what it tells to do helps
	ip link set vcan9 txqueuelen 128
	listen_on vcan9 --json
	cansend vcan9 20000020#0000000000000000
	heard_all vcan9
	kill -INT "$LISTENER"
	listened 130
	[ "$(json '.bus | [.txqueuelen, .unacknowledged]')" = '[128,1]' ]
	[ "$(json '.warnings | length')" -eq 1 ]
	[[ $(json '.warnings[0]') == *"no node acknowledges what is sent on vcan9: "* ]]
}

@test "CAN FD frames are not heard" {
	# the bus takes them, so it is the listener that does not
	takes_fd vcan0
	listen_on vcan0
	cansend vcan0 "109##1$STATS_1"
	cut_short
	says 'vcan0: .* 1 frame in .*'
	[ "$(wc -l <"$OUT")" -eq 1 ]
}

@test "SIGTERM ends it, too, with what was heard" {
	listen_on vcan0 --timeout 600
	cansend vcan0 "109#$STATS_1"
	heard_all
	kill -TERM "$LISTENER"
	listened 143
	says 'nodeid 4: an unknown program, 1 frame, .*'
	grep -q 'ended by SIGTERM before 600 s were over' "$ERR"
}

@test "the interface goes down meanwhile: what was heard is told" {
	ip link add vcan9 type vcan
	ip link set vcan9 up
	listen_on vcan9 --timeout 600
	cansend vcan9 109#05109E817E
	heard_all vcan9
	ip link set vcan9 down
	listened 3
	says 'nodeid 4: Klipper, 1 frame, .*'
	grep -q 'vcan9 went down while listening' "$ERR"
}

@test "the interface vanishes meanwhile" {
	ip link add vcan9 type vcan
	ip link set vcan9 up
	listen_on vcan9 --timeout 600 --json
	ip link del vcan9
	listened 3
	[ "$(json '[.outcome, .reason]')" = \
		'["no-answer","vcan9 vanished while listening"]' ]
}

@test "where nothing can be heard it ends at once, with what to do" {
	ip link add vcan9 type vcan
	run --separate-stderr "$BUILD/canbootreq" -i vcan9 --listen
	[ "$status" -eq 1 ]
	[[ $stderr == *"vcan9 is down, so nothing can be heard; bring it up: "* ]]
	run --separate-stderr "$BUILD/canbootreq" -i can7 --listen
	[ "$status" -eq 1 ]
	[[ $stderr == *"no interface can7"* ]]
	[ "$(wc -l <<<"$stderr")" -eq 1 ]
}

@test "what names or moves a node is refused in one sentence" {
	local bad

	for bad in "-u $U" --no-verify --force --nodeid=200 --leave --query \
		--timeout=5; do
		# shellcheck disable=SC2086 # two words
		ask --listen $bad
		[ "$status" -eq 2 ]
		[[ $stderr == *--listen* ]]
		[ "$(wc -l <<<"$stderr")" -eq 1 ]
		[ -z "$output" ]
	done
}
