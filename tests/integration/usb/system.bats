#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
# examples/system in a guest: an adapter that comes, and comes again, is up with its
# bit rate and its queue, and nobody has typed anything.

# shellcheck disable=SC2154

bats_require_minimum_version 1.5.0
load ../lib
load board

EXAMPLES=$BATS_TEST_DIRNAME/../../../examples/system

setup_file() {
	export SYSTEMD_IGNORE_CHROOT=1 # or udevadm does nothing in this guest
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	mkfifo say
	mkdir -p /run/udev/rules.d /run/systemd/network
}

teardown() {
	rm -f /run/udev/rules.d/80-can.rules /run/systemd/network/*-can.*
	[ -z "${NETWORKD-}" ] || kill "$NETWORKD" || :
	stop_board && stop_all
}

is_up() {
	[[ $(ip -d link show can0 2>/dev/null) == *"UP"*" bitrate 1000000 "* ]] &&
		[ "$(cat /sys/class/net/can0/tx_queue_len)" = 128 ]
}

# comes_twice - the second time as after its bootloader
comes_twice() {
	start_board
	say plug gsusb
	until_true is_up
	say unplug
	until_true port_is_free
	[ ! -e /sys/class/net/can0 ]
	say plug gsusb
	until_true is_up
}

@test "80-can.rules: udev brings it up" {
	cp "$EXAMPLES/80-can.rules" /run/udev/rules.d
	udevadm control --reload
	comes_twice
}

@test "80-can.rules: a whole printer whose main board is the bridge" {
	[ -n "${KLIPPER_DIR-}" ] || skip "KLIPPER_DIR names no Klipper checkout"
	cp "$EXAMPLES/80-can.rules" /run/udev/rules.d
	udevadm control --reload
	"$EXAMPLES/../../tests/klippy/printer" --bridge
}

@test "80-can.network and 70-can.link: systemd-networkd brings it up" {
	local networkd=/lib/systemd/systemd-networkd

	[ -x "$networkd" ] || skip "there is no systemd-networkd"
	cp "$EXAMPLES"/{80-can.network,70-can.link} /run/systemd/network
	udevadm control --reload
	# it gives up root, and refuses a folder of somebody else
	install -d -o systemd-network -g systemd-network \
		/run/systemd/netif{,/links,/leases,/lldp}
	"$networkd" >networkd.log 2>&1 3>&- &
	NETWORKD=$!
	comes_twice
}

@test "can0 of ifupdown: ifup brings it up" {
	command -v ifup >/dev/null || skip "there is no ifupdown"
	cp "$EXAMPLES/can0" interfaces
	# as Debian's 80-ifupdown.rules has it, for another file of interfaces
	cat >/run/udev/rules.d/80-can.rules <<-END
		SUBSYSTEM!="net", GOTO="end"
		ACTION=="add", RUN+="/sbin/ifup -i $PWD/interfaces --allow=hotplug can0"
		ACTION=="remove", RUN+="/sbin/ifdown -i $PWD/interfaces can0"
		LABEL="end"
	END
	udevadm control --reload
	comes_twice
}
