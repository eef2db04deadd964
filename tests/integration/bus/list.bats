# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
# canbootreq --list: what is there, without a frame sent. Boards on USB are in
# usb/list.bats.
bats_require_minimum_version 1.5.0
load ../lib

# shellcheck disable=SC2154 # set by apart

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	ip link add vcan8 type vcan
	ip link set vcan8 txqueuelen 127
	ip link add vcan9 type vcan
	ip link set vcan9 up txqueuelen 128
	cat >printer.cfg <<-END
		[include lost.cfg]
		[mcu]
		serial: $PWD/board
		[mcu EBB]
		canbus_uuid: $V
		canbus_interface: vcan9
		[mcu bed]
		canbus_uuid: $U
		[mcu host]
		serial: /tmp/klipper_host_mcu
	END
}

teardown() {
	ip link del vcan8
	ip link del vcan9
	stop_all
}

# list ARGUMENTS... - sets status, output, stderr
list() {
	apart "$BUILD/canbootreq" --list "$@"
}

# row TEXT - begins a line of the output; blanks stand for one or more
row() {
	has "$BATS_TEST_TMPDIR/stdout" "^${1// / +}"
}

# objects FILTER - of the rows that are about this test
objects() {
	jq -c "select(.interface != \"vcan0\") | $1" <<<"$output"
}

# hears IFACE ID - play a Klipper host, which receives exactly this id
hears() {
	candump "$1,$2:C00007FF" >/dev/null 2>&1 3>&- &
	until_true listening "$1" c00007ff
}

@test "each interface is a row, and what is wrong with one comes with its remedy" {
	list
	[ "$status" -eq 0 ]
	row 'INTERFACE DRIVER STATE '
	row 'vcan8 vcan down - - - - 127$'
	row 'vcan9 vcan UNKNOWN - - - - 128$'
	[ "$(grep -c vcan8 <<<"$stderr")" -eq 2 ]
	[[ $stderr != *vcan9* ]]
	type_in
	list -i vcan8
	[ "$status" -eq 0 ]
	[ -z "$stderr" ]
	row 'vcan8 vcan UNKNOWN - - - - 128$'
}

@test "no frame is sent, and nothing is received" {
	watch_bus vcan9
	list -c printer.cfg
	[ "$status" -eq 0 ]
	list -i vcan9 --json
	[ "$(ip -s -j link show vcan9 | jq '.[0].stats64.tx.packets')" -eq 0 ]
	settled vcan9
	[ "$(frames)" = "7FF#$(printf %08X "$MARK")" ]
}

@test "a Klipper host that has nodes open is seen, on its interface alone" {
	list --json
	[ "$(objects 'select(.klipper_host)')" = '' ]
	hears vcan9 109
	list
	[ "$(grep -A 1 '^vcan9 ' <<<"$output" | tail -n 1)" = \
		"    a Klipper host has nodes open on it" ]
	[ "$(grep -c 'Klipper host' <<<"$output")" -eq 1 ]
	list --json
	[ "$(objects 'select(.klipper_host) | .interface')" = '"vcan9"' ]
}

@test "each MCU of the file that is not seen is listed, and why" {
	list -c printer.cfg
	[ "$status" -eq 0 ]
	[[ $stderr == *"warning: printer.cfg:1: 'lost.cfg' cannot be read"* ]]
	row 'NOT SEEN WHY'
	row "mcu not seen: its tty does not exist$"
	row "EBB not looked for: on CAN, canbootreq -i vcan9 --listen hears it$"
	row "bed not seen: there is no CAN interface can0$"
	row "host not looked for: a process of a computer$"
	ln -s /dev/null board
	list -c printer.cfg -i vcan9
	[ "$(sed '1,/^NOT SEEN/d' stdout)" = "$(printf '%-14s %s\n    UUID %s' \
		EBB 'not looked for: on CAN, canbootreq -i vcan9 --listen hears it' \
		"$V")" ]
	list -c printer.cfg
	row "mcu not looked for: its tty exists; what is behind it was not asked$"
}

@test "a line fits a terminal" {
	list -c printer.cfg
	[ "$(wc -l <stdout)" -gt 10 ]
	run -1 grep -E '^.{81}' stdout
}

@test "one object a row, by the schema" {
	list -c printer.cfg --json
	[ "$status" -eq 0 ]
	grep '"item":"interface"' stdout | conforms list_interface
	grep '"item":"mcu"' stdout | conforms list_mcu
	[ "$(objects 'select(.item == "interface") |
		[.interface, .driver, .up, .txqueuelen, (.warnings | length)]')" = \
		$'["vcan8","vcan",false,127,2]\n["vcan9","vcan",true,128,0]' ]
	[ "$(objects 'select(.item == "mcu") | [.name, .where, .uuid, .interface]')" = \
		"$(printf '%s\n' '["mcu","no-tty",null,null]' \
			"[\"EBB\",\"can\",\"$V\",\"vcan9\"]" \
			"[\"bed\",\"no-interface\",\"$U\",\"can0\"]" \
			'["host","process",null,null]')" ]
}

@test "an interface that is not there, and one that is not CAN" {
	list -i can7
	[ "$status" -eq 1 ]
	[[ $stderr == *"there is no interface can7; the CAN interfaces here:"*vcan9* ]]
	list -i lo
	[ "$status" -eq 1 ]
	[[ $stderr == *"lo is not a CAN interface; "* ]]
	[ "$(wc -l <<<"$stderr")" -eq 1 ]
}

@test "where there is nothing, one sentence says what to do" {
	apart unshare --net "$BUILD/canbootreq" --list
	[ "$status" -eq 1 ]
	[ -z "$output" ]
	[ "$(wc -l <<<"$stderr")" -eq 1 ]
	[[ $stderr == "canbootreq: this machine has no CAN interface, and no board on USB"*"; plug one in "* ]]
	apart unshare --net "$BUILD/canbootreq" --list --json -c printer.cfg
	[ "$(jq -r 'select(.outcome) | .outcome' <<<"$output")" = local-error ]
	[ "$(jq -r 'select(.item) | .name' <<<"$output" | wc -l)" -eq 4 ]
	jq -c 'select(.outcome)' <<<"$output" | conforms result
}

@test "a file that is none ends with a sentence, and nothing hangs" {
	mkfifo fifo
	list -c fifo
	[ "$status" -eq 1 ]
	[[ $stderr == "canbootreq: 'fifo' cannot be read (not a regular file)"* ]]
	list -c none
	[ "$status" -eq 1 ]
	[[ $stderr == "canbootreq: 'none' cannot be read"* ]]
	[ -z "$output" ]
}
