# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
# The real host, where there is one: KLIPPER_DIR names a Klipper checkout, and
# KLIPPER_PYTHON the Python that has klippy's modules. Both sides read the same
# printer.cfg. Sections are those of klipper-mcu-protocol.md.
bats_require_minimum_version 1.5.0
load ../lib

K=ca463a06a1ac
CFG=$BATS_TEST_DIRNAME/../../data/virtual/printer.cfg

setup() {
	[ -n "${KLIPPER_DIR:-}" ] || skip 'KLIPPER_DIR names no Klipper checkout'
	[ -f "$KLIPPER_DIR/klippy/klippy.py" ] || {
		echo "KLIPPER_DIR: there is no klippy/klippy.py in '$KLIPPER_DIR'"
		return 1
	}
	watch_bus vcan0
}

teardown() {
	[ ! -f "${KLIPPY_LOG:-}" ] || tail -n 40 "$KLIPPY_LOG"
	stop_all
}

# start_klippy - until it talks; a first start compiles its C helper
start_klippy() {
	local python=$KLIPPER_DIR/../klippy-env/bin/python

	[ -x "$python" ] || python=python3
	KLIPPY_LOG=$BATS_TEST_TMPDIR/klippy.log
	API=$BATS_TEST_TMPDIR/klippy.sock
	"${KLIPPER_PYTHON:-$python}" "$KLIPPER_DIR/klippy/klippy.py" "$CFG" \
		-l "$KLIPPY_LOG" -a "$API" -I "$BATS_TEST_TMPDIR/printer" \
		>"$BATS_TEST_TMPDIR/klippy.out" 2>&1 3>&- &
	KLIPPY_PID=$!
	patiently test -S "$API"
}

# patiently COMMAND... - as until_true, six times as long, and while klippy runs
patiently() {
	local _

	for _ in {1..6}; do
		kill -0 "$KLIPPY_PID" || return 1
		! until_true "$@" 2>/dev/null || return 0
	done
	echo "never came true: $*" >&2
	return 1
}

# api METHOD [PARAMS] - ask klippy, print its answer
api() {
	"$BATS_TEST_DIRNAME/../../support/klippy-api.py" "$API" "$@"
}

# klippy_is STATE - startup, ready, shutdown or error (section 17.4)
klippy_is() {
	[ "$(api info | jq -r .result.state)" = "$1" ]
}

gcode() {
	api gcode/script "{\"script\": \"$1\"}"
}

# lamp_is LEVEL - as somebody with a meter finds it
lamp_is() {
	ctl pin "$K" PA1 | jq -e --argjson want "$1" '.level == $want'
}

# chip_is_warm - as the chip's sensor and its calibration have it
chip_is_warm() {
	api objects/query '{"objects": {"temperature_sensor chip": null}}' |
		jq -e '.result.status["temperature_sensor chip"].temperature |
			. > 24 and . < 26'
}

# healthy - nothing invalid came, and nothing was sent again between the last two
# Stats of klippy.log (section 17.4); before, a busy machine may have been too slow
healthy() {
	local stats

	mapfile -t stats < <(grep 'Stats ' "$KLIPPY_LOG" | tail -n 2 |
		grep -o 'bytes_retransmit=[0-9]* bytes_invalid=0 ')
	[ "${#stats[@]}" -eq 2 ] && [ "${stats[0]}" = "${stats[1]}" ]
}

@test "klippy: ready, a lamp, a button, a stop, a restart, the bootloader" {
	start_mcus one -c "$CFG"
	start_klippy
	patiently klippy_is ready
	has "$KLIPPY_LOG" "Loaded MCU 'mcu' [0-9]+ commands"
	has "$KLIPPY_LOG" "Configured MCU 'mcu' \(1024 moves\)"
	has "$BUS" '3F0#01CA463A06A1AC04'

	patiently chip_is_warm

	# outputs, and inputs that are moved by hand
	gcode 'SET_PIN PIN=lamp VALUE=1'
	patiently lamp_is 1
	gcode 'SET_PIN PIN=lamp VALUE=0'
	patiently lamp_is 0
	ctl pin "$K" PB3 0
	patiently lamp_is 1
	ctl pin "$K" PB3 1
	patiently lamp_is 0
	gcode 'MANUAL_STEPPER STEPPER=axis ENABLE=1 SET_POSITION=0 MOVE=10'
	klippy_is ready

	# section 13.4 and 14.2
	api emergency_stop
	patiently klippy_is shutdown
	patiently eval '[ "$(state "$K")" = shutdown ]'
	api gcode/firmware_restart
	patiently klippy_is ready
	has "$MCU_LOG" "$K reset command"
	[ "$(state "$K")" = klipper ]

	# an MCU that shuts down by itself is told with its reason
	ctl shutdown "$K" Timer too close
	patiently klippy_is shutdown
	has "$KLIPPY_LOG" "MCU 'mcu' shutdown: Timer too close"
	api gcode/firmware_restart
	patiently klippy_is ready
	patiently healthy

	# section 15.2: taken away from under it
	ask -u "$K"
	[ "$status" -eq 0 ]
	patiently klippy_is shutdown
	has "$KLIPPY_LOG" "Lost communication with MCU 'mcu'"
	ask -u "$K" --leave
	[ "$status" -eq 0 ]
	ctl wait "$K" klipper
	api gcode/firmware_restart
	patiently klippy_is ready
	run -1 grep -E 'Unknown message|Traceback' "$KLIPPY_LOG"
}
