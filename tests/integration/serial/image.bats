# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
# canmcu image: what a user types and gets. The images are taken apart by Python,
# as flashing tools do it, and not by our own code.
bats_require_minimum_version 1.5.0
load ../lib

PLACE=(--mcu-type stm32g0b1xx --application-start 0x08002000)

# image ARGUMENTS... - $IMAGE is made; sets status, output and stderr
image() {
	IMAGE=$BATS_TEST_TMPDIR/klipper.bin
	run --separate-stderr bash -c '"$0" image "${@:2}" >"$1"' \
		"$BUILD/canmcu" "$IMAGE" "$@"
	echo "status $status: $stderr"
}

# makes ARGUMENTS... - an image that has to come out
makes() {
	image "${PLACE[@]}" --canbus-frequency 500000 "$@"
	[ "$status" -eq 0 ]
	[ -z "$stderr" ]
}

# refuses WORDS ARGUMENTS... - status 2, one sentence with WORDS, and no image
refuses() {
	image "${@:2}"
	[ "$status" -eq 2 ]
	[[ $stderr == "canmcu image: "*"$1"* ]]
	[[ $stderr == *$'\n'"Try 'canmcu image --help'." ]]
	[ ! -s "$IMAGE" ]
}

# dictionary - the JSON in $IMAGE: the one stream that inflates
dictionary() {
	python3 - "$IMAGE" <<-'END'
		import sys, zlib
		image = open(sys.argv[1], "rb").read()
		texts = []
		at = image.find(b"\x78\xda")
		while at >= 0:
		    try:
		        texts.append(zlib.decompressobj().decompress(image[at:]))
		    except zlib.error:
		        pass
		    at = image.find(b"\x78\xda", at + 1)
		text, = texts
		print(text.decode("ascii"))
	END
}

# tells JQ-EXPRESSION VALUE - the dictionary does
tells() {
	[ "$(dictionary | jq -r "$1")" = "$2" ] || {
		dictionary
		return 1
	}
}

@test "an image begins as flashing.md has it, and says what was asked for" {
	makes --version v0.13.0-77-gabcdef
	[ "$(stat -c %s "$IMAGE")" -eq 24576 ]
	[ "$(head -c 12 "$IMAGE" | od -An -tx1 | tr -d ' ')" = 00400220495c000841200008 ]
	tells .app Klipper
	tells .version v0.13.0-77-gabcdef
	tells .config.MCU stm32g0b1xx
	tells .config.CANBUS_FREQUENCY 500000
	tells '.commands["identify offset=%u count=%c"]' 1
	[ "$(grep -aFc 'CanBoot!' "$IMAGE")" -eq 1 ]
}

# flashing.md, section 2: three constants tell the link
@test "each link tells of itself as its builds do" {
	local -A want=([can]='500000 null null' [bridge]='null 1 null'
		[usb]='null null null' [uart]='null null 250000')
	local link

	for link in "${!want[@]}"; do
		makes --link "$link"
		tells '.config | [.CANBUS_FREQUENCY, .CANBUS_BRIDGE, .SERIAL_BAUD]
			| map(tostring) | join(" ")' "${want[$link]}"
	done
	makes --link uart --baud 57600
	tells .config.SERIAL_BAUD 57600
	image "${PLACE[@]}" --link usb
	[ "$status" -eq 0 ]
}

@test "--size and --no-katapult" {
	makes --size 0x2000 --no-katapult
	[ "$(stat -c %s "$IMAGE")" -eq 8192 ]
	tells .app Klipper
	[ "$(grep -aFc 'CanBoot!' "$IMAGE")" -eq 0 ]
}

@test "what nobody could have built is refused in a sentence" {
	local rest=(--canbus-frequency 500000)

	refuses 'for which chip?' "${rest[@]}"
	refuses 'for which place' --mcu-type rp2040 "${rest[@]}"
	refuses 'like 0x10004000' --mcu-type rp2040 "${rest[@]}"
	refuses 'at which speed' "${PLACE[@]}"
	refuses 'no such chip' --mcu-type stm32
	refuses 'does not play flashing it' --mcu-type same51
	refuses "no Klipper with 'can' for an stm32f401xc" \
		--mcu-type stm32f401xc
	refuses 'starts at 0x10000000' --mcu-type rp2040 \
		--application-start 0x10000000 "${rest[@]}"
	refuses "'soon': give an address" --application-start soon
	refuses 'from 10000 to 1000000' --canbus-frequency 2000000
	refuses 'from 300 to 4000000, like 250000' --baud 299
	refuses 'can, bridge, usb or uart' --link lin
	refuses 'its data dictionary does not fit' "${PLACE[@]}" "${rest[@]}" \
		--size 500
	refuses 'has no room for it' "${PLACE[@]}" "${rest[@]}" --size 999999
	refuses 'printable ASCII' --version $'v1\t'
	refuses "'klipper.bin' is not an option" "${PLACE[@]}" klipper.bin
}

@test "a terminal gets a sentence, and no image" {
	run python3 -c 'import os, pty, sys
sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))' \
		"$BUILD/canmcu" image "${PLACE[@]}" --canbus-frequency 500000
	echo "status $status: $output"
	[ "$status" -eq 2 ]
	[[ $output == *"standard output is a terminal"* ]]
	[[ $output != *CanBoot* ]]
}

@test "a place that takes no more is named" {
	run --separate-stderr bash -c '"$@" >/dev/full' - "$BUILD/canmcu" image \
		"${PLACE[@]}" --canbus-frequency 500000
	[ "$status" -eq 1 ]
	[[ $stderr == *"cannot write the image (No space left on device)"* ]]
}
