#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
# What the shells offer at a press of the tabulator, in the shells themselves.
bats_require_minimum_version 1.5.0

setup_file() {
	export ROOT DEST
	ROOT=$(realpath "$BATS_TEST_DIRNAME/../../..")
	DEST=$BATS_FILE_TMPDIR/prefix
	make -C "$ROOT" -s install-completion PREFIX="$DEST"
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	PATH=${BUILD:-$ROOT/build}:$PATH
	cat >toolhead.cfg <<-'END'
		[mcu EBB]
		canbus_uuid: 112233445566
		[mcu bed 2]
		canbus_uuid: aabbccddeeff
	END
	cat >printer.cfg <<-'END'
		[include toolhead.cfg]
		[mcu]
		serial: /dev/ttyAMA0
	END
	: >firmware.bin
}

# in_bash LINE - what bash makes of it; the cursor is at its end
in_bash() {
	bash --norc -c '
		. "$1/share/bash-completion/completions/${2%% *}"
		eval "COMP_WORDS=($2)"
		[[ $2 != *" " ]] || COMP_WORDS+=("")
		COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
		# as typed, with its quotes
		[[ $2 == *" " ]] || COMP_WORDS[COMP_CWORD]=${2##*[^\\] }
		compopt() { echo "and files"; }
		_kcan
		[ ${#COMPREPLY[@]} -eq 0 ] || printf "%s\n" "${COMPREPLY[@]}"
	' bash "$DEST" "$1"
}

in_fish() {
	command -v fish >/dev/null || skip "there is no fish"
	HOME=$PWD fish --no-config -c '
		set -p fish_complete_path $argv[1]/share/fish/vendor_completions.d
		complete -C $argv[2]' "$DEST" "$1"
}

# in_zsh LINE TEXT - a terminal of its own: zsh completes nowhere else. Until TEXT
# is on it, which a second press may show.
in_zsh() {
	command -v zsh >/dev/null || skip "there is no zsh"
	cat >complete.zsh <<-'END'
		zmodload zsh/zpty
		zpty shell zsh -f -i
		zpty -w shell "fpath=($1/share/zsh/site-functions \$fpath)"
		zpty -w shell "autoload -Uz compinit; compinit -u -D"
		zpty -w shell "print -r -- rea''dy"
		zpty -r shell seen "*ready*"
		zpty -n -w shell "$2"$'\t\t'
		zpty -r shell seen "*$3*"
		print -r -- "$seen"
		zpty -d shell
	END
	timeout 60 zsh -f complete.zsh "$DEST" "$1" "$2"
}

@test "bash: options of the program's own help" {
	run -0 in_bash 'katflash --ver'
	[ "$output" = $'--verify\n--verbose\n--version' ]
}

@test "bash: names of a printer.cfg and of what it includes, quoted" {
	run -0 in_bash 'katflash -c printer.cfg -m '
	[ "$output" = $'EBB\nbed\\ 2\nmcu' ]
	run -0 in_bash 'katflash -c printer.cfg -m b'
	[ "$output" = 'bed\ 2' ]
}

@test "bash: UUIDs, faults, chips, states, engines" {
	run -0 in_bash 'canbootreq -c printer.cfg -u a'
	[ "$output" = aabbccddeeff ]
	run -0 in_bash 'canmcu --fault de'
	[ "$output" = $'delay\ndeaf' ]
	run -0 in_bash 'canmcu --mcu-type rp'
	[ "$output" = $'rp2040\nrp2350' ]
	run -0 in_bash 'canmcu --state '
	[ "$output" = $'klipper\nshutdown\nkatapult\noff' ]
	run -0 in_bash 'canmcu --ecc o'
	[ "$output" = $'on\noff' ]
	run -0 in_bash 'vcan-run --engine u'
	[ "$output" = uml ]
}

@test "bash: the commands of canmcu, and theirs" {
	run -0 in_bash 'canmcu i'
	[ "${lines[-1]}" = image ]
	run -0 in_bash 'canmcu ctl po'
	[ "${lines[-1]}" = power ]
	run -0 in_bash 'canmcu ctl --control x watch -'
	[ "$output" = --json ]
	run -0 in_bash 'canmcu ctl -'
	[ "$(sort <<<"$output")" = $'--control\n--help\n-h' ]
	run -0 in_bash 'canmcu image --link '
	[ "$output" = $'can\nbridge\nusb\nuart' ]
}

@test "bash: files where the program takes one, and no others" {
	run -0 in_bash 'katflash -u 112233445566 fi'
	[ "$output" = 'and files' ]
	run -0 in_bash 'canbootreq -u '
	[[ $output != *files* ]]
}

@test "fish: options with their help, names, files" {
	run -0 in_fish 'katflash --ve'
	[ "${lines[1]}" = $'--verify\tcompare the board with FILE, and write nothing' ]
	run -0 in_fish 'katflash -c printer.cfg -m '
	[ "$(sort <<<"$output")" = $'EBB\nbed 2\nmcu' ]
	run -0 in_fish 'katflash -u 112233445566 fi'
	[ "${lines[0]%%$'\t'*}" = firmware.bin ]
}

@test "zsh: options with their help, names, files" {
	run -0 in_zsh 'katflash --ve' 'write nothing'
	[[ $output == *--verify*"compare the board with FILE, and write nothing"* ]]
	run -0 in_zsh 'katflash -c printer.cfg -m b' 'bed*2'
	[[ $output == *'bed\ 2'* ]]
	run -0 in_zsh 'katflash -u 112233445566 fi' 'firmware.bin'
}

@test "every row of an option with a value is understood" {
	local program help row argument

	for program in canbootreq serialbootreq katflash canmcu vcan-run; do
		help=$("$program" --help)
		while read -r row argument; do
			run -0 "$DEST/share/kcan/candidates" "$program" "$row" ''
			case $argument in
			FILE | PATH | OUT | LINE) [ "$output" = :files ] ;;
			TYPE | FAULT) [ "${#lines[@]}" -gt 5 ] ;;
			# what is not understood gets files
			*) [[ $output != *:files* ]] ;;
			esac
		done < <(sed -n -E 's/^ {2,6}(-., )?(--[a-z-]+) ([A-Z]+).*/\2 \3/p' \
			<<<"$help")
		run -0 "$DEST/share/kcan/candidates" "$program" --
		[ "$(grep -c '^--' <<<"$output")" -eq \
			"$(grep -c -E '^ {2,6}(-., )?--[a-z]' <<<"$help")" ]
	done
}
