# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
# katflash: what is found about an image is said once, and before anything is erased.
# shellcheck disable=SC2030,SC2031 # each test is a subshell
bats_require_minimum_version 1.5.0
load ../lib
load ../katflash

# flashing.md, section 4.3: the frames of a block have to fit into the queue
@test "a queue that is too short for a block of each board: warned of" {
	board
	ip link set vcan0 txqueuelen 10
	katflash --read -u "$U" "$SAVED"
	[ "$status" -eq 0 ]
	[[ $stderr != *warning* ]]
	katflash -u "$U" "$IMAGE"
	[ "$status" -eq 0 ]
	[[ $stderr == *"katflash: warning: vcan0 has room for 10 frames in its queue\
 and 11 may be sent at once, so"*": sudo ip link set vcan0 txqueuelen 128"* ]]
	ip link set vcan0 txqueuelen 11
	katflash -u "$U" "$IMAGE"
	[[ $stderr != *queue* ]]
	katflash --timeout 0.2 -u "$U" "$IMAGE" -u "$V" "$IMAGE"
	[[ $stderr == *"for 11 frames in its queue and 22 may be sent at once"* ]]
}

# A front end reads standard output: what is of no image is there, too.
@test "warnings in JSON: those of its bus, and those of the board alone" {
	local pid

	ip link set vcan0 txqueuelen 10
	watch_bus vcan0
	"$BUILD/canbootreq" -i vcan0 -u "$U" --timeout 60 >/dev/null 2>&1 3>&- &
	pid=$!
	until_true has "$BUS" '3F0#11'
	katflash --json --force --timeout 0.1 -u "$U" "$IMAGE" -u "$V" "$IMAGE"
	kill "$pid"
	[ "$status" -eq 3 ]
	conforms flash <<<"$output"
	[ "$(jq -r '.warnings[]' <<<"$output" | sed 's/(pid [0-9]*)/(pid)/')" = \
		"canbootreq (pid) is busy with $U on vcan0; going on because of --force
vcan0 has room for 10 frames in its queue and 22 may be sent at once, so half a command\
 may be in a board when katflash is killed; to make room: sudo ip link set vcan0\
 txqueuelen 128
vcan0 has room for 10 frames in its queue and 22 may be sent at once, so half a command\
 may be in a board when katflash is killed; to make room: sudo ip link set vcan0\
 txqueuelen 128" ]
	[ "$(grep -c '^katflash: warning: .*vcan0' <<<"$stderr")" = 2 ]
}

# flashing.md, section 1.5
@test "no way back: warned of before anything is sent, and once" {
	local other=$BATS_TEST_TMPDIR/other
	local warning="katflash: warning: the file has no \"CanBoot!\" in it"

	board
	make_image "$other" stm32g0b1xx "$START" --no-katapult --version v5
	katflash -u "$U" "$other"
	[ "$status" -eq 0 ]
	[[ $stderr == "$warning"*"Katapult answered"* ]]
	[[ ${stderr#*"$warning"} != *"$warning"* ]]
	# of several files it is that of each
	katflash --timeout 1 -u 112233445501 "$other" -u "$U" "$IMAGE" \
		-u 112233445502 "$other"
	[[ $stderr == "katflash: warning: $other: the file has no "* ]]
	[[ ${stderr#*"has no"} != *"has no"* ]]
	# in JSON it is part of the end
	ctl set "$U" state katapult
	katflash -u "$U" "$other" --json
	[ "$(jq -r '.findings[0].name' <<<"$output")" = no-way-back ]
	[[ $stderr != *"$warning"* ]]
}

# What was warned of: weeks later nobody remembers it.
@test "no way back, and asked all the same: which button to press" {
	local other=$BATS_TEST_TMPDIR/other

	board
	make_image "$other" stm32g0b1xx "$START" --no-katapult --version v5
	katflash -u "$U" "$other"
	katflash -u "$U" "$IMAGE" --timeout 1
	[ "$status" -eq 3 ]
	[[ $stderr == *"next: if its firmware cannot be asked for Katapult, press its\
 reset button twice within half a second, then type the same command again" ]]
}

# Two of three boards have files for one speed, and two have one file.
@test "files for two bit rates, overruled: each pair is told once" {
	local other=$BATS_TEST_TMPDIR/other

	make_image "$other" stm32g0b1xx "$START" --canbus-frequency 500000
	katflash --force --timeout 0.1 -u 112233445501 "$other" -u "$U" "$IMAGE" \
		-u 112233445502 "$other"
	[ "$status" -eq 3 ]
	[ "$(grep "bit/s" <<<"$stderr")" = "katflash: warning: $IMAGE is for a CAN\
 bus with 1000000 bit/s, and $other for one with 500000, but both boards are on vcan0;\
 going on because of --force" ]
}

@test "a start that only the board tells: no warning that it is not known" {
	local other=$BATS_TEST_TMPDIR/other

	board
	# its dictionary begins at 2200, and is none without that byte
	printf x | dd of="$IMAGE" bs=1 seek=2201 conv=notrunc status=none
	katflash -u "$U" "$IMAGE"
	[ "$status" -eq 0 ]
	[[ $stderr == "katflash: warning: the file has no data dictionary of"* ]]
	[[ $stderr != *"for which start it was built"* ]]
	# what tells nothing is warned of with the start that it has to be for
	printf xx | dd of="$IMAGE" bs=1 seek=64 conv=notrunc status=none
	ctl set "$U" state katapult
	katflash -u "$U" "$IMAGE"
	[ "$status" -eq 0 ]
	[[ $stderr == *"look whether it is for $START"* ]]
}

# Nobody owns the bit rate of a virtual bus, so there it is only warned of.
@test "a file for another bit rate on a bus without one: flashed, and it runs" {
	local other=$BATS_TEST_TMPDIR/other

	board
	make_image "$other" stm32g0b1xx "$START" --canbus-frequency 500000 \
		--version v5
	katflash -u "$U" "$other"
	[ "$status" -eq 0 ]
	[[ $output == "$U: flashed: "*" -> v5, which runs: "* ]]
	[[ $stderr == "katflash: warning: the file is for a CAN bus with 500000 bit/s,\
 and nothing here proves that"*"Katapult answered"* ]]
	[[ ${stderr#*"is for a CAN"} != *"is for a CAN"* ]]
	holds "$other"
	runs
}

# Which of several boards is it? What is of their bus is said once.
@test "what the boards add: named, and before they are written" {
	local other=$BATS_TEST_TMPDIR/other

	make_image "$other" stm32f405xx 0x08008000 --canbus-frequency 500000
	start_mcus one -i vcan0 -u "$U" --mcu-type stm32f407xx --erase-ms 0
	start_mcus two -i vcan0 -u "$V" --mcu-type stm32f429xx --erase-ms 0
	katflash -u "$U" "$other" -u "$V" "$other"
	[ "$status" -eq 0 ]
	for board in "$U stm32f407xx" "$V stm32f429xx"; do
		read -r uuid chip <<<"$board"
		grep -F "$uuid: " <<<"$stderr" | grep -Fv "for a CAN bus" |
			head -n 1 | grep -F "katflash: warning: $uuid: the file is\
 for stm32f405xx, and the board says that its chip is $chip, which"
	done
	[ "$(grep -c "nothing here proves that" <<<"$stderr")" -eq 1 ]
	[ "$(grep -c "warning: " <<<"$stderr")" -eq 3 ]
}

@test "--force: what is overruled is listed before it is written" {
	local other=$BATS_TEST_TMPDIR/other

	board
	make_image "$other" stm32g0b1xx 0x08001000 --version v2
	katflash -u "$U" "$other" --force --timeout 1
	[ "$status" -eq 11 ]
	[[ $stderr == "katflash: warning: the file was built for 0x08001000"*\
"Katapult answered"* ]]
	[[ ${stderr#*"was built for"} != *"was built for"* ]]
	[[ $stderr == *"next: likely because of what --force has overruled: build "* ]]
}
