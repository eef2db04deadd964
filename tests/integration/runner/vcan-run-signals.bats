#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
# How a command below vcan-run ends, and the signals on the way to it.

# Single quotes are for the guest's shell; each test is a subshell on purpose.
# shellcheck disable=SC2016,SC2030,SC2031,SC2154

load helper

@test "the exit status is the command's: 1, 42, 255" {
	run -1 uml false
	run -42 uml sh -c 'exit 42'
	run -255 uml sh -c 'exit 255'
}

@test "a command that is not there is 127" {
	run -127 uml no-such-command
	[[ $output == *"'no-such-command' (No such file or directory)"* ]]
}

@test "a command that cannot be executed is 126" {
	echo text >file
	run -126 uml ./file
	[[ $output == *"'./file' (Permission denied)"* ]]
}

@test "a command killed by signal 9 is 137" {
	run -137 uml sh -c 'kill -KILL $$'
}

@test "SIGTERM reaches the command, which may answer" {
	start_until_ready --engine uml -- sh -c '
		trap "echo got TERM; exit 7" TERM
		: >ready; while :; do sleep 0.05; done'
	kill -TERM "$VCAN_RUN_PID"
	finish
	echo "status $status, out: $(cat out), err: $(cat err)"
	[ "$status" = 7 ]
	[ "$(cat out)" = "got TERM" ]
}

# Whoever started the tests with nohup has it ignored in all of them.
@test "SIGHUP that nobody catches is 129" {
	env --default-signal=HUP "$VCAN_RUN" --engine uml -- \
		sh -c ': >ready; sleep 1000' >out 2>err 3>&- &
	VCAN_RUN_PID=$!
	wait_until [ -e ready ]
	kill -HUP "$VCAN_RUN_PID"
	finish
	[ "$status" = 129 ]
}

# A job that a shell without job control starts has SIGINT ignored at birth.
@test "SIGINT ends the command and its children: 130" {
	env --default-signal=INT "$VCAN_RUN" --engine uml -- \
		sh -c 'sleep 1000 & : >ready; sleep 1000' >out 2>err 3>&- &
	VCAN_RUN_PID=$!
	wait_until [ -e ready ]
	kill -INT "$VCAN_RUN_PID"
	finish
	[ "$status" = 130 ]
}

@test "a second signal ends a guest whose command ignores the first" {
	start_until_ready --engine uml -- sh -c '
		trap ": >ignored" TERM
		: >ready; while :; do sleep 0.05; done'
	kill -TERM "$VCAN_RUN_PID"
	wait_until [ -e ignored ]
	wait_until kill_again
	finish
	[ "$status" = 143 ]
	grep -q 'second signal' err
}

kill_again() {
	kill -TERM "$VCAN_RUN_PID" 2>/dev/null || :
	grep -q 'second signal' err
}

# As timeout(1) does, which signals its child, then its group.
@test "a signal that comes twice at once is one signal" {
	start_until_ready --engine uml -- sh -c '
		trap "echo got TERM; exit 7" TERM
		: >ready; while :; do sleep 0.05; done'
	for _ in {1..20}; do
		kill -TERM "$VCAN_RUN_PID" 2>/dev/null || break
	done
	finish
	echo "status $status, out: $(cat out), err: $(cat err)"
	[ "$status" = 7 ]
	[ "$(cat out)" = "got TERM" ]
}

@test "a signal that the caller ignores stays ignored" {
	env --ignore-signal=HUP "$VCAN_RUN" --engine uml -- sh -c '
		: >ready; until [ -e go ]; do sleep 0.05; done; exit 7' 3>&- &
	VCAN_RUN_PID=$!
	wait_until [ -e ready ]
	kill -HUP "$VCAN_RUN_PID"
	: >go
	finish
	[ "$status" = 7 ]
}

ended() {
	! kill -0 "$1" 2>/dev/null
}

@test "a full pipe that both streams share does not hold a signal up" {
	mkfifo pipe
	exec 4<>pipe
	head -c 65536 /dev/zero >&4
	"$VCAN_RUN" --engine uml -- sh -c '
		head -c 4096 /dev/zero; head -c 4096 /dev/zero >&2' >&4 2>&4 3>&- &
	VCAN_RUN_PID=$!
	uml true 3>&- # both have come to their pipe by then
	# there is room for one of them, so that the other keeps the command
	dd bs=4096 count=1 <&4 of=/dev/null status=none
	kill -TERM "$VCAN_RUN_PID"
	wait_until ended "$VCAN_RUN_PID" || kill -KILL "$VCAN_RUN_PID"
	finish
	[ "$status" = 143 ]
}

@test "a signal while the guest boots ends it" {
	"$VCAN_RUN" --engine uml -- true 3>&- &
	VCAN_RUN_PID=$!
	wait_until guest_pid
	kill -TERM "$VCAN_RUN_PID"
	finish
	[ "$status" = 143 ]
}

@test "a command whose reader went away gets SIGPIPE" {
	run -0 bash -c '
		"$VCAN_RUN" --engine uml -- yes | head -n 1
		echo "${PIPESTATUS[0]}"'
	[ "${lines[0]}" = y ]
	[ "${lines[1]}" = 141 ]
}
