# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
# katflash killed at any moment: the next call succeeds, or says what to press.
bats_require_minimum_version 1.5.0
load ../lib

: "${KILLS:=3}" "${SEED:=1}"
START=0x08002000
SIZE=4500
POWER="power off and on" # the board's, or its, where nothing has answered

setup() {
	IMAGE=$BATS_TEST_TMPDIR/image
	FLASH=$BATS_TEST_TMPDIR/flash
	for version in 0 1; do
		make_image "$IMAGE.$version" stm32g0b1xx "$START" --size "$SIZE" \
			--version "v$version"
	done
}

# board ARGUMENTS... - a node whose flash can be looked at
board() {
	start_mcus one -i vcan0 -u "$U" --flash-image "$FLASH" "$@"
}

teardown() {
	tc qdisc del dev vcan0 root 2>/dev/null || :
	stop_all
}

# katflash ARGUMENTS... - run it to its end; sets status, output, stderr
katflash() {
	apart "$BUILD/katflash" -i vcan0 "$@"
}

# flashed FILE - it was, and katflash has seen it run
flashed() {
	[ "$status" -eq 0 ]
	[[ $output == *" v${1##*.}"?(, which)" runs: "* ]]
	cmp -n "$SIZE" -i 0:8192 "$1" "$FLASH"
}

# on_the_bus - how many frames there were so far; sets FRAMES
on_the_bus() {
	read -r FRAMES </sys/class/net/vcan0/statistics/tx_packets
}

# reached FRAMES PID - there were so many frames, or the process has ended
reached() {
	on_the_bus
	[ "$FRAMES" -ge "$1" ] || ! kill -0 "$2" 2>/dev/null
}

# killed_after FRAMES FILE - a flash that is killed behind so many frames
killed_after() {
	local pid

	on_the_bus
	"$BUILD/katflash" -i vcan0 -u "$U" "$2" >/dev/null 2>&1 3>&- &
	pid=$!
	until_true reached $((FRAMES + $1)) "$pid"
	kill -KILL "$pid" 2>/dev/null || :
	wait "$pid" || :
}

# is_up - whatever it starts with, it has done so
is_up() {
	[ "$(state "$U")" != boot ]
}

# do_what_it_says - it is stuck; then the same command again
do_what_it_says() {
	[[ $output$stderr == *"$POWER"* ]]
	ctl power "$U" off
	ctl power "$U" on
	until_true is_up
}

# Behind how many frames is up to chance, of which SEED is the beginning.
@test "killed at any moment: the next call succeeds, or says what to press" {
	local frames after file stuck=0

	# as usual: some are killed while a page is erased
	board
	katflash -u "$U" "$IMAGE.0"
	flashed "$IMAGE.0"
	on_the_bus
	frames=$FRAMES
	RANDOM=$SEED
	for round in $(command seq "$KILLS"); do
		file=$IMAGE.$((round % 2))
		after=$((1 + RANDOM % frames))
		echo "round $round: killed after $after of $frames frames"
		killed_after "$after" "$file"
		katflash -u "$U" "$file"
		if [ "$status" -ne 0 ]; then
			stuck=$((stuck + 1))
			do_what_it_says
			katflash -u "$U" "$file"
		fi
		flashed "$file"
	done
	# as after power-on
	ctl wait "$U" klipper 5000
	[ "$(nodeid "$U")" = null ]
	echo "# $KILLS kills, $stuck of them left the board stuck" >&3
	[ $((100 * stuck)) -le "$KILLS" ]
}

# full - the queue of vcan0 has taken four frames, and takes no more
full() {
	tc -s qdisc show dev vcan0 | grep -q 'backlog [0-9]*b 4p'
}

# Only a queue that is too short for a block lets a half of it be there.
@test "killed within a block: the next call says what to press, and that helps" {
	local pid

	board --erase-ms 1000
	katflash -u "$U" "$IMAGE.1"
	flashed "$IMAGE.1"
	watch_bus vcan0
	"$BUILD/katflash" -i vcan0 -u "$U" "$IMAGE.0" >/dev/null 2>&1 3>&- &
	pid=$!
	# a page is erased for two seconds: its answer, and a part of the next block
	until_true has "$BUS" '#018812' 2
	tc qdisc add dev vcan0 root netem limit 4 delay 100s
	until_true full
	kill -KILL "$pid"
	wait "$pid" || :
	tc qdisc del dev vcan0 root
	katflash -u "$U" "$IMAGE.0"
	[ "$status" -ne 0 ]
	do_what_it_says
	katflash -u "$U" "$IMAGE.0"
	flashed "$IMAGE.0"
}
