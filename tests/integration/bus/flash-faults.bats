# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
# Every fault in the middle of a flash: what the client says, what the image file
# holds afterwards, byte for byte, and how a flash succeeds after that.
#
# One canmcu plays a board per row, each on a bus of its own. All are flashed in
# setup_file, many at a time, since a client that fails waits for seconds; the
# tests judge what that has left behind.
bats_require_minimum_version 1.5.0
load ../lib

SIDE_BY_SIDE=16
# The block of its flash that the application of a board begins with.
declare -A FIRST=([stm]=128 [rp]=256)
SCALE=0.5 # of the client's waits: 2.5 s for SEND_BLOCK's answer, 1 s for others

# A board is an
#   stm   stm32f042x6: each block is written as it comes, in pages of 16 blocks
#   sane  the same without the receiver's trap
#   rp    rp2040: 4 blocks are written when the next one comes or at SEND_EOF, in
#         sectors of 64 blocks (katapult-protocol.md, sections 5.1, 5.2 and 3)
#
# The new image has 20 blocks. A board hears the request, CLEAR, SET, CONNECT,
# GET_CANBUS_ID, and 10 frames for each block: after=108 is frame 3 of block 10.
# It sends 8 frames for CONNECT (an rp 7), 3 for GET_CANBUS_ID, 2 for each block
# and for SEND_EOF, and 10 for each REQUEST_BLOCK: after=31 is block 10's answer.
# It is asked CONNECT, GET_CANBUS_ID, 20 blocks, SEND_EOF: after=12 is block 10.
#
# The flash then has so many new blocks, is blank to the end of their page or
# sector, and old behind it. "16+": also the page of block 16 is blank. "20-10":
# block 10 is blank.
#
# Then this runs (a truncated application, too: section 7.6), and after the way
# out, if one is needed, a flash succeeds.
#
# board | fault | what the client says | flash | what runs | way out
rows() {
	cat <<'END'
stm  | drop rx after=108 count=1           | SEND_BLOCK 08002280: no answer | 10 | katapult | reset klipper
rp   | drop rx after=108 count=1           | SEND_BLOCK 10004280: no answer | 8  | katapult | reset klipper
sane | drop rx after=108 count=1           | Success                        | 20 | klipper  |
stm  | drop tx after=31 count=1            | Success                        | 20 | klipper  |
stm  | drop tx after=43 count=1            | Success                        | 20 | klipper  |
rp   | drop tx after=18 count=1            | Success                        | 20 | klipper  |
stm  | delay ms=2                          | Success                        | 20 | klipper  |
stm  | delay rx ms=50 after=107 count=1    | SEND_BLOCK 08002280: no answer | 10 | katapult | reset klipper
stm  | delay tx ms=2600 after=31 count=2   | Success                        | 20 | klipper  |
stm  | duplicate rx after=108 count=1      | SEND_BLOCK 08002280: no answer | 10 | katapult | reset klipper
stm  | duplicate rx after=114 count=1      | Success                        | 20 | klipper  |
stm  | duplicate tx after=31 count=1       | Success                        | 20 | klipper  |
rp   | duplicate tx after=31 count=1       | Success                        | 20 | klipper  |
stm  | corrupt rx byte=5 after=108 count=1 | SEND_BLOCK 08002280: no answer | 10 | katapult | reset klipper
rp   | corrupt rx byte=5 after=108 count=1 | SEND_BLOCK 10004280: no answer | 8  | katapult | reset klipper
sane | corrupt rx byte=5 after=108 count=1 | Success                        | 20 | klipper  |
stm  | corrupt rx byte=0 after=105 count=1 | Success                        | 20 | klipper  |
stm  | corrupt tx byte=3 after=32 count=1  | Success                        | 20 | klipper  |
stm  | corrupt tx byte=1 after=57 count=1  | Success                        | 20 | klipper  |
stm  | reorder rx after=108 count=1        | SEND_BLOCK 08002280: no answer | 10 | katapult | reset klipper
stm  | reorder tx after=31 count=1         | Success                        | 20 | klipper  |
stm  | leave-early                         | COMPLETE: no answer            | 20 | klipper  |
rp   | leave-early                         | COMPLETE: no answer            | 20 | klipper  |
stm  | mute                                | CONNECT: no answer             | 0  | klipper  |
stm  | mute after=31                       | SEND_BLOCK 08002280: no answer | 11 | klipper  |
rp   | mute after=30                       | SEND_BLOCK 10004280: no answer | 8  | klipper  |
stm  | deaf                                | CONNECT: no answer             | 0  | klipper  |
stm  | deaf after=105                      | SEND_BLOCK 08002280: no answer | 10 | katapult |
rp   | deaf after=105                      | SEND_BLOCK 10004280: no answer | 8  | katapult |
stm  | ignore-request count=1              | CONNECT: no answer             | 0  | klipper  |
stm  | boot-late ms=600000 count=1         | CONNECT: no answer             | 0  | boot     | reset katapult
stm  | boot-late ms=600000 after=1 count=1 | Success                        | 20 | boot     | reset klipper
stm  | boot-never count=1                  | CONNECT: no answer             | 0  | boot     | reset katapult
rp   | boot-never after=1 count=1          | Success                        | 20 | boot     | reset klipper
stm  | wrong-uuid                          | GET_CANBUS_ID: another UUID    | 0  | klipper  |
stm  | answer-nack after=12                | Success                        | 20 | klipper  |
stm  | answer-nack after=12 count=3        | SEND_BLOCK 08002280: NACK      | 10 | klipper  |
rp   | answer-nack after=12 count=3        | SEND_BLOCK 10004280: NACK      | 8  | klipper  |
stm  | answer-error after=12               | Success                        | 20 | klipper  |
stm  | answer-error after=22 count=5       | SEND_EOF: ERROR                | 20 | klipper  |
rp   | answer-error after=22 count=5       | SEND_EOF: ERROR                | 16 | klipper  |
stm  | answer-busy after=12                | Success                        | 20 | klipper  |
rp   | answer-busy after=12 count=3        | SEND_BLOCK 10004280: BUSY      | 8  | klipper  |
stm  | stuck after=12                      | SEND_BLOCK 08002280: no answer | 10 | katapult | reset klipper
rp   | stuck after=12                      | SEND_BLOCK 10004280: no answer | 8  | katapult | reset klipper
stm  | write-fail address=0x08002284       | SEND_BLOCK 08002280: ERROR     | 10 | klipper  |
stm  | write-fail address=0x08002400       | SEND_BLOCK 08002400: ERROR     | 16 | klipper  |
rp   | write-fail address=0x10004284       | verification 10004280: other bytes | 20-10 | klipper |
stm  | power-loss after=10                 | SEND_BLOCK 08002280: no answer | 10 | off      | power klipper
stm  | power-loss after=16                 | SEND_BLOCK 08002400: no answer | 16+ | off     | power klipper
stm  | power-loss address=0x08002000 ms=50 | SEND_BLOCK 08002000: no answer | 0+ | katapult |
stm  | power-loss after=10 ms=50           | SEND_BLOCK 08002280: no answer | 10 | klipper  |
rp   | power-loss after=4                  | SEND_BLOCK 10004100: no answer | 0+ | off      | power katapult
rp   | power-loss after=10                 | SEND_BLOCK 10004280: no answer | 8  | off      | power klipper
rp   | power-loss after=12                 | SEND_BLOCK 10004300: no answer | 8  | off      | power klipper
stm  | brown-out after=107                 | SEND_BLOCK 08002280: no answer | 10 | klipper  |
rp   | brown-out after=107                 | SEND_BLOCK 10004280: no answer | 8  | klipper  |
END
}

# The columns become arrays, one element per board: BOARD FAULT SAYS FLASH STATE
# WAY, and UUID. What was seen goes beside them: SAID DIFFERS STRUCK SEEN, and
# after the second flash SAID2 DIFFERS2. (Starting a process is slow on the
# machines that have these buses: much is done by the shell alone here.)
load_rows() {
	local board fault says flash state way uuid

	while IFS='|' read -r board fault says flash state way; do
		printf -v uuid %012x $((${#UUID[@]} + 1))
		BOARD+=("$board") FAULT+=("$fault") SAYS+=("$says")
		FLASH+=("$flash") STATE+=("$state") WAY+=("$way")
		UUID+=("$uuid")
	done < <(rows | sed 's/ *| */|/g')
}

# firmware BOARD FILE SIZE - the vector table of an image, the signature that it
# needs to be asked for Katapult, and text: no two blocks are alike, no byte is a 01
firmware() {
	local chip='stm32f042x6 0x08002000'

	[ "$1" != rp ] || chip='rp2040 0x10004000'
	{
		# shellcheck disable=SC2086 # two words
		make_image /dev/stdout $chip --size "$3" | head -c 64
		printf CanBoot!
	} >"$2.$1"
}

# The last block of the new image is 24 bytes short. And a whole blank sector.
make_firmware() {
	local board

	head -c 4096 /dev/zero | tr '\0' '\377' >blank
	seq 100000 399999 | head -c $((32 * 1024)) >old.stm
	seq 100000 399999 | head -c $((2048 * 1024)) >old.rp
	for board in stm rp; do
		firmware "$board" head 8192
		WANT=old.$board put "head.$board" 2 "${FIRST[$board]}"
		firmware "$board" new 9216
		seq 500000 599999 | head -c $((20 * 64 - 24 - 72)) >>"new.$board"
		head -c 24 blank | cat "new.$board" - >"new.padded.$board"
	done
}

# put FILE BLOCKS AT - blocks of a file to a place in WANT
put() {
	dd if="$1" of="$WANT" bs=64 count="$2" seek="$3" conv=notrunc status=none
}

# want BOARD FLASH - what the image has to hold, in a file that WANT names
want() {
	local new=${2%%[+-]*} unit=16 first=${FIRST[stm]} board=stm end

	[ "$1" != rp ] || unit=64 first=${FIRST[rp]} board=rp
	WANT=want.$board.$2
	[ ! -e "$WANT" ] || return 0
	end=$new
	[[ $2 != *+ ]] || end=$((new + 1))
	end=$(((end + unit - 1) / unit * unit))
	cp "old.$board" "$WANT"
	put "new.padded.$board" "$new" "$first"
	put blank $((end - new)) $((first + new))
	[[ $2 != *-* ]] || put blank 1 $((first + ${2#*-}))
}

# The old images, and a file that tells of the boards. The faults of an rp are
# left out: it gets its own at run time.
make_boards() {
	local i rp=() stm=()

	for i in "${!UUID[@]}"; do
		printf '%s\n' "[mcu $i]" "canbus_uuid: ${UUID[i]}" \
			"interface: flt$i" "flash_image: flash.$i"
		case ${BOARD[i]} in
		rp) rp+=("flash.$i") ;;
		*) stm+=("flash.$i") ;;
		esac
		case ${BOARD[i]} in
		rp) echo "mcu_type: rp2040" ;;
		sane) echo "sane_rx: yes" ;&
		*) echo "fault: ${FAULT[i]}" ;;
		esac
	done >boards.cfg
	tee "${rp[@]}" <old.rp >/dev/null
	tee "${stm[@]}" <old.stm >/dev/null
}

make_buses() {
	local i

	for i in "${!UUID[@]}"; do
		echo "link add flt$i group 7 type vcan"
	done | ip -batch -
	ip link set group 7 up
}

set_faults_of_rps() {
	local i

	for i in "${!UUID[@]}"; do
		[ "${BOARD[i]}" != rp ] || echo "fault ${UUID[i]} ${FAULT[i]}"
	done | ctl - >faults.json
}

# said LOG STATUS - "Success", or what has failed first; sets SAID_IT
said() {
	local line

	SAID_IT="status $2 without a word"
	while read -r line; do
		[[ $line == "Flash "* ]] || continue
		[ "$2" -ne 0 ] || SAID_IT=${line#Flash }
		[ "$2" -ne 1 ] || SAID_IT=${line#Flash Failed: }
		return 0
	done <"$1"
}

# flash ARRAY BOARD... - flash these; what the client says goes to the array
flash() {
	local -n said=$1
	local -A board_of=()
	local i pid got

	for i in "${@:2}" end; do
		while [ "${#board_of[@]}" -gt 0 ] &&
			[[ $i == end || ${#board_of[@]} -eq $SIDE_BY_SIDE ]]; do
			got=0
			wait -n -p pid "${!board_of[@]}" || got=$?
			said "$1.${board_of[$pid]}.log" "$got"
			# shellcheck disable=SC2034 # it is another's name
			said[${board_of[$pid]}]=$SAID_IT
			unset "board_of[$pid]"
		done
		[ "$i" != end ] || break
		"$BUILD/flasher" -i "flt$i" -u "${UUID[i]}" \
			-f "new.${BOARD[i]/sane/stm}" \
			--scale "$SCALE" >"$1.$i.log" 2>&1 3>&- &
		board_of[$!]=$i
	done
}

# compare ARRAY FLASH... - where the image of each board is not what it has to
# be goes to the array
compare() {
	local -n differs=$1
	local -A sum_of=()
	local i sum name flash=("${@:2}")

	for i in "${!UUID[@]}"; do
		want "${BOARD[i]}" "${flash[i]}"
	done
	while read -r sum name; do
		sum_of[$name]=$sum
	done < <(sha256sum want.* flash.*)
	for i in "${!UUID[@]}"; do
		want "${BOARD[i]}" "${flash[i]}"
		[ "${sum_of[flash.$i]}" != "${sum_of[$WANT]}" ] || continue
		# shellcheck disable=SC2034 # it is another's name
		differs[i]=$(cmp "$WANT" "flash.$i" 2>&1) || :
	done
}

look() {
	local i

	for i in "${!UUID[@]}"; do
		echo "wait ${UUID[i]} ${STATE[i]}"
	done | ctl - >states.json || :
	mapfile -t SEEN < <(jq -r '.mcu.state // .error' states.json)
	printf 'faults %s\n' "${UUID[@]}" | ctl - >struck.json
	mapfile -t STRUCK < <(jq -r '.faults[0].struck' struck.json)
	mapfile -t KINDS < <(ctl faults | jq -r '.kinds[].name')
}

# No fault any more, and what the row says to come out of what it has done.
lead_out() {
	local i verb state waits=()

	for i in "${!UUID[@]}"; do
		echo "fault-clear ${UUID[i]}"
		read -r verb state <<<"${WAY[i]}"
		case $verb in
		power) echo "power ${UUID[i]} on" ;;
		reset) echo "reset ${UUID[i]}" ;;
		*) continue ;;
		esac
		waits+=("wait ${UUID[i]} $state")
	done >way.txt
	printf '%s\n' "${waits[@]}" >>way.txt
	ctl - <way.txt >way.json
}

setup_file() {
	local -a UUID BOARD FAULT SAYS FLASH STATE WAY
	local -a SAID DIFFERS STRUCK SEEN SAID2 DIFFERS2 KINDS
	local i failed=()

	cd "$BATS_FILE_TMPDIR" || return
	load_rows
	make_firmware
	make_boards
	make_buses
	BATS_TEST_TMPDIR=$PWD start_mcus boards --erase-ms 0 \
		--mcu-type stm32f042x6 --seed 7 -c boards.cfg
	set_faults_of_rps
	flash SAID "${!UUID[@]}"
	look
	compare DIFFERS "${FLASH[@]}"
	lead_out
	for i in "${!UUID[@]}"; do
		[ "${SAYS[i]}" = Success ] || failed+=("$i")
	done
	flash SAID2 "${failed[@]}"
	compare DIFFERS2 "${UUID[@]/*/20}"
	declare -p UUID BOARD FAULT SAYS FLASH STATE SAID DIFFERS STRUCK SEEN \
		SAID2 DIFFERS2 KINDS >results
}

teardown_file() {
	BATS_TEST_TMPDIR=$BATS_FILE_TMPDIR stop_all || return
	ip link del group 7
}

# is WHAT GOT WANT
is() {
	[ "$2" = "$3" ] || {
		echo "$1 is '$2', not '$3'"
		return 1
	}
}

row_holds() {
	echo "# ${BOARD[$1]}, ${FAULT[$1]}"
	[ "${STRUCK[$1]}" -gt 0 ]
	is "what the client says" "${SAID[$1]}" "${SAYS[$1]}"
	is "a difference to ${FLASH[$1]}" "${DIFFERS[$1]}" ''
	is "the state" "${SEEN[$1]}" "${STATE[$1]}"
	is "what the next client says" "${SAID2[$1]-Success}" Success
	is "a difference after that" "${DIFFERS2[$1]}" ''
}

# holds FAULT - all its rows do, and there are some
holds() {
	local i rows=0

	# shellcheck source=/dev/null # what setup_file has seen
	source "$BATS_FILE_TMPDIR/results"
	for i in "${!FAULT[@]}"; do
		[ "${FAULT[i]%% *}" = "$1" ] || continue
		row_holds "$i"
		rows=$((rows + 1))
	done
	[ "$rows" -gt 0 ]
}

@test "each fault that canmcu lists is tested here" {
	local kind tests

	# shellcheck source=/dev/null # likewise
	source "$BATS_FILE_TMPDIR/results"
	tests=$(grep '^	holds ' "$BATS_TEST_FILENAME")
	[ "${#KINDS[@]}" -gt 0 ]
	for kind in "${KINDS[@]}"; do
		echo "$kind"
		[[ $tests$'\n' == *$'\tholds '"$kind"$'\n'* ]]
	done
}

@test "drop: a lost frame is stuck in the middle, a lost answer asked again" {
	holds drop
}

@test "delay: late is fine, late and out of order is not" {
	holds delay
}

@test "duplicate: bytes twice in a block, behind it, and in an answer" {
	holds duplicate
}

@test "corrupt: the CRC tells, and nothing wrong is written" {
	holds corrupt
}

@test "reorder: a block out of order is none" {
	holds reorder
}

@test "mute: what it cannot acknowledge, it has done" {
	holds mute
}

@test "deaf: nothing more is written, and it goes on when it hears again" {
	holds deaf
}

@test "ignore-request: it stays in its old application" {
	holds ignore-request
}

@test "boot-late: not there in time, before or after" {
	holds boot-late
}

@test "boot-never: the image is complete, the node is not seen" {
	holds boot-never
}

@test "wrong-uuid: another board is not flashed" {
	holds wrong-uuid
}

@test "answer-nack: asked again, three times at most" {
	holds answer-nack
}

@test "answer-error: likewise, and without SEND_EOF a page is missing" {
	holds answer-error
}

@test "answer-busy: likewise, after a pause" {
	holds answer-busy
}

@test "stuck: one NACK, and silence until a reset" {
	holds stuck
}

@test "write-fail: ERROR, or found out by reading back" {
	holds write-fail
}

@test "power-loss: what was erased is blank, and what was buffered lost" {
	holds power-loss
}

@test "brown-out: the application so far is started" {
	holds brown-out
}

@test "leave-early: all is written and it runs, though COMPLETE got no answer" {
	holds leave-early
}
