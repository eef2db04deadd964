# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
# The Klipper application as a host meets it: our own host, which resynchronises,
# retransmits and identifies as klippy does. Sections are those of
# klipper-mcu-protocol.md.
bats_require_minimum_version 1.5.0
load ../lib

K=ca463a06a1ac

setup() {
	watch_bus vcan0
}

teardown() {
	tail -n 20 "$BATS_TEST_TMPDIR"/*.log
	stop_all
}

# host ARGUMENTS... <LINES - run a host to its end; sets status and output
host() {
	run "$BUILD/khost" -i vcan0 --fast "$@"
	echo "status $status: $output"
}

# hosts LINES... - a host of $K that has to succeed
hosts() {
	host -u "$K" < <(printf '%s\n' "$@")
	[ "$status" -eq 0 ]
}

# start_host NAME ARGUMENTS... - run a host until it is connected; it does what
# say() tells it
start_host() {
	local lines=$BATS_TEST_TMPDIR/$1-host.in

	HOST_LOG=$BATS_TEST_TMPDIR/$1-host.log
	shift
	mkfifo "$lines"
	"$BUILD/khost" -i vcan0 --fast "$@" <"$lines" >"$HOST_LOG" 2>&1 3>&- &
	HOST_PID=$!
	exec {HOST}>"$lines"
	until_true has "$HOST_LOG" '^connected$'
}

say() {
	printf '%s\n' "$@" >&"$HOST"
}

# lacks FILE PATTERN - no line of the file has the extended regex
lacks() {
	[ -s "$1" ] && ! grep -E -- "$2" "$1"
}

# begin_to_watch - forget what was on the bus so far
begin_to_watch() {
	settled
	kill "$WATCHER"
	wait "$WATCHER" || :
	watch_bus vcan0
}

# What a host configures here, and what the MCU says of that.
CONFIGURE=('allocate_oids count=2'
	'config_digital_out oid=0 pin=PA1 value=0 default_value=0 max_duration=0'
	'config_stepper oid=1 step_pin=PB0 dir_pin=PB1 invert_step=0 step_pulse_ticks=100'
	'finalize_config crc=3912464276')
CONFIGURED='config is_config=1 crc=3912464276 is_shutdown=0 move_count=1024'
FRESH='config is_config=0 crc=0 is_shutdown=0 move_count=0'

# Section 4.3
EMPTY=(05109E817E 05118F087E 0512BD937E 0513AC1A7E 0514D8A57E 0515C92C7E
	0516FBB77E 0517EA3E7E 051812C97E 051903407E 051A31DB7E 051B20527E
	051C54ED7E 051D45647E 051E77FF7E 051F66767E)

# clock SEQ CRC - get_clock and its answer, which is the MCU's own; from 1.6 to
# 201 s at 1 MHz it has four bytes
clock() {
	local next=$(((0x$1 + 1) % 16))

	echo "108#061${1}05${2}7E"
	printf '109#0A1%X0F..........\n109#..7E%s\n' "$next" "${EMPTY[next]}"
}

# Section 19, to the end of its identify; the dictionary's own bytes are dots.
# A block of 48 bytes is six frames, its ACK another one; one of 49 has the ACK
# behind its last byte.
transcript_identify() {
	cat <<-END
		3F0#00
		3F1#20CA463A06A1AC01
		3F0#01CA463A06A1AC04
		108#081101002842247E
		109#05109E817E
		108#08100100285E9F7E
		109#301100002878DA..
		109#................
		109#................
		109#................
		109#................
		109#..............7E
		109#05118F087E
		108#0811012828AFD77E
		109#3012002828......
		109#................
		109#................
		109#................
		109#................
		109#..............7E
		109#0512BD937E
		108#0812015028....7E
		109#3013005028......
		109#................
		109#................
		109#................
		109#................
		109#..............7E
		109#0513AC1A7E
		108#0913018078280796
		108#7E
		109#311400807828....
		109#................
		109#................
		109#................
		109#................
		109#................
		109#7E0514D8A57E
	END
}

# The rest of it, which has sequence 5 then.
transcript() {
	cat <<-END
		108#06150AAB997E
		109#0E161506CA463A06
		109#A1AC0467BF7E0516
		109#FBB77E
		108#0616064B9D7E
		109#0B171000........
		109#....7E0517EA3E7E
		$(clock 7 60DE)
		$(for seq in 8 9 A; do clock "$seq" ....; done)
		$(clock B C97E)
		$(for seq in C D E F; do clock "$seq" ....; done)
		$(clock 0 2DD6)
		$(clock 1 ....)
		108#0612062CFD7E
		109#0B131000........
		109#....7E0513AC1A7E
		$(clock 3 07BE)
		$(clock 4 4AB6)
		108#06150227D17E
		109#0A160E00000000A1
		109#2A7E0516FBB77E
		108#0616075A147E
		109#0B1712........02
		109#....7E0517EA3E7E
		$(clock 7 60DE)
		108#0718040342AC7E
		109#07191302D1607E05
		109#1903407E
		108#0619028E717E
		109#0A1A0E0000010089
		109#067E051A31DB7E
		$(clock A ....)
		108#061B08129B7E
		109#051C54ED7E
		108#061C02F0C97E
		109#0A1D0E000000008C
		109#0F7E051D45647E
	END
}

# like FRAMES - standard input has patterns, a line for each of these frames
like() {
	local want got nr=0

	exec {got_fd}<<<"$1"
	while read -r want; do
		nr=$((nr + 1))
		read -r got <&"$got_fd" || got='the end'
		[[ $got =~ ^$want$ ]] || {
			echo "frame $nr is $got, not $want"
			return 1
		}
	done
	exec {got_fd}<&-
}

# session - the host's part in it: twice, since the reference's dictionary has
# other bytes than ours; in between the numbers are counted on to those it has
# after its own. Sets FIRST and SECOND, the frames of both.
session() {
	local dict=$BATS_TEST_TMPDIR/dict.json seq

	ctl reset "$K"
	ctl wait "$K" klipper
	begin_to_watch
	cansend vcan0 3F0#00
	until_true has "$BUS" '3F1#'
	host -u "$K" --save-dictionary "$dict" <<<'wait stats'
	[ "$status" -eq 0 ]
	settled
	FIRST=$(frames)
	seq=$(frames '051[0-9A-F]....7E$' | tail -n 1 |
		sed -E 's/.*051(.)....7E$/\1/')
	for ((seq = 0x$seq; seq != 5; seq = (seq + 1) % 16)); do
		begin_to_watch
		cansend vcan0 "108#${EMPTY[seq]}"
		until_true has "$BUS" "109#${EMPTY[(seq + 1) % 16]}"
	done
	begin_to_watch
	host -u "$K" --dictionary "$dict" < <(printf '%s\n' get_canbus_id \
		get_uptime get_clock{,,,,,,,,,,} get_uptime get_clock{,} \
		get_config emergency_stop get_clock 'allocate_oids count=3' \
		get_config get_clock clear_shutdown get_config)
	[ "$status" -eq 0 ]
	settled
	SECOND=$(frames)
}

# disturbed FAULT LINE... - a host says these when this is about to go wrong; sets
# SAID and HEARD, the frames of both
disturbed() {
	start_mcus one -i vcan0 -u "$K" --seed 7
	start_host one -u "$K"
	say 'debug_ping data=00'
	until_true has "$HOST_LOG" '^pong data=00'
	begin_to_watch
	ctl fault "$K" "$1"
	say "${@:2}" 'debug_ping data=ff'
	until_true has "$HOST_LOG" '^pong data=ff'
	[ "$(ctl faults "$K" | jq .faults[0].struck)" -eq 1 ]
	settled
	SAID=$(frames '^108') HEARD=$(frames '^109')
	echo "$SAID" "$HEARD"
	[ "$(state "$K")" = klipper ]
}

# storm FAULT - hundreds of frames of which some meet this; the host gets there
storm() {
	start_mcus one -i vcan0 -u "$K" --seed 7
	start_host one -u "$K" --stats
	ctl fault "$K" "$1"
	say clock 'loop 100 get_clock' 'loop 50 debug_ping data=000102030405060708'
	until_true has "$HOST_LOG" '^latency_us' 2
	cat "$HOST_LOG"
	[ "$(ctl faults "$K" | jq .faults[0].struck)" -ge 3 ]
	ctl fault-clear "$K"
	say get_config
	until_true has "$HOST_LOG" "^$FRESH"
	[ "$(state "$K")" = klipper ]
}

# taken - the node is asked for its bootloader and proven to be there, has
# forgotten all, and a host can start again
taken() {
	ask -u "$K"
	[ "$status" -eq 0 ]
	[[ $output == "$K: in-bootloader: "* ]]
	[ "$(state "$K") $(nodeid "$K")" = "katapult null" ]
	ask -u "$K" --leave
	[ "$status" -eq 0 ]
	ctl wait "$K" klipper
	hosts get_config
	[[ $output == *"$FRESH" ]]
}

@test "from connecting to a reset: what a host reads in each state" {
	start_mcus one -i vcan0 -u "$K"
	hosts get_config "${CONFIGURE[@]}" get_config get_canbus_status \
		emergency_stop 'wait shutdown' 'allocate_oids count=3' \
		get_config clear_shutdown get_config emergency_stop \
		config_reset get_config restart get_config
	diff - <(sed -E 's/clock=[0-9]+/clock=N/; s/^Loaded.*/Loaded/' \
		<<<"$output") <<-END
		Loaded
		connected
		$FRESH
		$CONFIGURED
		canbus_status rx_error=0 tx_error=0 tx_retries=0 canbus_bus_state=active
		shutdown clock=N static_string_id=Command request
		is_shutdown static_string_id=Command request
		${CONFIGURED/is_shutdown=0/is_shutdown=1}
		$CONFIGURED
		shutdown clock=N static_string_id=Command request
		$FRESH
		Loaded
		connected
		$FRESH
	END
	has "$MCU_LOG" "$K reset command"
}

@test "the clock runs in real time, as fast as it says" {
	start_mcus one -i vcan0 -u "$K" --clock-freq 50000000
	start_host one -u "$K"
	say get_clock
	until_true has "$HOST_LOG" '^clock'
	say 'wait stats' get_clock
	until_true has "$HOST_LOG" '^clock' 2
	# as many ticks as there were on the bus; V14: 05 is get_clock
	settled
	awk -F '[( )]+' '/ 108#061.05/ { if (++n > 8) at[n - 8] = $2 }
		/^clock/ { split($0, p, "="); clock[++m] = p[2] }
		END {
			ticks = clock[2] - clock[1]
			s = at[2] - at[1]
			print ticks, "ticks in", s, "s"
			exit !(s > 0 && ticks / s > 49e6 && ticks / s < 51e6)
		}' "$BUS" "$HOST_LOG"
}

# Section 8.3: what klippy compares character by character.
@test "the dictionary has what klippy looks for" {
	start_mcus one -i vcan0 -u "$K" --clock-freq 64000000
	host -u "$K" --save-dictionary "$BATS_TEST_TMPDIR/dict.json" </dev/null
	[ "$status" -eq 0 ]
	jq -e '.commands["identify offset=%u count=%c"] == 1
		and .responses["identify_response offset=%u data=%.*s"] == 0
		and ["get_config", "emergency_stop", "reset", "config_reset",
			"get_canbus_status"] - (.commands | keys) == []
		and ["config is_config=%c crc=%u is_shutdown=%c move_count=%hu",
			"canbus_status rx_error=%u tx_error=%u tx_retries=%u canbus_bus_state=%u"
			] - (.responses | keys) == []
		and .config.CLOCK_FREQ == 64000000
		and .config.STATS_SUMSQ_BASE == 256
		and .config.RECEIVE_WINDOW == 192' "$BATS_TEST_TMPDIR/dict.json"
}

# Section 14.2: RESTART, and a klippy that was killed.
@test "a host that comes back finds the configuration it left" {
	start_mcus one -i vcan0 -u "$K"
	start_host first -u "$K"
	say "${CONFIGURE[@]}" get_config
	until_true has "$HOST_LOG" "^$CONFIGURED"
	kill -KILL "$HOST_PID"
	wait "$HOST_PID" || :
	hosts get_config connect get_config
	[ "$(grep -c "^$CONFIGURED" <<<"$output")" -eq 2 ]
	[ "$(grep -c assigned "$MCU_LOG")" -eq 1 ]
}

# Section 14.2: no ACK for reset; the host is back after 1 s, with nodeid and
# sequence from the start.
@test "a reset on the bus: no ACK, and a session like the first one" {
	start_mcus one -i vcan0 -u "$K"
	start_host one -u "$K"
	say "${CONFIGURE[@]}" get_config
	until_true has "$HOST_LOG" "^$CONFIGURED"
	begin_to_watch
	say restart
	until_true has "$HOST_LOG" '^connected' 2
	settled
	# held up for 25 ms, a host sends what has no ACK once more
	like "$(frames | sed /^108#7E06/d)" <<-END
		108#061.09....7E
		3F0#01CA463A06A1AC04
		108#081101002842247E
		109#05109E817E
		108#08100100285E9F7E
		109#30110000........
	END
	awk -F '[( )]+' 'NR == 1 { t = $2 } / 3F0#01/ { s = $2 - t; exit }
		END { print s; exit !(s >= 1.015 && s < 3) }' "$BUS"
}

@test "another MCU's nodeid: the host looks at the UUID and goes on trying" {
	start_mcus one -i vcan0 -u "$K" --fault wrong-uuid
	host -u "$K" --give-up 1 </dev/null
	[ "$status" -eq 1 ]
	[[ $output == *"Failed to match canbus_uuid - retrying.."* ]]
}

@test "the recorded session of the reference, line by line" {
	start_mcus one -i vcan0 -u "$K" --clock-freq 1000000
	# on a busy machine an answer may come too late: then once more
	for _ in 1 2 3; do
		session
		[[ $FIRST$SECOND == *'108#7E'[0-9]* ]] || break
	done
	transcript_identify | like "$FIRST"
	# the second time: wrong sequence, NAK
	like "$SECOND" <<-END
		3F0#01CA463A06A1AC04
		108#06110A....7E
		109#0515C92C7E
	END
	transcript | like "$(sed 1,3d <<<"$SECOND")"
	begin_to_watch
	cansend vcan0 3F0#02CA463A06A1AC
	ctl wait "$K" katapult
	cansend vcan0 3F0#00
	until_true has "$BUS" '3F1#20CA463A06A1AC11'
}

@test "a lost block is sent again behind a sync byte, 25 ms later" {
	disturbed 'drop rx count=1' get_clock
	[[ $SAID =~ ^108#(061.05....7E)$'\n'108#7E(061.05....7E)$'\n' ]]
	[ "${BASH_REMATCH[1]}" = "${BASH_REMATCH[2]}" ]
	awk -F '[( )]+' '/ 108#/ { at[++n] = $2 }
		END { print at[2] - at[1]; exit !(at[2] - at[1] >= 0.0249) }' "$BUS"
	has "$HOST_LOG" '^clock' 1
}

@test "a damaged block is complained about, and sent again at once" {
	disturbed 'corrupt rx byte=2 count=1' get_clock
	[[ $SAID =~ ^108#(061.05....7E)$'\n'108#7E(061.05....7E)$'\n' ]]
	[[ $HEARD =~ ^109#051.....7E$'\n'109#0[AB]1.0F ]]
}

@test "a block that comes twice is done once, and acknowledged twice" {
	disturbed 'duplicate rx count=1' 'allocate_oids count=1'
	[[ $HEARD =~ ^(109#051.....7E)$'\n'(109#051.....7E)$'\n' ]]
	[ "${BASH_REMATCH[1]}" = "${BASH_REMATCH[2]}" ]
	lacks "$HOST_LOG" '^shutdown'
}

# The blocks change places: the first one that comes has the wrong number.
@test "blocks out of order: a NAK, and both again" {
	disturbed 'reorder rx count=1' 'post 2 get_clock'
	[[ $SAID =~ ^108#(061.05....7E)$'\n'108#(061.05....7E)$'\n' ]]
	[[ ${SAID//$'\n108#'/} == *"7E${BASH_REMATCH[1]}${BASH_REMATCH[2]}"* ]]
	has "$HOST_LOG" '^clock' 2
}

# Section 4.4: the ACK came and the answer did not: the command once more, 10 ms
# later, in a block of its own.
@test "a lost answer is asked for again" {
	disturbed 'drop tx count=1' get_clock
	[[ $SAID =~ ^108#061(.)05....7E$'\n'108#061(.)05....7E$'\n' ]]
	[ $(((0x${BASH_REMATCH[1]} + 1) % 16)) -eq $((0x${BASH_REMATCH[2]})) ]
	has "$HOST_LOG" '^clock' 1
}

@test "a damaged answer is asked for again" {
	disturbed 'corrupt tx byte=4 count=1' get_clock
	[[ $SAID =~ ^108#061.05....7E$'\n'108#061.05....7E$'\n' ]]
	has "$HOST_LOG" '^clock' 1
}

@test "a lost ACK of a command is asked for by sending it again" {
	disturbed 'drop tx count=1' debug_nop
	[[ $SAID =~ ^108#(061.0D....7E)$'\n'108#7E(061.0D....7E)$'\n' ]]
}

# Section 0.1, fact 5: the answer has acknowledged the block, and nothing is sent
# again. The pong of one byte fills a frame, so that the ACK is the other one.
@test "a lost ACK behind an answer hangs a host, but one that asks for the clock" {
	disturbed 'drop tx after=1 count=1' clock 'debug_ping data=41'
	[ "$(grep -c 0C0141 <<<"$SAID")" -eq 1 ]
	has "$HOST_LOG" '^pong data=41' 1

	kill "$HOST_PID"
	wait "$HOST_PID" || :
	start_host two -u "$K" --timeout 1
	ctl fault-clear "$K"
	ctl fault "$K" 'drop tx after=1 count=1'
	say 'debug_ping data=41'
	ends_with "$HOST_PID" 1
	has "$HOST_LOG" '^pong data=41' 1
	has "$HOST_LOG" '^khost: no ACK came'
}

@test "a storm of losses on the way to the MCU" {
	storm 'drop rx chance=0.1'
}

@test "a storm of losses on the way to the host" {
	storm 'drop tx chance=0.02'
}

@test "a storm of duplicates in both directions" {
	storm 'duplicate chance=0.2'
}

@test "a storm of damage on the way to the MCU" {
	storm 'corrupt rx chance=0.1'
}

@test "a storm of damage on the way to the host" {
	storm 'corrupt tx chance=0.02'
}

@test "a storm of disorder on the way to the MCU" {
	storm 'reorder rx chance=0.1'
}

@test "a storm of disorder on the way to the host" {
	storm 'reorder tx chance=0.02'
}

# Section 17.4: good health. A busy machine can be too late for it.
@test "a clean bus: nothing is sent twice, and nothing is invalid" {
	start_mcus one -i vcan0 -u "$K"
	for _ in 1 2 3 4 5; do
		host -u "$K" --stats <<<'loop 100 get_clock'
		[ "$status" -eq 0 ]
		[[ $output == *'calls 100 '*' bytes_invalid 0' ]]
		[[ $output != *'bytes_retransmit 0 '* ]] || break
	done
	[[ $output == *'bytes_retransmit 0 '* ]]
}

@test "into the bootloader before identify" {
	start_mcus one -i vcan0 -u "$K"
	cansend vcan0 3F0#01CA463A06A1AC04
	ctl wait "$K" assigned
	taken
}

# The first frame of V28, finalize_config; the rest of it never comes.
@test "into the bootloader in mid-block" {
	start_mcus one -i vcan0 -u "$K"
	cansend vcan0 3F0#01CA463A06A1AC04
	cansend vcan0 108#0B10038EC9CDEF14
	taken
}

@test "into the bootloader in the midst of identify, with its host asking on" {
	local pid

	start_mcus one -i vcan0 -u "$K"
	ctl fault "$K" 'delay tx ms=100'
	"$BUILD/khost" -i vcan0 -u "$K" --give-up 1 </dev/null \
		>"$BATS_TEST_TMPDIR/host.log" 2>&1 3>&- &
	pid=$!
	until_true has "$BUS" ' 108#.*0180'
	ask -u "$K"
	[ "$status" -eq 0 ]
	[[ $stderr == *"Klipper host"* ]]
	[ "$(state "$K") $(nodeid "$K")" = "katapult null" ]
	ends_with "$pid" 1
	has "$BATS_TEST_TMPDIR/host.log" '^khost: no ACK came'
	lacks "$BATS_TEST_TMPDIR/host.log" Loaded
}

@test "into the bootloader when configured" {
	start_mcus one -i vcan0 -u "$K"
	hosts "${CONFIGURE[@]}" get_config
	[[ $output == *"$CONFIGURED" ]]
	taken
}

@test "into the bootloader with outputs scheduled and a stepper moving" {
	start_mcus one -i vcan0 -u "$K"
	hosts "${CONFIGURE[@]}" get_clock \
		'queue_digital_out oid=0 clock=+5s on_ticks=1' \
		'reset_step_clock oid=1 clock=+0.1s' \
		'queue_step oid=1 interval=0.01s count=60000 add=0' \
		'stepper_get_position oid=1' get_config
	[[ $output == *"$CONFIGURED" ]]
	taken
}

@test "into the bootloader in shutdown" {
	start_mcus one -i vcan0 -u "$K"
	hosts "${CONFIGURE[@]}" emergency_stop 'wait shutdown'
	[ "$(state "$K")" = shutdown ]
	taken
}

# Section 15.2: what is on the way goes on being sent; five queries of the clock
# without an answer are too many.
@test "into the bootloader under a running host, which loses its MCU" {
	start_mcus one -i vcan0 -u "$K" -u "$V"
	start_host one -u "$K"
	say clock get_config
	until_true has "$HOST_LOG" "^$FRESH"
	begin_to_watch
	ask -u "$K"
	[ "$status" -eq 0 ]
	[[ $stderr == *"Klipper host"* ]]
	ends_with "$HOST_PID" 1
	has "$HOST_LOG" '^khost: Lost communication with MCU'
	lacks "$HOST_LOG" '^shutdown'
	settled
	# the host's blocks, again and again, and nobody answers
	[ "$(frames '^108#7E061.05' | wc -l)" -ge 3 ]
	frames | sed '0,/^3F0#02/d' >"$BATS_TEST_TMPDIR/behind.log"
	lacks "$BATS_TEST_TMPDIR/behind.log" '^109#'
	[ "$(state "$V")" = klipper ]
	# the way back, and the host's
	ask -u "$K" --leave
	[ "$status" -eq 0 ]
	ctl wait "$K" klipper
	hosts get_config
}

# A host may have given any nodeid, one of those that proofs draw too.
@test "a proof on the nodeid of a running host is stopped, and the host goes on" {
	start_mcus one -i vcan0 -u "$K" -u "$V" --boot-ms 500
	start_host one -u "$V" --nodeid 192
	say get_config
	until_true has "$HOST_LOG" "^$FRESH"
	ask -u "$K" --nodeid 192
	[ "$status" -eq 6 ]
	[[ $output == *"a Klipper node owns nodeid 192"* ]]
	say 'debug_ping data=41'
	until_true has "$HOST_LOG" '^pong data=41'
	[ "$(state "$V") $(nodeid "$V")" = "klipper 192" ]
}

@test "a host's own nodeid serves for the proof of its own MCU" {
	start_mcus one -i vcan0 -u "$K"
	start_host one -u "$K" --nodeid 192
	say clock
	ask -u "$K" --nodeid 192
	[ "$status" -eq 0 ]
	ends_with "$HOST_PID" 1
	has "$HOST_LOG" '^khost: Lost communication with MCU'
}

@test "two hosts, two MCUs: each has its own answers" {
	local first_log first second

	start_mcus two -i vcan0 -u "$K" -u "$V"
	start_host first -u "$K" --stats
	first=$HOST first_log=$HOST_LOG
	start_host second -u "$V" --nodeid 5 --stats
	second=$HOST
	echo 'loop 300 get_clock' >&"$first"
	echo 'loop 300 get_clock' >&"$second"
	until_true has "$HOST_LOG" '^latency_us.*bytes_invalid 0'
	until_true has "$first_log" '^latency_us.*bytes_invalid 0'
	printf '%s\n' "${CONFIGURE[@]}" get_config >&"$first"
	printf '%s\n' emergency_stop get_config >&"$second"
	until_true has "$first_log" "^$CONFIGURED"
	until_true has "$HOST_LOG" "^${FRESH/is_shutdown=0/is_shutdown=1}"
	# one is taken away from its host, and the other one does not notice
	ask -u "$V"
	[ "$status" -eq 0 ]
	echo 'loop 100 get_clock' >&"$first"
	until_true has "$first_log" '^latency_us.*bytes_invalid 0' 2
	[ "$(state "$K") $(state "$V")" = "klipper katapult" ]
}

# Section 2.3: the host that came second gives a nodeid that is taken.
@test "two hosts that give the same nodeid: a conflict, and the first MCU stops" {
	start_mcus two -i vcan0 -u "$K" -u "$V"
	start_host first -u "$K"
	host -u "$V" </dev/null
	[ "$status" -eq 0 ]
	[ "$(state "$K") $(nodeid "$K")" = "shutdown null" ]
	has "$MCU_LOG" "$K conflict 4"
	[ "$(state "$V") $(nodeid "$V")" = "klipper 4" ]
}
