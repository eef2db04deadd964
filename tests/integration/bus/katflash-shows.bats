# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
# What katflash shows while it is at it: on a terminal, in a pipe, and as JSON.
bats_require_minimum_version 1.5.0
load ../lib

# shellcheck disable=SC2154 # set by apart

setup() {
	IMAGE=$BATS_TEST_TMPDIR/klipper.bin
	make_image "$IMAGE" stm32g0b1xx 0x08002000 --size 12000 --version v2 \
		--canbus-frequency 250000
}

teardown() {
	stop_all
}

# board ARGUMENTS... - on a bus on which a flash takes more than two seconds
board() {
	start_mcus one -i vcan0 -u "$U" --erase-ms 0 --bitrate 250000 "$@"
}

# on_terminal COLUMNS ARGUMENTS... - katflash on a terminal; sets status, shown
on_terminal() {
	local columns=$1

	shift
	status=0
	script -qec "stty rows 24 cols $columns
		exec '$BUILD/katflash' -i vcan0 $*" /dev/null \
		</dev/null >"$BATS_TEST_TMPDIR/shown" 3>&- || status=$?
	shown=$(tr '\r\033' '<^' <"$BATS_TEST_TMPDIR/shown")
	echo "$shown"
}

@test "in a pipe each stage makes a line" {
	board
	apart "$BUILD/katflash" -i vcan0 -u "$U" "$IMAGE"
	[ "$status" -eq 0 ]
	[ "$(grep "^katflash: $U" <<<"$stderr")" = "katflash: $U: Katapult answered\
 (stm32g0b1xx, application at 0x08002000): flashing 12000 bytes
katflash: $U: it is written; all of it is read back
katflash: $U: all is equal; it is started" ]
	apart "$BUILD/katflash" -i vcan0 --verify -u "$U" "$IMAGE" -u "$V" \
		"$IMAGE" --timeout 1
	[ "$status" -eq 3 ]
	has "$BATS_TEST_TMPDIR/stderr" "^katflash: $U: .*: comparing 12000 bytes\$"
	has "$BATS_TEST_TMPDIR/stderr" "^katflash: $U: it is told to leave Katapult again\$"
	has "$BATS_TEST_TMPDIR/stderr" "^katflash: $V: no-answer\$"
}

@test "with --progress each second, too" {
	board
	apart "$BUILD/katflash" -i vcan0 --progress -u "$U" "$IMAGE"
	[ "$status" -eq 0 ]
	has "$BATS_TEST_TMPDIR/stderr" "^katflash: $U: (writing|verifying), \
[0-9]+ of 188 blocks, [0-9.]+ KiB/s, [0-9] s left\$"
}

@test "with --json and --progress: objects by the schema, the end last" {
	board
	apart "$BUILD/katflash" -i vcan0 --json --progress -u "$U" "$IMAGE"
	[ "$status" -eq 0 ]
	tail -n 1 <<<"$output" | conforms flash
	head -n -1 <<<"$output" | conforms flash_progress
	[ "$(jq -s 'map(select(.state == "writing" and .blocks == 188 and
		.bytes_per_s > 0 and .left_ms > 0)) | length > 0' \
		<<<"$output")" = true ]
	# and without that option only the end
	apart "$BUILD/katflash" -i vcan0 --json -u "$U" "$IMAGE"
	conforms flash <<<"$output"
}

@test "on a terminal a line is updated in place, and nothing of it remains" {
	board
	on_terminal 80 -u "$U" "$IMAGE"
	[ "$status" -eq 0 ]
	[[ $shown =~ "<$U  [##"[#\ ]+"]  "\ +[0-9]+/188\ +[0-9.]+" KiB/s  "\ +0:0[0-9]" left  "(writing|verifying)"^[K^[J<" ]]
	[[ $shown == *"^[J<<^[J$U: flashed: an unknown version -> v2, which runs: "* ]]
	[[ $shown != *"Katapult answered"* ]]
}

@test "a narrow terminal gets what fits, and each board has its line" {
	board
	on_terminal 40 -u "$U" "$IMAGE" -u "$V" "$IMAGE" --timeout 1
	[ "$status" -eq 3 ]
	[[ $shown =~ "<$U  "(writing|verifying)"^[K<"$'\n'"<$V  no-answer^[K^[J<^[1A" ]]
}

@test "frames of -v do not tear a line apart" {
	board
	on_terminal 80 -v -u "$U" "$IMAGE"
	[ "$status" -eq 0 ]
	[[ $shown != *'^['* ]]
	[[ $shown == *"$U: it is written; "* ]]
}
