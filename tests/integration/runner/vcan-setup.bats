#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
# vcan-setup.sh in a guest, and on a made-up machine.

# Single quotes are for the shell that is made up; each test is a subshell.
# shellcheck disable=SC2016,SC2030,SC2031,SC2154

load helper
load machine

@test "vcan-setup: up twice, status, down twice" {
	run -0 "$VCAN_RUN" --engine uml -- sh -ec "
		s=$ROOT/scripts/vcan-setup.sh
		\$s up vcan1; \$s up vcan1; \$s status vcan1
		ip link set vcan1 down; ! \$s status vcan1
		\$s up vcan1; \$s status vcan1
		\$s down vcan1; \$s down vcan1; ! \$s status vcan1"
	[ "${lines[0]}" = "vcan1 is up" ]
	[[ ${lines[1]} == "vcan-setup: vcan1 is down; bring it up"* ]]
	[ "${lines[2]}" = "vcan1 is up" ]
	[[ ${lines[3]} == "vcan-setup: vcan1 does not exist; make it"* ]]
	[ "${#lines[@]}" = 4 ]
}

@test "vcan-setup: an interface of another kind is left alone" {
	run -1 "$VCAN_RUN" --engine uml -- "$ROOT/scripts/vcan-setup.sh" down lo
	[ "$output" = "vcan-setup: lo is not a vcan interface; choose another name" ]
}

@test "vcan-setup: a name with vcan in it does not make it one" {
	run -1 "$VCAN_RUN" --engine uml -- sh -ec "
		ip link add my-vcan type vxcan peer name peer
		$ROOT/scripts/vcan-setup.sh down my-vcan"
	[[ $output == *"my-vcan is not a vcan interface"* ]]
}

@test "vcan-setup: without the right it says so" {
	# a copy: where the project lies, nobody else may be let in
	cp "$ROOT/scripts/vcan-setup.sh" .
	run -1 "$VCAN_RUN" --engine uml -- setpriv --reuid 65534 \
		--bounding-set=-all ./vcan-setup.sh up vcan1
	[[ $output == *"no right to manage interfaces; run this as root"* ]]
}

# without_vcan MODPROBE-BODY - the script where ip knows no vcan
without_vcan() {
	mkdir bin
	fake ip 'case $* in *add*) echo "RTNETLINK answers: Operation not supported" >&2
		exit 2 ;; *) exit 1 ;; esac'
	fake uname 'echo 6.8.0-45-generic'
	fake modprobe "$1"
	PATH=$DIR/bin:$PATH run -1 "$ROOT/scripts/vcan-setup.sh" up vcan9
}

@test "vcan-setup: a kernel without vcan: its package, or vcan-run" {
	without_vcan 'exit 1'
	[ "$output" = "vcan-setup: the kernel 6.8.0-45-generic has no vcan, and\
 no module vcan was found; on Ubuntu install the package\
 linux-modules-extra-6.8.0-45-generic, elsewhere run 'vcan-run COMMAND',\
 which brings a kernel along" ]
}

@test "vcan-setup: a module that is there is to be loaded" {
	without_vcan 'exit 0'
	[ "$output" = "vcan-setup: the kernel 6.8.0-45-generic has not loaded\
 its module vcan; run 'modprobe vcan' as root, outside of any container" ]
	grep -qx 'modprobe -nq vcan' calls
}

@test "vcan-setup: a wrong command line is 2" {
	run -2 "$ROOT/scripts/vcan-setup.sh"
	run -2 "$ROOT/scripts/vcan-setup.sh" sideways
	[[ $output == *"'sideways' is not up, down or status"* ]]
	run -2 "$ROOT/scripts/vcan-setup.sh" up 'a b'
	run -2 "$ROOT/scripts/vcan-setup.sh" up vcan0 vcan1
}
