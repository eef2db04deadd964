# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
# shellcheck shell=bash
# What the tests on a real bus share: a bus to watch, MCUs to play, and waiting
# for things to happen. BUILD names the folder of the programs under test.

: "${BUILD:=$BATS_TEST_DIRNAME/../../../build/ubsan}"
# Two MCUs, and the complement of the first.
export U=41f905f55004 V=112233445566 NOT_U=BE06FA0AAFFB

# Starting a process takes a guest 10 to 50 ms: what waits asks without any. In so
# many lines, grep is faster nevertheless.
export FEW_LINES=400

# Only a test that fails waits for so many seconds: this is for a busy machine.
export PATIENCE=120

# until_true COMMAND... - ask every 10 ms, for $PATIENCE seconds at most
until_true() {
	local end=$((SECONDS + PATIENCE))

	until "$@"; do
		[ "$SECONDS" -lt "$end" ] || {
			echo "never came true: $*" >&2
			return 1
		}
		# a pipe into which nobody writes
		[ -n "${NOTHING-}" ] || exec {NOTHING}<> <(:)
		read -rt 0.01 -u "$NOTHING" || :
	done
}

# has_own_dev - whether /dev is that of a guest of vcan-run, not the machine's
has_own_dev() {
	grep -qse --guest-init /proc/1/cmdline
}

# own_dev - for tests that make a device up
own_dev() {
	has_own_dev || skip "/dev is the machine's own, and stays as it is"
}

# has FILE PATTERN [TIMES] - the file has the extended regex on so many lines
has() {
	local line lines=() left=${3:-1}

	[ -r "$1" ] || return 1
	mapfile -t -n "$FEW_LINES" lines <"$1"
	if [ "${#lines[@]}" -eq "$FEW_LINES" ]; then
		grep -qE -- "$2" "$1" || return
		[ "$left" -eq 1 ] ||
			[ "$(grep -cE -- "$2" "$1")" -ge "$left" ]
		return
	fi
	for line in "${lines[@]}"; do
		[[ ! $line =~ $2 ]] || left=$((left - 1))
		[ "$left" -gt 0 ] || return 0
	done
	return 1
}

# has_no FILE PATTERN - it is there, and no line has the extended regex
has_no() {
	[ "$(grep -cE -- "$2" "$1")" = 0 ]
}

# listening IFACE MASK - a receiver with this mask stands in the kernel's lists
listening() {
	local list

	for list in /proc/net/can/rcvlist_*; do
		! has "$list" "^ +$1 +[0-9A-Fa-f]+ +$2 " || return 0
	done
	return 1
}

# make_image FILE TYPE START [OPTION...] - an image that such a chip runs there
make_image() {
	"$BUILD/canmcu" image --mcu-type "$2" --application-start "$3" \
		--canbus-frequency 1000000 "${@:4}" >"$1"
}

# watch_bus IFACE - record every frame to $BUS. Two half filters, since a
# receiver of everything is what canbootreq takes for a flashing tool.
watch_bus() {
	BUS=$BATS_TEST_TMPDIR/bus.$1.log
	candump -r 4000000 -L "$1,00000000:00000400,00000400:00000400" >"$BUS" 2>&1 3>&- &
	# shellcheck disable=SC2034 # for tests that begin to watch anew
	WATCHER=$!
	until_true listening "$1" 00000400
}

# frames [PATTERN] - the recorded frames, "3F0#02..." a line, without the times
frames() {
	local line lines=() frame

	mapfile -t -n "$FEW_LINES" lines <"$BUS"
	if [ "${#lines[@]}" -eq "$FEW_LINES" ]; then
		awk '{print $3}' "$BUS" | grep -E -- "${1:-.}" || :
		return
	fi
	for line in "${lines[@]}"; do
		frame=${line#* * } frame=${frame%% *}
		[[ ! $frame =~ ${1:-.} ]] || echo "$frame"
	done
}

# settled - every frame sent so far has been recorded: a marker has come back
settled() {
	MARK=$((${MARK:-0} + 1))
	cansend "${1:-vcan0}" "7FF#$(printf %08X "$MARK")"
	until_true has "$BUS" "7FF#$(printf %08X "$MARK")"
}

# watched IFACE - look at what watch_bus records there, all there is by now
watched() {
	BUS=$BATS_TEST_TMPDIR/bus.$1.log
	settled "$1"
}

# takes_fd IFACE - CAN FD frames, and no longer ones: that is what can-utils look for.
# In Linux 7.2 a vcan takes those of CAN XL, too.
takes_fd() {
	[ "$(cat "/sys/class/net/$1/mtu")" -eq 72 ] ||
		printf 'link set %s\n' "$1 down" "$1 mtu 72 up" | ip -batch -
}

# In a guest what plays hardware goes before everything else: however long the
# guest had to wait for a processor, when a client looks whether its time is over
# the answer is there. What watches it goes before that: an interface that goes takes
# with it what was not read.
AT_ONCE=() WATCHING=()
if [[ $(</proc/cmdline) == *' --guest-init'* ]]; then
	echo -1 >/proc/sys/kernel/sched_rt_runtime_us
	AT_ONCE=(chrt --fifo 1)
	# shellcheck disable=SC2034 # for the tests
	WATCHING=(chrt --fifo 2)
fi

# start_mcus NAME ARGUMENTS... - run canmcu until it says ready
start_mcus() {
	local name=$1

	shift
	MCU_LOG=$BATS_TEST_TMPDIR/$name.log
	CTL=$BATS_TEST_TMPDIR/$name.ctl
	# an earlier one of that name was ready, too
	: >"$MCU_LOG"
	"${AT_ONCE[@]}" "$BUILD/canmcu" --control "$CTL" "$@" \
		>"$MCU_LOG" 2>&1 3>&- &
	# shellcheck disable=SC2034 # for the tests
	MCU_PID=$!
	until_true has "$MCU_LOG" 'ready'
}

# stubborn CODE=ANSWER... - a Katapult on vcan0 that answers these and never leaves
stubborn() {
	"${AT_ONCE[@]}" \
		"$BATS_TEST_DIRNAME/../../support/stubborn-katapult.py" vcan0 "$@" \
		>"$BATS_TEST_TMPDIR/stubborn.log" 2>&1 3>&- &
	until_true has "$BATS_TEST_TMPDIR/stubborn.log" ready
}

# ctl COMMAND... - one command to the MCUs, one line of JSON back
ctl() {
	"$BUILD/canmcu" ctl --control "$CTL" "$@"
}

# listed UUID KEY - what canmcu lists for it. jq takes a guest of QEMU 2 s to start.
listed() {
	local list

	list=$(ctl list)
	[[ $list =~ \"uuid\":\"$1\"[^{}]*\"$2\":\"?([^\",{}]*) ]] || return 0
	echo "${BASH_REMATCH[1]}"
}

# state UUID - the state that canmcu lists for it
state() {
	listed "$1" state
}

# nodeid UUID - likewise; "null" when it has none
nodeid() {
	listed "$1" nodeid
}

# apart COMMAND... - run it to its end; sets status, output, stderr, as `run
# --separate-stderr` does with three processes more
apart() {
	status=0
	"$@" >"$BATS_TEST_TMPDIR/stdout" 2>"$BATS_TEST_TMPDIR/stderr" 3>&- ||
		status=$?
	output=$(<"$BATS_TEST_TMPDIR/stdout")
	stderr=$(<"$BATS_TEST_TMPDIR/stderr")
	echo "status $status"
	echo "stdout: $output"
	echo "stderr: $stderr"
}

# ask ARGUMENTS... - run canbootreq; sets status, output, stderr
ask() {
	apart "$BUILD/canbootreq" -i vcan0 "$@"
}

# conforms KIND - each line on standard input is such an object of the schema
conforms() {
	"$BATS_TEST_DIRNAME/../../support/schema.py" "$1"
}

# full_pipe [PAGES] - $FULL leads into a pipe that nobody reads, and that takes
# so many pages more
full_pipe() {
	exec {FULL}<> <(:)
	dd if=/dev/zero of="/dev/fd/$FULL" oflag=nonblock status=none \
		bs="$(getconf PAGESIZE)" count=$((16 - ${1:-0})) || :
}

# blocked STREAM COMMAND... - become the command, with standard output (1), error
# output (2) or both (12) into $FULL, and what is left into files out and err
blocked() {
	local stream=$1

	shift
	exec 3>&-
	case $stream in
	1) exec "$@" 1>&"$FULL" 2>"$BATS_TEST_TMPDIR/err" ;;
	2) exec "$@" >"$BATS_TEST_TMPDIR/out" 2>&"$FULL" ;;
	12) exec "$@" 1>&"$FULL" 2>&1 ;;
	esac
}

# ends_blocked STATUS SECONDS STREAM COMMAND... - it ends with this status, and
# soon after so many seconds: today's machine may be slow, a hang has no end
ends_blocked() {
	local want=$1 seconds=$2 start=${EPOCHREALTIME/./} got=0 took

	shift 2
	(blocked "$1" timeout -k 5 30 "${@:2}") || got=$?
	took=$(((${EPOCHREALTIME/./} - start) / 1000))
	echo "ended with $got after $took ms"
	[ "$got" -eq "$want" ]
	[ "$took" -lt $((1000 * seconds + 10000)) ]
}

# Every signal that ends a program and can be caught; of the real-time ones some.
export ENDING="HUP INT QUIT ABRT USR1 USR2 ALRM TERM STKFLT XCPU VTALRM PROF IO \
PWR SYS TRAP RTMIN RTMIN+9 RTMAX"

# ended_by SIGNAL PID - it ends the process, whose file out names it
ended_by() {
	local name=$1 number

	number=$(kill -l "$name")
	echo "$name"
	kill -"$name" "$2"
	ends_with "$2" $((128 + number))
	[[ $name != RT* ]] || name=RTMIN+$((number - $(kill -l RTMIN)))
	has "$BATS_TEST_TMPDIR/out" \
		": interrupted: ended by SIG${name/+/\\+} before it was decided"
}

# type_in - obey every command in $stderr, as it was printed there
type_in() {
	local typed=0 command

	while read -r command; do
		echo "typed in: $command"
		eval "${command//sudo /}"
		typed=$((typed + 1))
	done < <(grep -o 'sudo ip [^;]*' <<<"$stderr")
	[ "$typed" -gt 0 ]
}

# recipe HEADING [N] - the Nth block of commands below it, on the Markdown page $PAGE
recipe() {
	awk -v heading="## $1" -v n="${2:-1}" '
		/^## / { here = $0 == heading }
		/^```$/ { inside = 0 }
		inside && seen == n
		here && /^```sh$/ { inside = 1; seen++ }' "$PAGE"
}

# ends_with PID STATUS - wait for a child of this shell and compare; `run wait`
# would ask a subshell, whose child it is not
ends_with() {
	local got=0

	wait "$1" || got=$?
	echo "process ended with $got"
	[ "$got" -eq "$2" ]
}

# stop_all - end what the test started; a sanitizer's report is a failure. In a
# teardown only the last status counts: after it there is nothing, or "&&".
stop_all() {
	local pids

	pids=$(jobs -p)
	# shellcheck disable=SC2086 # one word per process
	[ -z "$pids" ] || kill $pids 2>/dev/null || :
	wait
	! grep -lIs -d skip -D skip 'runtime error' "$BATS_TEST_TMPDIR"/*
}
