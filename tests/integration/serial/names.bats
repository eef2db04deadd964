# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
# MCUs on serial ports by the names of a printer.cfg.
bats_require_minimum_version 1.5.0
load ../lib

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	export HOME=$BATS_TEST_TMPDIR
	cat >printer.cfg <<-EOF
		[mcu]
		serial: $HOME/tty
		baud: 115200
		[mcu EBB]
		canbus_uuid: 0x1
		canbus_interface: can1
		[mcu host]
		serial: /tmp/klipper_host_mcu
	EOF
}

teardown() {
	stop_all
}

# name ARGUMENTS... - run serialbootreq; sets status, output, stderr
name() {
	apart "$BUILD/serialbootreq" "$@"
}

# sentence TEXT - the only line of standard error
sentence() {
	[ "$stderr" = "serialbootreq: $1" ]
}

@test "device and rate are those of the section" {
	start_mcus uart -u "$U" --uart "pty:$HOME/tty" --baud 115200
	name -c printer.cfg -m mcu --katapult-baud 115200
	[ "$status" -eq 0 ]
	[[ $output == "$HOME/tty: in-bootloader: "* ]]
	[ "$(state "$U")" = katapult ]
}

@test "a file in a usual place is taken, which is said; -b wins over baud" {
	start_mcus uart -u "$U" --uart "pty:$HOME/tty" --baud 57600
	name -m mcu -b 57600 --katapult-baud 57600
	[ "$status" -eq 0 ]
	[[ $stderr == "serialbootreq: names are those of $HOME/printer.cfg"* ]]
}

@test "one that is on CAN is said to be one for canbootreq" {
	name -c printer.cfg -m EBB
	[ "$status" -eq 1 ]
	sentence "'EBB' is on CAN; ask it with: canbootreq -i can1 -u 000000000001"
	[ -z "$output" ]
}

@test "what cannot be resolved is one sentence" {
	name -c printer.cfg -m host
	[ "$status" -eq 1 ]
	sentence "'host' is a process of a computer (serial:\
 /tmp/klipper_host_mcu), which has no bootloader: leave it out"
	name -c printer.cfg -m EBB2 --json
	[ "$status" -eq 1 ]
	[ "$(jq -r '.outcome + ": " + .reason' <<<"$output")" = "local-error: no\
 MCU is called 'EBB2'; there are: mcu, EBB, host" ]
	name -c none -m mcu
	[ "$status" -eq 1 ]
	sentence "'none' cannot be read (No such file or directory): give a\
 configuration file"
	sed -i 's/115200/fast/' printer.cfg
	name -c printer.cfg -m mcu
	[ "$status" -eq 1 ]
	sentence "printer.cfg:3: baud 'fast' is no number: bits per second from\
 1200 to 4000000, like 250000"
	printf '[include /*/*/*/*/*/*/*/*/*]\n' >printer.cfg
	name -c printer.cfg -m mcu
	[ "$status" -eq 1 ]
	sentence "printer.cfg:1: '/*/*/*/*/*/*/*/*/*' is about more than 50000\
 files and folders: name those that are meant"
	printf '[mcu]\nserial:\n' >printer.cfg
	name -c printer.cfg -m mcu
	[ "$status" -eq 1 ]
	sentence "printer.cfg:2: serial of [mcu] is empty: give a path in\
 /dev/serial/by-id"
}
