# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
# A host and a Klipper application on a bus that loses, damages, doubles and reorders
# frames. Sections are those of klipper-mcu-protocol.md.
bats_require_minimum_version 1.5.0
load ../lib
load ../khost

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
