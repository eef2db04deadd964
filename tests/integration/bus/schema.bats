#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
# JSON for scripts: every kind of object by docs/json.schema.json, and commands
# that run as they are.
# shellcheck disable=SC2030,SC2031,SC2154 # each test is a subshell

bats_require_minimum_version 1.5.0
load ../lib

teardown() {
	stop_all
}

# gives STATUS KIND ARGUMENTS... - an object of that kind, in $output
gives() {
	ask "${@:3}" --json
	[ "$status" -eq "$1" ]
	conforms "$2" <<<"$output"
}

@test "results of each way to ask" {
	start_mcus two -i vcan0 -u "$U" -u "$V"
	gives 0 result -u "$U" -u "$V"
	[ "$(wc -l <<<"$output")" = 2 ]
	gives 0 result -u "$U" --leave
	gives 0 result -u "$U" --no-verify
	printf '[mcu a]\ncanbus_uuid: %s\n' "$U" >"$BATS_TEST_TMPDIR/printer.cfg"
	gives 0 result -c "$BATS_TEST_TMPDIR/printer.cfg" -m a
	[ "$(jq -r .name <<<"$output")" = a ]
}

@test "results without a proof, and errors" {
	gives 3 result -u "$U" --timeout 0.1
	gives 3 result --query --timeout 0.1
	gives 2 result -u "$U" --frobnicate
	gives 1 result -i nowhere -u "$U"
}

@test "what Klipper says with --diagnose" {
	"$BATS_TEST_DIRNAME/../../support/klipper-app.py" vcan0 "$U" \
		>"$BATS_TEST_TMPDIR/app" 2>&1 3>&- &
	until_true has "$BATS_TEST_TMPDIR/app" ready
	gives 4 result -u "$U" --diagnose --timeout 0.3
	[ "$(jq -c .back_argv <<<"$output")" = \
		'["sudo","systemctl","restart","klipper"]' ]
	[ "$(jq 'has("application") and has("warnings")' <<<"$output")" = true ]
}

@test "nodes of a query, frames of a dry run, a bus that was listened to" {
	local listener

	start_mcus two -i vcan0 -u "$U" -u "$V" --state katapult
	gives 0 node --query --timeout 0.5
	[ "$(wc -l <<<"$output")" = 2 ]
	gives 0 frame --dry-run -u "$U" -u "$V"
	"$BUILD/canbootreq" -i vcan0 --listen --json -v \
		>"$BATS_TEST_TMPDIR/out" 2>"$BATS_TEST_TMPDIR/err" 3>&- &
	listener=$!
	until_true listening vcan0 00000000
	ask -u "$U"
	until_true has "$BATS_TEST_TMPDIR/err" " 3F0#11${U^^}C0|3F0#11"
	kill -INT "$listener"
	ends_with "$listener" 130
	[ "$(jq '.nodes, .admin | length > 0' "$BATS_TEST_TMPDIR/out")" = $'true\ntrue' ]
	conforms bus <"$BATS_TEST_TMPDIR/out"
}

@test "the schema knows the outcomes that there are" {
	run -0 jq -r '."$defs".outcome.enum[]' \
		"$BATS_TEST_DIRNAME/../../../docs/json.schema.json"
	[ "${#lines[@]}" -gt 9 ]
	[ "$(sort <<<"$output")" = "$(for program in canbootreq katflash; do
		"$BUILD/$program" --help |
			sed -n '/^Outcomes/,$s/^ *[0-9]*  \([a-z-]*\) .*/\1/p'
	done | sort -u)" ]
}

@test "what the schema does not allow is found" {
	local object

	run -0 conforms result <<<'{"schema":1,"outcome":"busy","code":6,"reason":"r"}'
	for object in '"code":6' '"code":"6","reason":"r"' \
		'"code":6,"reason":"r","newkey":1' \
		'"code":6,"reason":"r","back_argv":["a","b"]' \
		'"code":6,"reason":"r","back":"a","back_argv":"a"' \
		'"code":6,"reason":"r","usb":{"port":"1-1","newkey":1}'; do
		run -1 conforms result <<<"{\"schema\":1,\"outcome\":\"busy\",$object}"
	done
	run -1 conforms node <<<'{"schema":1,"outcome":"busy","code":6,"reason":"r"}'
	run -1 conforms result </dev/null
}

# argv NAME - the words of $output's command, in $ARGV
argv() {
	mapfile -t ARGV < <(jq -r ".$1[]" <<<"$output")
	[ "${#ARGV[@]}" -gt 1 ]
}

@test "next_argv and back_argv run as they are" {
	local home="$BATS_TEST_TMPDIR/a home"

	mkdir -p "$home/katapult/scripts"
	echo 'import sys; print("|".join(sys.argv))' \
		>"$home/katapult/scripts/flashtool.py"
	start_mcus one -i vcan0 -u "$U"
	HOME=$home ask -u "$U" --json
	argv next_argv
	[ "$("${ARGV[@]}")" = "$home/katapult/scripts/flashtool.py|-i|vcan0|-u|$U|-f|$home/klipper/out/klipper.bin" ]
	argv back_argv
	[[ $(PATH=$BUILD:$PATH "${ARGV[@]}" 2>/dev/null) == "$U: left-bootloader: "* ]]
}
