# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
# The dissector for Wireshark, on recorded traces (tests/data/wireshark) and on frames
# of the reference, field by field. No guest: a trace is read, not sent.
bats_require_minimum_version 1.5.0

setup() {
	command -v tshark >/dev/null || skip "tshark is not installed"
	ROOT=$(cd "$BATS_TEST_DIRNAME/../../.." && pwd)
	DIR=$(mktemp -d /tmp/ws.XXXXXX)
	TRACES=$DIR LOG=$DIR/trace
	cp "$ROOT"/docs/wireshark/klipper-can.lua "$ROOT"/tests/data/wireshark/*.log "$DIR"
	export HOME=$DIR XDG_CONFIG_HOME=$DIR # nobody's own settings
	# newer ones run no Lua as root
	AS=()
	[ "$(id -u)" -ne 0 ] || AS=(setpriv --reuid=65534 --regid=65534 --clear-groups)
}

teardown() {
	[ -z "${DIR-}" ] || rm -rf "$DIR"
}

# dissect FILE OPTION... - what tshark says of a trace. That it says "Lua Error" of
# none is claimed by every test.
dissect() {
	chmod -R a+rX "$DIR"
	"${AS[@]}" tshark -X lua_script:"$DIR/klipper-can.lua" -r "$@" \
		>"$BATS_TEST_TMPDIR/out" 2>"$BATS_TEST_TMPDIR/err"
	cat "$BATS_TEST_TMPDIR/out"
	grep -m 5 'Lua' "$BATS_TEST_TMPDIR/out" "$BATS_TEST_TMPDIR/err" || return 0
	return 1
}

# fields FILE FILTER FIELD... - the fields of the frames that the filter takes, one
# frame a line, with | between them and , between those of one frame
fields() {
	local field options=()

	for field in "${@:3}"; do
		options+=(-e "$field")
	done
	dissect "$1" -Y "$2" -T fields -E 'separator=|' "${options[@]}"
}

# shows WANT FILE FILTER FIELD... - exactly these lines
shows() {
	diff <(printf '%s\n' "$1") <(fields "${@:2}")
}

# hex FROM TO - these bytes, one after the other
hex() {
	seq "$1" "$2" | xargs printf '%02x'
}

# trace FRAME... - a log with these frames
trace() {
	local frame n=0

	for frame; do
		printf '(1795965170.%06d) vcan0 %s\n' "$((n++))" "$frame"
	done >"$LOG"
}

@test "each admin message has its command, UUID, nodeid and program" {
	trace 3F0#00 3F0#01CA463A06A1AC04 3F0#02CA463A06A1AC 3F0#11CA463A06A1AC81 \
		3F0#12 3F1#20CA463A06A1AC01 3F1#20CA463A06A1AC11
	shows "1|0x00|||
2|0x01|ca463a06a1ac|4|
3|0x02|ca463a06a1ac||
4|0x11|ca463a06a1ac|129|
5|0x12|||
6|0x20|ca463a06a1ac||0x01
7|0x20|ca463a06a1ac||0x11" "$LOG" klipper_can frame.number klipper_can.command \
		klipper_can.uuid klipper_can.nodeid klipper_can.program
	[ "$(fields "$LOG" 'frame.number == 4' _ws.col.Info)" = \
		"SET_CANBOOT_NODEID ca463a06a1ac, nodeid 129" ]
}

@test "what nodes ignore is not taken for a command" {
	# too short; unknown; on the wrong id; empty; remote, CAN FD
	trace 3F0#02CA463A06A1 3F0#42 3F1#02CA463A06A1AC 3F0# 3F0#R \
		3F0##002CA463A06A1AC
	shows "1|REQUEST_BOOTLOADER, too short|
2|unknown command|
3|unknown command|
4|empty frame|" "$LOG" klipper_can frame.number _ws.col.Info klipper_can.uuid
	shows 1 "$LOG" klipper_can.short frame.number
}

# Since 4.6 tshark takes those of a log for short ones, so it is pcap: a header with the
# link type 227, SocketCAN; and two times no time, a length twice, and a frame.
@test "an extended frame is not taken for a command" {
	local head='\0\0\0\0\0\0\0\0\x10\0\0\0\x10\0\0\0'
	local rest='\x07\0\0\0\x02\xca\x46\x3a\x06\xa1\xac\0'

	{
		printf '\xd4\xc3\xb2\xa1\x02\0\x04\0\0\0\0\0\0\0\0\0\0\0\1\0\xe3\0\0\0'
		printf '%b' "$head\x80\0\x03\xf0$rest$head\0\0\x03\xf0$rest"
	} >"$LOG"
	shows "2|REQUEST_BOOTLOADER ca463a06a1ac" "$LOG" klipper_can \
		frame.number _ws.col.Info
}

@test "a request and its proof: Katapult's blocks, put together from their frames" {
	shows "3|239|0|0x16||0x31f9|1|
4|239|0|0x16||0x31f9|1|
6|239|0|0x16||0x31f9|1|
9|239|1|0xa0|0x00000016|0x4032|1|7
10|239|0|0x11||0x7cf1|1|
18|239|1|0xa0|0x00000011|0xdaaf|1|11
21|239|0|0x16||0x31f9|1|" "$TRACES/request.log" katapult frame.number \
		klipper_can.nodeid klipper_can.from_node katapult.command \
		katapult.answers katapult.crc katapult.crc.status \
		klipper_can.first_frame
	shows "41f905f55004" "$TRACES/request.log" katapult.uuid katapult.uuid
	shows "13|1.1.0|0x08002000|64|stm32g0b1xx|v0.0.1-109-g902f335" \
		"$TRACES/request.log" katapult.mcu katapult.length katapult.protocol \
		katapult.application_start katapult.block_size katapult.mcu \
		katapult.version
	[ "$(fields "$TRACES/request.log" katapult.uuid _ws.col.Info)" = \
		"from 239: Katapult ACK of GET_CANBUS_ID 41f905f55004" ]
}

@test "a flash: addresses, data and pages, as the bytes 00..63 were written" {
	local first second

	first=$(hex 0 63)
	second=$(hex 64 99)$(printf 'ff%.0s' {1..28})
	shows "0x12||0x08002000|$first|
0xa0|0x00000012|0x08002000||
0x12||0x08002040|$second|
0xa0|0x00000012|0x08002040||
0xa0|0x00000013|||1
0x14||0x08002000||
0xa0|0x00000014|0x08002000|$first|
0x14||0x08002040||
0xa0|0x00000014|0x08002040|$second|" "$TRACES/flash.log" \
		"katapult.address || katapult.pages" katapult.command \
		katapult.answers katapult.address katapult.data katapult.pages
	[ -z "$(fields "$TRACES/flash.log" "katapult.crc.status == 0" frame.number)" ]
}

@test "Klipper's messages have names and values once a host has fetched the dictionary" {
	local trace=$TRACES/klipper.log

	shows "Klipper canmcu-0.1.0, stm32g0b1xx" "$trace" klipper.dictionary \
		klipper.dictionary
	shows "440|0|6|8|get_uptime|
442|1|11,5|9,9|uptime|high=0,clock=28334912
443|0|7|9|get_config,get_clock|
445|1|10|10|config|is_config=0,crc=0,is_shutdown=0,move_count=0
446|1|10|10|clock|clock=28374976
447|1|5|10||
448|0|6|10|emergency_stop|
450|1|11,5|11,11|shutdown|clock=28429312,static_string_id=Command request
451|0|7|11|allocate_oids|count=3
452|1|7|12|is_shutdown|static_string_id=Command request
453|1|5|12||
454|0|6|12|clear_shutdown|
455|1|5|13||" "$trace" "klipper && frame.number >= 440" frame.number \
		klipper_can.from_node klipper.length klipper.sequence \
		klipper.message.name klipper.message.param
	[ -z "$(fields "$trace" "klipper.crc.status == 0 || klipper_can.unframed" \
		frame.number)" ]
}

@test "what came before the dictionary gets its names when it is shown again" {
	# get_uptime on nodeid 4, then the whole connecting of a host
	trace 108#061506 108#61F57E
	cat "$TRACES/klipper.log" >>"$LOG"
	shows "|6" "$LOG" "frame.number == 2" klipper.message.name klipper.message.id
	[ "$(dissect "$LOG" -2 -Y "frame.number <= 2" -T fields -E 'separator=|' \
		-e klipper_can.last_frame -e klipper.message.name)" = "2|
|get_uptime" ]
}

@test "pins have the names of their ranges, and signed fields their sign" {
	# 50 is config_stepper, with pins 33 and 18; 51 is queue_step, which adds -5
	cp "$TRACES/klipper.log" "$LOG"
	printf '(1795965200.%06d) vcan0 %s\n' 1 108#0C1D320021120080 2 108#64368F7E \
		3 108#0B1E330080640A7B 4 108#58C37E >>"$LOG"
	shows "config_stepper|oid=0,step_pin=PC1,dir_pin=PB2,invert_step=0,step_pulse_ticks=100
queue_step|oid=0,interval=100,count=10,add=-5" "$LOG" "klipper && frame.number > 455" \
		klipper.message.name klipper.message.param
}

@test "the dictionary stays with its UUID, and is not another's" {
	# nodeid 5 for the same UUID, then its nodeid 4 for another; V18 on both
	cp "$TRACES/klipper.log" "$LOG"
	printf '(1795965200.%06d) vcan0 %s\n' 1 3F0#0141F905F5500405 2 10A#06170214617E \
		3 3F0#01CA463A06A1AC04 4 108#06170214617E >>"$LOG"
	shows "457|5|get_config
459|4|" "$LOG" "klipper && frame.number > 455" frame.number klipper_can.nodeid \
		klipper.message.name
}

@test "without the dictionary a message has its number and its bytes" {
	# V34 and V19 of klipper-mcu-protocol.md, 18; identify needs no dictionary
	trace 108#081F020B051D4D7E 109#0A180E0000000098 109#887E 108#08100100285E9F7E
	shows "1|2|||020b05|1
3|14|||0e00000000|1
4|1|identify|offset=0,count=40||1" "$LOG" klipper frame.number \
		klipper.message.id klipper.message.name klipper.message.param \
		klipper.message.raw klipper.crc.status
}

@test "blocks are told apart whichever frames their bytes come in" {
	# V51: a CRC with the sync in it; V53: a retransmission; then V12 and an ACK,
	# one byte a frame; Katapult's answers to two questions, cut as one stream
	trace 108#061B05C97E7E 108#7E061009E7BA7E 108#06 108#14 108#0A 108#B2 108#41 \
		108#7E 109#05 109#15C9 109#2C7E0519 109#03407E \
		203#0188A00316000000 203#41F905F550040000 203#324099030188A003
	shows "1|11|5|0xc97e|1||
2|0|9|0xe7ba|1|7e|
8|4|10|0xb241|1||3
11|5||0xc92c|1||9
12|9||0x0340|1||11" "$LOG" klipper frame.number klipper.sequence \
		klipper.message.id klipper.crc klipper.crc.status klipper.sync \
		klipper_can.first_frame
	shows "15|from 129: Katapult ACK of GET_CANBUS_ID 41f905f55004; ...|13" "$LOG" \
		katapult frame.number _ws.col.Info klipper_can.first_frame
}

@test "a damaged block is shown as such, and what is in no block apart" {
	# V12 with a bit of its CRC; the middle of an answer; CONNECT and its answer
	# NACK (katapult-protocol.md, 12), the first with another bit
	trace 108#06140AB2407E 109#F37E0515C92C7E 202#01881100F17D9903 203#0188F10068959903
	shows "1|0||||1
2|1|f3|||
3|||0x11|0|1
4|||0xf1|1|" "$LOG" klipper_can frame.number klipper.crc.status \
		klipper_can.unframed katapult.command katapult.crc.status \
		klipper_can.bad_crc
}

@test "a message that goes on behind its block is not believed" {
	# identify without its count; the CRC is good
	trace 108#071601001E947E
	shows "1|1|identify|offset=0|0100" "$LOG" klipper_can.cut klipper.crc.status \
		klipper.message.id klipper.message.name klipper.message.param \
		klipper.message.raw
}

@test "each bus, nodeid and direction has blocks of its own" {
	# V1 and V6 in turns, by halves
	trace 108#061102 10A#08110128 108#40B17E 109#0510 10B#0510 10A#28AFD77E \
		109#9E817E 10B#9E817E
	shows "3|4|0|1
6|5|0|1
7|4|1|1
8|5|1|1" "$LOG" klipper frame.number klipper_can.nodeid klipper_can.from_node \
		klipper.crc.status
}

@test "a capture of SocketCAN says the same as the log that it was made of" {
	local pcap=$DIR/trace.pcap filter="klipper || katapult || klipper_can"
	local wanted=(frame.number klipper.message katapult.command klipper_can.uuid)

	# struct can_frame with the id's bytes in the order of a network
	sed -E 's/.* (.)(..)#(.*)/0\1\2\3/; s/../& /g' "$TRACES/request.log" |
		awk '{ printf "0000 00 00 %s %s %02x 00 00 00", $1, $2, NF - 2
			for (i = 3; i <= NF; i++) printf " %s", $i
			print "" }' | text2pcap -F pcap -l 227 - "$pcap" 2>&1
	[ "$(od -An -tu4 -j20 -N4 "$pcap" | tr -d ' ')" -eq 227 ]
	[ "$(fields "$pcap" "$filter" "${wanted[@]}" | wc -l)" -eq 21 ]
	diff <(fields "$pcap" "$filter" "${wanted[@]}") \
		<(fields "$TRACES/request.log" "$filter" "${wanted[@]}")
}

@test "nothing that can be on a bus makes it fail" {
	for seed in 1 2 3; do
		"$ROOT/tests/support/damaged-trace.py" "$seed" 4000 "$TRACES"/*.log >"$LOG"
		dissect "$LOG" -V >"$BATS_TEST_TMPDIR/all" || {
			tail -n 5 "$BATS_TEST_TMPDIR/all"
			return 1
		}
		# it has looked at them, and at the dictionaries in them
		[ "$(grep -c '^Klipper CAN' "$BATS_TEST_TMPDIR/all")" -gt 3000 ]
		grep -q 'Dictionary complete: unreadable' "$BATS_TEST_TMPDIR/all"
		grep -q 'Message: got data=6162' "$BATS_TEST_TMPDIR/all"
	done
}
