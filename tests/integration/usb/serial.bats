#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
# serialbootreq on USB: the kernel's own cdc_acm and udev's names, in a guest of
# `vcan-run --usb`; tests/support/usbboard is the board, and canmcu one with an MCU
# behind it. Facts: usbip-gsusb-bridge.md, sections 4.5 to 7.
bats_require_minimum_version 1.5.0

# shellcheck disable=SC2154

load ../lib
load board

KLIPPER=/dev/serial/by-id/usb-Klipper_stm32g0b1xx_$SERIAL-if00
KATAPULT=/dev/serial/by-id/usb-katapult_stm32g0b1xx_$SERIAL-if00

teardown() {
	stop_board && stop_all
}

# plug_klipper [KIND] - and wait for the name that udev makes; once it is touched
# it is plugged as that KIND
plug_klipper() {
	start_board
	say plug klipper
	[ -z "${1-}" ] || say touch "$1"
	until_true [ -c "$KLIPPER" ]
}

# request ARGUMENTS... - sets status, output; the diagnostics are in "err"
request() {
	status=0
	# shellcheck disable=SC2086 # words on purpose
	${CONTAINER-} "$BUILD/serialbootreq" "$@" >out 2>err 3>&- 9>&- || status=$?
	output=$(<out)
	echo "status $status"
	cat out err
}

# ends STATUS OUTCOME TEXT - what request() has to have come to
ends() {
	[ "$status" -eq "$1" ]
	[[ $output == *": $2: "*"$3"* ]]
}

touched() {
	has told '^touch'
}

@test "touched, it comes up as Katapult, which is left alone then" {
	plug_klipper katapult
	request -d "$KLIPPER" --timeout 20
	ends 0 in-bootloader "Katapult came up on USB port 1-1 (1d50:6177) as $KATAPULT"
	[ "$(grep -c '^touch' told)" = 1 ]
	has err "next: python3 .*/flashtool.py -d $KATAPULT -f "
	has err 'back: press the board.s reset button'
	for name in "$KATAPULT" /dev/ttyACM0; do
		request -d "$name" --json
		[ "$(jq -r '[.outcome, .way, .request, .usb.port, .usb.id,
			.usb.tty, .usb.by_id] | join(" ")' out)" = \
			"in-bootloader usb none 1-1 1d50:6177 /dev/ttyACM0 $KATAPULT" ]
		conforms serial_result <out
	done
	[ "$(grep -c '^touch' told)" = 1 ]
	# by the old name, too: the serial number in it finds the board
	request -d "$KLIPPER"
	ends 0 in-bootloader 'it was in the bootloader already: Katapult is on USB port 1-1 (1d50:6177) as /dev/ttyACM0; no request was sent'
	has err "next: python3 .*/flashtool.py -d $KATAPULT -f "
	request -d "${KLIPPER/$SERIAL/3D0052001450425539383920}"
	ends 1 local-error 'there is no such device'
	[ "$(grep -c '^touch' told)" = 1 ]
}

# The kernel tells a container of another user nothing of its devices.
@test "it is found where no events come" {
	plug_klipper katapult
	CONTAINER='unshare --user --map-root-user --net' request -d "$KLIPPER" \
		--timeout 20
	ends 0 in-bootloader "Katapult came up on USB port 1-1 (1d50:6177)"
}

@test "touched, it comes up as the ROM's DFU: heaters, and the command as printed" {
	plug_klipper dfu
	request -d /dev/ttyACM0 --timeout 20
	ends 0 in-bootloader 'the STM32 ROM bootloader (DFU) came up on USB port 1-1 (0483:df11)'
	has err '^serialbootreq: warning: .*heater'
	cp err first
	# asked again: the ROM's serial number is made of the one in the name
	request -d "$KLIPPER"
	ends 0 in-bootloader 'it was in the bootloader already: the STM32 ROM bootloader (DFU) is on USB port 1-1 (0483:df11); no request was sent'
	cmp err first
	# no such name tells
	request -d /dev/ttyACM0
	ends 7 unproven 'likely it is in its bootloader, the STM32 ROM bootloader (DFU) on USB port 1-1'
	cmp err first
	command=$(sed -n 's/^serialbootreq: next: //p' err)
	[[ $command == 'sudo dfu-util '* ]]
	sudo() {
		"$@"
	}
	export HOME=$PWD
	mkdir -p klipper/out
	head -c 3000 /dev/urandom >klipper/out/klipper.bin
	eval "$command"
	until_true has told '^leave 08000000'
}

@test "touched, it stays; it comes back as it was; it is something else" {
	plug_klipper
	request -d "$KLIPPER" --timeout 1
	ends 4 still-application 'Klipper on a serial port did not leave USB port 1-1'
	touched
	say touch klipper
	request -d "$KLIPPER" --timeout 20
	ends 4 still-application "came back there as it was: Klipper on a serial port, as $KLIPPER"
	say touch gsusb
	request -d "$KLIPPER" --timeout 20
	ends 7 unproven 'came up on USB port 1-1 (1d50:606f)'
	until_true [ -e /sys/class/net/can0 ]
	request -d "$KLIPPER"
	ends 1 local-error "it is a USB-to-CAN bridge now: can0, UUID $BRIDGE, on USB port 1-1 (1d50:606f); no request was sent"
	has err "canbootreq -i can0 -u $BRIDGE$"
}

@test "touched, it is gone; or it comes up late" {
	plug_klipper nothing
	request -d "$KLIPPER" --timeout 2
	ends 3 no-answer 'it left USB port 1-1, and nothing came up there within 2 s'
	say plug klipper
	until_true [ -c "$KLIPPER" ]
	say touch nothing
	{
		until_true has err 'port 1-1: nothing' && say plug katapult
	} 3>&- &
	request -d "$KLIPPER" -v --timeout 20
	ends 0 in-bootloader "Katapult came up on USB port 1-1 (1d50:6177) as $KATAPULT"
}

@test "who holds it is named, who may open it, and it is not touched" {
	plug_klipper katapult
	/usr/bin/python3 -c 'port = open("/dev/ttyACM0", "rb", buffering=0)
print("open", flush=True)
port.read()' >holder.log 2>&1 3>&- 9>&- &
	holder=$!
	until_true has holder.log open
	request -d "$KLIPPER"
	ends 6 busy "python3 (pid $holder) has it open; no request was sent"
	kill "$holder"
	wait "$holder" || :
	chmod 711 "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR"/* "$BATS_TEST_TMPDIR"
	cp "$BUILD/serialbootreq" .
	status=0
	setpriv --reuid nobody --clear-groups ./serialbootreq -d "$KLIPPER" \
		>out 2>err 3>&- 9>&- || status=$?
	output=$(<out)
	ends 1 local-error 'members of the group dialout may'
	run ! touched
}

# A board that answers no USB request keeps it where it opens the port.
@test "it vanishes while it is being touched" {
	local got=0

	plug_klipper
	endpoint=$(sed -n 's/^endpoint //p' told)
	kill -STOP "$endpoint"
	"$BUILD/serialbootreq" -d "$KLIPPER" -v --timeout 1 >out 2>err 3>&- 9>&- &
	asker=$!
	until_true grep -q usb_start_wait_urb "/proc/$asker/wchan"
	kill -KILL "$endpoint"
	wait "$asker" || got=$?
	run ! touched
	# the kernel may see that it is gone before the port is open, or after
	if [ "$got" -eq 1 ]; then
		has out 'local-error: there is no such device'
		run ! has err 'DTR on'
		return
	fi
	[ "$got" -eq 5 ]
	has out 'not-sent: it vanished while it was being asked (.*), and on USB port 1-1 there is nothing$'
	has err 'DTR on, 1200 baud, DTR off$'
}

@test "what is no serial port, and what is no board" {
	start_board
	say plug dfu
	until_true usb_is 0483:df11
	request -d "/dev/bus/usb/001/$(lsusb -s 1: -d 0483:df11 | sed 's/.*Device \([0-9]*\):.*/\1/')"
	ends 1 local-error 'it is not a serial port'
	say plug klipper
	until_true [ -c "$KLIPPER" ]
	# its echo is no Klipper's answer
	request -d "$KLIPPER" --uart --timeout 3
	ends 3 no-answer 'only what was written came back'
	run ! touched
}

# canmcu_usb OPTION... - an MCU of canmcu, there as Klipper
canmcu_usb() {
	start_mcus mcu --usb --chip-id "$SERIAL" "$@" 9>&-
	until_true [ -c "$KLIPPER" ]
}

unplug_canmcu() {
	kill "$MCU_PID"
	ends_with "$MCU_PID" 0
	until_true port_is_free
}

@test "canmcu: Katapult, and back into Klipper by a reset" {
	canmcu_usb
	request -d "$KLIPPER" --timeout 20
	ends 0 in-bootloader "Katapult came up on USB port 1-1 (1d50:6177) as $KATAPULT"
	uuid=$(ctl list | jq -r '.mcus[0].uuid')
	[ "$(state "$uuid")" = katapult ]
	ctl reset "$uuid"
	until_true [ -c "$KLIPPER" ]
	[ "$(state "$uuid")" = klipper ]
	unplug_canmcu
}

@test "canmcu: the ROM, and nothing to enter" {
	canmcu_usb --bootloader rom
	request -d "$KLIPPER" --timeout 20
	ends 0 in-bootloader '(DFU) came up on USB port 1-1 (0483:df11)'
	unplug_canmcu
	canmcu_usb --bootloader none
	request -d "$KLIPPER" --timeout 1
	ends 4 still-application 'did not leave USB port 1-1'
	unplug_canmcu
}

# client TIMES COMMAND... - on a board that was plugged in anew; @DEV@ is its tty.
# When it was unplugged, all that came before has been told.
client() {
	local want=$1 before after

	shift
	before=$(grep -c '^touch' told) || :
	say plug klipper
	until_true [ -c "$KLIPPER" ]
	"${@//@DEV@/$KLIPPER}" </dev/null 3>&- 9>&-
	PLUGGED=$((${PLUGGED:-0} + 1))
	say unplug
	until_true has told '^unplugged' "$PLUGGED"
	after=$(grep -c '^touch' told) || :
	echo "$1: $before, $after"
	[ $((after > before)) -eq "$want" ]
}

# usbip-gsusb-bridge.md, section 4.5: the order of DTR and 1200 baud decides.
@test "the clients in the field, and the one that must not work" {
	start_board
	client 0 picocom -q -b 1200 -x 500 @DEV@
	client 1 stty -F @DEV@ 1200
	client 1 picocom -q -b 1200 --lower-dtr -x 500 @DEV@
	client 1 /usr/bin/python3 -c 'import serial, sys
port = serial.Serial(sys.argv[1], baudrate=1200)
port.dtr = False
port.close()' @DEV@
	client 1 sh -c "'$BUILD/serialbootreq' --timeout 0.1 -d @DEV@; [ \$? = 4 ]"
}
