# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
# shellcheck shell=bash
# The Klipper application as a host meets it: our own host, which resynchronises,
# retransmits and identifies as klippy does. Sections are those of
# klipper-mcu-protocol.md.
# shellcheck disable=SC2034 # the files that load it use what it sets

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
