# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
# shellcheck shell=bash
# A board on a bus whose application is replaced by katflash, and whose flash can be
# looked at.
# shellcheck disable=SC2034 # the files that load it use what it sets

START=0x08002000

setup() {
	IMAGE=$BATS_TEST_TMPDIR/klipper.bin
	make_image "$IMAGE" stm32g0b1xx "$START" --size 6000 --version v2
	FLASH=$BATS_TEST_TMPDIR/flash
	SAVED=$BATS_TEST_TMPDIR/saved.bin
}

teardown() {
	ip link del vcan5 2>/dev/null || :
	ip link set vcan0 up txqueuelen 1000
	stop_all
}

# katflash ARGUMENTS... - run it to its end; sets status, output, stderr
katflash() {
	apart "$BUILD/katflash" -i vcan0 "$@"
}

# board ARGUMENTS... - a node with application v1 in a flash that can be looked at
board() {
	make_image "$BATS_TEST_TMPDIR/old" stm32g0b1xx "$START" --size 5000 \
		--version v1
	{
		head -c 8192 /dev/zero | tr '\0' '\377'
		cat "$BATS_TEST_TMPDIR/old"
	} >"$FLASH"
	start_mcus one -i vcan0 -u "$U" --flash-image "$FLASH" --erase-ms 0 "$@"
}

# holds FILE - that is what the flash of the board begins with, as an application
holds() {
	cmp -n "$(wc -c <"$1")" "$1" <(tail -c +8193 "$FLASH")
}

# runs - the board is in an application, without a nodeid, as after power-on
runs() {
	ctl wait "$U" klipper 5000
	[ "$(nodeid "$U")" = null ]
}

# ended STATUS LINE - so $pid ends, with this on standard output
ended() {
	ends_with "$pid" "$1"
	cat "$BATS_TEST_TMPDIR/out" "$BATS_TEST_TMPDIR/err"
	has "$BATS_TEST_TMPDIR/out" "$2"
}
