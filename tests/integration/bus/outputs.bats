# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
# Outputs that nobody reads, and signals: neither keeps canbootreq from handing
# the nodeid back, and from ending in time.
bats_require_minimum_version 1.5.0
load ../lib

# SET of the node to a nodeid, and the hand-back of that
SET="3F0#11${U^^}"
BACK="3F0#11$NOT_U"

setup() {
	OUT=$BATS_TEST_TMPDIR/out
	ERR=$BATS_TEST_TMPDIR/err
}

teardown() {
	stop_all
}

# Katapult, which takes a nodeid and says nothing
silent_node() {
	start_mcus silent -i vcan0 -u "$U" --state katapult --fault mute
}

# handed_back - whoever had the node on a nodeid has told it to leave
handed_back() {
	settled
	frames '^3F0' | tail -n 1 | grep -q "^$BACK"
	[ "$(nodeid "$U")" = null ]
}

@test "-v: a full pipe for errors delays nothing, and keeps no result back" {
	watch_bus vcan0
	start_mcus one -i vcan0 -u "$U"
	full_pipe
	ends_blocked 0 6 2 "$BUILD/canbootreq" -i vcan0 -u "$U" -v
	grep -q "^$U: in-bootloader: " "$OUT"
	handed_back
}

@test "-v: a pipe for errors that gets full in mid-proof" {
	watch_bus vcan0
	silent_node
	# as much as half of what it says
	full_pipe 1
	ends_blocked 3 3 2 "$BUILD/canbootreq" -i vcan0 -u "$U" -v --timeout 2
	grep -q "^$U: no-answer: " "$OUT"
	handed_back
}

@test "a full pipe for results: 1, and why, after handing back" {
	watch_bus vcan0
	start_mcus one -i vcan0 -u "$U"
	full_pipe
	ends_blocked 1 6 1 "$BUILD/canbootreq" -i vcan0 -u "$U"
	grep -q '^canbootreq: results could not be written: standard output has not taken them in time' "$ERR"
	handed_back
	ends_blocked 1 6 1 "$BUILD/canbootreq" -i vcan0 -u "$U" --json
	ends_blocked 1 6 12 "$BUILD/canbootreq" -i vcan0 -u "$U" -v
	handed_back
}

@test "a file for results that may not grow" {
	watch_bus vcan0
	start_mcus one -i vcan0 -u "$U"
	run -1 bash -c "ulimit -f 0
		'$BUILD/canbootreq' -i vcan0 -u '$U' 2>&1 >'$OUT' | cat
		exit \${PIPESTATUS[0]}"
	[[ $output == *"results could not be written: File too large"* ]]
	handed_back
}

@test "a terminal stopped by Ctrl-S: its flags stay, the node is handed back" {
	watch_bus vcan0
	start_mcus one -i vcan0 -u "$U"
	run -1 timeout -k 5 30 \
		"$BATS_TEST_DIRNAME/../../support/stopped-terminal.py" \
		"$BUILD/canbootreq" -i vcan0 -u "$U" -v
	[[ $output =~ ^'flags '([0-9]+)' '([0-9]+) ]]
	[ "${BASH_REMATCH[1]}" = "${BASH_REMATCH[2]}" ]
	[[ $output != *in-bootloader* ]]
	handed_back
}

@test "SIGTERM while all outputs are full" {
	watch_bus vcan0
	silent_node
	full_pipe
	blocked 12 "$BUILD/canbootreq" -i vcan0 -u "$U" -v --timeout 600 &
	pid=$!
	until_true has "$BUS" "$SET"
	kill -TERM "$pid"
	ends_with "$pid" 143
	handed_back
}

@test "every signal that ends a program hands back first" {
	local name i=0 uuid all=()

	for name in $ENDING; do
		all+=(-u "$(printf '41f905f550%02x' "$i")")
		i=$((i + 1))
	done
	watch_bus vcan0
	start_mcus silent -i vcan0 --state katapult --fault mute "${all[@]}"
	i=0
	for name in $ENDING; do
		uuid=${all[2 * i + 1]}
		"$BUILD/canbootreq" -i vcan0 -u "$uuid" --timeout 600 \
			>"$OUT" 2>"$ERR" 3>&- &
		pid=$!
		until_true has "$BUS" "3F0#11${uuid^^}"
		ended_by "$name" "$pid"
		until_true has "$BUS" "$(printf '3F0#11BE06FA0AAF%02X' $((255 - i)))"
		i=$((i + 1))
	done
	[ "$(ctl list | jq -c '[.mcus[].nodeid] | unique')" = '[null]' ]
}

@test "signals that were ignored at the start stay so, but for INT, QUIT, TERM" {
	watch_bus vcan0
	silent_node
	bash -c "trap '' HUP USR1 RTMIN INT
		exec '$BUILD/canbootreq' -i vcan0 -u '$U' --timeout 600" \
		>"$OUT" 2>"$ERR" 3>&- &
	pid=$!
	until_true has "$BUS" "$SET"
	for name in HUP USR1 RTMIN; do
		kill -"$name" "$pid"
	done
	kill -INT "$pid"
	ends_with "$pid" 130
	handed_back
}

@test "--query and --listen: full pipes keep neither its end nor Ctrl-C away" {
	start_mcus one -i vcan0 -u "$U" -u "$V" --nodeid 4
	full_pipe
	ends_blocked 1 4 1 "$BUILD/canbootreq" -i vcan0 --query -v
	ends_blocked 1 4 12 "$BUILD/canbootreq" -i vcan0 --query -v
	ends_blocked 0 4 2 "$BUILD/canbootreq" -i vcan0 --query -v
	has "$OUT" "^$U: Klipper"
	blocked 12 "$BUILD/canbootreq" -i vcan0 --listen -v --timeout 600 &
	pid=$!
	until_true listening vcan0 00000000
	kill -INT "$pid"
	ends_with "$pid" 130
}

@test "--diagnose: the same" {
	watch_bus vcan0
	full_pipe
	blocked 12 "$BUILD/canbootreq" -i vcan0 -u "$U" --diagnose -v \
		--timeout 0.1 &
	pid=$!
	until_true has "$BUS" "$BACK"
	kill -INT "$pid"
	ends_with "$pid" 130
	settled
	[ -z "$(frames '^3F0#01')" ]
}
