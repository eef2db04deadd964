# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
# A host and a Klipper application: sessions, the clock, the dictionary. Sections are
# those of klipper-mcu-protocol.md.
bats_require_minimum_version 1.5.0
load ../lib
load ../khost

# Section 4.3
EMPTY=(05109E817E 05118F087E 0512BD937E 0513AC1A7E 0514D8A57E 0515C92C7E
	0516FBB77E 0517EA3E7E 051812C97E 051903407E 051A31DB7E 051B20527E
	051C54ED7E 051D45647E 051E77FF7E 051F66767E)

# clock SEQ CRC - get_clock and its answer, which is the MCU's own; from 1.6 to
# 201 s at 1 MHz it has four bytes
clock() {
	local next=$(((0x$1 + 1) % 16))

	echo "108#061${1}05${2}7E"
	printf '109#0A1%X0F..........\n109#..7E%s\n' "$next" "${EMPTY[next]}"
}

# Section 19, to the end of its identify; the dictionary's own bytes are dots.
# A block of 48 bytes is six frames, its ACK another one; one of 49 has the ACK
# behind its last byte.
transcript_identify() {
	cat <<-END
		3F0#00
		3F1#20CA463A06A1AC01
		3F0#01CA463A06A1AC04
		108#081101002842247E
		109#05109E817E
		108#08100100285E9F7E
		109#301100002878DA..
		109#................
		109#................
		109#................
		109#................
		109#..............7E
		109#05118F087E
		108#0811012828AFD77E
		109#3012002828......
		109#................
		109#................
		109#................
		109#................
		109#..............7E
		109#0512BD937E
		108#0812015028....7E
		109#3013005028......
		109#................
		109#................
		109#................
		109#................
		109#..............7E
		109#0513AC1A7E
		108#0913018078280796
		108#7E
		109#311400807828....
		109#................
		109#................
		109#................
		109#................
		109#................
		109#7E0514D8A57E
	END
}

# The rest of it, which has sequence 5 then.
transcript() {
	cat <<-END
		108#06150AAB997E
		109#0E161506CA463A06
		109#A1AC0467BF7E0516
		109#FBB77E
		108#0616064B9D7E
		109#0B171000........
		109#....7E0517EA3E7E
		$(clock 7 60DE)
		$(for seq in 8 9 A; do clock "$seq" ....; done)
		$(clock B C97E)
		$(for seq in C D E F; do clock "$seq" ....; done)
		$(clock 0 2DD6)
		$(clock 1 ....)
		108#0612062CFD7E
		109#0B131000........
		109#....7E0513AC1A7E
		$(clock 3 07BE)
		$(clock 4 4AB6)
		108#06150227D17E
		109#0A160E00000000A1
		109#2A7E0516FBB77E
		108#0616075A147E
		109#0B1712........02
		109#....7E0517EA3E7E
		$(clock 7 60DE)
		108#0718040342AC7E
		109#07191302D1607E05
		109#1903407E
		108#0619028E717E
		109#0A1A0E0000010089
		109#067E051A31DB7E
		$(clock A ....)
		108#061B08129B7E
		109#051C54ED7E
		108#061C02F0C97E
		109#0A1D0E000000008C
		109#0F7E051D45647E
	END
}

# like FRAMES - standard input has patterns, a line for each of these frames
like() {
	local want got nr=0

	exec {got_fd}<<<"$1"
	while read -r want; do
		nr=$((nr + 1))
		read -r got <&"$got_fd" || got='the end'
		[[ $got =~ ^$want$ ]] || {
			echo "frame $nr is $got, not $want"
			return 1
		}
	done
	exec {got_fd}<&-
}

# session - the host's part in it: twice, since the reference's dictionary has
# other bytes than ours; in between the numbers are counted on to those it has
# after its own. Sets FIRST and SECOND, the frames of both.
session() {
	local dict=$BATS_TEST_TMPDIR/dict.json seq

	ctl reset "$K"
	ctl wait "$K" klipper
	begin_to_watch
	cansend vcan0 3F0#00
	until_true has "$BUS" '3F1#'
	host -u "$K" --save-dictionary "$dict" <<<'wait stats'
	[ "$status" -eq 0 ]
	settled
	FIRST=$(frames)
	seq=$(frames '051[0-9A-F]....7E$' | tail -n 1 |
		sed -E 's/.*051(.)....7E$/\1/')
	for ((seq = 0x$seq; seq != 5; seq = (seq + 1) % 16)); do
		begin_to_watch
		cansend vcan0 "108#${EMPTY[seq]}"
		until_true has "$BUS" "109#${EMPTY[(seq + 1) % 16]}"
	done
	begin_to_watch
	host -u "$K" --dictionary "$dict" < <(printf '%s\n' get_canbus_id \
		get_uptime get_clock{,,,,,,,,,,} get_uptime get_clock{,} \
		get_config emergency_stop get_clock 'allocate_oids count=3' \
		get_config get_clock clear_shutdown get_config)
	[ "$status" -eq 0 ]
	settled
	SECOND=$(frames)
}

@test "from connecting to a reset: what a host reads in each state" {
	start_mcus one -i vcan0 -u "$K"
	hosts get_config "${CONFIGURE[@]}" get_config get_canbus_status \
		emergency_stop 'wait shutdown' 'allocate_oids count=3' \
		get_config clear_shutdown get_config emergency_stop \
		config_reset get_config restart get_config
	diff - <(sed -E 's/clock=[0-9]+/clock=N/; s/^Loaded.*/Loaded/' \
		<<<"$output") <<-END
		Loaded
		connected
		$FRESH
		$CONFIGURED
		canbus_status rx_error=0 tx_error=0 tx_retries=0 canbus_bus_state=active
		shutdown clock=N static_string_id=Command request
		is_shutdown static_string_id=Command request
		${CONFIGURED/is_shutdown=0/is_shutdown=1}
		$CONFIGURED
		shutdown clock=N static_string_id=Command request
		$FRESH
		Loaded
		connected
		$FRESH
	END
	has "$MCU_LOG" "$K reset command"
}

@test "the clock runs in real time, as fast as it says" {
	start_mcus one -i vcan0 -u "$K" --clock-freq 50000000
	start_host one -u "$K"
	say get_clock
	until_true has "$HOST_LOG" '^clock'
	say 'wait stats' get_clock
	until_true has "$HOST_LOG" '^clock' 2
	# as many ticks as there were on the bus; V14: 05 is get_clock
	settled
	awk -F '[( )]+' '/ 108#061.05/ { if (++n > 8) at[n - 8] = $2 }
		/^clock/ { split($0, p, "="); clock[++m] = p[2] }
		END {
			ticks = clock[2] - clock[1]
			s = at[2] - at[1]
			print ticks, "ticks in", s, "s"
			exit !(s > 0 && ticks / s > 49e6 && ticks / s < 51e6)
		}' "$BUS" "$HOST_LOG"
}

# Section 8.3: what klippy compares character by character.
@test "the dictionary has what klippy looks for" {
	start_mcus one -i vcan0 -u "$K" --clock-freq 64000000
	host -u "$K" --save-dictionary "$BATS_TEST_TMPDIR/dict.json" </dev/null
	[ "$status" -eq 0 ]
	jq -e '.commands["identify offset=%u count=%c"] == 1
		and .responses["identify_response offset=%u data=%.*s"] == 0
		and ["get_config", "emergency_stop", "reset", "config_reset",
			"get_canbus_status"] - (.commands | keys) == []
		and ["config is_config=%c crc=%u is_shutdown=%c move_count=%hu",
			"canbus_status rx_error=%u tx_error=%u tx_retries=%u canbus_bus_state=%u"
			] - (.responses | keys) == []
		and .config.CLOCK_FREQ == 64000000
		and .config.STATS_SUMSQ_BASE == 256
		and .config.RECEIVE_WINDOW == 192' "$BATS_TEST_TMPDIR/dict.json"
}

# Section 14.2: RESTART, and a klippy that was killed.
@test "a host that comes back finds the configuration it left" {
	start_mcus one -i vcan0 -u "$K"
	start_host first -u "$K"
	say "${CONFIGURE[@]}" get_config
	until_true has "$HOST_LOG" "^$CONFIGURED"
	kill -KILL "$HOST_PID"
	wait "$HOST_PID" || :
	hosts get_config connect get_config
	[ "$(grep -c "^$CONFIGURED" <<<"$output")" -eq 2 ]
	[ "$(grep -c assigned "$MCU_LOG")" -eq 1 ]
}

# Section 14.2: no ACK for reset; the host is back after 1 s, with nodeid and
# sequence from the start.
@test "a reset on the bus: no ACK, and a session like the first one" {
	start_mcus one -i vcan0 -u "$K"
	start_host one -u "$K"
	say "${CONFIGURE[@]}" get_config
	until_true has "$HOST_LOG" "^$CONFIGURED"
	begin_to_watch
	say restart
	until_true has "$HOST_LOG" '^connected' 2
	settled
	# held up for 25 ms, a host sends what has no ACK once more
	like "$(frames | sed /^108#7E06/d)" <<-END
		108#061.09....7E
		3F0#01CA463A06A1AC04
		108#081101002842247E
		109#05109E817E
		108#08100100285E9F7E
		109#30110000........
	END
	awk -F '[( )]+' 'NR == 1 { t = $2 } / 3F0#01/ { s = $2 - t; exit }
		END { print s; exit !(s >= 1.015 && s < 3) }' "$BUS"
}

@test "another MCU's nodeid: the host looks at the UUID and goes on trying" {
	start_mcus one -i vcan0 -u "$K" --fault wrong-uuid
	host -u "$K" --give-up 1 </dev/null
	[ "$status" -eq 1 ]
	[[ $output == *"Failed to match canbus_uuid - retrying.."* ]]
}

@test "the recorded session of the reference, line by line" {
	start_mcus one -i vcan0 -u "$K" --clock-freq 1000000
	# on a busy machine an answer may come too late: then once more
	for _ in 1 2 3; do
		session
		[[ $FIRST$SECOND == *'108#7E'[0-9]* ]] || break
	done
	transcript_identify | like "$FIRST"
	# the second time: wrong sequence, NAK
	like "$SECOND" <<-END
		3F0#01CA463A06A1AC04
		108#06110A....7E
		109#0515C92C7E
	END
	transcript | like "$(sed 1,3d <<<"$SECOND")"
	begin_to_watch
	cansend vcan0 3F0#02CA463A06A1AC
	ctl wait "$K" katapult
	cansend vcan0 3F0#00
	until_true has "$BUS" '3F1#20CA463A06A1AC11'
}
