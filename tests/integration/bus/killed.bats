# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
# canmcu killed in the middle of a flash: its image is never torn.
bats_require_minimum_version 1.5.0
load ../lib

: "${KILLS:=10}"
BLOCKS=320 # of 64 bytes that are flashed each time

teardown() {
	stop_all
}

# no_block_is_torn - each 64-byte block from the application's start on is blank
# or a block of one of the two files that are flashed in turns
no_block_is_torn() {
	python3 - "$FLASH" "$IMAGE".0 "$IMAGE".1 <<'EOF'
import sys
flash, a, b = (open(name, "rb").read() for name in sys.argv[1:])
assert len(flash) == 512 * 1024, len(flash)
for at in range(0, len(a), 64):
    block = flash[0x2000 + at:0x2000 + at + 64]
    assert block in (64 * b"\xff", a[at:at + 64], b[at:at + 64]), hex(at)
EOF
}

# At which block it is killed is up to chance; what must be so afterwards is not.
@test "killed again and again in mid-flash: each block is old or new" {
	local client watcher

	IMAGE=$BATS_TEST_TMPDIR/image
	FLASH=$BATS_TEST_TMPDIR/flash
	for round in 0 1; do
		make_image "$IMAGE.$round" stm32g0b1xx 0x08002000 \
			--size $((64 * BLOCKS)) --version "v$round"
	done
	start_mcus first -u "$U" --state katapult --no-application \
		--flash-image "$FLASH"
	ctl quit
	wait "$MCU_PID" || :
	for round in $(command seq "$KILLS"); do
		start_mcus "run$round" -u "$U" --state katapult --erase-ms 0 \
			--flash-image "$FLASH"
		watch_bus vcan0
		watcher=$!
		"$BUILD/flasher" -i vcan0 -u "$U" -f "$IMAGE.$((round % 2))" \
			--fast --no-request --scale 0.02 >/dev/null 2>&1 3>&- &
		client=$!
		until_true has "$BUS" 202#01881211 $((RANDOM % BLOCKS + 1))
		kill -KILL "$MCU_PID"
		wait "$MCU_PID" || :
		kill "$client" 2>/dev/null || :
		wait "$client" || :
		kill "$watcher"
		wait "$watcher" || :
		no_block_is_torn
	done
	start_mcus last -u "$U" --state katapult --erase-ms 0 \
		--flash-image "$FLASH"
	"$BUILD/flasher" -i vcan0 -u "$U" -f "$IMAGE.0" --fast --no-request
	cmp "$IMAGE.0" <(tail -c +$((0x2000 + 1)) "$FLASH" | head -c $((64 * BLOCKS)))
	ctl wait "$U" klipper 5000
}
