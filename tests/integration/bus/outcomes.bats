# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
# State of the MCU x what lies in front of its application: what canbootreq
# says, what happened to the MCU, and every frame that was on the bus.
bats_require_minimum_version 1.5.0
load ../lib

UU=41F905F55004
SET="3F0#11${UU}C0"
WHO="280#01881600F9319903"
ID="281#0188A00316000000 281#${UU}0000 281#32409903"
CONNECT="280#01881100F17C9903"
# katapult-protocol.md, section 12: stm32g0b1xx, 08002000, v0.0.1-109-g902f335
IDENT="281#0188A00D11000000 281#0001010000200008 281#4000000073746D33 \
281#3267306231787800 281#0000000076302E30 281#2E312D3130392D67 \
281#3930326633333500 281#AFDA9903"
READ="280#0188140100200008 280#5BDE9903"
COMPLETE="280#01881500911B9903"
BACK="3F0#11${NOT_U}C0"
# the way out: handed back twice, and asked whether that was heard
LEFT="$BACK $BACK $WHO"
# on a busy machine an answer comes after the next question, or the next SET
MORE="( $SET| $WHO)*"
# nodeids are drawn; C0 is where these traces begin
ON_C0=(--nodeid 0xc0)

setup() {
	watch_bus vcan0
}

teardown() {
	stop_all
}

# trace_is REGEX - the whole bus, frames separated by one blank, nothing else
trace_is() {
	local trace

	settled
	trace=$(frames '^(3F0|3F1|[12]..)#|^[0-9A-F]{8}#|#R|##')
	trace=${trace//$'\n'/ }
	echo "trace: $trace"
	[[ $trace =~ ^$1$ ]]
}

proven() {
	ask -u "$U" "${ON_C0[@]}" "$@"
	[ "$status" -eq 0 ]
	[[ $output == "$U: in-bootloader: "*"(stm32g0b1xx, Katapult v0.0.1-109-g902f335, application at 0x08002000)" ]]
	[[ $stderr == *"back: canbootreq -i vcan0 --leave -u $U"* ]]
	trace_is "3F0#02$UU $SET$MORE ${ID// /$MORE }$MORE( $ID)* $CONNECT( $ID)* $IDENT( $ID)* $LEFT"
	[ "$(state "$U")" = katapult ]
	[ "$(nodeid "$U")" = null ]
}

# silence STATE - asked in vain: the sentence, the trace, the state ("any")
silence() {
	ask -u "$U" "${ON_C0[@]}" --timeout 0.3
	[ "$status" -eq 3 ]
	[[ $output == "$U: no-answer: "* ]]
	trace_is "3F0#02$UU ($SET $WHO $WHO )*($SET ($WHO )?)?$SET $LEFT"
	[ "$1" = any ] || [ "$(state "$U")" = "$1" ]
}

# bytes FRAME... - the data of these frames in one piece
bytes() {
	local all="$*"

	all=${all//281#/}
	echo "${all// /}"
}

start() {
	start_mcus mcu -i vcan0 -u "$U" "$@"
}

@test "unassigned, Katapult installed: proven" {
	start --bootloader katapult
	proven
}

@test "assigned, Katapult installed: proven" {
	start --bootloader katapult --nodeid 4
	proven
}

@test "in shutdown, Katapult installed: proven" {
	start --bootloader katapult --state shutdown
	proven
}

@test "in shutdown and assigned, Katapult installed: proven" {
	start --bootloader katapult --state shutdown --nodeid 4
	proven
}

@test "already in Katapult: proven, with the shortest trace there is" {
	start --bootloader katapult --state katapult
	ask -u "$U" "${ON_C0[@]}"
	[ "$status" -eq 0 ]
	trace_is "3F0#02$UU $SET $WHO$MORE $ID$MORE( $ID)* $CONNECT( $ID)* $IDENT( $ID)* $LEFT"
	[ "$(state "$U")" = katapult ]
}

@test "in Katapult with a nodeid: proven, and unassigned afterwards" {
	start --bootloader katapult --state katapult --nodeid 129
	proven
}

@test "unassigned, into the ROM: no answer, and off the bus" {
	start --mcu-type rp2040 --bootloader rom
	silence rom
}

@test "assigned, into the ROM: no answer, and off the bus" {
	start --mcu-type rp2040 --bootloader rom --nodeid 4
	silence rom
}

@test "in shutdown, into the ROM: no answer, and off the bus" {
	start --mcu-type rp2040 --bootloader rom --state shutdown
	silence rom
}

@test "unassigned, no bootloader: no answer, and still Klipper" {
	start --mcu-type stm32g0b1xx --bootloader none
	silence klipper
	[ "$(nodeid "$U")" = null ]
}

@test "assigned, no bootloader: no answer, and the nodeid kept" {
	start --mcu-type stm32g0b1xx --bootloader none --nodeid 4
	silence klipper
	[ "$(nodeid "$U")" = 4 ]
}

@test "in shutdown, no bootloader: no answer, and still in shutdown" {
	start --mcu-type stm32g0b1xx --bootloader none --state shutdown
	silence shutdown
}

@test "powered off: no answer" {
	start --bootloader katapult --state off
	silence off
}

@test "absent: no answer" {
	silence any
}

@test "absent, with others there: nobody else reacts" {
	start_mcus other -i vcan0 -u "$V" --nodeid 4 \
		-u 665544332211 --state katapult --nodeid 129
	silence any
	[ "$(state "$V")" = klipper ]
	[ "$(nodeid "$V")" = 4 ]
	[ "$(nodeid 665544332211)" = 129 ]
}

@test "a boot that takes longer than a second is waited for and handed back" {
	start --boot-ms 1300
	proven
}

@test "a boot that takes longer than the timeout is no answer, and no nodeid stays" {
	start --boot-ms 700
	silence any
	[[ $(ctl wait "$U" katapult 5000) == *'"ok"'*true* ]]
	[ "$(nodeid "$U")" = null ]
}

@test "--no-verify sends one frame and says that nothing was proven" {
	start --bootloader katapult
	ask -u "$U" --no-verify
	[ "$status" -eq 0 ]
	[[ $output == "$U: requested: "*"not verified"* ]]
	trace_is "3F0#02$UU"
}

@test "Katapult that does not answer CONNECT is proven all the same" {
	stubborn "16=$(bytes "$ID")"
	ask -u "$U" "${ON_C0[@]}" --json
	[ "$status" -eq 0 ]
	[ "$(jq -r '.outcome, (has("katapult") | tostring)' <<<"$output" |
		xargs)" = "in-bootloader false" ]
	# it never leaves its nodeid either: tried three times more, and said so
	trace_is "3F0#02$UU $SET $WHO$MORE $ID$MORE( $ID)* $CONNECT( $ID)* $CONNECT( $ID)*( $LEFT $ID){4}"
	[[ $(jq -r '.warnings[]' <<<"$output") == *"may still hold nodeid 192, as it answered"* ]]
}

@test "--leave starts the application again" {
	start --state katapult
	ask --leave -u "$U" "${ON_C0[@]}" --json
	[ "$status" -eq 0 ]
	[ "$(jq -r '.outcome, .request, .katapult.mcu, .katapult.version,
		.katapult.application_start' <<<"$output" | xargs)" = \
		"left-bootloader handed-over stm32g0b1xx v0.0.1-109-g902f335 0x08002000" ]
	[ "$(state "$U")" = klipper ]
	[ "$(nodeid "$U")" = null ]
	[ -z "$(frames '3F0#02')" ]
	# whether it has left is asked on another nodeid, and both are handed back
	local SET2="3F0#11${UU}[C-F]." BACK2="3F0#11${NOT_U}[C-F]." \
		WHO2="2[8-F][02468ACE]#01881600F9319903"
	trace_is "$SET $WHO$MORE $ID$MORE( $ID)* $CONNECT( $ID)* $IDENT( $ID)* $READ(\
 281#[0-9A-F]+){10} $COMPLETE 281#0188A00115000000 281#002E9903( $SET2 $WHO2 $WHO2)+ $SET2 $BACK2 $BACK2 $BACK $WHO2"
}

@test "there and back again" {
	start --nodeid 4
	proven
	ask --leave -u "$U"
	[ "$status" -eq 0 ]
	[[ $output == "$U: left-bootloader: "* ]]
	[ "$(state "$U")" = klipper ]
	ask -u "$U"
	[ "$status" -eq 0 ]
}

@test "--leave without an application is refused, and the node stays usable" {
	start --state katapult --no-application
	ask --leave -u "$U"
	[ "$status" -eq 8 ]
	[[ $output == "$U: no-application: "* ]]
	[[ $stderr == *flashtool.py* ]]
	[ "$(state "$U")" = katapult ]
	[ "$(nodeid "$U")" = null ]
	settled
	[ -z "$(frames "$COMPLETE")" ]
	ask -u "$U"
	[ "$status" -eq 0 ]
}

@test "--leave with nobody there: no answer" {
	ask --leave -u "$U" "${ON_C0[@]}" --timeout 0.3
	[ "$status" -eq 3 ]
	[[ $output == "$U: no-answer: "*"nothing was started" ]]
	trace_is "($SET $WHO $WHO )*($SET ($WHO )?)?$SET $LEFT"
}

@test "--leave of a node that runs Klipper: no answer, and left alone" {
	start --nodeid 4
	ask --leave -u "$U" --timeout 0.3
	[ "$status" -eq 3 ]
	[ "$(state "$U")" = klipper ]
	[ "$(nodeid "$U")" = 4 ]
}

@test "--leave of one that acknowledges and stays: unproven" {
	# section 12: 64 times FF is erased, so this one has 00..3F
	stubborn "16=$(bytes "$ID")" "11=$(bytes "$IDENT")" \
		"14=0188A0121400000000200008$(printf %02X {0..63})F26B9903" \
		15=0188A00115000000002E9903
	ask --leave -u "$U" "${ON_C0[@]}"
	[ "$status" -eq 7 ]
	[[ $output == "$U: unproven: Katapult still answers"* ]]
	settled
	[[ $(frames '^3F0' | tail -n 1) == 3F0#11${NOT_U}?? ]]
	[[ $stderr == *"may still hold nodeid"* ]]
}

@test "a signal in mid-leave hands back, and says that nothing was started" {
	stubborn "16=$(bytes "$ID")"
	"$BUILD/canbootreq" -i vcan0 --leave -u "$U" "${ON_C0[@]}" --timeout 60 \
		>"$BATS_TEST_TMPDIR/out.log" 2>&1 3>&- &
	pid=$!
	until_true has "$BUS" "$CONNECT"
	kill -TERM "$pid"
	ends_with "$pid" 143
	grep -q 'ended by SIGTERM .*nothing was started' "$BATS_TEST_TMPDIR/out.log"
	settled
	[ "$(frames '^3F0' | tail -n 1)" = "$BACK" ]
}

@test "--leave of several: each ends for itself, the highest code counts" {
	start_mcus pair -i vcan0 --state katapult -u "$U" -u "$V" \
		--no-application
	ask --leave -u "$U" -u "$V" --json
	[ "$status" -eq 8 ]
	[ "$(jq -r .outcome <<<"$output" | xargs)" = \
		"left-bootloader no-application" ]
	[ "$(state "$U")" = klipper ]
	[ "$(state "$V")" = katapult ]
}

@test "an unassigned Klipper node that was never asked is left alone" {
	start_mcus pair -i vcan0 -u "$U" -u "$V"
	proven
	[ "$(state "$V")" = klipper ]
}
