# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
# The simulator as its users see it: events, the control socket, signals, and
# the recorded frames of the reference, sent by can-utils.
bats_require_minimum_version 1.5.0
load ../lib

setup() {
	watch_bus vcan0
}

teardown() {
	stop_all
}

# quiet_frames - all but the markers and what Klipper tells by itself every 5 s:
# its stats, two frames in a row
quiet_frames() {
	local frame

	while read -r frame; do
		if [[ $frame == 109#0E1?11* ]]; then
			read -r frame || :
		else
			echo "$frame"
		fi
	done < <(frames '^[^7]')
}

# answers FRAME FRAME... - what is sent, and all that comes back, in order
answers() {
	local sent=$1 before seen

	shift
	settled
	mapfile -t before < <(quiet_frames)
	cansend vcan0 "$sent"
	if [ $# -gt 0 ]; then
		until_true has "$BUS" "${*: -1}"
	fi
	settled
	mapfile -t seen < <(quiet_frames)
	printf '%s\n' "${seen[@]}"
	[ "${seen[*]:${#before[@]}}" = "$sent${*:+ }$*" ]
}

@test "the recorded exchange of the reference, byte for byte" {
	start_mcus one -i vcan0 -u "$U"
	# can-admin-channel.md, section 16
	answers 3F0#00 3F1#2041F905F5500401
	answers 3F0#1141F905F55004F0
	answers 2E0#01881600F9319903
	answers 3F0#0241F905F55004
	ctl wait "$U" katapult 5000
	answers 3F0#1141F905F55004F0
	answers 2E0#01881600F9319903 2E1#0188A00316000000 \
		2E1#41F905F550040000 2E1#32409903
	answers 3F0#11000000000000F0
	answers 2E0#01881600F9319903
	answers 3F0#00 3F1#2041F905F5500411
}

@test "a Klipper host's first blocks are answered as by the real firmware" {
	start_mcus one -i vcan0 -u ca463a06a1ac
	# klipper-mcu-protocol.md, sections 18 and 19
	answers 3F0#00 3F1#20CA463A06A1AC01
	answers 3F0#01CA463A06A1AC04
	answers 108#081101002842247E 109#05109E817E
	answers 108#05109E817E 109#05118F087E
	answers 108#05118F087E 109#0512BD937E
	answers 108#0512BD937E 109#0513AC1A7E
	answers 108#0513AC1A7E 109#0514D8A57E
	answers 108#06140AB2417E \
		109#0E151506CA463A06 109#A1AC0413D67E0515 109#C92C7E
}

@test "hands press an endstop, and measure an output" {
	start_mcus one -i vcan0 -u ca463a06a1ac --nodeid 4
	# allocate_oids, config_endstop oid=0 pin=PA0 pull_up=1, finalize_config
	cansend vcan0 108#0D1004012E000001
	cansend vcan0 108#0301C2757E
	until_true has "$BUS" 109#05118F087E
	# endstop_query_state: open, then pressed
	cansend vcan0 108#071130003DEB7E
	until_true has "$BUS" 109#0A1231000000011E
	ctl pin ca463a06a1ac PA0 0
	cansend vcan0 108#07123000D28F7E
	until_true has "$BUS" 109#0A1331000000000B
	# set_digital_out pin=PB1 value=1
	cansend vcan0 108#08131D11016BEE7E
	until_true has "$BUS" 109#0514D8A57E
	run ctl pin ca463a06a1ac PB1
	[ "$output" = '{"ok":true,"use":"output","level":1.0}' ]
}

@test "Klipper's own reset makes it new: the nodeid is gone" {
	start_mcus one -i vcan0 -u ca463a06a1ac --nodeid 4
	answers 108#061009E7BA7E
	until_true has "$MCU_LOG" 'ca463a06a1ac reset command'
	ctl wait ca463a06a1ac klipper 5000
	answers 3F0#00 3F1#20CA463A06A1AC01
}

@test "a node with a nodeid is heard every five seconds" {
	start_mcus one -i vcan0 -u ca463a06a1ac --nodeid 4
	# stats, sequence 0: klipper-mcu-protocol.md, section 12
	until_true has "$BUS" '109#0E1011'
}

@test "CONNECT is answered as the real bootloader does" {
	start_mcus one -i vcan0 -u "$U" --mcu-type stm32g0b1xx --state katapult \
		--nodeid 129
	# katapult-protocol.md, section 13
	answers 202#01881100F17C9903 \
		203#0188A00D11000000 203#0001010000200008 \
		203#4000000073746D33 203#3267306231787800 \
		203#0000000076302E30 203#2E312D3130392D67 \
		203#3930326633333500 203#AFDA9903
}

# block NODE-ID HEX - send a whole block as flashtool cuts it
block() {
	local hex=$2

	while [ -n "$hex" ]; do
		cansend vcan0 "$1#${hex:0:16}"
		hex=${hex:16}
	done
}

@test "a block is flashed, read back, and started, though it is no application" {
	start_mcus one -i vcan0 -u "$U" --state katapult --nodeid 129 \
		--erase-ms 0
	# katapult-protocol.md, sections 12 and 13
	block 202 "0188121100200008$(printf '%02x' {0..63})d2f39903"
	until_true has "$BUS" '203#002000085AD69903'
	block 202 01881300414F9903
	until_true has "$BUS" '203#010000002DC49903'
	block 202 0188140100200008 && block 202 5BDE9903
	until_true has "$BUS" '203#3C3D3E3FF26B9903'
	block 202 01881500911B9903
	until_true has "$BUS" '203#002E9903'
	# its stack would be at 03020100
	ctl wait "$U" dead 5000
	has "$MCU_LOG" "$U flashed 1"
	has "$MCU_LOG" "$U crash the application has its stack where "
}

@test "an id conflict shuts Klipper down and un-assigns Katapult" {
	start_mcus two -i vcan0 -u "$U" --nodeid 4 \
		-u "$V" --state katapult --nodeid 5
	answers 109#
	answers 10B#
	[ "$(state "$U")" = shutdown ]
	[ "$(nodeid "$U")" = null ]
	[ "$(state "$V")" = katapult ]
	[ "$(nodeid "$V")" = null ]
}

@test "two simulated nodes hear each other: Katapult's answer stops Klipper" {
	start_mcus two -i vcan0 -u "$U" --nodeid 4 -u "$V" --state katapult
	cansend vcan0 "3F0#11${V^^}04"
	until_true eval '[ "$(nodeid "$V")" = 4 ]'
	cansend vcan0 108#01881600F9319903
	ctl wait "$U" shutdown 5000
	[ "$(state "$U")" = shutdown ]
	[ "$(state "$V")" = katapult ]
}

@test "a reset with an application waits 500 ms in the double-reset window" {
	start_mcus one -i vcan0 -u "$U"
	ctl reset "$U"
	cansend vcan0 3F0#00
	ctl wait "$U" klipper 5000
	settled
	[ -z "$(frames '3F1#')" ]
	answers 3F0#00 3F1#2041F905F5500401
}

@test "power off and on again" {
	start_mcus one -i vcan0 -u "$U" --nodeid 4
	ctl power "$U" off
	[ "$(state "$U")" = off ]
	answers 3F0#00
	ctl power "$U" on
	ctl wait "$U" klipper 5000
	[ "$(nodeid "$U")" = null ]
}

@test "shutdown by command, with its reason" {
	start_mcus one -i vcan0 -u "$U"
	ctl shutdown "$U" Thermistor came loose
	[ "$(state "$U")" = shutdown ]
	grep -q 'Thermistor came loose' "$MCU_LOG"
}

@test "wait ends by itself when the state never comes" {
	start_mcus one -i vcan0 -u "$U"
	run ctl wait "$U" katapult 100
	[ "$(jq -r .ok <<<"$output")" = false ]
}

@test "rubbish on the control socket is answered and harms nobody" {
	start_mcus one -i vcan0 -u "$U"
	run ctl frobnicate
	[ "$(jq -r .ok <<<"$output")" = false ]
	head -c 100000 /dev/urandom | socat -t 1 - "UNIX-CONNECT:$CTL" || :
	[ "$(state "$U")" = klipper ]
}

@test "the control socket is for its owner only, and goes away at the end" {
	start_mcus one -i vcan0 -u "$U"
	[ "$(stat -c %a "$CTL")" = 600 ]
	kill -TERM "$MCU_PID"
	ends_with "$MCU_PID" 0
	[ ! -e "$CTL" ]
}

@test "quit ends it" {
	start_mcus one -i vcan0 -u "$U"
	ctl quit
	ends_with "$MCU_PID" 0
}

@test "--json: every line is an object" {
	start_mcus one -i vcan0 -u "$U" --json
	cansend vcan0 "3F0#02${U^^}"
	ctl wait "$U" katapult 5000
	jq -es 'all(type == "object")' "$MCU_LOG"
}

@test "a second simulator on one control socket is refused" {
	start_mcus one -i vcan0 -u "$U"
	run -1 "$BUILD/canmcu" -i vcan0 -u "$V" --control "$CTL"
	echo "$output"
	[[ $output == *"$CTL"*"a process listens there"* ]]
	[ "$(state "$U")" = klipper ]
}

@test "the interface is named when it is not there, or no CAN interface" {
	run -1 "$BUILD/canmcu" -i can7 -u "$U"
	[[ $output == *"there is no interface 'can7'"* ]]
	run -1 "$BUILD/canmcu" -i lo -u "$U"
	[[ $output == *"not a CAN interface: 'lo'"* ]]
}

@test "a service manager is told when it is ready" {
	local told=$BATS_TEST_TMPDIR/told

	socat -u "UNIX-RECVFROM:$told.sock" "CREATE:$told" 3>&- &
	until_true test -S "$told.sock"
	NOTIFY_SOCKET=$told.sock start_mcus one -i vcan0 -u "$U"
	until_true has "$told" '^READY=1'
}

@test "stopped in a flood, it tells of the loss and goes on" {
	start_mcus one -i vcan0 -u "$U" --state katapult --nodeid 4
	kill -STOP "$MCU_PID"
	cangen vcan0 -g 0 -n 20000 -I 3F0 -L 1 -D 00
	kill -CONT "$MCU_PID"
	until_true eval 'cansend vcan0 3F0#00; has "$MCU_LOG" "^dropped [1-9]"'
	cansend vcan0 108#01881600F9319903
	until_true has "$BUS" '109#32409903'
}

@test "a socket that a killed simulator left behind is replaced" {
	start_mcus one -i vcan0 -u "$U"
	kill -KILL "$MCU_PID"
	wait "$MCU_PID" || :
	[ -S "$CTL" ]
	start_mcus one -i vcan0 -u "$U"
	[ "$(state "$U")" = klipper ]
}

@test "the interface goes down, comes up, and goes away" {
	ip link add vcan7 type vcan
	ip link set vcan7 up
	start_mcus one -i vcan7 -u "$U" --nodeid 4
	ip link set vcan7 down
	until_true has "$MCU_LOG" '^link down'
	has "$MCU_LOG" "vcan7 is down.*'ip link set vcan7 up'"
	# boards do not notice
	[ "$(nodeid "$U")" = 4 ]
	ip link set vcan7 up
	until_true has "$MCU_LOG" '^link up'
	cansend vcan7 109#
	ctl wait "$U" shutdown 5000
	[ "$(state "$U")" = shutdown ]
	ip link del vcan7
	ends_with "$MCU_PID" 1
	has "$MCU_LOG" '^link gone'
	has "$MCU_LOG" 'vcan7 has vanished'
	[ "$(grep -c gone "$MCU_LOG")" -eq 1 ]
	[ ! -e "$CTL" ]
}

@test "started on an interface that is down, it goes on when that comes up" {
	ip link add vcan8 type vcan
	start_mcus one -i vcan8 -u "$U" --nodeid 4
	until_true has "$MCU_LOG" '^link down'
	ip link set vcan8 up
	until_true has "$MCU_LOG" '^link up'
	cansend vcan8 109#
	ctl wait "$U" shutdown 5000
	[ "$(state "$U")" = shutdown ]
	ip link del vcan8
}

@test "SIGTERM ends it although nobody reads its events" {
	local pid

	mkfifo "$BATS_TEST_TMPDIR/events"
	exec 8<>"$BATS_TEST_TMPDIR/events"
	CTL=$BATS_TEST_TMPDIR/ctl
	"$BUILD/canmcu" -u "$U" --control "$CTL" >&8 3>&- &
	pid=$!
	until_true test -S "$CTL"
	# more lines than a pipe holds; it stops in the midst of them
	yes "power $U off
power $U on" | head -n 6000 |
		timeout 5 socat -t 5 - "UNIX-CONNECT:$CTL" >/dev/null || :
	# a newer socat has something to say of its own
	apart timeout 1 socat -t 1 - "UNIX-CONNECT:$CTL" <<<list
	[ -z "$output" ]
	kill -TERM "$pid"
	until_true eval "! kill -0 $pid 2>/dev/null"
	ends_with "$pid" 0
	[ ! -e "$CTL" ]
}

@test "it ends when its events cannot be written, and says why" {
	run -1 bash -c "timeout 5 '$BUILD/canmcu' -u '$U' 2>&1 >/dev/full"
	[[ $output == *"cannot write the events (No space left on device)"* ]]
	# a timeout that is written in Rust, as Ubuntu's, would open them again
	run -1 timeout 5 bash -c "exec '$BUILD/canmcu' -u '$U' 2>&1 <&- >&-"
	[[ $output == *"cannot write the events (Bad file descriptor)"* ]]
}

@test "two MCUs on two interfaces hear their own one only" {
	ip link add vcan9 type vcan
	ip link set vcan9 up
	start_mcus two -u "$U" -i vcan0 -u "$V" -i vcan9
	has "$MCU_LOG" '^ready vcan0,vcan9 2$'
	cansend vcan9 "3F0#02${U^^}"
	cansend vcan9 "3F0#02${V^^}"
	ctl wait "$V" katapult 5000
	[ "$(state "$U")" = klipper ]
	cansend vcan0 3F0#00
	until_true has "$BUS" '3F1#2041F905F5500401'
	settled
	[ "$(frames '^3F1' | wc -l)" -eq 1 ]
	ip link del vcan9
	ends_with "$MCU_PID" 1
}

@test "a bus within the simulator needs no interface" {
	start_mcus in -i :desk -u "$U" --nodeid 4 -u "$V" -i :bench
	has "$MCU_LOG" '^ready :desk,:bench 2'
	[ "$(nodeid "$U")" = 4 ]
	ctl reset "$V"
	has "$MCU_LOG" "$V reset pin"
}

@test "two boards with one UUID answer both, and throw each other out" {
	# can-admin-channel.md, section 4
	start_mcus one -i vcan0 -u ca463a06a1ac -u ca463a06a1ac --same-uuid
	answers 3F0#00 3F1#20CA463A06A1AC01 3F1#20CA463A06A1AC01
	cansend vcan0 3F0#01CA463A06A1AC04
	until_true has "$MCU_LOG" '^ca463a06a1ac assigned 4$' 2
	cansend vcan0 108#05109E817E
	until_true has "$MCU_LOG" '^ca463a06a1ac conflict 4$' 2
	ctl wait ca463a06a1ac#2 shutdown
	ctl power ca463a06a1ac#2 off
	[ "$(listed ca463a06a1ac state)" = shutdown ]
}

@test "one at another bit rate disturbs the bus, and is bus-off when it sends" {
	start_mcus one -i vcan0 --collisions -u "$U" -u "$V" \
		--klipper-bitrate 500000 --nodeid 4
	cansend vcan0 3F0#00
	until_true has "$BUS" 3F1#2041F905F5500401
	has "$MCU_LOG" "^$V bus-state error-passive$"
	ctl shutdown "$V"
	until_true has "$MCU_LOG" "^$V bus-state bus-off$"
	settled
	has_no "$BUS" ' 109#'
}
