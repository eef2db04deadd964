# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
# Flashing simulated MCUs with a client that does what the known flashing tool
# does, undisturbed and disturbed.
bats_require_minimum_version 1.5.0
load ../lib

setup() {
	IMAGE=$BATS_TEST_TMPDIR/image
	make_image "$IMAGE" stm32g0b1xx 0x08002000 --size 20480
}

teardown() {
	stop_all
}

# flash ARGUMENTS... - run the client to its end; sets status and output
flash() {
	run "$BUILD/flasher" -i vcan0 "$@"
	echo "status $status: $output"
}

# flashes ARGUMENTS... - a flash that has to succeed
flashes() {
	flash --fast "$@"
	[ "$status" -eq 0 ]
	[[ $output == *"Flash Success" ]]
}

# whole_flash TYPE START PAGES - written, read back, in the application afterwards,
# and still there in a second look, which sees a difference where there is one
whole_flash() {
	make_image "$IMAGE" "$1" "$2" --size 20480 --version v1
	start_mcus one -i vcan0 -u "$U" --mcu-type "$1" --erase-ms 0
	flashes -u "$U" -f "$IMAGE"
	[[ $output == *"Detected $1, "* ]]
	[[ $output == *"Write complete: $3 pages"* ]]
	[[ $output == *"Verification complete"* ]]
	ctl wait "$U" klipper 5000
	[ "$(state "$U")" = klipper ]
	[ "$(nodeid "$U")" = null ]
	has "$MCU_LOG" "^$U application v1 $1\$"
	flashes -u "$U" -f "$IMAGE" --verify-only
	# it answers the last command, and leaves a little later
	ctl wait "$U" klipper 5000
	printf '\x01' | dd of="$IMAGE" bs=1 seek=20479 conv=notrunc status=none
	flash --fast -u "$U" -f "$IMAGE" --verify-only
	[ "$status" -eq 1 ]
	[[ $output == *"Flash Failed: verification "*": other bytes" ]]
}

# sector OFFSET SIZE UUID - what begins 4 blocks before a sector, where flash is
# blank: its fifth block blanks that sector, and no more
sector() {
	local flash=$BATS_TEST_TMPDIR/flash.$1 want=$BATS_TEST_TMPDIR/want.$1

	flashes -u "$3" -f "$IMAGE" --no-request
	[[ $output == *"Write complete: 1 pages"* ]]
	{
		head -c $(($1 - 256)) "$BATS_TEST_TMPDIR/old"
		cat "$IMAGE"
		head -c $(($2 - 256)) /dev/zero | tr '\0' '\377'
		tail -c +$(($1 + $2 + 1)) "$BATS_TEST_TMPDIR/old"
	} >"$want"
	cmp "$want" "$flash"
}

@test "a whole flash: stm32g0b1xx, pages of 2 KiB" {
	whole_flash stm32g0b1xx 0x08002000 10
}

@test "a whole flash: stm32f446xx, sectors of 16 KiB" {
	whole_flash stm32f446xx 0x08008000 2
}

@test "a whole flash: stm32h723xx, sectors of 128 KiB" {
	whole_flash stm32h723xx 0x08020000 1
}

@test "a whole flash: rp2040, pages of 256 bytes" {
	whole_flash rp2040 0x10004000 80
}

@test "sectors of an stm32f446xx: 64 and 128 KiB" {
	local old=$BATS_TEST_TMPDIR/old flash=$BATS_TEST_TMPDIR/flash at

	head -c 512 /dev/urandom >"$IMAGE"
	head -c 524288 /dev/urandom >"$old"
	for at in 0x10000 0x20000 0x40000; do
		cp "$old" "$flash.$at"
		head -c 256 /dev/zero | tr '\0' '\377' |
			dd of="$flash.$at" bs=256 seek=$((at / 256 - 1)) \
				conv=notrunc status=none
	done
	start_mcus three --mcu-type stm32f446xx --erase-ms 0 --state katapult \
		-u "$U" --application-start 0x0800ff00 --flash-image "$flash.0x10000" \
		-u "$V" --application-start 0x0801ff00 --flash-image "$flash.0x20000" \
		-u 000000000001 --application-start 0x0803ff00 --flash-image "$flash.0x40000"
	sector 0x10000 65536 "$U"
	sector 0x20000 131072 "$V"
	sector 0x40000 131072 000000000001
}

# block ID HEX - the frames of a whole block, as both ends cut it
block() {
	fold -w 16 <<<"$2" | sed "s/^/$1#/"
}

# What katapult-protocol.md, section 13 has, written out.
recording() {
	local one two

	one=$(printf '%02X' {0..63})
	two=$(printf '%02X' {64..99})$(printf 'FF%.0s' {1..28})
	echo 3F0#0241F905F55004
	echo 3F0#12
	echo 3F0#1141F905F5500481
	block 202 01881100F17C9903
	block 203 0188A00D110000000001010000200008
	block 203 4000000073746D333267306231787800
	block 203 0000000076302E30
	block 203 2E312D3130392D673930326633333500AFDA9903
	block 202 01881600F9319903
	block 203 0188A0031600000041F905F55004000032409903
	block 202 "0188121100200008${one}D2F39903"
	block 203 0188A00212000000002000085AD69903
	block 202 "0188121140200008${two}F9C29903"
	block 203 0188A0021200000040200008EDC09903
	block 202 01881300414F9903
	block 203 0188A00213000000010000002DC49903
	block 202 01881401002000085BDE9903
	block 203 "0188A0121400000000200008${one}F26B9903"
	block 202 0188140140200008ECC89903
	block 203 "0188A0121400000040200008${two}D95A9903"
	block 202 01881500911B9903
	block 203 0188A00115000000002E9903
}

# time_of FRAME [NTH] - when a frame that begins like this was on the bus
time_of() {
	grep " $1" "$BUS" | sed -n "${2:-1}s/^(\(.*\)) .*/\1/p"
}

# between MIN MAX FRAME FRAME [NTH] - the seconds from one to the other
between() {
	awk -v min="$1" -v max="$2" -v b="$(time_of "$3")" \
		-v e="$(time_of "$4" "${5:-1}")" 'BEGIN {
			print e - b, "seconds"
			exit !(b && e && e - b >= min && e - b < max) }'
}

@test "the recorded flash of the reference, byte for byte, in its own time" {
	local got

	# shellcheck disable=SC2059 # the format is the file
	printf "$(printf '\\x%02x' {0..99})" >"$IMAGE"
	watch_bus vcan0
	start_mcus one -i vcan0 -u "$U" --mcu-type stm32g0b1xx
	flash -u "$U" -f "$IMAGE"
	[ "$status" -eq 0 ]
	settled
	got=$(frames '^[23]')
	diff <(recording) <(echo "$got")
	between 2.0 3.0 3F0#02 202#01881100
	# what it has flashed there has its stack at 03020100
	ctl wait "$U" dead 5000
	has "$MCU_LOG" "^$U crash the application has its stack where "
}

@test "a node with blank flash is flashed without a request" {
	start_mcus one -i vcan0 -u "$U" --state katapult --no-application
	[ "$(state "$U")" = katapult ]
	flashes -u "$U" -f "$IMAGE" --no-request
	ctl wait "$U" klipper 5000
	[ "$(state "$U")" = klipper ]
}

@test "two nodes are flashed at the same time" {
	local other=$BATS_TEST_TMPDIR/other first second

	make_image "$other" rp2040 0x10004000 --size 20000
	start_mcus two -i vcan0 --erase-ms 1 -u "$U" -u "$V" --mcu-type rp2040
	"$BUILD/flasher" -i vcan0 -u "$U" -f "$IMAGE" --fast --no-clear \
		>"$BATS_TEST_TMPDIR/first.log" 2>&1 3>&- &
	first=$!
	"$BUILD/flasher" -i vcan0 -u "$V" -f "$other" --fast --no-clear \
		--nodeid 130 >"$BATS_TEST_TMPDIR/second.log" 2>&1 3>&- &
	second=$!
	ends_with "$first" 0
	ends_with "$second" 0
	ctl wait "$U" klipper 5000
	ctl wait "$V" klipper 5000
	flashes -u "$U" -f "$IMAGE" --verify-only
	flashes -u "$V" -f "$other" --verify-only
}

# can-admin-channel.md, 3.6: every Katapult node is un-assigned, one that is
# being flashed, too. The old content makes it erase 10 pages of 400 ms: there is
# time for the CLEAR, which is sent as soon as the first one is erased.
@test "a third party's CLEAR ends a flash, and nothing else" {
	local client

	start_mcus two -i vcan0 -u "$U" --erase-ms 200 -u "$V" --nodeid 4
	flashes -u "$U" -f "$IMAGE"
	ctl wait "$U" klipper 5000
	watch_bus vcan0
	"$BUILD/flasher" -i vcan0 -u "$U" -f "$IMAGE" --fast --scale 0.1 \
		>"$BATS_TEST_TMPDIR/client.log" 2>&1 3>&- &
	client=$!
	until_true has "$BUS" '202#0188121140200008'
	cansend vcan0 3F0#12
	ends_with "$client" 1
	cat "$BATS_TEST_TMPDIR/client.log"
	has "$BATS_TEST_TMPDIR/client.log" \
		'^Flash Failed: SEND_BLOCK 0800[0-9a-f]{4}: no answer'
	has "$BATS_TEST_TMPDIR/client.log" '^Flash Failed: COMPLETE: no answer'
	settled
	[ "$(frames '^202#01881500911B9903' | wc -l)" -eq 5 ]
	[ -z "$(frames '^203#0188A00115000000')" ]
	[ "$(state "$U") $(nodeid "$U")" = "katapult null" ]
	[ "$(state "$V") $(nodeid "$V")" = "klipper 4" ]
	flashes -u "$U" -f "$IMAGE"
}

# katapult-protocol.md, 7.5
@test "a host killed between two blocks: the next flash works at once" {
	start_mcus one -i vcan0 -u "$U" --erase-ms 0
	flash --fast -u "$U" -f "$IMAGE" --stop-after 33
	[ "$status" -eq 137 ]
	[ "$(state "$U") $(nodeid "$U")" = "katapult 129" ]
	flashes -u "$U" -f "$IMAGE"
	ctl wait "$U" klipper 5000
	[ "$(state "$U")" = klipper ]
}

# Section 3: 5 frames are 40 bytes of 76; what is sent next fills the block up,
# which is rejected, found again at its own first byte, and so on.
@test "a host killed inside a block: stuck until a reset" {
	start_mcus one -i vcan0 -u "$U" --erase-ms 0
	flash --fast -u "$U" -f "$IMAGE" --stop-after 33 --stop-frame 5
	[ "$status" -eq 137 ]
	watch_bus vcan0
	flash --scale 0.05 -u "$U" -f "$IMAGE" --no-request
	[ "$status" -eq 1 ]
	[[ $output == *"Flash Failed: CONNECT: "* ]]
	[[ $output == *"Flash Failed: COMPLETE: no answer" ]]
	settled
	[ "$(frames '^202#' | wc -l)" -eq 10 ]
	[ "$(frames '^203#')" = 203#0188F10068959903 ]
	[ "$(state "$U")" = katapult ]
	# the truncated application is started (7.6): its first words are there, but
	# not what it needs to be asked for Katapult
	ctl reset "$U"
	ctl wait "$U" klipper 5000
	has_no "$MCU_LOG" "^$U application"
	cansend vcan0 "3F0#02${U^^}"
	until_true has "$MCU_LOG" "^$U request ignored\$"
	ctl set "$U" state katapult
	flashes -u "$U" -f "$IMAGE"
}

# cannot_run MCU-TYPE START [OPTION...] - an image for that, flashed to an
# stm32g0b1xx at 08002000: its last words, after which it is deaf
cannot_run() {
	make_image "$IMAGE" "$@"
	ctl set "$U" state katapult
	flashes -u "$U" -f "$IMAGE" --no-request
	ctl wait "$U" dead 5000
	says=$(grep "^$U crash " "$MCU_LOG" | tail -n 1)
	echo "$says"
	ctl reset "$U"
	ctl wait "$U" dead 5000
}

@test "what the chip cannot run is dead until the next reset, and after it" {
	start_mcus one -i vcan0 -u "$U" --erase-ms 0
	cannot_run stm32g0b1xx 0x08000000
	[[ $says == *"was built for another start" ]]
	cannot_run rp2040 0x10004000
	[[ $says == *"has its stack where this chip has no RAM" ]]
	cannot_run stm32f042x6 0x08002000
	[[ $says == *"was built for another MCU" ]]
	head -c 6000 /dev/zero | tr '\0' '\125' >"$IMAGE"
	flash --fast -u "$U" -f "$IMAGE"
	[ "$status" -eq 1 ]
	make_image "$IMAGE" stm32g0b1xx 0x08002000
	ctl set "$U" state katapult
	flashes -u "$U" -f "$IMAGE" --no-request
	ctl wait "$U" klipper 5000
}

# flashing.md, section 0, fact 1, and 3.2: blocks that are all FF are programmed,
# too, and such a page looks blank to Katapult, which then never erases it.
@test "G0: a page that was programmed with FF takes no other image" {
	local gap=$BATS_TEST_TMPDIR/gap

	cp "$IMAGE" "$gap"
	head -c 2048 /dev/zero | tr '\0' '\377' |
		dd of="$gap" bs=2048 seek=2 conv=notrunc status=none
	start_mcus one -i vcan0 -u "$U" --erase-ms 0
	flashes -u "$U" -f "$gap"
	ctl wait "$U" klipper 5000
	flash --fast --scale 0.1 -u "$U" -f "$IMAGE"
	[ "$status" -eq 1 ]
	[[ $output == *"Flash Failed: SEND_BLOCK 08003000: ERROR"* ]]
	ctl wait "$U" klipper 5000
	ctl set "$U" ecc off
	ctl set "$U" state katapult
	flashes -u "$U" -f "$IMAGE" --no-request
	ctl wait "$U" klipper 5000
}

# flashing.md, section 1.5; can-admin-channel.md, section 8.1
@test "what has no signature cannot be asked back into Katapult" {
	start_mcus two -i vcan0 --erase-ms 0 -u "$U" -u "$V" --mcu-type rp2040
	make_image "$IMAGE" stm32g0b1xx 0x08002000 --no-katapult
	flashes -u "$U" -f "$IMAGE"
	make_image "$IMAGE" rp2040 0x10004000 --no-katapult
	flashes -u "$V" -f "$IMAGE"
	ctl wait "$U" klipper 5000
	ctl wait "$V" klipper 5000
	cansend vcan0 "3F0#02${U^^}"
	cansend vcan0 "3F0#02$V"
	until_true has "$MCU_LOG" "^$U request ignored\$"
	until_true has "$MCU_LOG" "^$V request rom\$"
	ctl wait "$V" rom 5000
	[ "$(state "$U")" = klipper ]
}

@test "nobody there: what the known tool sends, as often, and status 1" {
	watch_bus vcan0
	flash --scale 0.01 -u "$U" -f "$IMAGE"
	[ "$status" -eq 1 ]
	[[ $output == *"Flash Failed: CONNECT: no answer"* ]]
	[[ $output == *"Flash Failed: COMPLETE: no answer" ]]
	settled
	# can-admin-channel.md, section 12.1
	[ "$(frames '^[23]' | uniq -c | xargs)" = "1 3F0#0241F905F55004 1 3F0#12$(:
		) 1 3F0#1141F905F5500481 5 202#01881100F17C9903$(:
		) 5 202#01881500911B9903" ]
}
