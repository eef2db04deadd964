# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
# katflash on a UART, which is a pseudo terminal: from a running Klipper to the new
# one that runs, or why not. No bus is needed for that.
bats_require_minimum_version 1.5.0
load ../lib

# shellcheck disable=SC2154

START=0x08002000

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	LINE=$BATS_TEST_TMPDIR/line
	IMAGE=$BATS_TEST_TMPDIR/klipper.bin
	FLASH=$BATS_TEST_TMPDIR/flash
	make_image "$IMAGE" stm32g0b1xx "$START" --size 6000 --version v2 \
		--link uart
}

teardown() {
	stop_all
}

# board ARGUMENTS... - an MCU on $LINE, with application v1 in a flash that can be
# looked at; OLD_BAUD: the speed of that
board() {
	make_image old stm32g0b1xx "$START" --size 5000 --version v1 --link uart \
		--baud "${OLD_BAUD:-250000}"
	{
		head -c 8192 /dev/zero | tr '\0' '\377'
		cat old
	} >"$FLASH"
	start_mcus one --uart "pty:$LINE" -u "$U" --flash-image "$FLASH" \
		--erase-ms 0 "$@"
}

# katflash ARGUMENTS... - run it to its end; sets status, output, stderr
katflash() {
	apart "$BUILD/katflash" "$@"
}

# holds FILE - that is what the flash of the board begins with, as an application
holds() {
	cmp -n "$(wc -c <"$1")" "$1" <(tail -c +8193 "$FLASH")
}

runs() {
	ctl wait "$U" klipper 5000
}

@test "flashed: written, compared, and the new one runs" {
	board
	katflash -d "$LINE" "$IMAGE"
	[ "$status" -eq 0 ]
	[ "$output" = "$LINE: flashed: v1 -> v2, which runs: $IMAGE was written, and\
 all 6000 bytes were compared" ]
	[[ $stderr == *"next: start Klipper's host again"* ]]
	holds "$IMAGE"
	has "$MCU_LOG" "^$U application v2 stm32g0b1xx\$"
	runs
}

@test "--read and --backup: what is there is in the file, and starts again" {
	board
	katflash --read -d "$LINE" saved.bin
	[ "$status" -eq 0 ]
	[ "$output" = "$LINE: saved: v1, 5000 bytes from $START on, is in saved.bin" ]
	cmp saved.bin old
	runs
	katflash -d "$LINE" "$IMAGE" --backup kept.bin
	[ "$status" -eq 0 ]
	[[ $output == "$LINE: flashed: v1 -> v2, which runs: "*" is in kept.bin" ]]
	cmp kept.bin old
	holds "$IMAGE"
	runs
}

@test "the same again: nothing is written, and it runs" {
	board
	katflash -d "$LINE" "$IMAGE"
	katflash -d "$LINE" "$IMAGE" --json
	[ "$status" -eq 0 ]
	conforms flash <<<"$output"
	[ "$(jq -r '.outcome, .written, .device, .image.version, .katapult.mcu,
		.uuid' <<<"$output")" = \
		$'same\n0\n'"$LINE"$'\nv2\nstm32g0b1xx\nnull' ]
	runs
}

@test "Katapult at a rate of its own" {
	board --katapult-baud 57600
	katflash -d "$LINE" --katapult-baud 57600 "$IMAGE"
	[ "$status" -eq 0 ]
	[[ $output == "$LINE: flashed: v1 -> v2, which runs: "* ]]
	holds "$IMAGE"
	# at that of Klipper it is not heard
	ctl set "$U" state katapult
	katflash -d "$LINE" --timeout 1 "$IMAGE"
	[ "$status" -eq 3 ]
	has "$MCU_LOG" "$LINE is used at 250000 baud, and the MCU at 57600"
}

@test "an LPC176x: 256 bytes at a time, one behind the other" {
	make_image lpc.bin lpc1769 0x4000 --size 70001 --version v2 --link uart
	start_mcus one --uart "pty:$LINE" -u "$U" --mcu-type lpc1769 \
		--flash-image "$FLASH" --erase-ms 0
	katflash -d "$LINE" lpc.bin
	[ "$status" -eq 0 ]
	[[ $output == "$LINE: flashed: "*"v2, which runs: lpc.bin was written"* ]]
	cmp -n 70001 lpc.bin <(tail -c +16385 "$FLASH")
	ctl wait "$U" klipper 5000
	# as long as it is on no CAN
	katflash -d "$LINE" lpc.bin --json
	[ "$(jq -r '.outcome, .katapult.mcu' <<<"$output")" = $'same\nlpc1769' ]
}

@test "its rates are those of -b and --katapult-baud" {
	OLD_BAUD=115200 board --katapult-baud 115200
	katflash -d "$LINE" -b 115200 --katapult-baud 115200 "$IMAGE" -v \
		--no-start
	[ "$status" -eq 0 ]
	[[ $stderr == *"115200 > 7E201C20526571"* ]]
	holds "$IMAGE"
}

@test "the new firmware is asked at the speed that its file tells" {
	board
	make_image "$IMAGE" stm32g0b1xx "$START" --size 6000 --version v2 \
		--link uart --baud 115200
	katflash -d "$LINE" "$IMAGE"
	[ "$status" -eq 0 ]
	[[ $output == "$LINE: flashed: v1 -> v2, which runs: "* ]]
	# as a host does, which has it from its printer.cfg
	[[ $stderr == *"next: set baud: 115200 in its section of printer.cfg, which is\
 its rate now; then start Klipper's host again: sudo systemctl start klipper" ]]
	# and the one before it at that of -b
	katflash -d "$LINE" --timeout 1 old
	[ "$status" -eq 3 ]
	katflash -d "$LINE" -b 115200 old
	[ "$status" -eq 0 ]
	[[ $output == "$LINE: flashed: v2 -> v1, which runs: "* ]]
}

@test "--verify: equal or not, the application starts again" {
	board
	katflash --verify -d "$LINE" old
	[ "$status" -eq 0 ]
	[[ $output == "$LINE: same: "* ]]
	runs
	katflash --verify -d "$LINE" "$IMAGE"
	[ "$status" -eq 10 ]
	[[ $output == "$LINE: incomplete: "*"its old application is still there" ]]
	holds old
	runs
}

@test "--no-start: it stays in Katapult, and is not asked again for it" {
	board
	katflash --no-start -d "$LINE" "$IMAGE"
	[ "$status" -eq 0 ]
	[[ $output == "$LINE: flashed: "*"all 6000 bytes were compared" ]]
	[[ $stderr == *"next: it is in Katapult; to start what is in its flash,\
 press its reset button"* ]]
	[ "$(state "$U")" = katapult ]
	katflash -d "$LINE" old -v
	[ "$status" -eq 0 ]
	[[ $output == "$LINE: flashed: v2 -> v1, which runs: "* ]]
	[[ $stderr != *7E201C20526571* ]]
	runs
}

@test "--check: the application starts again, and nothing is erased" {
	board
	katflash --check -d "$LINE" "$IMAGE"
	[ "$status" -eq 0 ]
	[[ $output == "$LINE: checked: "* ]]
	holds old
	runs
}

@test "--check of a file alone: on which link the board would be" {
	local link speeds text

	while IFS=';' read -r link speeds text; do
		make_image file stm32g0b1xx "$START" --link "$link"
		katflash --check file
		[ "$status" -eq 0 ]
		[[ $output == *", built for a start at 0x08002000, for $text" ]]
		katflash --check --json file
		conforms flash <<<"$output"
		[ "$(jq -r '.image | [.link, .canbus_frequency, .serial_baud] |
			join(" ")' <<<"$output")" = "$link $speeds" ]
	done <<-END
		can;1000000 ;CAN at 1000000 bit/s
		bridge; ;a USB-CAN bridge
		usb; ;USB
		uart; 250000;a UART at 250000 baud
	END
}

# Katapult goes on answering for 100 ms after it was told to start, and a flash
# takes longer here.
@test "one call behind another: each has left Katapult before it ends" {
	board --erase-ms 50
	katflash --check -d "$LINE" "$IMAGE"
	[ "$status" -eq 0 ]
	katflash --verify -d "$LINE" old
	[ "$status" -eq 0 ]
	katflash --no-wait -d "$LINE" "$IMAGE"
	[ "$status" -eq 0 ]
	katflash -d "$LINE" old
	[ "$status" -eq 0 ]
	holds old
	runs
}

@test "an image for CAN, or for another start: refused, and nothing is erased" {
	local other=$BATS_TEST_TMPDIR/other

	board
	make_image "$other" stm32g0b1xx "$START"
	katflash -d "$LINE" "$other"
	[ "$status" -eq 9 ]
	[ "$output" = "$LINE: image-refused: $other is not flashed without\
 --force; nothing was erased" ]
	runs
	katflash -d "$LINE" "$other" --json
	conforms flash <<<"$output"
	[ "$(jq -r '.findings[0].name' <<<"$output")" = wrong-link ]
	make_image "$other" stm32g0b1xx 0x08000000 --link uart
	katflash -d "$LINE" "$other"
	[ "$status" -eq 9 ]
	[[ $stderr == *"0x08000000"*"0x08002000"*"8KiB bootloader"* ]]
	holds old
	runs
}

@test "by the name and the rate of printer.cfg, beside another port" {
	board
	start_mcus two --uart "pty:$BATS_TEST_TMPDIR/two" -u "$V" --baud 57600 \
		--state katapult
	printf '[mcu]\nserial: %s\n[mcu EBB]\nserial: %s\nbaud: 57600\n' \
		"$LINE" "$BATS_TEST_TMPDIR/two" >printer.cfg
	katflash -c printer.cfg -m mcu "$IMAGE" -m EBB --katapult-baud 57600 \
		"$IMAGE" --no-start
	[ "$status" -eq 0 ]
	[ "$(cut -d: -f1,2 <<<"$output")" = "$LINE (mcu): flashed
$BATS_TEST_TMPDIR/two (EBB): flashed" ]
	katflash -c printer.cfg -m mcu "$IMAGE" -d "$LINE" "$IMAGE"
	[ "$status" -eq 2 ]
	[[ $stderr == *"-d '$LINE' is the same board as another one: "* ]]
}

# turns - how often blocks for one chip are behind blocks for the other: those of a
# G0B1 begin at 0x080020.., those of an F446 at 0x080080..
turns() {
	grep -oE ' > 01881211..[2389]' <<<"$stderr" | sed 's/.*[23]$/G0B1/; s/.*[89]$/F446/' |
		uniq | wc -l
}

@test "two ports at once: they are flashed side by side, and both run" {
	local two=$BATS_TEST_TMPDIR/two

	# it takes long enough for the other one to begin
	start_mcus two --uart "pty:$two" -u "$V" --mcu-type stm32f446xx \
		--erase-ms 200
	board --erase-ms 200
	make_image other.bin stm32f446xx 0x08008000 --size 6000 --version v3 \
		--link uart
	katflash -d "$two" other.bin -d "$LINE" "$IMAGE" -v
	[ "$status" -eq 0 ]
	[ "$(grep -cE ': flashed: .* -> v[23], which runs: ' <<<"$output")" -eq 2 ]
	[ "$(turns)" -gt 2 ]
	holds "$IMAGE"
	has two.log "^$V application v3 stm32f446xx\$"
	runs
}

@test "of two ports one goes away in the middle, and the other one is flashed" {
	local two=$BATS_TEST_TMPDIR/two pid gone

	board --erase-ms 1000
	cp "$FLASH" "$two.flash"
	start_mcus two --uart "pty:$two" -u "$V" --flash-image "$two.flash" \
		--erase-ms 1000
	gone=$MCU_PID
	"$BUILD/katflash" -d "$two" "$IMAGE" -d "$LINE" "$IMAGE" -v \
		--timeout 20 >out 2>err 3>&- &
	pid=$!
	until_true has err ' > 018812' 4
	kill -KILL "$gone"
	ends_with "$pid" 10
	has out "^$two: incomplete: .* went away in the middle of it"
	has out "^$LINE: flashed: "
	holds "$IMAGE"
}

@test "one that is silent: the reasons, and the other one is flashed" {
	board
	start_mcus two --uart "pty:$BATS_TEST_TMPDIR/two" -u "$V" --state off
	katflash -d "$BATS_TEST_TMPDIR/two" "$IMAGE" -d "$LINE" "$IMAGE" \
		--timeout 1
	[ "$status" -eq 3 ]
	[ "$(cut -d: -f1,2 <<<"$output")" = "$BATS_TEST_TMPDIR/two: no-answer
$LINE: flashed" ]
	[[ $output == *": no answer came, neither before the request nor within\
 1 s after it; the request was sent"* ]]
	[[ $stderr == *$'next: likely reasons, likeliest first:\nkatflash:   1. '* ]]
	katflash -d "$BATS_TEST_TMPDIR/two" "$IMAGE" --timeout 0.1 --json
	[ "$status" -eq 3 ]
	conforms flash <<<"$output"
	[[ $(jq -r .next <<<"$output") == *$'\n1. '* ]]
}

@test "no such port, no serial port, or one that another program has open" {
	local holder

	board
	katflash -d "$LINE" "$IMAGE" -d /dev/nowhere "$IMAGE"
	[ "$status" -eq 1 ]
	[[ $stderr == "katflash: /dev/nowhere: there is no such device (No such\
 file or directory); nothing was sent"* ]]
	katflash -d /dev/null "$IMAGE"
	[ "$status" -eq 1 ]
	[[ $output == "/dev/null: local-error: it is not a serial port" ]]
	/usr/bin/python3 -c 'import sys
port = open(sys.argv[1], "rb", buffering=0)
print("open", flush=True)
port.read()' "$LINE" >holder.log 2>&1 3>&- &
	holder=$!
	until_true has holder.log open
	katflash -d "$LINE" "$IMAGE"
	[ "$status" -eq 6 ]
	[[ $output == "$LINE: busy: python3 (pid $holder) has it open; no request\
 was sent" ]]
	[ "$(state "$U")" = klipper ]
	kill "$holder"
}

@test "it does not come up: not-started, and why" {
	board --state katapult --fault 'boot-never count=1'
	katflash -d "$LINE" "$IMAGE" --timeout 0.5
	[ "$status" -eq 11 ]
	[[ $output == "$LINE: not-started: $IMAGE is in the flash, and Katapult\
 was left, but no Klipper has answered on $LINE within 0.5 s" ]]
	holds "$IMAGE"
}

# begun - it is written in the background, page by page of two seconds, so that a
# busy machine finds it in the middle; sets pid
begun() {
	board --erase-ms 1000
	"$BUILD/katflash" -d "$LINE" "$IMAGE" -v --timeout 20 >out 2>err 3>&- &
	pid=$!
	until_true has err ' > 018812' 2
}

@test "Ctrl-C in the middle: what is in the flash; the same again finishes it" {
	begun
	kill -INT "$pid"
	ends_with "$pid" 130
	has out "^$LINE: interrupted: ended by SIGINT before it was done; it has no\
 application now, and stays in Katapult"
	run ! holds "$IMAGE"
	ctl set "$U" erase_ms 0
	katflash -d "$LINE" "$IMAGE"
	[ "$status" -eq 0 ]
	holds "$IMAGE"
	runs
}

@test "the board loses its power in the middle, and the same again finishes it" {
	begun
	ctl power "$U" off
	ends_with "$pid" 10
	has out "^$LINE: incomplete: Katapult does not answer any more: .*; it has no\
 application now, and stays in Katapult"
	ctl power "$U" on
	ctl set "$U" erase_ms 0
	katflash -d "$LINE" "$IMAGE"
	[ "$status" -eq 0 ]
	holds "$IMAGE"
	runs
}

# 900,000 bytes take seconds to be read, on any machine
@test "its line goes away while it is read: there is no file" {
	local reader

	make_image old stm32h743xx 0x08020000 --size 900000 --version v1 --link uart
	{
		head -c 131072 /dev/zero | tr '\0' '\377'
		cat old
	} >"$FLASH"
	start_mcus one --uart "pty:$LINE" -u "$U" --mcu-type stm32h743xx \
		--flash-image "$FLASH"
	"$BUILD/katflash" --read -d "$LINE" saved.bin -v \
		--timeout 20 >out 2>err 3>&- &
	reader=$!
	until_true has err ' > 018814' 2
	kill -KILL "$MCU_PID"
	ends_with "$reader" 3
	has out "^$LINE: no-answer: $LINE went away while it was read; nothing was\
 written"
	[ ! -e saved.bin ]
}

@test "its line goes away in the middle" {
	begun
	kill -KILL "$MCU_PID"
	ends_with "$pid" 10
	has out "^$LINE: incomplete: $LINE went away in the middle of it; it has no\
 application now"
	has err 'next: look for its plug and cable'
}

@test "what a distribution runs with the installed programs" {
	PATH=$BUILD:$PATH "$BATS_TEST_DIRNAME/../../../debian/tests/serial"
}
