# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
# What only looks like a proof, and whether a node is left as it was.
bats_require_minimum_version 1.5.0
load ../lib

# can-admin-channel.md, section 16: the recorded proof
PROOF=(0188A00316000000 41F905F550040000 32409903)

setup() {
	watch_bus vcan0
}

teardown() {
	stop_all
}

# replay - the recorded proof on nodeid C0, every 2 ms for ever: where it pauses, it
# looks like an answer
replay() {
	local data

	for data in "${PROOF[@]}"; do
		echo "(0.000000) vcan0 281#$data"
	done >"$BATS_TEST_TMPDIR/proof.log"
	"${AT_ONCE[@]}" canplayer -I "$BATS_TEST_TMPDIR/proof.log" -l i -g 2 \
		>/dev/null 2>&1 3>&- &
	until_true has "$BUS" "#${PROOF[2]}"
}

# never_proven TIMES ARGUMENTS... - asked so often, and no result is a proof
never_proven() {
	local times=$1

	shift
	for _ in $(seq "$times"); do
		ask -u "$U" --timeout 0.3 "$@"
		[ "$status" -ne 0 ]
		[[ $output != *in-bootloader* ]]
	done
}

@test "a recorded proof on an empty bus proves nothing" {
	replay
	never_proven 5
	[[ $output == "$U: no-answer: "* ]]
}

@test "a recorded proof on just the nodeid that is asked for proves nothing" {
	replay
	never_proven 3 --nodeid 192
}

@test "a proof replayed on each nodeid that is given burns all: busy" {
	start_mcus one -i vcan0 -u "$U" --mcu-type stm32g0b1xx \
		--bootloader none --nodeid 4
	"${AT_ONCE[@]}" "$BATS_TEST_DIRNAME/../../support/replay-on-set.py" \
		vcan0 "${PROOF[@]}" \
		>"$BATS_TEST_TMPDIR/replay.log" 2>&1 3>&- &
	until_true has "$BATS_TEST_TMPDIR/replay.log" ready
	never_proven 1 --timeout 5
	[ "$status" -eq 6 ]
	[[ $output == *"no nodeid from 192 to 254 is free on vcan0"*"; the request was handed to the adapter" ]]
	settled
	# none was asked anything but the last, whether it is free again
	[ "$(frames '#01881600F9319903' | wc -l)" -eq 1 ]
	[ "$(frames "^3F0#11${U^^}" | sort -u | wc -l)" -eq 63 ]
	[ "$(frames "^3F0#11$NOT_U" | sort -u | wc -l)" -eq 63 ]
	[ "$(state "$U") $(nodeid "$U")" = "klipper 4" ]
}

@test "a recorded proof and a node that runs Klipper: no proof" {
	start_mcus one -i vcan0 -u "$U" --mcu-type stm32g0b1xx \
		--bootloader none --nodeid 4
	replay
	never_proven 5
	[ "$(state "$U") $(nodeid "$U")" = "klipper 4" ]
}

@test "answers that come into the next call are no proof" {
	start_mcus one -i vcan0 -u "$U" --state katapult \
		--fault 'delay tx ms=1500 count=3'
	ask -u "$U" --timeout 0.3 --nodeid 192
	ctl fault-clear "$U"
	ctl fault "$U" ignore-request
	ctl power "$U" off
	ctl power "$U" on
	ctl wait "$U" klipper
	# on another nodeid, as the next call draws one
	never_proven 1 --timeout 2 --nodeid 193
	# they did come
	until_true has "$BUS" '281#32409903'
}

@test "nodeids are drawn, not counted" {
	local drawn=()

	start_mcus one -i vcan0 -u "$U" --state katapult
	for _ in {1..8}; do
		ask -u "$U" --json
		[ "$status" -eq 0 ]
		drawn+=("$(jq .nodeid <<<"$output")")
		[ "${drawn[-1]}" -ge 192 ] && [ "${drawn[-1]}" -le 254 ]
	done
	echo "drawn: ${drawn[*]}"
	# all eight alike: once in 63 to the power of 7
	[ "$(printf '%s\n' "${drawn[@]}" | sort -u | wc -l)" -gt 1 ]
}

@test "whichever one or two frames a node does not hear, it is left, or told" {
	local lost at

	start_mcus one -i vcan0 -u "$U" --state katapult
	for lost in 1 2; do
		for at in {0..8}; do
			ctl fault "$U" "drop rx after=$at count=$lost"
			ask -u "$U" --timeout 0.5
			ctl fault-clear "$U"
			[ "$(nodeid "$U")" = null ] ||
				[[ $stderr == *"may still hold nodeid"* ]]
		done
	done
}

@test "whichever one or two frames of a node are lost, it is left, or told" {
	local lost at

	start_mcus one -i vcan0 -u "$U" --state katapult
	for lost in 1 2; do
		for at in {0..11}; do
			ctl fault "$U" "drop tx after=$at count=$lost"
			ask -u "$U" --timeout 0.5
			ctl fault-clear "$U"
			[ "$(nodeid "$U")" = null ] ||
				[[ $stderr == *"may still hold nodeid"* ]]
		done
	done
}

@test "two boards have its UUID: that both answered is told" {
	start_mcus two -i vcan0 --state katapult -u "$U" -u "$U" --same-uuid
	ask -u "$U"
	[ "$status" -eq 0 ]
	[[ $stderr == *"warning: Katapult answered more often than it was asked, so\
 likely two boards have this UUID, and neither can be flashed while both are on vcan0:"* ]]
	ask -u "$U" --json
	conforms result <<<"$output"
	[[ $(jq -r '.warnings[0]' <<<"$output") == *"likely two boards"* ]]
	# take one off
	ctl power "$U#2" off
	ask -u "$U"
	[ "$status" -eq 0 ]
	[[ $stderr != *"two boards"* ]]
}

@test "a hand-back that is lost twice is sent again" {
	start_mcus one -i vcan0 -u "$U" --state katapult
	# request, SET, question, CONNECT; then both hand-backs
	ctl fault "$U" 'drop rx after=4 count=2'
	ask -u "$U" --nodeid 192
	[ "$status" -eq 0 ]
	[[ $stderr != *"may still hold"* ]]
	[ "$(nodeid "$U")" = null ]
	settled
	[ "$(frames "^3F0#11${NOT_U}C0" | wc -l)" -ge 4 ]
}
