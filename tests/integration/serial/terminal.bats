# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
# Whatever bytes an option, a file or a socket has, no program writes any of them to
# a terminal that could command it.
bats_require_minimum_version 1.5.0
load ../lib

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	# what clears a screen, in 7 and 8 bits; several lines; no UTF-8, and some
	EVIL=($'\e[2J\a' $'\x9b2J' $'a\nb\rc' $'\xff\xfe' $'\xc3\xa4' $'\x7f')
	# each alone, and where a value begins well
	HEADS=('' 112233445566 /dev/ "pty:$PWD/" drop-rx)
	SAID=said
}

teardown() {
	stop_all
}

# says_nothing_evil WORD... - what a command says has signs, blanks and lines only
says_nothing_evil() {
	timeout 2 "$@" >"$SAID" 2>&1 </dev/null || :
	! LC_ALL=C grep -qP '[^\t -~]' "$SAID" || {
		printf '%q ' "$@"
		cat -v "$SAID"
		return 1
	}
}

# options_of PROGRAM... - those that take a value, as --help has them
options_of() {
	"$@" --help | grep -oE -- '--[a-z-]+ [A-Z]+' | cut -d' ' -f1 | sort -u
}

# try_options PROGRAM [WORD...] - each option with each value, and with WORD... in
# front, so that there is somebody whose option it can be
try_options() {
	local program=("$BUILD/$1") option head evil
	shift

	if [[ ${1-} = ctl || ${1-} = image ]]; then
		program+=("$1")
		shift
	fi
	for option in $(options_of "${program[@]}"); do
		for evil in "${EVIL[@]}"; do
			for head in "${HEADS[@]}"; do
				says_nothing_evil "${program[@]}" "$@" "$option" "$head$evil"
			done
		done
		TRIED=$((${TRIED:-0} + 1))
	done
	for evil in "${EVIL[@]}"; do
		says_nothing_evil "${program[@]}" "$@" "$evil"
		says_nothing_evil "${program[@]}" "$@" "-$evil"
		says_nothing_evil "${program[@]}" "$@" "--$evil"
		says_nothing_evil "${program[@]}" "$@" "--json=$evil"
	done
}

@test "canbootreq, alone and with a UUID" {
	try_options canbootreq
	try_options canbootreq -i vcan9 -u 112233445566
	[ "$TRIED" -ge 10 ]
}

@test "katflash, alone and with a device and a file" {
	try_options katflash
	echo image >file
	try_options katflash -d "$PWD/none" file
	[ "$TRIED" -ge 14 ]
}

@test "serialbootreq, alone and with a device" {
	try_options serialbootreq
	try_options serialbootreq -d "$PWD/none"
	[ "$TRIED" -ge 12 ]
}

@test "canmcu, with an MCU on an interface that is not there" {
	try_options canmcu -i vcan9 -u 112233445566
	[ "$TRIED" -ge 20 ]
}

@test "canmcu image and canmcu ctl" {
	# an image is no text
	try_options canmcu image --version "$(printf %060d 0)"
	try_options canmcu ctl
	[ "$TRIED" -ge 7 ]
}

@test "vcan-run" {
	try_options vcan-run --engine none
	try_options vcan-run
	[ "$TRIED" -ge 10 ]
}

@test "a printer.cfg: sections, keys, values and includes, for whoever reads it" {
	local evil file=$'a\e[2Jb.cfg'

	for evil in $'\e[2J' $'\x9b2J' $'\xff' $'\xc3\xa4'; do
		for text in "[mcu $evil]" "[$evil]" "[mcu]\n$evil: 1" \
			"[mcu]\ncanbus_uuid: $evil" "[mcu]\nserial: $evil" \
			"[mcu]\ncanbus_uuid: 112233445566\ncanbus_interface: $evil" \
			"[mcu $evil]\ncanbus_uuid: 112233445566\nmcu_type: $evil" \
			"[mcu]\ncanbus_uuid: 112233445566\nflash_image: /$evil" \
			"[mcu $evil]\ncanbus_uuid: 112233445566\nfault: $evil" \
			"[mcu]\ncanbus_uuid: 112233445566\n[fan]\npin: $evil" \
			"[include $evil]\n[mcu]\ncanbus_uuid: 112233445566" \
			"[include $evil*]" "$evil"; do
			printf '%b\n' "$text" >"$file"
			for name in mcu "$evil"; do
				says_nothing_evil "$BUILD/canbootreq" -c "$file" -m "$name"
				says_nothing_evil "$BUILD/katflash" -c "$file" -m "$name" x
				says_nothing_evil "$BUILD/serialbootreq" -c "$file" -m "$name"
			done
			says_nothing_evil "$BUILD/canbootreq" -c "$file" --all
			says_nothing_evil "$BUILD/canbootreq" -c "$file" --list --json
			says_nothing_evil "$BUILD/canmcu" -c "$file"
		done
	done
}

@test "canmcu ctl: what any other program answers" {
	local evil

	for evil in '{"ok": "\x1b[2J"}\n' '\x1b[2J\n' '{"ok": true, "a": "\x9b"}\n'; do
		rm -f socket
		python3 - "$evil" 3>&- <<-'END' &
			import socket, sys
			s = socket.socket(socket.AF_UNIX)
			s.bind("socket")
			s.listen()
			c, _ = s.accept()
			c.recv(100)
			c.send(sys.argv[1].encode("latin-1").decode("unicode_escape")
			       .encode("latin-1"))
		END
		until_true [ -S socket ]
		says_nothing_evil "$BUILD/canmcu" ctl --control socket status
		wait "$!"
		[ -s "$SAID" ]
	done
}

@test "canmcu: a control socket whose name commands a terminal" {
	says_nothing_evil "$BUILD/canmcu" -u 112233445566 --uart "pty:$PWD/t" \
		--control $'c\e[2J'
	has "$SAID" ready
}

@test "vcan-run: a command that is not there" {
	says_nothing_evil "$BUILD/vcan-run" -v $'no\e[2J'
}
