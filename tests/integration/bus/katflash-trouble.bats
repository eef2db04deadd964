# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
# katflash where others are in its way: boards that die, other programs, a queue
# that is full, frames that get lost.
bats_require_minimum_version 1.5.0
load ../lib

# A stack, a reset entry within, Katapult's signature, and text to a block of the
# second page: a firmware without a dictionary, as small as there has to be.
setup() {
	IMAGE=$BATS_TEST_TMPDIR/klipper.bin
	FLASH=$BATS_TEST_TMPDIR/flash
	{
		printf '\x00\x40\x02\x20\x81\x20\x00\x08CanBoot!'
		command seq 1000 9999 | head -c 2090
	} >"$IMAGE"
}

teardown() {
	tc qdisc del dev vcan0 root 2>/dev/null || :
	ip link del vcan5 2>/dev/null || :
	stop_all
}

# katflash ARGUMENTS... - run it to its end; sets status, output, stderr
katflash() {
	apart "$BUILD/katflash" -i vcan0 "$@"
}

# holds FILE FLASH - that is what the flash begins with, as an application
holds() {
	cmp -n "$(wc -c <"$1")" "$1" <(tail -c +8193 "$2")
}

# board ARGUMENTS... - a node with an application that nothing else is like
board() {
	{
		head -c 8192 /dev/zero | tr '\0' '\377'
		head -c 8192 /dev/zero | tr '\0' 'x'
	} >"$FLASH"
	start_mcus one -i vcan0 -u "$U" --state katapult \
		--flash-image "$FLASH" "$@"
}

# begun - it is flashed in the background, page by page of two seconds; sets pid
begun() {
	board --erase-ms 1000
	watch_bus vcan0
	"$BUILD/katflash" -i vcan0 -u "$U" "$IMAGE" \
		>"$BATS_TEST_TMPDIR/out" 2>"$BATS_TEST_TMPDIR/err" 3>&- &
	pid=$!
	# the second block that is written
	until_true has "$BUS" '#018812' 2
}

# ended_flashed - so it has ended
ended_flashed() {
	ends_with "$pid" 0
	has "$BATS_TEST_TMPDIR/out" "^$U: flashed: an unknown version -> a Klipper, which runs"
	holds "$IMAGE" "$FLASH"
}

# sixteen_boards - eight on each of two buses, in files for canmcu and katflash; a
# board is Katapult's, and has a flash that can be looked at
sixteen_boards() {
	local i bus

	ip link add vcan5 type vcan
	ip link set vcan5 up
	for i in {0..15}; do
		bus=$((i % 2 ? 5 : 0))
		printf '[mcu b%d]\ncanbus_uuid: 1122334455%02x\n' "$i" "$i"
		printf '%s: vcan%d\n' interface "$bus"
		printf 'flash_image: %s\n' "$FLASH.$i"
	done >"$BATS_TEST_TMPDIR/boards.cfg"
	sed '/flash_image/d; s/^interface/canbus_interface/' \
		"$BATS_TEST_TMPDIR/boards.cfg" >"$BATS_TEST_TMPDIR/printer.cfg"
	start_mcus all -c "$BATS_TEST_TMPDIR/boards.cfg" --erase-ms 0
}

# Without power it hears no request; with it, it starts its application.
@test "who was not there yet when it was asked is asked a second time" {
	start_mcus one -i vcan0 -u "$U" --flash-image "$FLASH"
	ctl power "$U" off
	watch_bus vcan0
	"$BUILD/katflash" -i vcan0 -u "$U" --timeout 20 "$IMAGE" \
		>"$BATS_TEST_TMPDIR/out" 2>"$BATS_TEST_TMPDIR/err" 3>&- &
	pid=$!
	until_true has "$BUS" "3F0#02${U^^}"
	ctl power "$U" on
	ended_flashed
	watched vcan0
	has "$BUS" "3F0#02${U^^}" 2
}

@test "one of sixteen boards on two buses dies: the others are flashed" {
	local i boards=()

	sixteen_boards
	for i in {0..15}; do
		boards+=(-m "b$i" "$IMAGE")
	done
	ctl fault 112233445506 power-loss after=1
	apart "$BUILD/katflash" -c "$BATS_TEST_TMPDIR/printer.cfg" "${boards[@]}"
	[ "$status" -eq 10 ]
	[ "$(grep -c ': flashed: an unknown version -> a Klipper, which runs' <<<"$output")" -eq 15 ]
	[[ $output == *"112233445506 (b6): incomplete: "* ]]
	for i in {0..5} {7..15}; do
		holds "$IMAGE" "$FLASH.$i"
	done
	run ! holds "$IMAGE" "$FLASH.6"
	ctl fault-clear 112233445506
	ctl power 112233445506 on
	ctl wait 112233445506 katapult 20000
	apart "$BUILD/katflash" -c "$BATS_TEST_TMPDIR/printer.cfg" \
		-m b6 "$IMAGE"
	[ "$status" -eq 0 ]
	holds "$IMAGE" "$FLASH.6"
}

@test "several boards are asked at once: none waits for what another one says" {
	watch_bus vcan0
	katflash -u "$U" "$IMAGE" -u "$V" "$IMAGE" --timeout 0.2
	[ "$status" -eq 3 ]
	settled
	[ "$(frames | head -n 2)" = \
		"$(printf '%s\n' "3F0#02${U^^}" "3F0#02${V^^}")" ]
}

# set_behind FRAME - behind it the board was given its nodeid once more, and some
# blocks; what is done behind the last of them is no matter
set_behind() {
	frames "^$1|^3F0#11${U^^}|#018812" |
		tr '\n' ' ' | grep -qE "$1 .*3F0#11${U^^}.. .*#018812"
}

@test "others take its nodeid in the middle, by a CLEAR and a SET: it goes on" {
	local set

	begun
	cansend vcan0 3F0#12
	set=$(grep -o "3F0#11${U^^}.." "$BUS" | tail -n 1)
	set=3F0#11$V${set: -2}
	until_true has "$BUS" '#018812' 3
	cansend vcan0 "$set"
	ended_flashed
	set_behind 3F0#12
	set_behind "$set"
}

@test "the queue is shorter than a block: it goes out in pieces" {
	board --erase-ms 0
	tc qdisc add dev vcan0 root netem limit 6 delay 3ms
	katflash -u "$U" "$IMAGE"
	[ "$status" -eq 0 ]
	holds "$IMAGE" "$FLASH"
	tc -s qdisc show dev vcan0
	[[ $(tc -s qdisc show dev vcan0) =~ dropped\ [1-9] ]]
}

# katapult-protocol.md, section 3: nobody can tell which frame it was
@test "a frame within a block is lost: incomplete, and what to switch" {
	# of the second block, while there is no first word
	board --erase-ms 0 --fault 'drop rx after=26 count=1'
	katflash -u "$U" "$IMAGE"
	[ "$status" -eq 10 ]
	[[ $output == "$U: incomplete: "*"power off and on"*"stays in Katapult" ]]
	[[ $stderr == *"next: switch the board's power off and on, then type the\
 same command again"* ]]
	ctl power "$U" off
	ctl power "$U" on
	ctl wait "$U" katapult 20000
	katflash -u "$U" "$IMAGE"
	[ "$status" -eq 0 ]
	holds "$IMAGE" "$FLASH"
}

# the window that remains: flashing.md, section 3.1
@test "the power goes while the first page is written: two resets are said" {
	board --erase-ms 0 --fault 'power-loss address=0x08002040 ms=20'
	katflash -u "$U" "$IMAGE"
	[ "$status" -eq 10 ]
	[[ $output == "$U: incomplete: "*"may be a mixture of old and new, and a\
 reset would start it" ]]
	[[ $stderr == *"next: press its reset button twice within half a second, as\
 a mixture may not know what it is asked; then type the same command again"* ]]
	ctl reset "$U"
	ctl reset "$U"
	ctl wait "$U" katapult 20000
	katflash -u "$U" "$IMAGE"
	[ "$status" -eq 0 ]
	holds "$IMAGE" "$FLASH"
}

@test "it does not say at once on which chip it runs: it is asked again" {
	# behind a SET and the question for its UUID: CONNECT, and that once more
	board --erase-ms 0 --fault 'drop rx after=3 count=2'
	watch_bus vcan0
	katflash -u "$U" "$IMAGE"
	[ "$status" -eq 0 ]
	[ "$(frames "3F0#02${U^^}" | wc -l)" -eq 2 ]
	holds "$IMAGE" "$FLASH"
}

@test "two boards in Katapult have its UUID: unproven, and that both answered" {
	start_mcus two -i vcan0 --state katapult -u "$U" -u "$U" --same-uuid
	watch_bus vcan0
	katflash -u "$U" "$IMAGE"
	[ "$status" -eq 7 ]
	[[ $output == "$U: unproven: Katapult answered twice what it was asked once,\
 and did not say on which chip it runs, so likely two boards have this UUID;\
 nothing was written" ]]
	[[ $stderr == *"next: if there are two, take one off the bus, and if not, "* ]]
	settled
	[ -z "$(frames '#018812')" ]
}

@test "Ctrl-C while it is asked on which chip it runs: nothing is written" {
	board --erase-ms 0 --fault 'drop rx after=3 count=2'
	cp "$FLASH" "$BATS_TEST_TMPDIR/before"
	watch_bus vcan0
	"$BUILD/katflash" -i vcan0 -u "$U" "$IMAGE" \
		>"$BATS_TEST_TMPDIR/out" 2>/dev/null 3>&- &
	pid=$!
	until_true has "$BUS" '#01881100F17C9903'
	kill -INT "$pid"
	ends_with "$pid" 130
	has "$BATS_TEST_TMPDIR/out" "^$U: interrupted: ended by SIGINT before"
	cmp "$FLASH" "$BATS_TEST_TMPDIR/before"
}

@test "a Klipper host runs there: refused, and with --force it loses no node" {
	local host=$BATS_TEST_TMPDIR/host

	board --erase-ms 0
	start_mcus other -i vcan0 -u "$V"
	mkfifo "$host.in"
	"$BUILD/khost" -i vcan0 --fast -u "$V" <"$host.in" >"$host.log" 2>&1 3>&- &
	exec {HOST}>"$host.in"
	until_true has "$host.log" '^connected$'
	watch_bus vcan0
	katflash -u "$U" "$IMAGE"
	[ "$status" -eq 6 ]
	[[ $stderr == *'a Klipper host has nodes open on vcan0'*--force* ]]
	settled
	[ -z "$(frames '3F0#')" ]
	katflash --force -u "$U" "$IMAGE"
	[ "$status" -eq 0 ]
	holds "$IMAGE" "$FLASH"
	echo get_config >&"$HOST"
	until_true has "$host.log" '^config is_config=0'
	exec {HOST}>&-
	[ "$(nodeid "$V")" != null ]
}
