# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
# canbootreq --diagnose: a node that ignores the request, and who else is there.
bats_require_minimum_version 1.5.0
load ../lib

UU=41F905F55004
# nodeid 65
GIVE="3F0#01${UU}41"
# klipper-mcu-protocol.md, section 19: identify offset=0 with sequence 1, NAK for
# 0, the same with 0
FIRST="182#081101002842247E"
NAK="183#05109E817E"
AGAIN="182#08100100285E9F7E"

setup() {
	watch_bus vcan0
}

teardown() {
	ip link set vcan0 up
	stop_all
}

# app NAME UUID KEY=VALUE... - a Klipper application; its log is $NAME.log
app() {
	local log=$BATS_TEST_TMPDIR/$1.log

	"$BATS_TEST_DIRNAME/../../support/klipper-app.py" vcan0 "${@:2}" \
		>"$log" 2>&1 3>&- &
	until_true has "$log" ready
}

says() {
	has "$BATS_TEST_TMPDIR/$1.log" "$2"
}

# diagnose ARGUMENTS... - the shorter the proof takes, the sooner it is asked
diagnose() {
	ask --diagnose --timeout 0.3 "$@"
	settled
}

@test "a node that ignores the request is seen to run Klipper" {
	app klipper "$U"
	diagnose -u "$U"
	[ "$status" -eq 4 ]
	[[ $output == "$U: still-application: Klipper v0.13.0-730-g84104bbb runs on it and told this UUID on nodeid 65; the request was handed to the adapter; an MCU of its type (stm32g0b1xx) ignores the request unless Katapult lies in front of Klipper or Klipper was built for USB" ]]
	[[ $stderr == *"warning: asking Klipper gives a node that runs it nodeid 65: a Klipper host that was using the node has lost it"* ]]
	[[ $stderr == *"next: put Katapult on it once"* ]]
	[[ $stderr == *"back: sudo systemctl restart klipper"* ]]
	says klipper 'nodeid 65'
	# handed back before it is asked, nothing is broadcast, once is enough
	[[ $(frames '^(3F0|182|183)#' | xargs) =~ ^"3F0#02$UU "(3F0#11[^ ]+ )+"$GIVE $FIRST $NAK $AGAIN 183#3011000028"[^#]*" 183#" ]]
	[ "$(frames "$GIVE" | wc -l)" -eq 1 ]
	[ -z "$(frames '3F0#(00|12)')" ]
}

@test "in JSON, taken from its host, and with frames that get lost" {
	app klipper "$U" nodeid=4 mcu=rp2040 drop=9
	diagnose -u "$U" --json
	[ "$status" -eq 4 ]
	[ "$(jq -r '[.outcome, .code, .request, .application.version,
		.application.mcu, .application.nodeid] | map(tostring) |
		join(" ")' <<<"$output")" = \
		"still-application 4 handed-over v0.13.0-730-g84104bbb rp2040 65" ]
	[[ $(jq -r '.warnings[0]' <<<"$output") == "asking Klipper gives"* ]]
	[[ $(jq -r .reason <<<"$output") == *"(rp2040) always leaves Klipper"* ]]
	says klipper 'nodeid 65'
}

@test "nobody there: still no answer, and what was tried is said" {
	diagnose -u "$U"
	[ "$status" -eq 3 ]
	[[ $output == "$U: no-answer: "*"neither Katapult nor Klipper answered with this UUID (Klipper on nodeid 65)" ]]
	[[ $stderr == *"warning: asking Klipper gives"* ]]
	[[ $stderr != *"no Katapult on the MCU"* ]]
	[ "$(frames '^(3F0#01|18)' | head -n 2 | xargs)" = "$GIVE $FIRST" ]
	[ -z "$(frames '3F0#(00|12)')" ]
}

@test "nodeids in use are left alone, and each node gets its own" {
	app other 665544332211 nodeid=65 stats=0.5
	app first "$U" mcu=stm32f446xx
	app second "$V"
	diagnose -u "$U" -u "$V" --json
	[ "$status" -eq 4 ]
	[ "$(jq -r '[.outcome, .application.nodeid] | join(" ")' <<<"$output" |
		xargs)" = "still-application 66 still-application 67" ]
	says first 'nodeid 66'
	says second 'nodeid 67'
	run ! says other 'shutdown'
	# once more: both are in use now, and seen so
	diagnose -u "$U" --json
	[ "$(jq -r '.application.nodeid' <<<"$output")" = 68 ]
	run ! says second 'shutdown'
}

@test "a dictionary that makes no sense: it runs Klipper, and that is said" {
	app klipper "$U" broken=1
	diagnose -u "$U"
	[ "$status" -eq 4 ]
	[[ $output == "$U: still-application: Klipper of unknown version answered on nodeid 65, which only this UUID was given, but its dictionary could not be read; "* ]]
}

@test "another UUID than the one that was asked is no proof" {
	app klipper "$U" told="$V"
	diagnose -u "$U"
	[ "$status" -eq 3 ]
	[[ $output == "$U: no-answer: "*"on nodeid 65 Klipper answered with UUID $V" ]]
}

@test "it is never done unasked, and not after a proof" {
	app klipper "$U"
	start_mcus katapult -i vcan0 -u "$V" --bootloader katapult
	ask -u "$U" --timeout 0.3
	[ "$status" -eq 3 ]
	diagnose -u "$V"
	[ "$status" -eq 0 ]
	[[ $output == "$V: in-bootloader: "* ]]
	[ -z "$(frames '^(3F0#01|18)')" ]
	run ! says klipper nodeid
}

@test "a signal while it listens ends it, and nothing was asked" {
	app klipper "$U"
	"$BUILD/canbootreq" -i vcan0 --diagnose -u "$U" --timeout 0.1 \
		>"$BATS_TEST_TMPDIR/out.log" 2>&1 3>&- &
	pid=$!
	until_true has "$BUS" "3F0#11${NOT_U}"
	kill -INT "$pid"
	ends_with "$pid" 130
	settled
	[ -z "$(frames '^(3F0#01|18)')" ]
	grep -q 'interrupted: ended by SIGINT' "$BATS_TEST_TMPDIR/out.log"
}

@test "an interface that goes down while it listens is told" {
	"$BUILD/canbootreq" -i vcan0 --diagnose -u "$U" --timeout 0.1 \
		>"$BATS_TEST_TMPDIR/out.log" 2>&1 3>&- &
	pid=$!
	until_true has "$BUS" "3F0#11${NOT_U}"
	ip link set vcan0 down
	ends_with "$pid" 3
	grep -q 'no-answer: .*the bus was lost while Klipper was asked (Network is down)' \
		"$BATS_TEST_TMPDIR/out.log"
}

@test "canmcu's own application, with a nodeid and in shutdown" {
	start_mcus mcu -i vcan0 --mcu-type stm32g0b1xx --bootloader none \
		-u "$U" --nodeid 4 -u "$V" --state shutdown
	diagnose -u "$U" -u "$V" --json
	[ "$status" -eq 4 ]
	[ "$(jq -r '[.outcome, .application.mcu, .application.nodeid] |
		join(" ")' <<<"$output" | xargs)" = \
		"still-application stm32g0b1xx 65 still-application stm32g0b1xx 66" ]
	[ "$(state "$U")" = klipper ]
	[ "$(nodeid "$U")" = 65 ]
	[ "$(state "$V")" = shutdown ]
}
