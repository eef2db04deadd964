# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
# katflash and a Katapult that does not do what it is told, or is like none that there
# is: it answers each command with the same bytes, whatever comes.
bats_require_minimum_version 1.5.0
load ../lib

# Of U, and of one block of 64 bytes; katapult-protocol.md, section 4
ID=0188A0031600000041F905F55004000032409903
IDENT=0188A00911000000000101000020000840000000\
73746D3332673062317878000000000076310000 # 64 bytes a block, at 08002000
X=78787878787878787878787878787878
READ=0188A0121400000000200008\
004002201120000843616E426F6F7421$X$X${X}B41D9903
COMPLETE=0188A00115000000002E9903

setup() {
	IMAGE=$BATS_TEST_TMPDIR/klipper.bin
	{
		printf '\x00\x40\x02\x20\x11\x20\x00\x08CanBoot!'
		head -c 48 /dev/zero | tr '\0' x
	} >"$IMAGE"
}

teardown() {
	stop_all
}

# identified IDENT [CODE=ANSWER ...] - a stubborn one that says so on CONNECT
identified() {
	stubborn "16=$ID" "11=$1" "14=$READ" "${@:2}"
}

# katflash ARGUMENTS... - run it to its end; sets status, output, stderr
katflash() {
	apart "$BUILD/katflash" -i vcan0 --timeout 1 -u "$U" "$IMAGE" "$@"
}

@test "it acknowledges COMPLETE, and stays: not-started, and that it answers" {
	identified "${IDENT}50C29903" "15=$COMPLETE"
	katflash
	[ "$status" -eq 11 ]
	[[ $output == "$U: not-started: $IMAGE is in the flash, but Katapult answers,\
 though it has acknowledged that it is to start it" ]]
	[[ $stderr == *"type the same command again, which does not write"* ]]
}

@test "it does not acknowledge COMPLETE: not-started, and that it answers" {
	identified "${IDENT}50C29903"
	katflash
	[ "$status" -eq 11 ]
	[[ $output == "$U: not-started: $IMAGE is in the flash, but Katapult still\
 answers, and did not acknowledge that it is to start it" ]]
}

@test "blocks of another size: unproven, and nothing is said of the file" {
	identified "${IDENT/40000000/80000000}CA629903"
	for how in "" --check --verify; do
		# shellcheck disable=SC2086 # none, or one
		katflash $how
		[ "$status" -eq 7 ]
		[[ $output == "$U: unproven: Katapult takes blocks of 128 bytes,\
 and only those of 64 are known here; nothing was written" ]]
	done
}

@test "a protocol of another major version: image-refused, and --force goes on" {
	watch_bus vcan0
	identified "${IDENT/00010100/00000200}71669903"
	for how in "" --check --verify "--backup $BATS_TEST_TMPDIR/saved.bin"; do
		# shellcheck disable=SC2086 # none, or some
		katflash $how
		[ "$status" -eq 9 ]
		[[ $output == "$U: image-refused: $IMAGE is not flashed without\
 --force; nothing was erased" ]]
		[[ $stderr == *"katflash: the board's Katapult has version 2.0.0 of\
 its protocol, and only 1 is known here"* ]]
	done
	settled
	[ -z "$(frames '#018812')" ]
	katflash --json
	conforms flash <<<"$output"
	[ "$(jq -r '.findings[] | select(.name == "unknown-protocol").severity' \
		<<<"$output")" = refused ]
	katflash --force --verify
	[ "$status" -eq 0 ]
	[[ $output == "$U: same: "* ]]
	[[ $stderr == *"warning: the board's Katapult has version 2.0.0 of"* ]]
}

@test "a start within an erase unit, which would never be erased: refused" {
	identified "${IDENT/00200008/40200008}C2D69903"
	katflash --force
	[ "$status" -eq 9 ]
	[[ $stderr == *"starts at 0x08002040, where stm32g0b1xx cannot have one"* ]]
}
