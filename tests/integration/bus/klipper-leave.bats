# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
# Out of the Klipper application into the bootloader, whatever it is about to do, and
# hosts that are in the way. Sections are those of klipper-mcu-protocol.md.
bats_require_minimum_version 1.5.0
load ../lib
load ../khost

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
	start_mcus one -i vcan0 --boot-ms 500 -u "$K" -u "$V"
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
