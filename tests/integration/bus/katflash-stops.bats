# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
# katflash where it cannot go on as it began: signals, power, the interface, others, and
# new firmware that does not come up.
# shellcheck disable=SC2030,SC2031 # each test is a subshell
bats_require_minimum_version 1.5.0
load ../lib
load ../katflash

# begun ARGUMENTS... - it is written in the background, page by page of a second;
# sets pid
begun() {
	make_image "$IMAGE" stm32g0b1xx "$START" --size 8000 --version v2
	watch_bus vcan0
	"$BUILD/katflash" -i vcan0 -u "$U" "$IMAGE" --timeout 2 "$@" \
		>"$BATS_TEST_TMPDIR/out" 2>"$BATS_TEST_TMPDIR/err" 3>&- &
	pid=$!
	# the second block that is written
	until_true has "$BUS" '#018812' 2
}

# begun_on_mute - likewise, and it cannot come to its end: after some 30 blocks the
# board does not answer any more, until its faults are cleared. Before, 893 frames
# tell of what is there.
begun_on_mute() {
	board --fault 'mute after=960'
	begun
}

# asks_in_vain - Katapult is asked for in the background, of a board that hears
# nothing; sets pid
asks_in_vain() {
	board
	ctl fault "$U" deaf
	watch_bus vcan0
	"$BUILD/katflash" -i vcan0 -u "$U" "$IMAGE" --timeout 60 \
		>"$BATS_TEST_TMPDIR/out" 2>"$BATS_TEST_TMPDIR/err" 3>&- &
	pid=$!
	until_true has "$BUS" '3F0#11'
}

@test "Ctrl-C in the middle: what is there is told, and it can be done again" {
	begun_on_mute
	kill -INT "$pid"
	ended 130 "^$U: interrupted: ended by SIGINT before it was done; .*(has no application now|may be a mixture of old and new)"
	has "$BATS_TEST_TMPDIR/err" 'type the same command again'
	run ! holds "$IMAGE"
	ctl fault-clear "$U"
	katflash -u "$U" "$IMAGE"
	[ "$status" -eq 0 ]
	holds "$IMAGE"
	runs
}

@test "Ctrl-C when it is saved: how it goes on, and what was there is not lost" {
	board --erase-ms 1000
	begun --backup "$SAVED"
	kill -INT "$pid"
	ended 130 "^$U: interrupted: .*; what was there before is in $SAVED\$"
	has "$BATS_TEST_TMPDIR/err" 'type the same command again without --backup'
	cmp "$SAVED" "$BATS_TEST_TMPDIR/old"
	katflash -u "$U" "$IMAGE"
	[ "$status" -eq 0 ]
	holds "$IMAGE"
}

@test "Ctrl-C before it is in Katapult: nothing was written" {
	asks_in_vain
	kill -INT "$pid"
	ended 130 "^$U: interrupted: ended by SIGINT before Katapult was proven; nothing was written"
}

@test "too few descriptors are told, whichever is the first one that is missing" {
	local limit config=$BATS_TEST_TMPDIR/printer.cfg

	ip link add vcan5 type vcan
	ip link set vcan5 up
	printf '[mcu]\ncanbus_uuid: %s\ncanbus_interface: vcan0\n
[mcu EBB]\ncanbus_uuid: %s\ncanbus_interface: vcan5\n' "$U" "$V" >"$config"
	for limit in {4..24}; do
		apart bash -c "ulimit -n $limit; exec \"\$@\"" - "$BUILD/katflash" \
			--timeout 0.1 -c "$config" -m mcu "$IMAGE" -m EBB "$IMAGE"
		[ "$status" -eq 1 ] || break
		[[ $output$stderr == *"Too many open files"* ]]
	done
	# then it gets as far as to the boards, which are not there
	[ "$limit" -gt 8 ]
	[ "$status" -eq 3 ]
}

@test "it does not come up again: not-started, and the image is there" {
	board --state katapult --fault boot-never
	katflash -u "$U" "$IMAGE" --timeout 2
	[ "$status" -eq 11 ]
	[[ $output == "$U: not-started: "*" is in the flash, and Katapult was left"* ]]
	holds "$IMAGE"
}

@test "another board with its UUID answers instead: not-started, and its version" {
	make_image "$BATS_TEST_TMPDIR/old" stm32g0b1xx "$START" --version v1
	{
		head -c 8192 /dev/zero | tr '\0' '\377'
		cat "$BATS_TEST_TMPDIR/old"
	} >"$FLASH"
	# the one that is flashed never starts, and the other one has no Katapult
	start_mcus one -i vcan0 -u "$U" --state katapult --erase-ms 0 \
		--fault boot-never -u "$U" --same-uuid --bootloader none \
		--flash-image "$FLASH"
	katflash -u "$U" "$IMAGE" --json
	[ "$status" -eq 11 ]
	conforms flash <<<"$output"
	[ "$(jq -r '.outcome, .reason, .running_version, .image.version' \
		<<<"$output")" = "not-started
v1 answers, and not the v2 of $IMAGE, which is in the flash
v1
v2" ]
}

@test "Klipper has another CAN speed than Katapult: not-started, and why" {
	local slow=$BATS_TEST_TMPDIR/slow.bin

	board --klipper-bitrate 1000000
	make_image "$slow" stm32g0b1xx "$START" --size 6000 \
		--canbus-frequency 500000
	katflash -u "$U" "$slow" --timeout 2
	[ "$status" -eq 11 ]
	[[ $output == "$U: not-started: "*"but no Klipper has answered on "* ]]
	[[ $stderr == *"next: likely it is built for another CAN speed"* ]]
	holds "$slow"
	[ "$(listed "$U" state)" = klipper ]
	# one with that of the bus puts it right
	ctl set "$U" state katapult
	katflash -u "$U" "$IMAGE"
	[ "$status" -eq 0 ]
}

@test "Klipper for USB, by force: not-started, until one for CAN is there" {
	local usb=$BATS_TEST_TMPDIR/usb.bin

	board
	"$BUILD/canmcu" image --mcu-type stm32g0b1xx --link usb \
		--application-start "$START" --size 6000 >"$usb"
	katflash -u "$U" "$usb" --force --timeout 2
	[ "$status" -eq 11 ]
	holds "$usb"
	ctl set "$U" state katapult
	katflash -u "$U" "$IMAGE"
	[ "$status" -eq 0 ]
}

@test "the power goes in the middle: incomplete, and it can be done again" {
	begun_on_mute
	ctl power "$U" off
	ctl fault-clear "$U"
	ended 10 "^$U: incomplete: "
	ctl power "$U" on
	ctl wait "$U" katapult 20000
	katflash -u "$U" "$IMAGE"
	[ "$status" -eq 0 ]
	holds "$IMAGE"
}

@test "the interface goes down and up in the middle: it goes on" {
	board --erase-ms 500
	begun
	printf 'link set vcan0 %s\n' down up | "${AT_ONCE[@]}" ip -batch -
	ended 0 "^$U: flashed: v1 -> v2, which runs"
	holds "$IMAGE"
}

@test "the interface goes down while Katapult is asked for: told at once" {
	asks_in_vain
	ip link set vcan0 down
	ended 3 "^$U: no-answer: vcan0 went down while Katapult was asked for; nothing was written\$"
	has "$BATS_TEST_TMPDIR/err" 'next: bring vcan0 up, then type the same command again'
}

@test "the interface goes down before the new one is seen to run: told so" {
	board
	# one that is never seen there
	"$BUILD/canmcu" image --mcu-type stm32g0b1xx --link usb \
		--application-start "$START" --size 6000 >"$IMAGE"
	watch_bus vcan0
	"$BUILD/katflash" -i vcan0 -u "$U" "$IMAGE" --force --timeout 10 \
		>"$BATS_TEST_TMPDIR/out" 2>"$BATS_TEST_TMPDIR/err" 3>&- &
	pid=$!
	until_true has "$BUS" '#018815'
	ip link set vcan0 down
	ended 11 "^$U: not-started: $IMAGE is in the flash, but vcan0 went down before it was seen to run\$"
	has "$BATS_TEST_TMPDIR/err" 'next: bring vcan0 up, then type the same command again'
}

@test "a Klipper host that has nodes open is not cut off, but with --force" {
	board
	# what klippy listens to: its first node
	candump vcan0,109:C00007FF >/dev/null 3>&- &
	until_true listening vcan0 '[cC]?0*8?00007ff'
	watch_bus vcan0
	katflash -u "$U" "$IMAGE"
	[ "$status" -eq 6 ]
	[[ $stderr == *'a Klipper host has nodes open on vcan0'*--force* ]]
	settled
	[ -z "$(frames '3F0#02')" ]
	katflash --force -u "$U" "$IMAGE"
	[ "$status" -eq 0 ]
	[[ $stderr == *'going on because of --force'* ]]
}

@test "another canbootreq is at it: busy" {
	local pid

	watch_bus vcan0
	"$BUILD/canbootreq" -i vcan0 -u "$U" --timeout 60 >/dev/null 2>&1 3>&- &
	pid=$!
	until_true has "$BUS" '3F0#11'
	katflash -u "$U" "$IMAGE"
	[ "$status" -eq 6 ]
	[[ $stderr == *"canbootreq (pid $pid) is busy with $U on vcan0"* ]]
	katflash --force -u "$U" "$IMAGE"
	[[ $stderr == *"warning: canbootreq (pid $pid) is busy with $U on vcan0;\
 going on because of --force"* ]]
	kill "$pid"
}

@test "no such interface, or down" {
	apart "$BUILD/katflash" -i nowhere -u "$U" "$IMAGE"
	[ "$status" -eq 1 ]
	[[ $stderr == *'there is no interface nowhere'*'canbootreq --list'* ]]
	ip link set vcan0 down
	katflash -u "$U" "$IMAGE"
	[ "$status" -eq 1 ]
	[[ $stderr == *'vcan0 is down'*'ip link set vcan0 up'* ]]
}
