#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
# vcan-run's engine qemu. A boot takes 5 to 15 s, so each guest proves a lot.

# Single quotes are for the guest's shell; each test is a subshell on purpose.
# shellcheck disable=SC2016,SC2030,SC2031,SC2154

load helper

# Emulation on a machine that is busy otherwise.
export PATIENCE=120

qemu() {
	"$VCAN_RUN" --engine qemu --boot-timeout 120 "$@"
}

start_qemu() {
	start_until_ready --engine qemu --boot-timeout 120 "$@"
}

# One guest for what the engines have in common.
@test "qemu: streams, arguments, place and status are the command's" {
	mkdir 'a, b' && cd 'a, b'
	umask 027
	{
		head -c 1M /dev/urandom
		printf '\0\r\n\003\004\032\377'
	} >in
	X=$'one\ntwo "three"' qemu -i can0 -i vcan7 -- sh -c '
		cat
		printf "%s|" "$X" "$1" "$(pwd)" "$(umask)" >&2
		ip -br link show up type vcan | cut -d" " -f1 | xargs >&2
		sleep 1000 &
		exit 42' sh $'a\nb' <in >out 2>err 3>&- || status=$?
	cat err
	[ "$status" = 42 ]
	cmp in out
	[ "$(cat err)" = $'one\ntwo "three"|a\nb|'"$DIR/a, b|0027|can0 vcan7" ]
}

@test "qemu: what is written in the working directory is on the machine" {
	mkdir sub
	echo machine >file
	ln -s ../file sub/link
	qemu -- sh -ec '
		cat file
		head -c 300000 /dev/zero >sub/file
		echo guest >>sub/link
		! touch /usr/vcan-run-was-here 2>/dev/null ||
			ls /usr/vcan-run-was-here
		echo text >/tmp/vcan-run-was-here
		' >out 3>&-
	[ "$(cat out)" = $'machine\n/usr/vcan-run-was-here' ]
	[ "$(wc -c <sub/file)" = 300000 ]
	[ "$(cat file)" = $'machine\nguest' ]
	[ ! -e /usr/vcan-run-was-here ] && [ ! -e /tmp/vcan-run-was-here ]
}

# The serial adapter is in the guest alone: tests/support/usb-serial.py.
@test "qemu: --usb --kvaser: udev names a serial adapter, can0 talks to can1" {
	cp "$ROOT/tests/support/usb-serial.py" .
	run -0 "$VCAN_RUN" --usb --kvaser --boot-timeout 120 -- bash -ec '
		until_true() { timeout 20 sh -c "until $*; do sleep 0.05; done"; }
		by_id=/dev/serial/by-id/usb-Klipper_stm32f446xx_AA01-if00
		./usb-serial.py AA01 &
		until_true test -e $by_id
		stat -Lc "%U:%G %a" $by_id
		lsusb -d 1d50:614e | cut -d" " -f6
		exec 4<>$by_id
		stty -F $by_id raw -echo
		echo echoed >&4
		read -r line <&4 && echo "$line"
		modprobe usbmon
		for m in vhci_hcd gs_usb cdc_acm usbmon; do test -d /sys/module/$m; done

		for i in can0 can1; do
			ip link set $i up type can bitrate 500000 restart-ms 100
		done
		candump -n 1 can1 >seen &
		until grep -q "can1 .*raw" /proc/net/can/rcvlist_all; do :; done
		cansend can0 123#1122
		until_true test -s seen
		tr -s " " <seen
		ip -details link show can1 | grep -o "restart-ms 100"'
	echo "$output"
	[ "${lines[0]}" = ready ]
	[ "${lines[1]}" = "root:dialout 660" ]
	[ "${lines[2]}" = "1d50:614e" ]
	[ "${lines[3]}" = echoed ]
	[ "${lines[4]}" = " can1 123 [2] 11 22" ]
	[ "${lines[5]}" = "restart-ms 100" ]
}

@test "qemu: two guests at once do not meet, and SIGTERM reaches one" {
	start_qemu -- sh -c '
		trap "echo got TERM; exit 7" TERM
		: >ready; while :; do sleep 0.05; done'
	run -0 qemu echo second
	[ "$output" = second ]
	kill -TERM "$VCAN_RUN_PID"
	finish
	echo "status $status, out: $(cat out), err: $(cat err)"
	[ "$status" = 7 ]
	[ "$(cat out)" = "got TERM" ]
}

@test "qemu: with a terminal the command has one, of the same size" {
	run -3 script -qec "stty rows 33 cols 101
		'$VCAN_RUN' --engine qemu --boot-timeout 120 -- \
			sh -c 'stty size; tty; exit 3'" /dev/null </dev/null
	[[ $output == *"33 101"*/dev/pts/0* ]]
}

@test "qemu: an unprivileged user can have a guest" {
	need_root "become somebody else"
	"$VCAN_RUN" --version
	cp "$VCAN_RUN" vcan-run
	chmod 777 .
	run -137 setpriv --reuid 65534 --regid 65534 --clear-groups \
		./vcan-run --engine qemu --boot-timeout 120 -- \
		sh -c 'id -u; : >file; kill -KILL $$'
	[ "$output" = 0 ]
	[ "$(stat -c %u file)" = 65534 ]
}

@test "qemu: a guest whose kernel panics is 125, and says so" {
	run -125 qemu sh -c 'echo c >/proc/sysrq-trigger; sleep 1000'
	[[ $output == *"guest: "*"the guest had a kernel panic and never reported"* ]]
}

# A success of QEMU's and of the device, but nobody reported it.
@test "qemu: a command that ends the machine itself is 125" {
	run -125 qemu sh -c '
		printf "\0" | dd of=/dev/port bs=1 seek=244 conv=notrunc
		sleep 1000'
	[[ $output == *"the guest ended and never reported"* ]]
}

@test "qemu: a guest that hangs is 125 when patience ends" {
	start_qemu --hang-timeout 2 -- sh -c ': >ready; sleep 1000'
	kill -STOP "$(guest_pid)"
	finish
	cat err
	[ "$status" = 125 ]
	grep -q 'the guest stopped answering and never reported' err
}

@test "qemu: a guest that is killed is 125" {
	start_qemu -- sh -c ': >ready; sleep 1000'
	kill -KILL "$(guest_pid)"
	finish
	[ "$status" = 125 ]
	grep -q 'the guest ended and never reported' err
}

@test "qemu: vcan-run killed by SIGKILL while it boots leaves no guest" {
	"$VCAN_RUN" --engine qemu true 3>&- &
	VCAN_RUN_PID=$!
	wait_until guest_pid
	kill -KILL "$VCAN_RUN_PID"
	finish
	[ "$status" = 137 ]
}

@test "qemu: a QEMU that ends at once, or hangs, is 125" {
	VCAN_RUN_QEMU=/bin/true run -125 qemu true
	[[ $output == *"the guest ended before it could start"* ]]
	printf '#!/bin/sh\nexec sleep 1000\n' >hang
	chmod +x hang
	VCAN_RUN_QEMU=$DIR/hang run -125 "$VCAN_RUN" -e qemu --boot-timeout 1 true
	[[ $output == *"the guest took too long"* ]]
}

@test "qemu: what is missing is said, and how to get it" {
	VCAN_RUN_QEMU=$DIR/none run -125 qemu true
	[[ $output == *"VCAN_RUN_QEMU names $DIR/none, which cannot be"* ]]
	mkdir empty
	PATH=$DIR/empty run -125 "$VCAN_RUN" --engine qemu true
	[[ $output == *"install the package qemu-system-x86"* ]]
	VCAN_RUN_KERNEL=$DIR/none run -125 qemu true
	[[ $output == *"$DIR/none, which holds no guest kernel"* ]]
	mkdir -p kernel/lib/modules/1.2.3
	echo 1.2.3 >kernel/release
	: >kernel/vmlinux
	echo 'kernel/fs/9p/9p.ko:' | tee kernel/lib/modules/1.2.3/modules.dep \
		>kernel/lib/modules/1.2.3/modules.builtin
	VCAN_RUN_KERNEL=kernel run -125 qemu true
	[[ $output == *"the module virtio_pci is not in $DIR/kernel/lib/modules/1.2.3"* ]]
}

@test "qemu: --usb and an engine without it do not go together" {
	run -125 "$VCAN_RUN" --usb --engine uml true
	[[ $output == *"engine uml has no USB; use qemu"* ]]
	VCAN_RUN_KERNEL=$DIR/none run -125 "$VCAN_RUN" --usb true
	[[ ${lines[0]} == *"engine qemu does not work here"* ]]
	[ "${#lines[@]}" = 1 ]
}
