# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
# A whole printer from its printer.cfg: 16 MCUs on CAN, among includes, macros
# with lines of thousands of characters, and what SAVE_CONFIG wrote.
bats_require_minimum_version 1.5.0
load ../lib

PRINTER=$BATS_TEST_DIRNAME/../../data/printer

setup() {
	watch_bus vcan0
}

teardown() {
	stop_all
}

@test "all 16 MCUs of a printer.cfg answer a query" {
	start_mcus printer -c "$PRINTER/printer.cfg" -i vcan0
	has "$MCU_LOG" '^ready vcan0 16$'
	cansend vcan0 3F0#00
	until_true has "$BUS" '3F1#20.*01$' 16
	settled
	run frames '^3F1#'
	[ "$(sort <<<"$output")" = "$(
		printf '3F1#2000A1B2C3D4%02X01\n' {0..14}
		echo 3F1#2041F905F5500401
	)" ]
}

@test "a file beside the printer.cfg says more about its MCUs" {
	start_mcus printer -c "$PRINTER/sim.cfg" -i vcan0
	[ "$(state 00a1b2c3d408)" = shutdown ]
	[ "$(state 00a1b2c3d409)" = klipper ]
	run -0 eval "ctl list | jq -r '.mcus[] | [.uuid, .mcu_type] | @tsv'"
	[ "${#lines[@]}" -eq 16 ]
	[[ $output == *$'00a1b2c3d400\trp2040'* ]]
	[[ $output == *$'00a1b2c3d401\tstm32g0b1xx'* ]]
}

@test "a file that is wrong ends with status 2, its line and what to give" {
	printf '[mcu]\ncanbus_uuid: 1\nboot_ms: soon\n' >"$BATS_TEST_TMPDIR/p.cfg"
	run -2 --separate-stderr "$BUILD/canmcu" -c "$BATS_TEST_TMPDIR/p.cfg"
	[ -z "$output" ]
	[ "${stderr_lines[0]}" = "canmcu: $BATS_TEST_TMPDIR/p.cfg:3: boot_ms\
 'soon': give a number from 0 to 3600000" ]
}

# level PIN - what a meter shows there
level() {
	ctl pin ca463a06a1ac "$1" | jq .level
}

# warmer_than LEVEL - the thermistor has less resistance than at that level
warmer_than() {
	[ "$(jq -n "$(level PA0) < $1")" = true ]
}

@test "a heater of the printer.cfg heats its thermistor" {
	local p=$BATS_TEST_TMPDIR/p.cfg cold

	printf '%s\n' '[mcu head]' 'canbus_uuid: ca463a06a1ac' '[board_pins]' \
		'mcu: head' 'aliases: HE0=PB1' '[extruder]' \
		'heater_pin: head:HE0' 'sensor_pin: ^head:PA0' >"$p"
	start_mcus printer -c "$p" -i vcan0 --nodeid 4
	cold=$(level PA0)
	[[ $cold == 0.9551* ]]
	# set_digital_out pin=PB1 value=1
	cansend vcan0 108#08101D11014E237E
	until_true has "$BUS" 109#05118F087E
	until_true warmer_than 0.95
	ctl pin ca463a06a1ac PA0 1
	run ! warmer_than 0.999
	ctl pin ca463a06a1ac PA0 free
	ctl pin ca463a06a1ac PB1 free
	warmer_than 0.95
}

@test "the man page's virtual printer is one, and hands can be laid on it" {
	local section line count=0

	section=$(sed -n '/^\.Sh A VIRTUAL PRINTER/,/^\.Sh EVENTS/p' \
		"$BATS_TEST_DIRNAME/../../../docs/man/canmcu.1")
	sed '1,/^\.Bd/d; /^\.Ed/,$d' <<<"$section" >"$BATS_TEST_TMPDIR/p.cfg"
	start_mcus virtual -c "$BATS_TEST_TMPDIR/p.cfg"
	has "$MCU_LOG" '^ready vcan0 1$'
	while read -r line; do
		eval "ctl $line"
		count=$((count + 1))
	done < <(sed -n 's/^\$ canmcu ctl //p' <<<"$section")
	[ "$count" -eq 8 ]
	has "$MCU_LOG" '^ca463a06a1ac shutdown Timer too close$'
	[ "$(level PA0)" = 0.8 ]
	[ "$(state ca463a06a1ac)" = off ]
}
