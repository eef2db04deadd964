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
	stop_all
	ip link del vcan5
	ip link set vcan0 up
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

@test "no interface is up: a sentence with those there are" {
	ip link set vcan5 down
	ip link set vcan0 down
	any -u "$A"
	[ "$status" -eq 1 ]
	[[ $stderr == "canbootreq: no CAN interface is up; the CAN interfaces here:\
 vcan0 vcan5; bring one up: "* ]]
}
