# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
# shellcheck shell=bash
# A board on USB, which tests/support/usbboard plays, for tests in a guest of
# `vcan-run --usb`.

# shellcheck disable=SC2034 # for the tests
SERIAL=3B0028001451303432353938
PORTS=/sys/devices/platform/vhci_hcd.0/status

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	mkfifo say
}

teardown() {
	stop_board
}

stop_board() {
	[ -z "${BOARD-}" ] || kill -KILL "$BOARD" 2>/dev/null || :
	until_true port_is_free
}

# start_board OPTION... - commands go to fd 9, what it tells to "told"
start_board() {
	"$BUILD/usbboard" "$@" <say >told 2>&1 3>&- &
	BOARD=$!
	exec 9>say
	until_true has told '^endpoint'
}

say() {
	echo "$@" >&9
}

port_is_free() {
	[[ $(sed -n 2p "$PORTS") == 'hs  0000 004 '* ]]
}

# usb_is ID - what is plugged into the port
usb_is() {
	[ "$(lsusb -s 1: -d "$1" | wc -l)" = 1 ] && [ -e /sys/bus/usb/devices/1-1 ]
}
