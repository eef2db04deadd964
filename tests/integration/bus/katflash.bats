# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
# katflash: from a running Klipper to the new one that runs, or why not.
# shellcheck disable=SC2030,SC2031 # each test is a subshell
bats_require_minimum_version 1.5.0
load ../lib
load ../katflash

@test "flashed: written, compared, and the new one runs, as after power-on" {
	board
	katflash -u "$U" "$IMAGE"
	[ "$status" -eq 0 ]
	[[ $output == "$U: flashed: v1 -> v2, which runs: $IMAGE was written, \
and all 6000 bytes were compared" ]]
	[[ $stderr == *"next: start Klipper's host again"* ]]
	holds "$IMAGE"
	has "$MCU_LOG" "^$U application v2 stm32g0b1xx\$"
	runs
}

@test "the same again: nothing is written, and it runs" {
	board
	katflash -u "$U" "$IMAGE"
	katflash -u "$U" "$IMAGE" --json
	[ "$status" -eq 0 ]
	conforms flash <<<"$output"
	[ "$(jq -r '.outcome, .written, .image.version, .katapult.mcu' \
		<<<"$output")" = $'same\n0\nv2\nstm32g0b1xx' ]
	runs
}

@test "--verify: equal or not, the application starts again" {
	board
	katflash --verify -u "$U" "$BATS_TEST_TMPDIR/old"
	[ "$status" -eq 0 ]
	[[ $output == "$U: same: "* ]]
	runs
	katflash --verify -u "$U" "$IMAGE"
	[ "$status" -eq 10 ]
	[ "$output" = "$U: incomplete: the flash holds something else than $IMAGE\
 (at 0x08002000); its old application is still there" ]
	holds "$BATS_TEST_TMPDIR/old"
	runs
}

@test "--no-start: it stays in Katapult, and without a nodeid" {
	board
	katflash --no-start -u "$U" "$IMAGE"
	[ "$status" -eq 0 ]
	[[ $output == "$U: flashed: "*"all 6000 bytes were compared" ]]
	[[ $stderr == *"$U: it stays in Katapult"*"canbootreq -i vcan0 --leave -u $U"* ]]
	holds "$IMAGE"
	[ "$(state "$U")" = katapult ]
	[ "$(nodeid "$U")" = null ]
}

@test "--no-wait: it was told to start, and is not asked whether it runs" {
	board --state katapult --fault boot-never
	katflash --no-wait -u "$U" "$IMAGE"
	[ "$status" -eq 0 ]
	[[ $output == "$U: flashed: "*"all 6000 bytes were compared; it was told\
 to start, and not waited for" ]]
	[[ $stderr != *next:* ]]
	[[ $stderr == *"it is started"* && $stderr != *"it leaves Katapult"* ]]
	holds "$IMAGE"
}

@test "an image for another start, or chip: refused, and nothing is erased" {
	local other=$BATS_TEST_TMPDIR/other

	board
	make_image "$other" stm32g0b1xx 0x08000000
	katflash -u "$U" "$other"
	[ "$status" -eq 9 ]
	[ "$output" = "$U: image-refused: $other is not flashed without --force; \
nothing was erased" ]
	[[ $stderr == *"0x08000000"*"0x08002000"*"8KiB bootloader"* ]]
	runs
	make_image "$other" stm32f446xx 0x08008000
	katflash -u "$U" "$other" --json
	[ "$status" -eq 9 ]
	conforms flash <<<"$output"
	[[ $(jq -r '.findings[].text' <<<"$output") == *stm32f446xx*stm32g0b1xx* ]]
	holds "$BATS_TEST_TMPDIR/old"
	runs
}

@test "what is no image at all is refused before a frame is sent" {
	board
	watch_bus vcan0
	katflash -u "$U" /bin/true --force
	[ "$status" -eq 9 ]
	[ "$output" = "$U: image-refused: /bin/true cannot be flashed; nothing was \
sent" ]
	[[ $stderr == *ELF* ]]
	katflash -u "$U" /bin/true --json
	conforms flash <<<"$output"
	[ "$(jq -c '[.findings[].name, .katapult]' <<<"$output")" = \
		'["no-image",null]' ]
	head -c 10 "$IMAGE" >"$BATS_TEST_TMPDIR/short"
	katflash -u "$U" "$BATS_TEST_TMPDIR/short"
	[ "$status" -eq 9 ]
	for file in "$BATS_TEST_TMPDIR" /nowhere /dev/null; do
		katflash -u "$U" "$file"
		[ "$status" -eq 1 ]
		[[ $stderr == "katflash: $file: "* ]]
	done
	settled
	[ -z "$(frames '3F0#02')" ]
}

@test "which version was there: in JSON, of a board in Katapult, and not known" {
	board --state katapult
	katflash --check -u "$U" "$IMAGE" --json
	[ "$status" -eq 0 ]
	conforms flash <<<"$output"
	[ "$(jq -r '.old_version, .image.version, .written' <<<"$output")" = \
		$'v1\nv2\nnull' ]
	katflash --no-start -u "$U" "$IMAGE"
	[[ $output == "$U: flashed: v1 -> v2: $IMAGE is in its flash: all 6000\
 bytes were compared" ]]
	# its dictionary is 5 KiB behind that
	make_image "$BATS_TEST_TMPDIR/large" stm32g0b1xx "$START" --size 12000 \
		--version v9
	katflash --no-start -u "$U" "$BATS_TEST_TMPDIR/large"
	[[ $output == "$U: flashed: v2 -> v9: "* ]]
	stop_all
	# in the middle of that dictionary
	printf ZZZZ | dd of="$FLASH" bs=1 seek=$((8192 + 10800)) conv=notrunc \
		status=none
	start_mcus one -i vcan0 -u "$U" --flash-image "$FLASH" --erase-ms 0 \
		--state katapult
	katflash -u "$U" "$IMAGE" --json
	[ "$(jq -r '.outcome, .old_version' <<<"$output")" = $'flashed\nnull' ]
}

@test "files for two bit rates on one bus: refused before a frame is sent" {
	local other=$BATS_TEST_TMPDIR/other

	board
	make_image "$other" stm32g0b1xx "$START" --canbus-frequency 500000
	watch_bus vcan0
	katflash -u "$U" "$IMAGE" -u "$V" "$other"
	[ "$status" -eq 9 ]
	[ "$output" = "$U: image-refused: $IMAGE is for a CAN bus with 1000000\
 bit/s, and $other for one with 500000, but both boards are on vcan0; nothing was\
 sent
$V: image-refused: $other is for a CAN bus with 500000 bit/s, and $IMAGE for one with\
 1000000, but both boards are on vcan0; nothing was sent" ]
	settled
	[ -z "$(frames '3F0#02')" ]
	katflash -u "$U" "$IMAGE" -u "$V" "$other" --timeout 0.5 --force
	[[ $output == "$U: flashed: "* ]]
	[[ $stderr == *"warning: "*"both boards are on vcan0; going on because of\
 --force"* ]]
}

@test "--check: of a file alone, and of a board up to the first byte" {
	katflash --check "$IMAGE"
	[ "$status" -eq 0 ]
	[[ $output == "$IMAGE: checked: Klipper v2 for stm32g0b1xx, 6000 bytes, \
built for a start at $START, for CAN at 1000000 bit/s" ]]
	board
	katflash --check -u "$U" "$IMAGE"
	[ "$status" -eq 0 ]
	[ "$output" = "$U: checked: v1 -> v2: $IMAGE can be flashed: there is\
 no reason to refuse it; nothing was erased" ]
	holds "$BATS_TEST_TMPDIR/old"
	runs
}

@test "--check --force: what is overruled is a reason to refuse it" {
	board
	make_image "$IMAGE" stm32g0b1xx 0x08001000 --size 6000 --version v2
	katflash --check -u "$U" "$IMAGE" --force
	[ "$status" -eq 0 ]
	[ "$output" = "$U: checked: v1 -> v2: $IMAGE can be flashed with --force\
 only; nothing was erased" ]
	[[ $stderr == *"warning: the file was built for 0x08001000"* ]]
	runs
}

@test "--check of a board without an application: it has none to start" {
	start_mcus one -i vcan0 -u "$U" --no-application --state katapult
	katflash --check -u "$U" "$IMAGE"
	[ "$status" -eq 0 ]
	[[ $output == "$U: checked: no application -> v2: "* ]]
	[[ $stderr == *"next: it stays in Katapult, until an application is flashed" ]]
	# nor does it leave where nothing was looked at, or all is compared
	make_image "$BATS_TEST_TMPDIR/other" stm32g0b1xx 0x08001000
	katflash --check -u "$U" "$BATS_TEST_TMPDIR/other"
	[[ $stderr == *"it is told to leave Katapult again"*"next: it stays in Katapult, "* ]]
	katflash --verify -u "$U" "$IMAGE"
	[ "$status" -eq 10 ]
	[[ $output == *"it has no application now, and stays in Katapult" ]]
	[[ $stderr != *"it leaves Katapult"* ]]
}

@test "boards on two buses at the same time, by name" {
	local other=$BATS_TEST_TMPDIR/rp2040.bin

	ip link add vcan5 type vcan
	ip link set vcan5 up
	make_image "$other" rp2040 0x10004000 --size 6000 --version v3
	board
	start_mcus two -i vcan5 -u "$V" --mcu-type rp2040
	printf '[mcu]\ncanbus_uuid: %s\ncanbus_interface: vcan0\n
[mcu EBB]\ncanbus_uuid: %s\ncanbus_interface: vcan5\n' "$U" "$V" \
		>"$BATS_TEST_TMPDIR/printer.cfg"
	apart "$BUILD/katflash" -c "$BATS_TEST_TMPDIR/printer.cfg" \
		-m mcu "$IMAGE" --backup "$SAVED" -m EBB "$other"
	[ "$status" -eq 0 ]
	[ "$(cut -d, -f1 <<<"$output")" = "$(printf '%s\n' \
		"$U (mcu): flashed: v1 -> v2" \
		"$V (EBB): flashed: an unknown version -> v3")" ]
	cmp "$SAVED" "$BATS_TEST_TMPDIR/old"
}

@test "one board under two names is found out before a frame is sent" {
	local config=$BATS_TEST_TMPDIR/printer.cfg

	printf '[mcu EBB]\ncanbus_uuid: %s\n' "$U" >"$config"
	watch_bus vcan0
	katflash -c "$config" -m EBB "$IMAGE" -m EBB "$IMAGE"
	[ "$status" -eq 2 ]
	[[ $stderr == "katflash: -m 'EBB' is the same board as another one: "* ]]
	katflash -c "$config" -m EBB "$IMAGE" -u "$U" "$IMAGE"
	[ "$status" -eq 2 ]
	[[ $stderr == "katflash: -u '$U' is the same board as another one: "* ]]
	settled
	[ -z "$(frames '3F0#02')" ]
}

@test "more boards than there are nodeids for: nothing is sent" {
	local boards=()

	for i in {10..31}; do
		boards+=(-u "0000000000$i" "$IMAGE")
	done
	watch_bus vcan0
	katflash "${boards[@]}"
	[ "$status" -eq 2 ]
	[[ $stderr == "katflash: 22 boards on vcan0 need more nodeids than there\
 are from 192 to 254: flash 21 at most in one call" ]]
	settled
	[ -z "$(frames '3F0#02')" ]
}

@test "one of two boards is not there: the other one is flashed" {
	board
	katflash -u "$V" "$IMAGE" -u "$U" "$IMAGE" --timeout 1
	[ "$status" -eq 3 ]
	[ "$(cut -d: -f1,2 <<<"$output")" = \
		"$(printf '%s\n' "$V: no-answer" "$U: flashed")" ]
}

@test "lost answers are asked for again" {
	board --seed 8 --fault 'drop tx chance=0.01'
	katflash -u "$U" "$IMAGE"
	[ "$status" -eq 0 ]
	holds "$IMAGE"
	runs
}

# As after a flash that was killed when it had told the board to start: its Katapult
# answers for 100 ms more. Behind so many data frames it is asked for its UUID once
# more, is half saved, and is to be flashed.
@test "a board that starts before it is read is asked for Katapult again" {
	local after expected more

	while read -r after expected more; do
		board --fault "brown-out after=$after count=1"
		# shellcheck disable=SC2086 # an option and its argument
		katflash -u "$U" $more "$IMAGE"
		has "$MCU_LOG" "^$U fault brown-out"
		[ "$status" -eq "$expected" ]
		runs
		stop_all
	done <<-END
		2 0
		2 0 --backup $BATS_TEST_TMPDIR/first
		60 0 --backup $BATS_TEST_TMPDIR/second
		294 0 --backup $BATS_TEST_TMPDIR/third
		2 10 --verify
	END
	cmp "$BATS_TEST_TMPDIR/old" "$BATS_TEST_TMPDIR/second"
	cmp "$BATS_TEST_TMPDIR/old" "$BATS_TEST_TMPDIR/third"
}

# Its UUID, the answer to CONNECT, and its UUID again are 14 frames, or 17 where the
# first question was asked twice.
@test "a board that falls silent for good, before it is read: what to do" {
	board --fault 'mute after=17'
	katflash -u "$U" --timeout 1 "$IMAGE"
	[ "$status" -eq 3 ]
	[[ $output == "$U: no-answer: Katapult does not answer any more: "*\
"what is in its flash was not looked at" ]]
}

# The image is for another chip, which was judged by what the board had said.
@test "what was judged of a board that falls silent for good is told" {
	start_mcus one -i vcan0 -u "$U" --mcu-type stm32f407xx \
		--fault 'mute after=20'
	make_image "$IMAGE" stm32f405xx 0x08008000
	katflash -u "$U" --timeout 1 --json "$IMAGE"
	[ "$status" -eq 3 ]
	[ "$(jq -r .outcome <<<"$output")" = no-answer ]
}

@test "what a distribution runs with the installed programs" {
	PATH=$BUILD:$PATH "$BATS_TEST_DIRNAME/../../../debian/tests/serial" can \
		'-i vcan0 --nodeid 4' "-i vcan0 -u $U"
}
