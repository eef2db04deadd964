# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
# canbootreq --diagnose: a node that ignores the request, and who else is there.
bats_require_minimum_version 1.5.0
load ../lib

UU=41F905F55004
# 182..1FF: nodeids 65 to 127
OF_POOL='1[89A-F]'

setup() {
	watch_bus vcan0
}

teardown() {
	ip link set vcan0 up
	stop_all
}

# app NAME UUID KEY=VALUE... - a Klipper application, process $APP; its log is
# $NAME.log
app() {
	local log=$BATS_TEST_TMPDIR/$1.log

	"${AT_ONCE[@]}" "$BATS_TEST_DIRNAME/../../support/klipper-app.py" \
		vcan0 "${@:2}" >"$log" 2>&1 3>&- &
	APP=$!
	until_true has "$log" ready
}

# given UUID - N becomes the nodeid that it was given last, RX and TX its ids
given() {
	N=$((16#$(frames "^3F0#01${1^^}" | tail -n 1 | cut -c 19-)))
	[ "$N" -ge 65 ] && [ "$N" -le 127 ]
	printf -v RX %03X $((0x100 + 2 * N))
	printf -v TX %03X $((0x101 + 2 * N))
}

says() {
	has "$BATS_TEST_TMPDIR/$1.log" "$2"
}

# diagnose ARGUMENTS... - the shorter the proof takes, the sooner it is asked
diagnose() {
	ask --diagnose --timeout 0.3 "$@"
	settled
}

# The trace, by klipper-mcu-protocol.md, section 19: a question with sequence 1,
# NAK for 0, the same with 0, its answer and ACK; but for an offset beyond the
# dictionary, which is drawn, as the nodeid is. Then the dictionary.
@test "a node that ignores the request is seen to run Klipper" {
	app klipper "$U"
	diagnose -u "$U"
	[ "$status" -eq 4 ]
	given "$U"
	[[ $output == "$U: still-application: Klipper v0.13.0-730-g84104bbb runs on it and reported this UUID on nodeid $N; the request was handed to the adapter; an MCU of its type (stm32g0b1xx) ignores the request unless Katapult lies in front of Klipper or Klipper was built for USB" ]]
	[[ $stderr == *"warning: asking Klipper gives a node that runs it nodeid $N: a Klipper host that was using the node has lost it"* ]]
	[[ $stderr == *"next: by likely reasons, likeliest first:"*"1. no Katapult on it: put it there once"* ]]
	[[ $stderr == *"back: sudo systemctl restart klipper"* ]]
	says klipper "nodeid $N"
	# handed back before it is asked, nothing is broadcast, once is enough
	want="^3F0#02$UU (3F0#11[^ ]+ )+3F0#01$UU$(printf %02X "$N")"
	want+=" $RX#0[BC]1101[^ ]{10} $RX#[^ ]+7E $TX#05109E817E"
	want+=" $RX#0[BC]1001[^ ]{10} $RX#[^ ]+7E $TX#0[BC]1100[^ ]+( $TX#[^ ]+)+"
	want+=" $RX#08110100[^ ]+ $TX#[0-9A-F]{2}12"
	[[ $(frames "^(3F0|$RX|$TX)#" | xargs) =~ $want ]]
	[ "$(frames "^3F0#01" | wc -l)" -eq 1 ]
	[ -z "$(frames '3F0#(00|12)')" ]
}

@test "in JSON, taken from its host, and with frames that get lost" {
	app klipper "$U" nodeid=4 mcu=rp2040 drop=13
	diagnose -u "$U" --json
	[ "$status" -eq 4 ]
	given "$U"
	[ "$(jq -r '[.outcome, .code, .request, .application.version,
		.application.mcu, .application.nodeid] | map(tostring) |
		join(" ")' <<<"$output")" = \
		"still-application 4 handed-over v0.13.0-730-g84104bbb rp2040 $N" ]
	[[ $(jq -r '.warnings[0]' <<<"$output") == "asking Klipper gives"* ]]
	[[ $(jq -r .reason <<<"$output") == *"(rp2040) leaves Klipper whenever it gets the request" ]]
	says klipper "nodeid $N"
}

@test "nobody there: still no answer, and what was tried is said" {
	diagnose -u "$U"
	[ "$status" -eq 3 ]
	given "$U"
	[[ $output == "$U: no-answer: "*"neither Katapult nor Klipper answered with this UUID (Klipper was asked on nodeid $N)" ]]
	[[ $stderr == *"warning: asking Klipper gives"* ]]
	[[ $stderr != *"no Katapult on the MCU"* ]]
	[ -n "$(frames "^$RX#")" ]
	[ -z "$(frames '3F0#(00|12)')" ]
}

@test "nodeids in use are left alone, and each node gets its own" {
	app other 665544332211 nodeid=65 stats=0.5
	app first "$U" mcu=stm32f446xx
	app second "$V"
	diagnose -u "$U" -u "$V" --json
	[ "$status" -eq 4 ]
	given "$U"
	first=$N
	given "$V"
	[ "$(jq -r '[.outcome, .application.nodeid] | join(" ")' <<<"$output" |
		xargs)" = "still-application $first still-application $N" ]
	says first "nodeid $first"
	says second "nodeid $N"
	run ! says other 'shutdown'
	# once more: both are in use now, and seen so
	diagnose -u "$U" --json
	[ "$status" -eq 4 ]
	run ! says second 'shutdown'
	[ "$(frames '^3F0#01' | sort -u | wc -l)" -eq 3 ]
}

@test "the last nodeid that is free, and none" {
	local others=()

	for n in {065..126}; do
		others+=(-u "665544332$n" --nodeid "$((10#$n))")
	done
	start_mcus others -i vcan0 --bootloader none "${others[@]}"
	app klipper "$U"
	diagnose -u "$U" -u "$V" --json
	[ "$status" -eq 4 ]
	[ "$(jq -r '[.outcome, .application.nodeid // .reason] | join(" ")' \
		<<<"$output" | head -n 1)" = "still-application 127" ]
	[[ $(jq -r .reason <<<"$output" | tail -n 1) == *"Klipper was not asked, as no nodeid is known to be free for it" ]]
	run ! has "$MCU_LOG" shutdown
}

# replay_on_set FILE - play it, recorded on $TX, on the nodeid of the next SET
replay_on_set() {
	local frame tx

	while read -r _ _ frame; do
		[[ $frame != 3F0#01* ]] || break
	done < <(exec candump -L vcan0,3F0:7FF)
	printf -v tx %03X $((0x101 + 2 * 16#${frame:18:2}))
	sed "s/ $TX#/ $tx#/" "$1" >moved
	exec canplayer -l i -I moved vcan0=vcan0
}

# The third party of the worst kind: it sees which nodeid is drawn.
@test "a recorded diagnosis proves nothing, on its nodeid and on the one drawn" {
	app klipper "$U"
	diagnose -u "$U"
	[ "$status" -eq 4 ]
	given "$U"
	cd "$BATS_TEST_TMPDIR"
	grep -E " $TX#" "$BUS" >recorded
	kill "$APP"
	wait "$APP" || :
	canplayer -l i -g 100 -I recorded vcan0=vcan0 >player.log 2>&1 3>&- &
	replay_on_set recorded >replay.log 2>&1 3>&- &
	was=$N
	diagnose -u "$U" --timeout 2
	[ "$status" -eq 3 ]
	given "$U"
	[ "$N" -ne "$was" ]
	[[ $output == *"; Klipper blocks came for the nodeid it was given, but no answer to a question" ]]
}

@test "a dictionary that makes no sense: it runs Klipper, and that is said" {
	app klipper "$U" broken=1
	diagnose -u "$U"
	[ "$status" -eq 4 ]
	given "$U"
	[[ $output == "$U: still-application: Klipper of unknown version answered on nodeid $N, which only this UUID was given, but its dictionary could not be read; "* ]]
}

@test "another UUID than the one that was asked is no proof" {
	app klipper "$U" told="$V"
	diagnose -u "$U"
	[ "$status" -eq 3 ]
	given "$U"
	[[ $output == "$U: no-answer: "*"on nodeid $N Klipper answered with UUID $V" ]]
}

@test "it is never done unasked, and not after a proof" {
	app klipper "$U"
	start_mcus katapult -i vcan0 -u "$V" --bootloader katapult
	ask -u "$U" --timeout 0.3
	[ "$status" -eq 3 ]
	diagnose -u "$V"
	[ "$status" -eq 0 ]
	[[ $output == "$V: in-bootloader: "* ]]
	[ -z "$(frames "^(3F0#01|$OF_POOL)")" ]
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
	[ -z "$(frames "^(3F0#01|$OF_POOL)")" ]
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
		"still-application stm32g0b1xx $(nodeid "$U") still-application stm32g0b1xx $(nodeid "$V")" ]
	[ "$(state "$U")" = klipper ]
	[ "$(state "$V")" = shutdown ]
}
