# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
# shellcheck shell=bash
# A board on USB, which tests/support/usbboard plays, for tests in a guest of
# `vcan-run --usb`.

# shellcheck disable=SC2034 # for the tests
# they belong together: usbip-gsusb-bridge.md, section 3.1
SERIAL=3B0028001451303432353938 BRIDGE=b091ccc241c9
PORTS=/sys/devices/platform/vhci_hcd.0/status

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	mkfifo say
}

teardown() {
	stop_board && stop_all
}

stop_board() {
	[ -z "${BOARD-}" ] || kill -KILL "$BOARD" 2>/dev/null || :
	until_true port_is_free
}

# start_board OPTION... - commands go to fd 9, what it tells to "told"
start_board() {
	"${AT_ONCE[@]}" "$BUILD/usbboard" "$@" <say >told 2>&1 3>&- &
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

# usb_is ID [PORT] - what is plugged in there, and nothing else
usb_is() {
	[ "$(cat "/sys/bus/usb/devices/${2-1-1}/idVendor" \
		"/sys/bus/usb/devices/${2-1-1}/idProduct" 2>/dev/null |
		xargs | tr ' ' :)" = "$1" ] && lsusb -d "$1" >/dev/null
}
