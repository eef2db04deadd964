# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
# MCUs on a serial line, on this machine: a pty takes no CAN. What goes over the
# line is written and read with printf and od, not with our own code.
bats_require_minimum_version 1.5.0
load ../lib

# can-admin-channel.md, section 11.2
REQUEST=' \x1c Request Serial Bootloader!! ~'
# klipper-mcu-protocol.md, section 18, V3: identify offset=0 count=40; and V5, its
# ACK, behind an answer of 40 bytes (V4)
IDENTIFY='\x08\x10\x01\x00\x28\x5e\x9f\x7e'
IDENTIFIED='3011000028.{80}.{4}7e05118f087e'
# katapult-protocol.md, section 12: CONNECT, and how its ACK begins and ends
CONNECT='\x01\x88\x11\x00\xf1\x7c\x99\x03'
CONNECTED='0188a00d11000000.*9903'

setup() {
	TTY=$BATS_TEST_TMPDIR/line
}

teardown() {
	tail -n 20 "$BATS_TEST_TMPDIR"/*.log
	stop_all
}

# start_uart ARGUMENTS... - one MCU on $TTY, and $LINE open at its other end
start_uart() {
	start_mcus one -u "$U" --uart "pty:$TTY" "$@"
	open_line
}

# hold_line - it is open, and nobody reads
hold_line() {
	exec {LINE}<>"$TTY"
}

# open_line - what comes is kept at once, which Ubuntu's cat, in Rust, does not do
open_line() {
	hold_line
	HEARD=$BATS_TEST_TMPDIR/heard
	dd bs=4096 status=none <"$TTY" >>"$HEARD" 3>&- &
}

# let_go - it is closed again
let_go() {
	exec {LINE}>&-
}

# say FORMAT... - bytes as printf has them
say() {
	# shellcheck disable=SC2059 # it is the format that is sent
	printf "$@" >&"$LINE"
}

# hex - all that came
hex() {
	od -An -v -tx1 "$HEARD" | tr -d ' \n'
}

# heard PATTERN - the hex of all that came has the extended regex
heard() {
	hex | grep -qE -- "$1"
}

# accepted BEFORE SENT - then it is the bootloader that answers
accepted() {
	start_uart
	say "$1"
	say "$2"
	ctl wait "$U" katapult 5000
	has "$MCU_LOG" "^$U request katapult\$"
	say "$CONNECT"
	until_true heard "$CONNECTED"
}

# refused BEFORE SENT - then it is still the application that answers
refused() {
	start_uart
	say "$1"
	say "$2"
	say '~'"$IDENTIFY"
	until_true heard "$IDENTIFIED"
	has_no "$MCU_LOG" request
	[ "$(state "$U")" = klipper ]
}

# The table of can-admin-channel.md, section 11.2.

@test "request: nothing before, the pattern" {
	accepted '' "$REQUEST"
}

@test "request: nothing before, a sync and the pattern" {
	accepted '' "~$REQUEST"
}

@test "request: a byte before, the pattern" {
	refused 'A' "$REQUEST"
}

@test "request: two bytes before, a sync and the pattern" {
	accepted 'AB' "~$REQUEST"
}

@test "request: a newline of an echo before, the pattern" {
	refused '\n' "$REQUEST"
}

@test "request: the start of a block before, a sync and the pattern" {
	accepted '\x05\x10' "~$REQUEST"
}

@test "request: the pattern twice in a row" {
	accepted '' "$REQUEST$REQUEST"
}

# Beside the table.

@test "request: the recipe for a shell, and all in small pieces" {
	start_uart
	stty -F "$TTY" raw -echo
	# shellcheck disable=SC2028 # the escapes are for $'...'
	echo $'~ \x1c Request Serial Bootloader!! ~' >>"$TTY"
	ctl wait "$U" katapult 5000
	ctl set "$U" state klipper
	for byte in '~' ' ' '\x1c' ' Request Serial' ' Bootloader!! ' '~'; do
		say "$byte"
	done
	ctl wait "$U" katapult 5000
}

@test "request: without a bootloader there is a NAK, and Klipper goes on" {
	start_uart --bootloader none
	say "~$REQUEST"
	# klipper-mcu-protocol.md, section 4.3
	until_true heard '05109e817e'
	has "$MCU_LOG" "^$U request ignored\$"
	say "$IDENTIFY"
	until_true heard "$IDENTIFIED"
	[ "$(state "$U")" = klipper ]
}

@test "the whole way: request, flash, application, and a host that finds it" {
	local image=$BATS_TEST_TMPDIR/image

	make_image "$image" stm32g0b1xx 0x08002000 --size 20480 --link uart
	start_mcus one -u "$U" --uart "pty:$TTY" --erase-ms 0 \
		--flash-image "$BATS_TEST_TMPDIR/flash"
	run "$BUILD/flasher" -i "$TTY" --fast -f "$image"
	echo "$output"
	[ "$status" -eq 0 ]
	[[ $output == *"Verification complete"*"Flash Success" ]]
	ctl wait "$U" klipper 5000
	cmp -n 20480 "$image" <(tail -c +8193 "$BATS_TEST_TMPDIR/flash")
	run "$BUILD/khost" -i "$TTY" --fast < <(echo get_config)
	echo "$output"
	[ "$status" -eq 0 ]
	[[ $output == *"connected"*"config is_config=0 "* ]]
}

@test "speed: at another one both hear noise, and canmcu says so" {
	start_uart --baud 115200 --seed 1
	stty -F "$TTY" 9600
	say "$REQUEST"
	say "$IDENTIFY"
	until_true has "$MCU_LOG" "$TTY is used at 9600 baud, and the MCU at 115200"
	stty -F "$TTY" 115200
	say '~'"$IDENTIFY"
	until_true heard "$IDENTIFIED"
	has_no "$MCU_LOG" request
	say "$REQUEST"
	ctl wait "$U" katapult 5000
}

@test "speed: one that termios has no name for" {
	start_mcus one -u "$U" --uart "pty:$TTY" --state katapult
	stty -F "$TTY" 9600
	# at 250000 baud
	run "$BUILD/flasher" -i "$TTY" --fast -s
	echo "$output"
	[ "$status" -eq 0 ]
	[[ $output == *"Detected stm32g0b1xx"* ]]
}

# noise SEED - sets NOISE to what is heard at 9600 of what is said at 115200
noise() {
	start_uart --baud 115200 --seed "$1" --double-reset off
	stty -F "$TTY" 9600
	ctl reset "$U"
	until_true heard '.{12}'
	NOISE=$(hex)
	let_go
	rm "$HEARD"
	kill "$MCU_PID"
	ends_with "$MCU_PID" 0
}

@test "speed: the noise is that of the seed" {
	local first

	noise 1
	first=$NOISE
	# starting, as it was said
	[ "$first" != 0610142cde7e ]
	noise 1
	[ "$NOISE" = "$first" ]
	noise 2
	[ "$NOISE" != "$first" ]
}

@test "control: list, reset, power, set, and faults that make sense" {
	start_uart --state katapult --no-application
	[ "$(ctl list | jq -c '.mcus[0] | [.state, .nodeid, .link]')" = \
		'["katapult",null,"uart"]' ]
	run ctl fault "$U" mute
	[ "$status" -ne 0 ]
	[[ $output == *"$U is on no CAN bus, and 'mute' is about frames"* ]]
	run ctl set "$U" baud 9600
	[[ $output == *"baud: how an MCU is reached cannot be changed"* ]]
	ctl fault "$U" 'answer-busy count=1'
	say "$CONNECT"
	# katapult-protocol.md, section 12: BUSY
	until_true heard '0188f300d8a69903'
	ctl power "$U" off
	say "$CONNECT"
	[ "$(state "$U")" = off ]
	ctl power "$U" on
	ctl wait "$U" katapult 5000
	ctl reset "$U"
	ctl wait "$U" katapult 5000
	: >"$HEARD"
	say "$CONNECT"
	until_true heard "$CONNECTED"
}

# press_again - the first press is in vain, the next one is in its window
press_again() {
	ctl reset "$U"
	ctl wait "$U" katapult 200
}

@test "double reset: two of them in half a second stay in Katapult" {
	start_uart
	until_true press_again
	say "$CONNECT"
	until_true heard "$CONNECTED"
	ctl reset "$U"
	ctl wait "$U" klipper 5000
}

@test "a reader that does not read: bytes are lost, told, and nothing stops" {
	start_mcus one -u "$U" --uart "pty:$TTY" -u "$V" --uart "pty:$TTY.2"
	hold_line
	for ((i = 0; i < 400; i++)); do
		# klipper-mcu-protocol.md, section 18, V1: each is a NAK
		printf '\x06\x11\x02\x40\xb1\x7e%.0s' {1..50} >&"$LINE"
		has "$MCU_LOG" "^$U lost [1-9]" && break
	done
	has "$MCU_LOG" "^$U lost [1-9]"
	TTY=$TTY.2 open_line
	say "$IDENTIFY"
	until_true heard "$IDENTIFIED"
}

@test "what one client has not read is not there for the next one" {
	start_mcus one -u "$U" --uart "pty:$TTY"
	hold_line
	say "$IDENTIFY"
	until_true answered
	let_go
	until_true alone
	open_line
	# V6: identify offset=40 count=40, and its ACK
	say '\x08\x11\x01\x28\x28\xaf\xd7\x7e'
	until_true heard '0512bd937e'
	heard '^3012002828'
}

# answered - there is something to read, which stays where it is
answered() {
	python3 -c 'import select, sys
sys.exit(not select.select([sys.stdin], [], [], 0)[0])' <&"$LINE"
}

# alone - nobody has the line open, and canmcu has seen to that
alone() {
	python3 -c 'import os, select, sys
line = os.open(sys.argv[1], os.O_RDWR | os.O_NOCTTY)
sys.exit(bool(select.select([line], [], [], 0)[0]))' "$TTY"
}

@test "link: 0600, taken away at the end, left by a kill, taken over then" {
	start_mcus one -u "$U" --uart "pty:$TTY"
	[ "$(stat -L -c '%a %F' "$TTY")" = '600 character special file' ]
	run -1 "$BUILD/canmcu" -u "$V" --uart "pty:$TTY"
	[[ $output == *"'$TTY' is the line of another canmcu that runs"* ]]
	[ -L "$TTY" ]
	kill -KILL "$MCU_PID"
	ends_with "$MCU_PID" 137
	[ -L "$TTY" ]
	start_mcus two -u "$U" --uart "pty:$TTY"
	[ -c "$TTY" ]
	kill "$MCU_PID"
	ends_with "$MCU_PID" 0
	[ ! -L "$TTY" ]
}

@test "link: nothing else is ever replaced" {
	echo mine >"$TTY"
	run -1 "$BUILD/canmcu" -u "$U" --uart "pty:$TTY"
	[[ $output == *"'$TTY' exists already, and is not a line of canmcu"* ]]
	[ "$(cat "$TTY")" = mine ]
	rm "$TTY"
	ln -s /dev/pts/0 "$TTY"
	run -1 "$BUILD/canmcu" -u "$U" --uart "pty:$TTY"
	[ "$(readlink "$TTY")" = /dev/pts/0 ]
	run -1 "$BUILD/canmcu" -u "$U" --uart "pty:$TTY/none/here"
	[[ $output == *"give a path in a folder that is there"* ]]
}

@test "link: another one that took the place is left alone at the end" {
	start_mcus one -u "$U" --uart "pty:$TTY"
	ln -sf /dev/null "$TTY"
	kill "$MCU_PID"
	ends_with "$MCU_PID" 0
	[ "$(readlink "$TTY")" = /dev/null ]
}

@test "a tty that is there already: it is used, and told when it vanishes" {
	local pair

	socat "pty,raw,echo=0,link=$TTY.far" "pty,raw,echo=0,link=$TTY" 3>&- &
	pair=$!
	until_true [ -c "$TTY" ]
	start_mcus one -u "$U" --uart "$TTY.far"
	open_line
	say "$REQUEST"
	ctl wait "$U" katapult 5000
	say "$CONNECT"
	until_true heard "$CONNECTED"
	run -1 "$BUILD/canmcu" -u "$V" --uart "$TTY.far"
	[[ $output == *"'$TTY.far' is in use by process"* ]]
	kill "$pair"
	ends_with "$MCU_PID" 1
	has "$MCU_LOG" "^$U link gone\$"
	has "$MCU_LOG" "$TTY.far has vanished: plug it in again"
}

@test "a tty that is there already: it is set to the rate of what runs" {
	local far

	# whose other end is a line of canmcu, which tells the rate of its user
	start_mcus far -u "$V" --uart "pty:$TTY" --baud 250000
	far=$MCU_LOG
	start_mcus near -u "$U" --uart "$TTY" --baud 115200 \
		--katapult-baud 57600 --double-reset off
	ctl reset "$U"
	until_true has "$far" "$TTY is used at 115200 baud, and the MCU at 250000"
	ctl set "$U" state katapult
	"$BUILD/canmcu" ctl --control "${far%.log}.ctl" reset "$V"
	until_true has "$far" "$TTY is used at 57600 baud, and the MCU at 250000"
}

@test "no tty: the sentence says what it is" {
	run -1 "$BUILD/canmcu" -u "$U" --uart /dev/null
	[[ $output == *"cannot use '/dev/null' (Inappropriate ioctl"* ]]
	run -1 "$BUILD/canmcu" -u "$U" --uart "$BATS_TEST_TMPDIR/none"
	[[ $output == *"(No such file or directory)"* ]]
}

@test "a printer.cfg: a serial MCU beside the others, without any CAN" {
	cat >"$BATS_TEST_TMPDIR/printer.cfg" <<-END
		[mcu]
		chip_id: 3d0052001450425539383920
		uart: pty:$TTY
		baud: 115200
		[mcu two]
		canbus_uuid: $V
		uart: pty:$TTY.2
	END
	start_mcus one -c "$BATS_TEST_TMPDIR/printer.cfg"
	open_line
	say "$IDENTIFY"
	until_true heard "$IDENTIFIED"
	[ "$(ctl list | jq -r '.mcus[].link' | paste -sd ' ')" = 'uart uart' ]
}
