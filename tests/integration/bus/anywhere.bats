# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
# -i any: an MCU is found on whatever bus it is.
bats_require_minimum_version 1.5.0
load ../lib

A=112233445566
B=aabbccddeeff

setup() {
	ip link add vcan5 type vcan
	ip link set vcan5 up
	watch_bus vcan5
}

teardown() {
	ip link del vcan5
	ip link set vcan0 up
	stop_all
}

# any ARGUMENTS... - ask on all interfaces; sets status, output and stderr
any() {
	apart "$BUILD/canbootreq" -i any "$@"
}

@test "each MCU is found on its bus, and the other bus is handed back" {
	local start=$SECONDS

	start_mcus one -i vcan0 -u "$A"
	start_mcus two -i vcan5 -u "$B"
	any -u "$A" -u "$B" --timeout 60
	[ "$status" -eq 0 ]
	# what nobody answers ends with the proof of the other bus
	[ $((SECONDS - start)) -lt 60 ]
	[ "$(cut -d' ' -f1-6 <<<"$output")" = "$(printf '%s\n' \
		"$A: in-bootloader: Katapult answered on vcan0" \
		"$B: in-bootloader: Katapult answered on vcan5")" ]
	settled vcan5
	# the nodeid is given to a UUID that nobody has
	[ -n "$(frames '3F0#11EEDDCCBBAA99')" ]
	any --leave -u "$A" -u "$B" --json
	[ "$status" -eq 0 ]
	[ "$(jq -r '.uuid + .outcome + .interface' <<<"$output")" = \
		"$(printf '%s\n' "${A}left-bootloadervcan0" \
			"${B}left-bootloadervcan5")" ]
}

@test "silent everywhere: no answer, and the interfaces are named" {
	start_mcus one -i vcan0 -u "$A"
	any -u "$B" --timeout 0.3 --json
	[ "$status" -eq 3 ]
	[ "$(jq -r '.outcome + " " + .interface' <<<"$output")" = \
		'no-answer any' ]
	[[ $(jq -r .reason <<<"$output") == *"with this UUID on vcan0, vcan5" ]]
	[ "$(jq .nodeid <<<"$output")" = null ]
}

@test "--diagnose: silent everywhere is told of all interfaces" {
	any --diagnose -u "$B" --timeout 0.3 --json
	[ "$status" -eq 3 ]
	[ "$(jq -r .interface <<<"$output")" = any ]
	[[ $(jq -r .reason <<<"$output") == *"neither Katapult nor Klipper\
 answered with this UUID on vcan0, vcan5" ]]
	[[ $(jq -r .next <<<"$output") == *"canbootreq -i any --listen"* ]]
}

@test "--diagnose: silent on one bus, and not asked on another: no no-answer" {
	local pid

	"$BUILD/canbootreq" -i vcan5 -u "$B" --timeout 600 3>&- &
	pid=$!
	until_true has "$BUS" "3F0#02${B^^}"
	any --diagnose -u "$B" --timeout 0.3
	[ "$status" -eq 6 ]
	[[ $output == "$B: busy: canbootreq (pid $pid) is busy with this MCU on vcan5"* ]]
}

@test "silent on one bus is no answer of one that was not asked" {
	# another tool seems to flash on the other one
	candump any >/dev/null 3>&- &
	until_true listening any 00000000
	"${AT_ONCE[@]}" cangen vcan5 -I 202 -L 8 -g 20 3>&- &
	any -u "$B" --timeout 0.3
	[ "$status" -eq 6 ]
	[[ $output == "$B: busy: "*vcan5* ]]
}

@test "two buses prove the same UUID: unproven, and both are named" {
	start_mcus one -i vcan0 -u "$A"
	start_mcus two -i vcan5 -u "$A"
	any -u "$A"
	[ "$status" -eq 7 ]
	[[ $output == "$A: unproven: Katapult answered with this UUID on each of\
 vcan0, vcan5; "* ]]
}

# span - the times of the first and the last question on the watched bus
span() {
	sed -nE 's/^\(([0-9.]+)\) [^ ]+ 2[89A-F].#01881600.*/\1/p' "$BUS" |
		sed -n '1p;$p' | paste -sd' '
}

@test "buses are asked at the same time" {
	local here there

	watch_bus vcan0
	any -u "$A" --timeout 1
	[ "$status" -eq 3 ]
	watched vcan0
	here=$(span)
	watched vcan5
	there=$(span)
	echo "$here $there"
	# each begins before the other ends
	awk '{ exit !(NF == 4 && $1 < $4 && $3 < $2) }' <<<"$here $there"
}

@test "by name: whatever interface printer.cfg says" {
	printf '[mcu]\ncanbus_uuid: %s\ncanbus_interface: can7\n' "$A" \
		>"$BATS_TEST_TMPDIR/printer.cfg"
	start_mcus one -i vcan5 -u "$A"
	any -c "$BATS_TEST_TMPDIR/printer.cfg" -m mcu
	[ "$status" -eq 0 ]
	[[ $output == "$A (mcu): in-bootloader: Katapult answered on vcan5 "* ]]
}

@test "one bus is lost while another is asked: the other one decides" {
	local pid

	"$BUILD/canbootreq" -i any -u "$A" --timeout 60 \
		>"$BATS_TEST_TMPDIR/out" 2>/dev/null 3>&- &
	pid=$!
	until_true has "$BUS" '2[89A-F].#01881600'
	ip link set vcan0 down
	start_mcus two -i vcan5 -u "$A" --state katapult
	ends_with "$pid" 0
	has "$BATS_TEST_TMPDIR/out" 'Katapult answered on vcan5 '
}

# asleep PID - it waits for something
asleep() {
	local stat

	read -r stat <"/proc/$1/stat"
	[[ $stat == *') S '* ]]
}

@test "one bus is gone, with frames that nobody read: the loop sleeps" {
	local pid

	ip link add vcan6 type vcan
	ip link set vcan6 up
	watch_bus vcan6
	"$BUILD/canbootreq" -i any -u "$A" --timeout 300 >/dev/null 2>&1 3>&- &
	pid=$!
	until_true has "$BUS" '2[89A-F].#01881600'
	kill -STOP "$pid"
	cangen vcan6 -I 281 -n 200 -g 0
	ip link del vcan6
	kill -CONT "$pid"
	until_true asleep "$pid"
	kill -INT "$pid"
	ends_with "$pid" 130
}

@test "--query asks all buses, and tells each node's interface" {
	start_mcus one -i vcan0 -u "$A" -u "$B"
	start_mcus two -i vcan5 -u "$B" --state katapult
	watch_bus vcan0
	any --query --timeout 60
	[ "$status" -eq 0 ]
	[ "$(sort <<<"$output")" = "$(printf '%s\n' "$A: Klipper on vcan0" \
		"$B: Katapult on vcan5" "$B: Klipper on vcan0")" ]
	watched vcan0
	[ "$(frames '3F0#00' | wc -l)" -eq 1 ]
	watched vcan5
	[ "$(frames '3F0#00' | wc -l)" -eq 1 ]
	any --query --timeout 60 --json
	[ "$(jq -r '.uuid + " " + .interface' <<<"$output" | sort)" = \
		"$(printf '%s\n' "$A vcan0" "$B vcan0" "$B vcan5")" ]
}

@test "--query: one bus is silent, another is not: no word about that one" {
	start_mcus two -i vcan5 -u "$B"
	any --query --timeout 0.5
	[ "$status" -eq 0 ]
	[ "$output" = "$B: Klipper on vcan5" ]
	[[ $stderr != *'no unassigned node'* ]]
}

@test "--query: the time of no bus is spent on looking at another" {
	local dump

	# may be a flashing tool, to which it listens for 250 ms on each bus
	candump any >/dev/null 3>&- &
	dump=$!
	until_true listening any 00000000
	any --query --timeout 0.2
	kill "$dump"
	[ "$status" -eq 3 ]
	[[ $stderr == *"no unassigned node answered on vcan0, vcan5; "* ]]
	[[ $stderr != *'queue'* ]]
}

@test "--query: no word of a broadcast when a signal ends it before" {
	local pid

	# on each of them it listens for 250 ms
	printf 'link add vcan%d up type vcan\n' {10..109} | ip -batch -
	candump any >/dev/null 3>&- &
	until_true listening any 00000000
	"$BUILD/canbootreq" -i any --query >/dev/null \
		2>"$BATS_TEST_TMPDIR/err" 3>&- &
	pid=$!
	until_true listening 'vcan[0-9]+' c0000700
	kill -TERM "$pid"
	ends_with "$pid" 143
	printf 'link del vcan%d\n' {10..109} | ip -batch -
	cat "$BATS_TEST_TMPDIR/err"
	[ "$(<"$BATS_TEST_TMPDIR/err")" = "canbootreq: ended by SIGTERM before\
 it was decided; no request was sent" ]
}

@test "--query: silent everywhere is told once, with all names" {
	any --query --timeout 0.2
	[ "$status" -eq 3 ]
	[ "$(grep -c 'no unassigned node' <<<"$stderr")" -eq 1 ]
	[[ $stderr == *"no unassigned node answered on vcan0, vcan5; "* ]]
	[[ $stderr == *"canbootreq -i any --listen"* ]]
	any --query --timeout 0.2 --json
	[ "$(jq -r '.outcome + " " + .interface' <<<"$output")" = 'no-answer any' ]
}

@test "--query: one bus is lost, and the nodes of another are told" {
	local pid

	start_mcus two -i vcan5 -u "$B"
	watch_bus vcan0
	# it waits for as long as answers come
	cangen vcan0 -I 3F1 -L 8 -D 20AABBCCDDEEFF01 -g 100 3>&- &
	"$BUILD/canbootreq" -i any --query -v --timeout 60 \
		>"$BATS_TEST_TMPDIR/out" 2>"$BATS_TEST_TMPDIR/err" 3>&- &
	pid=$!
	until_true has "$BUS" '3F0#00'
	ip link set vcan0 down
	ends_with "$pid" 3
	cat "$BATS_TEST_TMPDIR/out" "$BATS_TEST_TMPDIR/err"
	has "$BATS_TEST_TMPDIR/out" "^$B: Klipper on vcan5$"
	has "$BATS_TEST_TMPDIR/err" 'vcan0 went down while waiting for answers'
}

@test "--listen hears all buses: a list for each, silence is none" {
	local pid

	"$BUILD/canbootreq" -i any --listen -v >"$BATS_TEST_TMPDIR/out" \
		2>"$BATS_TEST_TMPDIR/err" 3>&- &
	pid=$!
	until_true listening vcan5 00000000
	until_true listening vcan0 00000000
	# a Klipper node's report, V54 of klipper-mcu-protocol.md
	cansend vcan5 10B#0D1011807881F781
	cansend vcan5 10B#1F7F44007E
	ends_with "$pid" 0
	cat "$BATS_TEST_TMPDIR/out" "$BATS_TEST_TMPDIR/err"
	has "$BATS_TEST_TMPDIR/out" '^vcan0: state UNKNOWN, 0 frames'
	has "$BATS_TEST_TMPDIR/out" '^vcan5: state UNKNOWN, 2 frames'
	has "$BATS_TEST_TMPDIR/out" '^nodeid 5: Klipper, 2 frames'
	has_no "$BATS_TEST_TMPDIR/err" 'no node was heard'
}

@test "--listen: by its object a silent bus is no-answer, the call is heard" {
	local pid

	"$BUILD/canbootreq" -i any --listen --json >"$BATS_TEST_TMPDIR/out" \
		2>"$BATS_TEST_TMPDIR/err" 3>&- &
	pid=$!
	until_true listening vcan5 00000000
	cansend vcan5 10B#0D1011807881F781
	ends_with "$pid" 0
	[ "$(jq -r '.interface + " " + .outcome' "$BATS_TEST_TMPDIR/out")" = \
		"$(printf '%s\n' 'vcan0 no-answer' 'vcan5 heard')" ]
	conforms bus <"$BATS_TEST_TMPDIR/out"
}

@test "--listen: nobody is heard anywhere, or a signal ends it" {
	local pid

	any --listen --json
	[ "$status" -eq 3 ]
	[ "$(jq -r '.interface + " " + .outcome' <<<"$output")" = \
		"$(printf '%s\n' 'vcan0 no-answer' 'vcan5 no-answer')" ]
	"$BUILD/canbootreq" -i any --listen --timeout 60 \
		>"$BATS_TEST_TMPDIR/out" 2>"$BATS_TEST_TMPDIR/err" 3>&- &
	pid=$!
	until_true listening vcan5 00000000
	kill -INT "$pid"
	ends_with "$pid" 130
	[ "$(grep -c '^vcan[05]: state' "$BATS_TEST_TMPDIR/out")" -eq 2 ]
}

# deaf IFACE - nobody receives everything there any more
deaf() {
	! listening "$1" 00000000
}

@test "--listen: one bus goes down and comes back, the other is heard on" {
	local pid

	"$BUILD/canbootreq" -i any --listen -v --timeout 60 --json \
		>"$BATS_TEST_TMPDIR/out" 2>"$BATS_TEST_TMPDIR/err" 3>&- &
	pid=$!
	until_true listening vcan5 00000000
	until_true listening vcan0 00000000
	ip link set vcan0 down
	until_true deaf vcan0
	ip link set vcan0 up
	cansend vcan0 10B#0D1011807881F781
	cansend vcan5 10B#0D1011807881F781
	until_true has "$BATS_TEST_TMPDIR/err" 'vcan5.*0D1011807881F781'
	kill -INT "$pid"
	ends_with "$pid" 130
	cat "$BATS_TEST_TMPDIR/out"
	[ "$(jq -r '.interface + " " + .outcome' "$BATS_TEST_TMPDIR/out")" = \
		"$(printf '%s\n' 'vcan0 no-answer' 'vcan5 interrupted')" ]
	[[ $(jq -r .reason "$BATS_TEST_TMPDIR/out" | head -n1) == \
		'vcan0 went down while listening'* ]]
}

@test "no interface is up: a sentence with those there are" {
	ip link set vcan5 down
	ip link set vcan0 down
	any -u "$A"
	[ "$status" -eq 1 ]
	[[ $stderr == "canbootreq: no CAN interface is up; the CAN interfaces here:\
 vcan0 vcan5; bring it up, or another one: sudo ip link set vcan0 up" ]]
}

@test "there is no interface: no command that needs one is printed" {
	ip link del vcan5
	ip link del vcan0
	any --query --json
	ip link add vcan0 type vcan
	ip link add vcan5 type vcan
	[ "$status" -eq 1 ]
	[ "$(jq -r '[.interface, .reason, .next] | join(" | ")' <<<"$output")" = \
		"any | no CAN interface exists on this machine | see whether an\
 adapter is plugged in: canbootreq --list" ]
}
