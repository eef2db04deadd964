# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
# A look inside: canmcu ctl watch on a terminal, in a pipe, and as JSON.
bats_require_minimum_version 1.5.0
load ../lib

setup() {
	cat >"$BATS_TEST_TMPDIR/sim.cfg" <<-END
		[mcu]
		canbus_uuid: $U
		uart: pty:$BATS_TEST_TMPDIR/line
		[temperature_sensor room]
		sensor_type: Generic 3950
		sensor_pin: PA0
		[heater_bed]
		heater_pin: PB0
		sensor_pin: PA1
	END
	start_mcus one -c "$BATS_TEST_TMPDIR/sim.cfg"
	SHOWN=$BATS_TEST_TMPDIR/shown
}

teardown() {
	cat "$SHOWN"
	stop_all
}

# on_terminal ROWS COLUMNS - watch there; its number is in $WATCH, and at the end
# the terminal's settings follow in $SHOWN
on_terminal() {
	# shellcheck disable=SC2016 # for the shell in there
	ROWS=$1 COLS=$2 TERM=xterm script -qfc 'stty rows $ROWS cols $COLS
		was=$(stty -g)
		sh -c "echo \$\$ >\"\$BATS_TEST_TMPDIR/number\"
			exec \"\$BUILD/canmcu\" ctl --control \"\$CTL\" watch"
		echo "status $?"
		[ "$was" != "$(stty -g)" ] || echo as it was' "$SHOWN" \
		</dev/null >/dev/null 2>&1 3>&- &
	until_true has "$BATS_TEST_TMPDIR/number" .
	WATCH=$(<"$BATS_TEST_TMPDIR/number")
}

@test "on a terminal: a table that follows what happens, and the terminal back" {
	export BUILD CTL BATS_TEST_TMPDIR
	on_terminal 24 80
	until_true has "$SHOWN" '^.\[K    temperature_sensor room +25\.0 C'
	ctl shutdown "$U" Timer too close
	until_true has "$SHOWN" "^.\[K$U  shutdown  "
	until_true has "$SHOWN" "^.\[K$U shutdown Timer too close"
	ctl unplug "$U" temperature_sensor room
	until_true has "$SHOWN" 'temperature_sensor room +unplugged'
	has "$SHOWN" $'\033\\[\\?1049h'
	has_no "$SHOWN" $'\033\\[\\?1049l'
	kill -TERM "$WATCH"
	until_true has "$SHOWN" '^as it was'
	has "$SHOWN" $'\033\\[\\?25h\033\\[\\?1049lstatus 0'
}

@test "a terminal that is narrow, and gets wide" {
	export BUILD CTL BATS_TEST_TMPDIR
	on_terminal 4 30
	until_true has "$SHOWN" "\.\.\. and 1 lines more"
	has_no "$SHOWN" 'heater_bed'
	has_no "$SHOWN" $'^.\\[K[^\r]{31}'
	stty rows 24 cols 80 <"/proc/$WATCH/fd/1"
	until_true has "$SHOWN" 'heater_bed +25\.0 C, heater 0 %'
	kill -INT "$WATCH"
	until_true has "$SHOWN" '^as it was'
}

@test "the simulator ends: so does the look, and the terminal is given back" {
	export BUILD CTL BATS_TEST_TMPDIR
	on_terminal 24 80
	until_true has "$SHOWN" 'heater_bed'
	ctl quit
	until_true has "$SHOWN" '^as it was'
	has "$SHOWN" $'\033\\[\\?25h\033\\[\\?1049lstatus 0'
}

@test "in a pipe a line for each change" {
	ctl watch >"$SHOWN" 3>&- &
	until_true has "$SHOWN" "^$U heater_bed: 25\.0 C, heater 0 %$"
	has "$SHOWN" "^$U state: klipper$"
	ctl set "$U" state katapult
	until_true has "$SHOWN" "^$U state: katapult$"
	[ "$(grep -c "^$U heater_bed: " "$SHOWN")" = 1 ]
	ctl quit
	wait $!
}

@test "as JSON an object for each change, with its time" {
	ctl watch --json >"$SHOWN" 3>&- &
	until_true has "$SHOWN" '"state":"klipper"'
	ctl power "$U" off
	until_true has "$SHOWN" '"state":"off"'
	ctl quit
	wait $!
	[ "$(jq -s 'map(.time_us) | . == sort and (. | length) == 2' "$SHOWN")" \
		= true ]
	[ "$(jq -s '.[1].mcus[0].devices[1].section' "$SHOWN")" = '"heater_bed"' ]
}

# says SENTENCE - a simulator that says it, and goes
says() {
	local -x SOCKET=$BATS_TEST_TMPDIR/says SAYS=$1
	python3 -c 'import os, socket
with socket.socket(socket.AF_UNIX) as door:
    door.bind(os.environ["SOCKET"] + ".new")
    door.listen(1)
    os.rename(os.environ["SOCKET"] + ".new", os.environ["SOCKET"])
    with door.accept()[0] as line:
        line.sendall(os.environ["SAYS"].encode())' 3>&- &
	until_true test -S "$SOCKET"
	run "$BUILD/canmcu" ctl --control "$SOCKET" watch
	wait $!
	rm "$SOCKET"
}

@test "a simulator that does not let itself be watched" {
	says $'{"ok":false,"error":"too many \\u001b: close one first"}\n'
	[ "$status" -eq 1 ]
	[ "$output" = "canmcu ctl: too many ?: close one first" ]
	says $'{"ok":true}\n{"ok":false,"error":"there is no command \'look\'"}\n'
	[ "$status" -eq 1 ]
	[[ $output == "canmcu ctl: this simulator cannot be watched: "* ]]
	says ''
	[ "$status" -eq 1 ]
	[[ $output == "canmcu ctl: the simulator ended before it answered: "* ]]
}

@test "what has the socket and never ends its line is left" {
	local what socket=$BATS_TEST_TMPDIR/endless

	for what in watch list; do
		head -c 80M /dev/zero |
			socat -u - "UNIX-LISTEN:$socket,unlink-early" \
				2>"$socket.log" 3>&- &
		until_true test -S "$socket"
		run -1 "$BUILD/canmcu" ctl --control "$socket" "$what"
		[ "$output" = "canmcu ctl: what has the control socket sent 64 MiB\
 without an end of line: see whether that is a canmcu" ]
		wait "$!" || grep -q 'Broken pipe\|Connection reset' "$socket.log"
		rm -f "$socket"
	done
}

@test "nobody listens, and what it does not take" {
	run -1 "$BUILD/canmcu" ctl --control /nowhere watch
	[[ $output == "canmcu ctl: no simulator answers at '/nowhere' "* ]]
	run -2 "$BUILD/canmcu" ctl --control /nowhere watch --jsom
	[[ $output == "canmcu ctl: watch '--jsom': give nothing behind it, or --json"* ]]
}
