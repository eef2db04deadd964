# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
# What a user or a script types, and gets.
bats_require_minimum_version 1.5.0
load ../lib

teardown() {
	stop_all
}

@test "--dry-run prints the frame as can-utils write it, and sends nothing" {
	watch_bus vcan0
	ask --dry-run -u 112233445566
	[ "$status" -eq 0 ]
	[ "$output" = "3F0#02112233445566" ]
	settled
	[ -z "$(frames '3F0#')" ]
}

@test "cansend sends what --dry-run prints" {
	start_mcus one -i vcan0 -u "$U"
	cansend vcan0 "$("$BUILD/canbootreq" --dry-run -u "$U")"
	ctl wait "$U" katapult 5000
	[ "$(state "$U")" = katapult ]
}

@test "--query broadcasts once, warns, and lists who has no nodeid" {
	watch_bus vcan0
	start_mcus many -i vcan0 -u "$U" -u "$V" --nodeid 4 \
		-u 665544332211 --state katapult
	ask --query
	[ "$status" -eq 0 ]
	[[ $output == *"$U"*Klipper* ]]
	[[ $output == *665544332211*Katapult* ]]
	[[ $output != *"$V"* ]]
	[[ $stderr == *broadcast* ]]
	settled
	[ "$(frames '3F0#')" = "3F0#00" ]
}

@test "--query with nobody there is no-answer" {
	ask --query --timeout 0.2
	[ "$status" -eq 3 ]
}

@test "--json: one object per UUID with the documented keys" {
	start_mcus one -i vcan0 -u "$U"
	ask --json -u "$U" --nodeid 192
	[ "$status" -eq 0 ]
	[ "$(jq -r '[.schema, .uuid, .outcome, .code, .interface, .nodeid,
		.request] | map(tostring) | join(" ")' <<<"$output")" = \
		"1 $U in-bootloader 0 vcan0 192 handed-over" ]
	[ "$(jq '.elapsed_ms | type' <<<"$output")" = '"number"' ]
	[ "$(jq '.next | type' <<<"$output")" = '"string"' ]
	[ "$(jq '.back | type' <<<"$output")" = '"string"' ]
}

@test "--json: a failure is an object, too" {
	ask --json -u "$U" --timeout 0.2
	[ "$status" -eq 3 ]
	[ "$(jq -r '.outcome + " " + (.code | tostring)' <<<"$output")" = \
		"no-answer 3" ]
	[ "$(jq '.reason | length > 20' <<<"$output")" = true ]
	run --separate-stderr "$BUILD/canbootreq" -i can7 --json -u "$U"
	[ "$status" -eq 1 ]
	[ "$(jq -r '.outcome' <<<"$output")" = local-error ]
}

@test "a bad command line is exit 2 and shows what was wrong" {
	local bad

	for bad in 123 1122334455667 11223344556677 xyz -1 0x112233445566 '' \
		/dev/serial/by-id/usb-Klipper_x; do
		ask -u "$bad"
		[ "$status" -eq 2 ]
		[[ $stderr == *"$bad"* ]]
		[ "$(wc -l <<<"$stderr")" -eq 1 ]
		[ -z "$output" ]
	done
	for bad in --timeout=0 --timeout=x --nodeid=4 --nodeid=255 --nodeid=x \
		--bogus extra; do
		ask -u "$U" "$bad"
		[ "$status" -eq 2 ]
		[[ $stderr == *"${bad#*=}"* ]]
	done
	ask
	[ "$status" -eq 2 ]
	ask -u "$U" -u "$U"
	[ "$status" -eq 2 ]
	ask -u $'112233\n45566'
	[ "$status" -eq 2 ]
	[ "$(wc -l <<<"$stderr")" -eq 1 ]
}

@test "-v shows every frame in candump's log format" {
	start_mcus one -i vcan0 -u "$U" --state katapult
	ask -v -u "$U" --nodeid 0xc0
	[ "$status" -eq 0 ]
	[[ $stderr =~ \([0-9]+\.[0-9]{6}\)\ vcan0\ 3F0#02${U^^} ]]
	[[ $stderr == *"281#0188A00316000000"* ]]
}

@test "--help and --version answer on stdout" {
	run --separate-stderr "$BUILD/canbootreq" --help
	[ "$status" -eq 0 ]
	[[ $output == *--no-verify*in-bootloader* ]]
	[ -z "$stderr" ]
	run --separate-stderr "$BUILD/canbootreq" --version
	[ "$status" -eq 0 ]
	[[ $output == canbootreq* ]]
}

@test "an output that takes nothing is an error, not a success" {
	start_mcus one -i vcan0 -u "$U"
	run -1 bash -c '"$0" -i vcan0 -u "$1" >/dev/full' "$BUILD/canbootreq" "$U"
}

@test "no root is needed" {
	local dir

	start_mcus one -i vcan0 -u "$U"
	# a copy: where the project lies, nobody else may be let in
	dir=$(mktemp -d)
	chmod 755 "$dir"
	cp "$BUILD/canbootreq" "$dir"
	run setpriv --reuid 65534 --regid 65534 --clear-groups \
		"$dir/canbootreq" -i vcan0 -u "$U"
	rm -r "$dir"
	echo "$output"
	[ "$status" -eq 0 ]
}
