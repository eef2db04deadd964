#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
# serialbootreq on a UART, which is a pseudo terminal: it takes no bus, so these
# run on the machine itself. At the other end is canmcu or, for what firmware does
# not do on demand, tests/support/serial-peer.py.
bats_require_minimum_version 1.5.0
load ../lib

# shellcheck disable=SC2154

STRING=7E201C20526571756573742053657269616C20426F6F746C6F616465722121207E
ASK=$(printf '7E%.0s' {1..64})05118F087E

setup() {
	LINE=$BATS_TEST_TMPDIR/line
	PEER_LOG=$BATS_TEST_TMPDIR/peer.log
}

teardown() {
	stop_all
}

# start_peer ROLE [BAUD]
start_peer() {
	rm -f "$PEER_LOG"
	/usr/bin/python3 "$BATS_TEST_DIRNAME/../../support/serial-peer.py" \
		"$LINE" "$@" >"$PEER_LOG" 2>&1 3>&- &
	until_true has "$PEER_LOG" ready
}

# request ARGUMENTS... - sets status, output, stderr
request() {
	run --separate-stderr "$BUILD/serialbootreq" -d "$LINE" "$@"
	echo "status $status"
	echo "stdout: $output"
	echo "stderr: $stderr"
}

# ends STATUS OUTCOME TEXT - what request() has to have come to
ends() {
	[ "$status" -eq "$1" ]
	[[ $output == "$LINE: $2: "*"$3"* ]]
}

# written - what serialbootreq -v has written: "250000 7E20..." a line
written() {
	sed -n 's/^([0-9.]*) \([0-9]*\) > /\1 /p' <<<"$stderr"
}

asked() {
	has "$PEER_LOG" '^request'
}

# start_uart OPTION... - an MCU of canmcu
start_uart() {
	start_mcus mcu --uart "pty:$LINE" -u "$U" "$@"
}

@test "canmcu: Klipper enters Katapult, in a shutdown too, and it is left alone then" {
	start_uart --state shutdown
	request
	ends 0 in-bootloader 'Katapult answered at 250000 baud (stm32g0b1xx, Katapult'
	[ "$(state "$U")" = katapult ]
	has "$MCU_LOG" 'reset request'
	request
	ends 0 in-bootloader 'it was in Katapult already'
	[ "$(state "$U")" = katapult ]
}

@test "canmcu: a Katapult that boots for long" {
	start_uart --boot-ms 1400
	request
	ends 0 in-bootloader 'Katapult answered'
}

@test "canmcu: a Klipper that has nothing to enter" {
	start_uart --bootloader none --baud 115200
	request -b 115200 --timeout 0.3
	ends 4 still-application 'Klipper still answers at 115200 baud; the request was sent'
	has "$MCU_LOG" 'request ignored'
	[ "$(state "$U")" = klipper ]
}

@test "canmcu: a Klipper at another rate hears noise, and is not disturbed" {
	start_uart --baud 57600
	request --timeout 0.3
	[ "$status" -eq 3 ]
	[[ $output == *': no-answer: '* ]]
	[[ $stderr == *'another rate'* ]]
	[ "$(state "$U")" = klipper ]
	# where one UART at one rate leads to both, both rates have to be named
	request -b 57600 --katapult-baud 57600
	ends 0 in-bootloader 'Katapult answered at 57600 baud'
}

@test "a Klipper that enters Katapult" {
	start_peer enters
	request
	ends 0 in-bootloader 'Katapult answered at 250000 baud (rp2040, Katapult'
	asked
	[[ $stderr == *"next: python3 "*"flashtool.py -d $LINE -b 250000 -f "* ]]
	[[ $stderr == *"back: "* ]]
}

@test "what is written, in which order and at which rate" {
	start_peer enters 115200
	request -v -b 115200
	ends 0 in-bootloader 'Katapult answered at 250000 baud'
	[ "$(written)" = "250000 01881100F17C9903
115200 $ASK
115200 $STRING
250000 01881100F17C9903
250000 01889000E5E99903" ]
}

@test "who is in Katapult already is left alone" {
	start_peer katapult
	request -v
	ends 0 in-bootloader 'it was in Katapult already'
	[ "$(written)" = $'250000 01881100F17C9903\n250000 01889000E5E99903' ]
	run ! asked
}

@test "a Katapult that boots late is waited for" {
	start_peer late
	request
	ends 0 in-bootloader 'Katapult answered'
	asked
}

@test "a Klipper without a bootloader" {
	start_peer stays 115200
	request -b 115200 --timeout 0.3
	ends 4 still-application 'Klipper still answers at 115200 baud; the request was sent'
	asked
}

@test "a Klipper that goes where no UART leads" {
	start_peer leaves
	request --timeout 0.3
	ends 3 no-answer 'Klipper answered at first, but neither Klipper nor Katapult answered within 0.3 s'
	[[ $stderr == *'2e8a:0003'* ]]
}

@test "silence, as at a wrong rate" {
	start_peer stays 57600
	request -b 115200 --timeout 0.3
	ends 3 no-answer 'no answer came'
	[[ $stderr == *'another rate than 115200 baud'* ]]
	run ! asked
}

@test "bytes without a meaning" {
	start_peer babble
	request --timeout 0.3
	ends 3 no-answer 'bytes came, but neither'
}

@test "a line that sends everything back" {
	start_peer echo
	request --timeout 0.3
	ends 3 no-answer 'only what was written came back'
}

# katapult-protocol.md, section 3: one NACK, and then silence until a reset
@test "a Katapult that is stuck: the same remedy at every call" {
	start_uart --state katapult
	printf '\1' >"$LINE"
	request --timeout 0.5
	ends 7 unproven "Katapult's blocks came, but no answer to what was asked"
	remedy="switch the board's power off and on, then ask again"
	[[ $stderr == *"Katapult is stuck: $remedy"* ]]
	request --timeout 0.5
	ends 3 no-answer 'no answer came, neither before the request nor'
	[[ $stderr == *"its Katapult is stuck, as after a flash or a call that broke off inside a block: $remedy"* ]]
	request --timeout 0.5 --json
	[[ $(jq -r .next <<<"$output") == *"its Katapult is stuck, "*"$remedy"* ]]
}

@test "a Katapult whose receiver is stuck is asked no more" {
	start_peer stuck
	request -v
	ends 7 unproven 'but no answer to what was asked; no request was sent'
	[ "$(written)" = $'250000 01881100F17C9903\n250000 01881100F17C9903' ]
}

# katapult-protocol.md, section 12: the answer to CONNECT, from a recording
@test "an answer that was in the line before anybody asked is none" {
	start_peer old
	request --timeout 0.3 -v
	ends 3 no-answer 'no answer came'
	# not even seen
	run ! grep -q ' < ' <<<"$stderr"
}

@test "an old answer that comes late is none, and does not keep from asking" {
	start_peer delayed
	request --timeout 0.3
	ends 7 unproven "Katapult's blocks came, but no answer to what was asked; the request was sent"
}

@test "an old answer, again and again, is none" {
	start_peer replay
	request --timeout 0.3
	ends 7 unproven 'no request was sent'
}

@test "an old answer of Klipper's, again and again, does not say that it runs" {
	start_peer recorded
	request --timeout 0.3
	ends 3 no-answer 'Klipper answered at first, but'
}

@test "an adapter that is unplugged, after the request and before" {
	start_peer unplugged
	request
	ends 3 no-answer 'it failed while waiting for proof (Input/output error); the request was sent'
	start_peer missing
	request
	ends 5 not-sent 'it vanished before the request was sent'
}

@test "who holds the port is named with its pid, and it stays as it was" {
	start_peer stays
	/usr/bin/python3 -c 'import sys, time
port = open(sys.argv[1], "rb", buffering=0)
print("open", flush=True)
port.read()' "$LINE" >"$BATS_TEST_TMPDIR/holder.log" 2>&1 3>&- &
	holder=$!
	until_true has "$BATS_TEST_TMPDIR/holder.log" open
	before=$(stty -a -F "$LINE")
	request
	ends 6 busy "python3 (pid $holder) has it open; no request was sent"
	[ "$(stty -a -F "$LINE")" = "$before" ]
	[[ $stderr == *'sudo systemctl stop klipper'* ]]
}

@test "the settings of the port are put back" {
	start_peer stays
	stty -F "$LINE" 9600 echo icanon
	before=$(stty -g -F "$LINE")
	request --timeout 0.3
	ends 4 still-application ''
	[ "$(stty -g -F "$LINE")" = "$before" ]
}

@test "no permission: the group to join, or root" {
	[ "$(id -u)" -eq 0 ] || skip "needs root to become somebody else"
	start_peer stays
	chmod 711 "$BATS_TEST_TMPDIR" "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR"/*
	cp "$BUILD/serialbootreq" "$BATS_TEST_TMPDIR"
	chgrp dialout "$(realpath "$LINE")"
	chmod 660 "$(realpath "$LINE")"
	run --separate-stderr setpriv --reuid nobody --clear-groups \
		"$BATS_TEST_TMPDIR/serialbootreq" -d "$LINE"
	ends 1 local-error 'members of the group dialout may'
	[[ $stderr == *'sudo usermod -a -G dialout "$USER"'* ]]
	chmod 600 "$(realpath "$LINE")"
	run --separate-stderr setpriv --reuid nobody --clear-groups \
		"$BATS_TEST_TMPDIR/serialbootreq" -d "$LINE"
	ends 1 local-error 'only its owner may open it'
}

@test "what is no serial port" {
	ln -s /dev/null "$LINE"
	request
	ends 1 local-error 'it is not a serial port'
	rm "$LINE"
	request
	ends 1 local-error 'there is no such device (No such file or directory)'
	request --usb
	ends 1 local-error 'there is no such device'
	start_peer stays
	request --usb
	ends 1 local-error 'it is not behind a USB port, so --usb has no meaning'
}

@test "a signal ends it at once" {
	cd "$BATS_TEST_TMPDIR"
	start_peer stays
	"$BUILD/serialbootreq" -d "$LINE" -v >out 2>err 3>&- &
	asker=$!
	until_true has err ' > 7E201C20'
	kill -INT "$asker"
	ends_with "$asker" 130
	grep -q "^$LINE: interrupted: ended by SIGINT before it was decided" out
}

@test "--json: the documented keys" {
	start_peer enters
	request --json
	[ "$status" -eq 0 ]
	[ "$(jq -r '[.schema, .device, .outcome, .code, .way, .request,
		.katapult.mcu, .katapult.application_start] |
		map(tostring) | join(" ")' <<<"$output")" = \
		"1 $LINE in-bootloader 0 uart handed-over rp2040 0x10004000" ]
	[ "$(jq '[.elapsed_ms, .next, .back] | map(type) | join(" ")' \
		<<<"$output")" = '"number string string"' ]
	conforms serial_result <<<"$output"
	request --json -b x
	[ "$status" -eq 2 ]
	[ "$(jq -r .outcome <<<"$output")" = usage ]
	conforms serial_result <<<"$output"
	request --json --dry-run
	conforms serial_string <<<"$output"
	LINE=/nowhere request --json
	[ "$(jq -r .outcome <<<"$output")" = local-error ]
	conforms serial_result <<<"$output"
}

@test "the shell sends what --dry-run prints" {
	start_peer enters 115200
	stty -F "$LINE" 115200 raw -echo
	run "$BUILD/serialbootreq" --dry-run
	[ "${output^^}" = "$STRING" ]
	# shellcheck disable=SC2001,SC2059
	printf "$(sed 's/../\\x&/g' <<<"$output")" >"$LINE"
	until_true asked
	request
	ends 0 in-bootloader 'it was in Katapult already'
}

@test "help that could not be written is an error" {
	run -1 sh -c "'$BUILD/serialbootreq' --help >/dev/full"
	[[ $output == *"results could not be written: No space left on device"* ]]
}

@test "--json: a device of any name is one word of next_argv" {
	LINE="$BATS_TEST_TMPDIR/a 'line'; \$(x)"
	start_peer enters
	HOME="/home/a b" request --json
	[ "$status" -eq 0 ]
	[ "$(jq -r '.next_argv | join("|")' <<<"$output")" = \
		"python3|/home/a b/katapult/scripts/flashtool.py|-d|$LINE|-b|250000|-f|/home/a b/klipper/out/klipper.bin" ]
	[ "$(jq 'has("back_argv")' <<<"$output")" = false ]
	conforms serial_result <<<"$output"
}
