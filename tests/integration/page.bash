# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
# shellcheck shell=bash
# A page of docs whose commands are typed in as they stand there, on the printer of
# its printer.cfg: canmcu plays what is on CAN.

# stand_ins - sudo has the home of root and is no more, systemctl writes down what it
# is asked for, and Katapult's tool is ours, which sends the same frames, and calls -d -i
stand_ins() {
	mkdir -p ~/bin ~/katapult/scripts
	printf '#!/bin/sh\nHOME=/root exec "$@"\n' >~/bin/sudo
	printf '#!/bin/sh\necho "$@" >>%q/systemctl\n' "$HOME" >~/bin/systemctl
	chmod +x ~/bin/*
	cat >~/katapult/scripts/flashtool.py <<-END
		import os, sys
		words = ["-i" if word == "-d" else word for word in sys.argv[1:]]
		os.execv("$BUILD/flasher", ["flasher", *words])
	END
	PATH=$HOME/bin:$BUILD:$PATH
}

# open_page NAME - be at home on the host of that printer; sets PAGE
open_page() {
	PAGE=$(realpath "$BATS_TEST_DIRNAME/../../../docs/$1")
	export HOME=$BATS_TEST_TMPDIR
	mkdir -p ~/printer_data/config
	stand_ins
	cd || return
	awk '/^```$/ { inside = 0 } inside; /^```ini$/ { inside = 1 }' "$PAGE" \
		>printer_data/config/printer.cfg
	for iface in can0 can1; do
		ip link add "$iface" type vcan
		ip link set "$iface" up
	done
}

close_page() {
	ip link del can0
	ip link del can1
	stop_all
}

# play OPTION... - the boards on CAN
play() {
	start_mcus printer -c printer_data/config/printer.cfg "$@"
	has "$MCU_LOG" '^ready can0,can1 2$'
}

# type_in HEADING N - sets status, output, and stderr
type_in() {
	local commands

	commands=$(recipe "$1" "$2")
	[ -n "$commands" ]
	echo "$commands"
	apart bash -c "$commands"
}

# blocks - the headings and numbers of all blocks of commands
blocks() {
	awk '/^## / { heading = substr($0, 4); n = 0 }
		/^```sh$/ { printf "\"%s\" %d\n", heading, ++n }' "$PAGE"
}

# all_typed_in [BLOCK...] - each block is somewhere in this file of tests, or named
# here, and there is none of another kind but the printer.cfg
all_typed_in() {
	[ "$(blocks | wc -l)" -gt 5 ]
	diff <(blocks | sort) <({
		[ $# -eq 0 ] || printf '%s\n' "$@"
		sed -n 's/^\ttype_in //p' "$BATS_TEST_FILENAME"
	} | sort -u)
	run -0 grep -c '^```' "$PAGE"
	# shellcheck disable=SC2154 # set by run
	[ "$output" -eq $((2 * $(blocks | wc -l) +
		2 * $(grep -c '^```ini$' "$PAGE"))) ]
}

# unexplained PROGRAM - the outcomes in its --help that the page has no point for
unexplained() {
	local name

	while read -r name; do
		grep -q "^\* \`$name\`: " "$PAGE" || echo "$name"
	done < <("$1" --help | sed -n '/^Outcomes/,$p' |
		awk '$1 ~ /^[0-9]/ { print $2 }')
}
