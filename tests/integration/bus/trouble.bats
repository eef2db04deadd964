# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
# What goes wrong for users: each with its exit code, what was observed, and
# what to do about it.
bats_require_minimum_version 1.5.0
load ../lib

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	watch_bus vcan0
}

teardown() {
	ip link del vcan9 2>/dev/null || :
	ip link del vxa 2>/dev/null || :
	stop_all
}

# on IFACE ARGUMENTS... - like ask, on another interface
on() {
	apart "$BUILD/canbootreq" -i "$@"
}

# plain - one sentence of what was seen and one of what to do; no bare numbers
plain() {
	[ "$(wc -l <<<"$stderr")" -le 2 ]
	[[ ! $stderr =~ errno ]]
}

@test "no such interface: the CAN interfaces there are get listed" {
	on can7 -u "$U"
	[ "$status" -eq 1 ]
	[[ $stderr == *can7*vcan0* ]]
	plain
}

# To look for a name by ioctl makes the kernel run modprobe for it, if root asks.
@test "no such interface: nobody looks for a driver of that name" {
	local was

	was=$(cat /proc/sys/kernel/modprobe)
	printf '#!/bin/sh\necho "$@" >>%s/modprobe.log\n' "$PWD" >modprobe
	chmod +x modprobe
	echo "$PWD/modprobe" >/proc/sys/kernel/modprobe
	on can7 -u "$U"
	on can7 --list
	"$BUILD/canmcu" -i can7 -u "$U" >/dev/null 2>&1 || :
	"$BUILD/katflash" -i can7 --verify -u "$U" /dev/null || :
	# this one does, so that the rest says something
	cp modprobe.log before || : >before
	cansend can7 123# 2>/dev/null || :
	echo "$was" >/proc/sys/kernel/modprobe
	has modprobe.log 'netdev-can7'
	[ ! -s before ]
}

@test "not a CAN interface" {
	on lo -u "$U"
	[ "$status" -eq 1 ]
	[[ $stderr == *lo*CAN* ]]
	plain
}

@test "interface down: nothing is sent, and the ip command printed works" {
	ip link add vcan9 type vcan
	on vcan9 -u "$U"
	[ "$status" -eq 5 ]
	[[ $stderr$output == *"ip link set vcan9 up"* ]]
	type_in
	on vcan9 -u "$U" --no-verify
	[ "$status" -eq 0 ]
}

@test "--wait-iface waits until the interface is there and up" {
	"$BUILD/canbootreq" -i vcan9 -u "$U" --no-verify --wait-iface \
		--timeout 60 >out.log 2>err.log 3>&- &
	asker=$!
	# it has its netlink socket, so it is waiting
	until_true listens_to_links "$asker"
	ip link add vcan9 type vcan
	ip link set vcan9 up
	ends_with "$asker" 0
	grep -q "^$U: requested: " out.log

	ip link set vcan9 down
	on vcan9 -u "$U" --wait-iface --timeout 0.1
	[ "$status" -eq 5 ]
	[[ $stderr == *"ip link set vcan9 up"* ]]
	"$BUILD/canbootreq" -i vcan9 -u "$U" --wait-iface --timeout 60 \
		>out.log 2>err.log 3>&- &
	asker=$!
	until_true listens_to_links "$asker"
	kill "$asker"
	ends_with "$asker" 143
}

# listens_to_links PID - a netlink socket of this process is in group 1, of links
listens_to_links() {
	awk -v pid="$1" '$2 == 0 && $3 == pid && $4 == "00000001"' \
		/proc/net/netlink | grep -q .
}

@test "interface removed in mid-wait: said at once, not after the timeout" {
	ip link add vcan9 type vcan
	ip link set vcan9 up
	watch_bus vcan9
	"$BUILD/canbootreq" -i vcan9 -u "$U" --timeout 60 \
		>"$BATS_TEST_TMPDIR/out.log" 2>&1 3>&- &
	pid=$!
	until_true has "$BUS" '3F0#11'
	ip link del vcan9
	ends_with "$pid" 3
	grep -q 'vcan9' "$BATS_TEST_TMPDIR/out.log"
	grep -qE 'vanished|gone|removed' "$BATS_TEST_TMPDIR/out.log"
}

@test "interface set down in mid-wait" {
	ip link add vcan9 type vcan
	ip link set vcan9 up
	watch_bus vcan9
	"$BUILD/canbootreq" -i vcan9 -u "$U" --timeout 60 \
		>"$BATS_TEST_TMPDIR/out.log" 2>&1 3>&- &
	pid=$!
	until_true has "$BUS" '3F0#11'
	ip link set vcan9 down
	ends_with "$pid" 3
	grep -qE 'down' "$BATS_TEST_TMPDIR/out.log"
}

@test "interface down and up again in mid-wait: the node is handed back" {
	ip link add vcan9 type vcan
	ip link set vcan9 up
	watch_bus vcan9
	"$BUILD/canbootreq" -i vcan9 -u "$U" --nodeid 0xc0 --timeout 60 \
		>"$BATS_TEST_TMPDIR/out.log" 2>&1 3>&- &
	pid=$!
	until_true has "$BUS" '280#'
	# before anybody can do anything about it
	printf 'link set vcan9 %s\n' down up | "${AT_ONCE[@]}" ip -batch -
	ends_with "$pid" 3
	run ! grep -q 'still hold' "$BATS_TEST_TMPDIR/out.log"
	start_mcus late -i vcan9 -u "$U" --state katapult
	[ "$(nodeid "$U")" = null ]
}

@test "interface set down after a query: not told that nothing was sent" {
	ip link add vcan9 type vcan
	ip link set vcan9 up
	watch_bus vcan9
	# it waits for as long as answers come
	cangen vcan9 -I 3F1 -L 8 -D 2011223344556601 -g 100 3>&- &
	"$BUILD/canbootreq" -i vcan9 --query --timeout 60 \
		>"$BATS_TEST_TMPDIR/out.log" 2>&1 3>&- &
	pid=$!
	until_true has "$BUS" '3F0#00'
	ip link set vcan9 down
	ends_with "$pid" 3
	grep -q 'vcan9 went down while waiting' "$BATS_TEST_TMPDIR/out.log"
	run ! grep -q 'no request was sent' "$BATS_TEST_TMPDIR/out.log"
}

@test "no descriptors left: nobody else is blamed for it" {
	# three standard streams, one for signals, one for the first name
	run --separate-stderr bash -c 'ulimit -n 5 && exec "$0" -i vcan0 -u "$1"' \
		"$BUILD/canbootreq" "$U" 3>&-
	echo "status $status, stdout: $output, stderr: $stderr"
	[ "$status" -eq 1 ]
	[[ $stderr == *"Too many open files"* ]]
	plain
}

@test "a full transmit queue: not sent, and what is printed empties it" {
	local jammed

	"$BATS_TEST_DIRNAME/../../support/jam-slcan.py" \
		>"$BATS_TEST_TMPDIR/slcan.log" 3>&- &
	until_true has "$BATS_TEST_TMPDIR/slcan.log" can
	jammed=$(cat "$BATS_TEST_TMPDIR/slcan.log")
	ip link show "$jammed" >/dev/null 2>&1 ||
		skip "slcan interfaces only appear in the first network namespace"
	ip link set "$jammed" up txqueuelen 10
	until_true eval '! cansend '"$jammed"' 123#00 2>/dev/null'
	on "$jammed" -u "$U" --timeout 0.3
	[ "$status" -eq 5 ]
	[[ $stderr$output == *txqueuelen* ]]
	[[ $stderr$output == *full* ]]
	type_in
	ip link show "$jammed" | grep -q 'qlen 128'
	cansend "$jammed" 123#00
}

@test "SIGINT in mid-proof hands the nodeid back, and a late boot finds it free" {
	start_mcus late -i vcan0 -u "$U" --boot-ms 900
	"$BUILD/canbootreq" -i vcan0 -u "$U" --nodeid 0xc0 \
		>"$BATS_TEST_TMPDIR/out.log" 2>&1 3>&- &
	pid=$!
	until_true has "$BUS" '280#'
	kill -INT "$pid"
	ends_with "$pid" 130
	settled
	[ "$(frames '^3F0' | tail -n 1)" = "3F0#11${NOT_U}C0" ]
	ctl wait "$U" katapult 5000
	[ "$(nodeid "$U")" = null ]
}

# handed_back_on SIGNAL - it ends the exchange in mid-proof
handed_back_on() {
	watch_bus vcan0
	"$BUILD/canbootreq" -i vcan0 -u "$U" --nodeid 0xc0 >/dev/null 2>&1 3>&- &
	pid=$!
	until_true has "$BUS" '280#'
	kill -"$1" "$pid"
	ends_with "$pid" $((128 + $(kill -l "$1")))
	settled
	[ "$(frames '^3F0' | tail -n 1)" = "3F0#11${NOT_U}C0" ]
}

@test "a hang-up of the terminal hands the nodeid back too" {
	handed_back_on HUP
}

@test "a quit from the keyboard hands the nodeid back too" {
	handed_back_on QUIT
}

@test "nohup keeps it going after a hang-up" {
	nohup "$BUILD/canbootreq" -i vcan0 -u "$U" --nodeid 0xc0 --timeout 0.5 \
		>/dev/null 2>&1 3>&- &
	pid=$!
	until_true has "$BUS" '280#'
	kill -HUP "$pid"
	ends_with "$pid" 3
}

@test "NACK and then silence: unproven, and a power cycle is the remedy" {
	start_mcus one -i vcan0 -u "$U" --state katapult --nodeid 200
	# katapult-protocol.md, section 3: one 01 spoils every block behind it
	cansend vcan0 290#01
	until_true has "$BUS" '290#01'
	ask -u "$U" --nodeid 0xc0 --timeout 0.3
	[ "$status" -eq 7 ]
	[[ $output == "$U: unproven: "* ]]
	[[ $stderr$output == *power* ]]
	settled
	[ "$(frames '^281#')" = "281#0188F10068959903" ]
	# asked again, it is silent: the remedy is the same
	remedy="switch the board's power off and on, then ask again"
	[[ $stderr == *"$remedy"* ]]
	for again in '' --leave --diagnose; do
		# shellcheck disable=SC2086 # none or one
		ask -u "$U" $again --timeout 0.3
		[ "$status" -eq 3 ]
		[[ $output == "$U: no-answer: "* ]]
		[[ $stderr == *"its Katapult is stuck, as after a flash"*"$remedy"* ]]
	done
	ask -u "$U" --timeout 0.3 --json
	[[ $(jq -r .next <<<"$output") == *"its Katapult is stuck, "*"$remedy"* ]]
}

@test "another interface is up: it is named" {
	ip link add vcan9 type vcan
	on vcan9 -u "$U"
	[[ $stderr == *"is down"*"; up, too, and to be named with -i: vcan0"* ]]
	ip link set vcan9 up
	for how in "-u $U" "-u $U --leave" --query; do
		# shellcheck disable=SC2086 # its words
		on vcan9 $how --timeout 0.3
		[ "$status" -eq 3 ]
		[[ $stderr == *"; up, too, and to be named with -i: vcan0"* ]]
	done
	ip link set vcan9 down
	ask -u "$U" --timeout 0.3
	[[ $stderr != *"to be named with -i"* ]]
}

@test "frames are lost on both ends: what is proven is true" {
	local lost proven=0

	ip link add vxa type vxcan peer name vxb
	ip link set vxa up
	ip link set vxb up
	tc qdisc add dev vxa root netem loss 30%
	tc qdisc add dev vxb root netem loss 30%
	candump -r 4000000 -L vxb >"$BATS_TEST_TMPDIR/vxb.log" 3>&- &
	until_true grep -qE '^ +vxb ' /proc/net/can/rcvlist_all
	cangen vxa -g 0 -n 1000 -I 555 -L 1 -D 01
	tc qdisc replace dev vxa root netem loss 0%
	cansend vxa 556#00
	until_true has "$BATS_TEST_TMPDIR/vxb.log" ' 556#'
	tc qdisc replace dev vxa root netem loss 30%
	lost=$((1000 - $(grep -c ' 555#' "$BATS_TEST_TMPDIR/vxb.log")))
	echo "lost $lost of 1000"
	[ "$lost" -gt 200 ] && [ "$lost" -lt 400 ]
	kill %%
	start_mcus lossy -i vxb -u "$U" --state katapult
	for _ in 1 2 3 4 5; do
		on vxa -u "$U" --json
		[ "$status" -eq 0 ] || continue
		[ "$(jq -r .outcome <<<"$output")" = in-bootloader ]
		proven=$((proven + 1))
	done
	[ "$proven" -eq 5 ]
}
