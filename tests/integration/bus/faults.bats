# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
# Faults and a bus with a bit rate, as their users see them.
bats_require_minimum_version 1.5.0
load ../lib

setup() {
	watch_bus vcan0
}

teardown() {
	stop_all
}

@test "a fault of the command line strikes, is told and counted" {
	start_mcus one -i vcan0 -u "$U" --seed 7 --fault 'ignore-request count=1'
	has "$MCU_LOG" '^seed 7$'
	ask -u "$U" --timeout 0.5
	[ "$status" -eq 3 ]
	until_true has "$MCU_LOG" "$U fault ignore-request 1"
	[ "$(ctl faults "$U" | jq .faults[0].struck)" -eq 1 ]
	ask -u "$U"
	[ "$status" -eq 0 ]
}

@test "a fault comes and goes at run time" {
	start_mcus one -i vcan0 -u "$U"
	ctl fault "$U" mute
	cansend vcan0 3F0#00
	until_true has "$MCU_LOG" "$U fault mute"
	settled
	[ -z "$(frames '^3F1')" ]
	[ "$(ctl fault-clear "$U" mute | jq .cleared)" -eq 1 ]
	cansend vcan0 3F0#00
	until_true has "$BUS" '3F1#2041F905F5500401'
}

@test "a Katapult that answers wrong is no proof" {
	start_mcus one -i vcan0 -u "$U" --state katapult \
		--fault 'wrong-uuid'
	ask -u "$U" --timeout 1
	[ "$status" -eq 7 ]
	[[ $output == *"$U: unproven: "*be06fa0aaffb* ]]
}

@test "a seed repeats a run" {
	local first i

	for i in 1 2; do
		start_mcus "run$i" -i vcan0 -u "$U" --seed 7 \
			--fault 'drop tx chance=0.5'
		for _ in {1..32}; do
			cansend vcan0 3F0#00
		done
		until_true eval '[ "$(ctl faults "$U" | jq .faults[0].met)" = 32 ]'
		ctl faults "$U" | jq .faults[0].struck >"$BATS_TEST_TMPDIR/struck$i"
		ctl quit
		wait "$MCU_PID" || :
	done
	first=$(cat "$BATS_TEST_TMPDIR/struck1")
	[ "$first" -gt 0 ] && [ "$first" -lt 32 ]
	[ "$first" -eq "$(cat "$BATS_TEST_TMPDIR/struck2")" ]
}

@test "answers that collide: counters climb, but all get through" {
	start_mcus two -i vcan0 -u "$U" -u "$V" --collisions
	cansend vcan0 3F0#00
	until_true has "$BUS" '3F1#20' 2
	has "$MCU_LOG" "$U bus-state error-passive"
	has "$MCU_LOG" "$V bus-state error-passive"
}

@test "flash in a file outlives the simulator" {
	local image=$BATS_TEST_TMPDIR/flash.bin

	start_mcus one -i vcan0 -u "$U" --state katapult --no-application \
		--flash-image "$image"
	[ "$(stat -c %s "$image")" -eq $((512 * 1024)) ]
	ctl quit
	wait "$MCU_PID" || :
	make_image "$BATS_TEST_TMPDIR/new.bin" stm32g0b1xx 0x08002000
	dd if="$BATS_TEST_TMPDIR/new.bin" of="$image" bs=8192 seek=1 \
		conv=notrunc status=none
	start_mcus two -i vcan0 -u "$U" --state off --flash-image "$image"
	ctl power "$U" on
	ctl wait "$U" klipper 5000
}
