# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
# katflash: from a running Klipper to the new one that runs, or why not.
# shellcheck disable=SC2030,SC2031 # each test is a subshell
bats_require_minimum_version 1.5.0
load ../lib

START=0x08002000

setup() {
	IMAGE=$BATS_TEST_TMPDIR/klipper.bin
	make_image "$IMAGE" stm32g0b1xx "$START" --size 6000 --version v2
	FLASH=$BATS_TEST_TMPDIR/flash
	SAVED=$BATS_TEST_TMPDIR/saved.bin
}

teardown() {
	stop_all
	ip link del vcan5 2>/dev/null || :
	ip link set vcan0 up
}

# katflash ARGUMENTS... - run it to its end; sets status, output, stderr
katflash() {
	apart "$BUILD/katflash" -i vcan0 "$@"
}

# board ARGUMENTS... - a node with application v1 in a flash that can be looked at
board() {
	make_image "$BATS_TEST_TMPDIR/old" stm32g0b1xx "$START" --size 5000 \
		--version v1
	{
		head -c 8192 /dev/zero | tr '\0' '\377'
		cat "$BATS_TEST_TMPDIR/old"
	} >"$FLASH"
	start_mcus one -i vcan0 -u "$U" --flash-image "$FLASH" --erase-ms 0 "$@"
}

# holds FILE - that is what the flash of the board begins with, as an application
holds() {
	cmp -n "$(wc -c <"$1")" "$1" <(tail -c +8193 "$FLASH")
}

# runs - the board is in an application, without a nodeid, as after power-on
runs() {
	ctl wait "$U" klipper 5000
	[ "$(nodeid "$U")" = null ]
}

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
	[[ $output == "$U: incomplete: "*"its old application is still there" ]]
	holds "$BATS_TEST_TMPDIR/old"
	runs
}

# saves STATUS ARGUMENTS... - it ends so, and leaves nothing but $SAVED behind
saves() {
	katflash "${@:2}"
	[ "$status" -eq "$1" ]
	[ -z "$(compgen -G "$SAVED.*")" ]
}

@test "--read: what is there is in the file, and starts again" {
	board
	saves 0 --read -u "$U" "$SAVED"
	[ "$output" = "$U: saved: v1, 5000 bytes from $START on, is in $SAVED" ]
	cmp "$SAVED" "$BATS_TEST_TMPDIR/old"
	runs
	watch_bus vcan0
	saves 1 --read -u "$U" "$SAVED"
	[[ $stderr == "katflash: $SAVED: it exists already; give another path, or\
 replace it with --force" ]]
	settled
	[ -z "$(frames '3F0#02')" ]
	saves 0 --read --force --json -u "$U" "$SAVED"
	conforms flash <<<"$output"
	[ "$(jq -r '.outcome, .file, .saved.file, .saved.size, .old_version, .written' \
		<<<"$output")" = "saved
$SAVED
$SAVED
5000
v1
0" ]
}

@test "--backup: saved, flashed, and what was saved can be flashed again" {
	board
	saves 0 -u "$U" "$IMAGE" --backup "$SAVED"
	[ "$output" = "$U: flashed: v1 -> v2, which runs: $IMAGE was written, and\
 all 6000 bytes were compared; what was there before is in $SAVED" ]
	[[ $stderr == *"katflash: $U: v1, 5000 bytes, is in $SAVED now"* ]]
	cmp "$SAVED" "$BATS_TEST_TMPDIR/old"
	holds "$IMAGE"
	saves 0 --json -u "$U" "$SAVED" --backup "$IMAGE.2"
	conforms flash <<<"$output"
	[ "$(jq -r '.outcome, .image.version, .old_version, .saved.size' \
		<<<"$output")" = $'flashed\nv1\nv2\n6000' ]
	holds "$SAVED"
	runs
}

@test "--backup that cannot be written: nothing is written to the board either" {
	board
	apart bash -c 'ulimit -f 4; exec "$@"' - "$BUILD/katflash" \
		-i vcan0 -u "$U" "$IMAGE" --backup "$SAVED"
	[ "$status" -eq 1 ]
	[ "$output" = "$U: local-error: what is in its flash could not be saved:\
 $SAVED: File too large; nothing was written to it" ]
	[ ! -e "$SAVED" ]
	holds "$BATS_TEST_TMPDIR/old"
	runs
	saves 1 -u "$U" "$IMAGE" --backup /nowhere/saved.bin
	[ "$stderr" = "katflash: /nowhere/saved.bin: No such file or directory" ]
}

@test "a board without an application: nothing to save, but it can be flashed" {
	start_mcus one -i vcan0 -u "$U" --no-application --state katapult --erase-ms 0
	saves 8 --read -u "$U" "$SAVED"
	[[ $output == "$U: no-application: there is no application in its flash, so\
 $SAVED was not made; "* ]]
	[ ! -e "$SAVED" ]
	katflash -u "$U" "$IMAGE" --backup "$SAVED"
	[ "$status" -eq 0 ]
	[[ $output == "$U: flashed: no application -> v2, which runs: "* ]]
	[[ $stderr == *"it has no application, so there is nothing to save"* ]]
	[ ! -e "$SAVED" ]
}

# full_board ARGUMENTS... - one whose flash is full of a firmware that is no Klipper
full_board() {
	local other=$BATS_TEST_TMPDIR/other

	{
		printf '\0\030\0\040'
		head -c 24571 /dev/urandom
		echo
	} >"$other"
	{
		head -c 8192 /dev/zero | tr '\0' '\377'
		cat "$other"
	} >"$FLASH"
	start_mcus one -i vcan0 -u "$U" --mcu-type stm32f042x6 --state katapult \
		--flash-image "$FLASH" "$@"
}

@test "--read of other firmware: to the end of the flash, and not behind it" {
	full_board
	saves 0 --no-start --read -u "$U" "$SAVED"
	[ "$output" = "$U: saved: what is in its flash, 24576 bytes from $START\
 on, is in $SAVED" ]
	cmp "$SAVED" "$BATS_TEST_TMPDIR/other"
	[ "$(state "$U")" = katapult ]
}

@test "--backup of a chip that has less flash than its name says: nothing is written" {
	full_board --mcu-name stm32f103xe
	watch_bus vcan0
	make_image "$IMAGE" stm32f103xe "$START" --size 5000
	saves 3 -u "$U" "$IMAGE" --backup "$SAVED"
	[[ $output == "$U: no-answer: "*" (at 0x08008000); its old application is\
 still there" ]]
	[[ $stderr == *"next: switch the board's power off and on"*"its chip has less\
 flash than others of its name"* ]]
	[ ! -e "$SAVED" ]
	settled
	[ -z "$(frames '#018812')" ]
	holds "$BATS_TEST_TMPDIR/other"
}

@test "Ctrl-C while it is saved: there is no file, and nothing was written" {
	local pid

	board --fault 'mute after=60'
	watch_bus vcan0
	"$BUILD/katflash" -i vcan0 -u "$U" "$IMAGE" --backup "$SAVED" \
		>"$BATS_TEST_TMPDIR/out" 2>"$BATS_TEST_TMPDIR/err" 3>&- &
	pid=$!
	until_true has "$BUS" '#018814' 2
	kill -INT "$pid"
	ended 130 "^$U: interrupted: ended by SIGINT before it was done; its old application is still there"
	[ ! -e "$SAVED" ]
	[ -z "$(frames '#018812')" ]
}

@test "--no-start: it stays in Katapult, and without a nodeid" {
	board
	katflash --no-start -u "$U" "$IMAGE"
	[ "$status" -eq 0 ]
	[[ $output == "$U: flashed: "*"all 6000 bytes were compared" ]]
	[[ $stderr == *"canbootreq -i vcan0 --leave -u $U"* ]]
	holds "$IMAGE"
	[ "$(state "$U")" = katapult ]
	[ "$(nodeid "$U")" = null ]
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
	[ "$output" = "$U: checked: v1 -> v2: $IMAGE can be flashed: nothing\
 speaks against it; nothing was erased" ]
	holds "$BATS_TEST_TMPDIR/old"
	runs
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

# ended STATUS LINE - so it ends, on standard output
ended() {
	ends_with "$pid" "$1"
	cat "$BATS_TEST_TMPDIR/out" "$BATS_TEST_TMPDIR/err"
	has "$BATS_TEST_TMPDIR/out" "$2"
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
	board
	ctl fault "$U" deaf
	watch_bus vcan0
	"$BUILD/katflash" -i vcan0 -u "$U" "$IMAGE" --timeout 60 \
		>"$BATS_TEST_TMPDIR/out" 2>"$BATS_TEST_TMPDIR/err" 3>&- &
	pid=$!
	until_true has "$BUS" '3F0#02'
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
	board
	ctl fault "$U" deaf
	watch_bus vcan0
	"$BUILD/katflash" -i vcan0 -u "$U" "$IMAGE" --timeout 60 \
		>"$BATS_TEST_TMPDIR/out" 2>"$BATS_TEST_TMPDIR/err" 3>&- &
	pid=$!
	until_true has "$BUS" '3F0#11'
	ip link set vcan0 down
	ended 3 "^$U: no-answer: vcan0 went down before Katapult was proven; nothing was written\$"
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

@test "what a distribution runs with the installed programs" {
	PATH=$BUILD:$PATH "$BATS_TEST_DIRNAME/../../../debian/tests/serial" can \
		'-i vcan0 --nodeid 4' "-i vcan0 -u $U"
}
