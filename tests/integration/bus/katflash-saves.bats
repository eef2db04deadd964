# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
# katflash saves what is on the board: --read and --backup.
# shellcheck disable=SC2030,SC2031 # each test is a subshell
bats_require_minimum_version 1.5.0
load ../lib
load ../katflash

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
}

# refused PATH SENTENCE - it cannot be made, however it is asked for: so nobody is asked
refused() {
	local how

	for how in "--read -u $U $1" "-u $U $IMAGE --backup $1" \
		"--read -u $V $SAVED -u $U $1" \
		"-u $V $IMAGE --backup $SAVED -u $U $IMAGE --backup $1"; do
		# shellcheck disable=SC2086 # words
		saves 1 $how
		[ "$stderr" = "katflash: $1: $2" ]
	done
	[ ! -e "$SAVED" ]
}

@test "a place where no file can be made: said before anything is sent" {
	local slash="it ends with a slash, as a folder does; add a name for the file"
	local long

	board
	watch_bus vcan0
	cd "$BATS_TEST_TMPDIR"
	mkdir folder
	refused new/ "$slash"
	refused folder/ "$slash"
	refused folder "it is a folder; add a name for the file"
	refused nowhere/new.bin \
		"there is no such folder; make it, or give another path"
	refused flash/new.bin \
		"no file can be made there: Not a directory; give another path"
	# 247 bytes: there is room for it, but not for 9 more
	printf -v long %0247d 0
	saves 1 --read -u "$U" "$long"
	[[ $stderr == "katflash: ${long:0:160}: its name is too long, as it has 9\
 bytes more while it is written; give a shorter one" ]]
	settled
	[ -z "$(frames '3F0#')" ]
	[ "$(state "$U")" = klipper ]
}

@test "--backup by another name of a FILE, or of another backup: nothing is sent" {
	katflash -u "$U" "$IMAGE" --backup "$BATS_TEST_TMPDIR/./klipper.bin" \
		--force
	[ "$status" -eq 2 ]
	[[ $stderr == *"/./klipper.bin' is to be written, and is the same file as\
 '$IMAGE': give it a name of its own" ]]
	katflash --read -u "$U" "$SAVED" -u "$V" "$BATS_TEST_TMPDIR/./saved.bin"
	[ "$status" -eq 2 ]
	[[ $stderr == *"is to be written, and is the same file as"* ]]
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
