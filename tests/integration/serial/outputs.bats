# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
# Outputs that nobody reads, and signals: serialbootreq goes on with its exchange,
# puts the port back as it was, and ends in time. And what only prints.
# shellcheck disable=SC2030,SC2031 # each test is a subshell
bats_require_minimum_version 1.5.0
load ../lib

setup() {
	LINE=$BATS_TEST_TMPDIR/line
	OUT=$BATS_TEST_TMPDIR/out
	PEER_LOG=$BATS_TEST_TMPDIR/peer.log
}

teardown() {
	stop_all
}

# start_peer ROLE - see serial-peer.py; the port has settings of its own
start_peer() {
	/usr/bin/python3 "$BATS_TEST_DIRNAME/../../support/serial-peer.py" \
		"$LINE" "$@" >"$PEER_LOG" 2>&1 3>&- &
	until_true has "$PEER_LOG" ready
	stty -F "$LINE" 9600 echo icanon
	BEFORE=$(stty -g -F "$LINE")
}

put_back() {
	[ "$(stty -g -F "$LINE")" = "$BEFORE" ]
}

@test "-v: a full pipe for errors delays nothing, and keeps no result back" {
	start_peer enters
	full_pipe
	ends_blocked 0 6 2 "$BUILD/serialbootreq" -d "$LINE" -v
	has "$OUT" "^$LINE: in-bootloader: Katapult answered"
	put_back
}

@test "a full pipe for results: 1, and why" {
	start_peer enters
	full_pipe
	ends_blocked 1 6 1 "$BUILD/serialbootreq" -d "$LINE" --json
	has "$BATS_TEST_TMPDIR/err" '^serialbootreq: results could not be written: standard output has not taken them in time'
	put_back
	ends_blocked 1 6 12 "$BUILD/serialbootreq" -d "$LINE" -v
	put_back
}

@test "a terminal stopped by Ctrl-S: its flags stay, the port is put back" {
	start_peer enters
	run -1 timeout -k 5 30 \
		"$BATS_TEST_DIRNAME/../../support/stopped-terminal.py" \
		"$BUILD/serialbootreq" -d "$LINE" -v
	[[ $output =~ ^'flags '([0-9]+)' '([0-9]+) ]]
	[ "${BASH_REMATCH[1]}" = "${BASH_REMATCH[2]}" ]
	has "$PEER_LOG" '^request'
	put_back
}

@test "SIGTERM while all outputs are full" {
	start_peer leaves
	full_pipe
	blocked 12 "$BUILD/serialbootreq" -d "$LINE" -v --timeout 600 &
	pid=$!
	until_true has "$PEER_LOG" '^request'
	kill -TERM "$pid"
	ends_with "$pid" 143
	put_back
}

# A request that was sent stays sent.
@test "every signal that ends a program puts the port back first" {
	local name

	start_peer leaves
	for name in $ENDING; do
		rm -f "$BATS_TEST_TMPDIR/err"
		"$BUILD/serialbootreq" -d "$LINE" -v --timeout 600 \
			>"$OUT" 2>"$BATS_TEST_TMPDIR/err" 3>&- &
		pid=$!
		until_true has "$BATS_TEST_TMPDIR/err" ' > 7E201C20'
		ended_by "$name" "$pid"
		has "$OUT" 'the request was sent'
		put_back
	done
}

# only_prints COMMAND... - do that with what each program has to say of itself
only_prints() {
	local words

	for words in 'canbootreq --help' 'katflash --help' \
		'serialbootreq --help' 'vcan-run --help' 'canmcu --help' \
		'canmcu ctl --help' 'canmcu image --help' \
		'canbootreq --version' 'canmcu --version' 'vcan-run --version'; do
		read -ra words <<<"$words"
		run --separate-stderr "$@" "$BUILD/${words[0]}" "${words[@]:1}"
		echo "${words[*]}: status $status: $output $stderr"
		"as_$1" "${words[0]}"
	done
}

full() {
	"$@" >/dev/full
}

as_full() {
	[ "$status" -eq "$([ "$1" = vcan-run ] && echo 125 || echo 1)" ]
	[[ $stderr == *'No space left on device'*'give standard output a place that takes '* ]]
}

@test "a place that takes no more is an error, whatever is printed" {
	only_prints full
}

closed() {
	"$@" >&-
}

as_closed() {
	[ "$status" -eq "$([ "$1" = vcan-run ] && echo 125 || echo 1)" ]
	[[ $stderr == *'Bad file descriptor'*'give standard output a place that takes '* ]]
}

@test "a standard output that is closed is an error, whatever is printed" {
	only_prints closed
}

# its reader has left before it begins
unread() {
	(
		exec 4> >(:)
		wait "$!"
		exec env --default-signal=PIPE "$@" >&4
	)
}

as_unread() {
	[ "$status" -eq $((128 + 13)) ]
	[ -z "$stderr" ]
}

@test "a reader that has left ends what only prints, without a word" {
	only_prints unread
}
