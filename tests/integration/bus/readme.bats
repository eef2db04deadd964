# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
# The lines of the README that need a bus, typed in as they stand there: see
# manual.bash. The first two examples are in printers.bats and update.bats.
bats_require_minimum_version 1.5.0
load ../lib
load ../page
load ../manual

# shellcheck disable=SC2154 # set by apart

EBB=112233445566 BED=aabbccddeeff

setup() {
	open_page printers.md
	cp printer_data/config/printer.cfg .
	make_image klipper.bin stm32g0b1xx 0x08002000 --version v2
}

teardown() {
	forget && close_page
}

# outcomes OUTCOME... - all that was printed, a board a line, and status 0
outcomes() {
	[ "$status" -eq 0 ]
	[ "$(sed -E 's/^[^:]*: ([a-z-]+): .*/\1/' <<<"$output" | xargs)" = "$*" ]
}

@test "boards are asked by their names" {
	play --nodeid 4
	line 'canbootreq -m EBB'
	outcomes in-bootloader
	line 'canbootreq -c printer.cfg --all'
	outcomes in-bootloader in-bootloader
	line 'canbootreq --list -c printer.cfg'
	[[ $output == "INTERFACE "* ]]
}

@test "boards are asked by UUID, and go back" {
	start_mcus three -i can0 --nodeid 4 -u "$U" --nodeid 5 -u "$EBB" \
		--nodeid 6 -u "$BED"
	line 'canbootreq -i can0 -u 41f905f55004'
	outcomes in-bootloader
	line 'canbootreq -i can0 -u UUID -u UUID' \
		"canbootreq -i can0 -u $EBB -u $BED"
	outcomes in-bootloader in-bootloader
	line 'canbootreq -i can0 --leave -u UUID' "canbootreq -i can0 --leave -u $EBB"
	outcomes left-bootloader
	line 'canbootreq -i can0 -u UUID --json' "canbootreq -i can0 -u $EBB --json"
	conforms result <<<"$output"
	[ "$(jq -r .outcome <<<"$output")" = in-bootloader ]
	line 'canbootreq --dry-run -u UUID' "canbootreq --dry-run -u $EBB"
	[ "$output" = "3F0#02112233445566" ]
}

@test "nodes are heard without a frame" {
	play --nodeid 4
	line 'canbootreq -i can0 --listen'
	[[ $output == "can0: state "*$'\n'"nodeid 4: Klipper, "* ]]
}

@test "without Katapult, Klipper itself is asked" {
	play --bootloader none
	line 'canbootreq -i can0 --diagnose -u UUID' \
		"canbootreq -i can0 --diagnose -u $EBB"
	[ "$status" -eq 4 ]
	[[ $output == "$EBB: still-application: Klipper "* ]]
}

@test "the board on a UART, by its tty and by its name" {
	own_dev
	start_mcus main --uart pty:/dev/ttyAMA0 -u "$U"
	line 'serialbootreq -d /dev/ttyAMA0 -b 250000'
	outcomes in-bootloader
	line 'serialbootreq -m mcu'
	outcomes in-bootloader
	make_image klipper.bin stm32g0b1xx 0x08002000 --version v2 --link uart
	line 'katflash -d /dev/ttyAMA0 klipper.bin'
	outcomes flashed
}

@test "a board is flashed by its name" {
	play --erase-ms 0
	line 'katflash -m EBB klipper.bin'
	outcomes flashed
}

@test "a simulated board is asked, and looked at" {
	line 'canmcu -i vcan0 -u 41f905f55004 --nodeid 4 --control /tmp/mcu.ctl &'
	happened '^ready vcan0 1$'
	line 'canbootreq -i vcan0 -u 41f905f55004'
	outcomes in-bootloader
	line 'canmcu ctl --control /tmp/mcu.ctl list'
	[[ $output == *'"uuid":"41f905f55004"'*'"state":"katapult"'* ]]
	line 'echo list | socat - UNIX-CONNECT:/tmp/mcu.ctl'
	[[ $output == *'"uuid":"41f905f55004"'*'"state":"katapult"'* ]]
	CTL=$HOME/tmp/mcu.ctl ctl reset "$U"
	CTL=$HOME/tmp/mcu.ctl ctl wait "$U" klipper 5000
	line 'canmcu ctl --control /tmp/mcu.ctl pin 41f905f55004 PA0 1'
	[[ $output == *'"ok":true'* ]]
}

@test "all boards of a printer are simulated" {
	line 'canmcu -c printer.cfg -i vcan0' 'canmcu -c printer.cfg -i vcan0 &'
	happened '^ready vcan0 2$'
}

@test "faults, the same ones with the same seed" {
	line "canmcu -u 41f905f55004 --fault 'drop rx chance=0.05' --seed 7" \
		"canmcu -u 41f905f55004 --fault 'drop rx chance=0.05' --seed 7 &"
	happened '^ready vcan0 1$'
}

@test "a board that is not on CAN" {
	line 'canmcu -u 41f905f55004 --uart pty:/tmp/mcu' \
		'canmcu -u 41f905f55004 --uart pty:/tmp/mcu &'
	happened '^ready '
	[ -c "$HOME/tmp/mcu" ]
}

@test "a shell where vcan0 exists" {
	line 'vcan-run -- bash' 'echo ip -br link show vcan0 | vcan-run -- bash'
	[ "$status" -eq 0 ]
	[[ $output == "vcan0 "*UNKNOWN* || $output == "vcan0 "*UP* ]]
}
