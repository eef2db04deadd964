# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
# docs/update.md, typed in as it stands there: see page.bash. The images that `make`
# writes are those of `canmcu image`.
bats_require_minimum_version 1.5.0
load ../lib
load ../page

# shellcheck disable=SC2154 # set by apart

EBB=112233445566 BED=aabbccddeeff
README=$BATS_TEST_DIRNAME/../../../README.md

setup() {
	open_page update.md
	mkdir -p klipper/out
	cat >bin/make <<-END
		#!/bin/sh
		echo "\$@" >>~/made
		[ "\$1" = menuconfig ] ||
			canmcu image --mcu-type stm32g0b1xx --size 6000 --version v2 \\
				--application-start 0x08002000 \\
				--canbus-frequency 1000000 >out/klipper.bin
	END
	chmod +x bin/make
}

teardown() {
	! has_own_dev || rm -f /dev/ttyAMA0
	close_page
}

# built - the files that the page has built by then
built() {
	type_in "Build the firmware" 1
	[ "$status" -eq 0 ]
	make_image bed.bin stm32g0b1xx 0x08002000 --size 7000 --version v3
}

@test "no command of the page is left out here" {
	all_typed_in
}

@test "a file is built, and looked at without a frame" {
	play
	watch_bus can0
	built
	[ "$(<made)" = menuconfig ]
	type_in "Look at a file" 1
	[ "$status" -eq 0 ]
	[[ $output == "$HOME/EBB.bin: checked: Klipper v2 for stm32g0b1xx, "* ]]
	settled can0
	[ "$(frames)" = "7FF#$(printf %08X "$MARK")" ]
}

@test "one board: it is looked at, and flashed, and compared" {
	built
	play --erase-ms 0
	type_in "Stop Klipper" 1
	[ "$(<systemctl)" = "stop klipper" ]
	type_in "Update one board" 1
	[ "$status" -eq 0 ]
	[[ $output == "$EBB (EBB): checked: an unknown version -> v2: $HOME/EBB.bin can be flashed"* ]]
	[[ $stderr == "katflash: names are those of\
 $HOME/printer_data/config/printer.cfg"$'\n'* ]]
	ctl wait "$EBB" klipper 5000
	type_in "Update one board" 2
	[ "$status" -eq 0 ]
	[[ $output == "$EBB (EBB): flashed: an unknown version -> v2, which runs: "* ]]
	[[ $stderr == *"next: start Klipper's host again: sudo systemctl start klipper" ]]
	type_in "Compare" 1
	[ "$status" -eq 0 ]
	[[ $output == "$EBB (EBB): same: "* ]]
	type_in "Start Klipper" 1
	[ "$(tail -n 1 systemctl)" = "start klipper" ]
}

@test "the old firmware is kept, and comes back" {
	built
	play --erase-ms 0
	type_in "Update one board" 2
	make_image EBB.bin stm32g0b1xx 0x08002000 --size 5000 --version v4
	type_in "Keep the old firmware" 1
	[ "$status" -eq 0 ]
	[[ $output == "$EBB (EBB): flashed: v2 -> v4, which runs: $HOME/EBB.bin\
 was written, "*" is in $HOME/EBB.old.bin" ]]
	cmp EBB.old.bin klipper/out/klipper.bin
	type_in "Keep the old firmware" 2
	[ "$status" -eq 0 ]
	[[ $output == "$EBB (EBB): flashed: v4 -> v2, which runs: $HOME/EBB.old.bin was "* ]]
	type_in "Keep the old firmware" 3
	[ "$status" -eq 0 ]
	[[ $output == "$EBB (EBB): saved: v2, 6000 bytes from 0x08002000 on, is in\
 $HOME/EBB.now.bin" ]]
	cmp EBB.now.bin EBB.old.bin
}

@test "all boards at once, and the same again writes nothing" {
	built
	play --nodeid 4 --erase-ms 0
	type_in "Update all boards" 1
	[ "$status" -eq 0 ]
	[ "$(cut -d, -f1 <<<"$output")" = "$EBB (EBB): flashed: an unknown version -> v2
$BED (bed): flashed: an unknown version -> v3" ]
	type_in "Update all boards" 1
	[ "$status" -eq 0 ]
	[ "$(cut -d' ' -f1-3 <<<"$output")" = "$EBB (EBB): same:
$BED (bed): same:" ]
	# as after power-on, so Klipper's host finds them
	[ "$(nodeid "$EBB")" = null ]
	[ "$(nodeid "$BED")" = null ]
}

@test "all boards, as root: the names are looked up where they are" {
	built
	play --erase-ms 0
	type_in "Update all boards" 3
	[ "$status" -eq 0 ]
	[ "$(cut -d: -f1,2 <<<"$output")" = "$EBB (EBB): flashed
$BED (bed): flashed" ]
}

@test "the second example of the README is this printer" {
	local example name

	example=$(awk '/^```/ { block++; next } block == 3' "$README")
	[[ $example == '$ katflash '* ]]
	play --erase-ms 0
	for version in v0.12.0 v0.13.0; do
		for name in EBB bed; do
			make_image "$name.bin" stm32g0b1xx 0x08002000 \
				--size 24576 --version "$version"
		done
		apart bash -c "$(sed -n 's/^\$ //p' <<<"$example")"
		[ "$status" -eq 0 ]
	done
	[ "$output" = "$(sed 1d <<<"$example")" ]
}

@test "one board is not there: the same command finishes the job" {
	built
	play --erase-ms 0
	ctl power "$BED" off
	type_in "Update all boards" 1
	[ "$status" -eq 3 ]
	[ "$(cut -d: -f1,2 <<<"$output")" = "$EBB (EBB): flashed
$BED (bed): no-answer" ]
	ctl power "$BED" on
	ctl wait "$BED" klipper 20000
	type_in "Update all boards" 1
	[ "$status" -eq 0 ]
	[ "$(cut -d: -f1,2 <<<"$output")" = "$EBB (EBB): same
$BED (bed): flashed" ]
}

@test "a file for another offset is refused, and Klipper starts again" {
	play --application-start 0x08008000
	built
	type_in "Update one board" 2
	[ "$status" -eq 9 ]
	[[ $output == "$EBB (EBB): image-refused: "*"nothing was erased" ]]
	ctl wait "$EBB" klipper 5000
}

@test "a board on a UART, by its name" {
	own_dev
	make_image mcu.bin rp2040 0x10004000 --size 6000 --version v4 --link uart
	start_mcus uart -u "$U" --uart pty:/dev/ttyAMA0 --mcu-type rp2040 \
		--bootloader katapult
	type_in "Update all boards" 2
	[ "$status" -eq 0 ]
	[ "$output" = "/dev/ttyAMA0 (mcu): flashed: an unknown version -> v4, which runs:\
 $HOME/mcu.bin was written, and all 6000 bytes were compared" ]
	ctl wait "$U" klipper 5000
}

@test "the page explains each outcome" {
	[ -z "$(unexplained katflash)" ]
}
