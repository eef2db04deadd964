# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
# shellcheck shell=bash
# For tests that run on the machine itself. Each test has a folder of its own
# outside bats' one: short, plain, and what vcan-run makes shows up in it.

bats_require_minimum_version 1.5.0

setup() {
	case $(uname -m) in
	x86_64 | i?86) ;;
	*) skip "the guests exist for x86 only" ;;
	esac
	ROOT=$(cd "$BATS_TEST_DIRNAME/../../.." && pwd)
	BUILD=${BUILD:-$ROOT/build}
	VCAN_RUN=$BUILD/vcan-run
	DIR=$(mktemp -d /tmp/vr.XXXXXX)
	export DIR VCAN_RUN TMPDIR=$DIR/t
	# each engine names its own directory to the guest that it starts
	GUEST="$TMPDIR/vcan-run[.]"
	chmod 755 "$DIR"
	mkdir -m 1777 "$TMPDIR"
	cd "$DIR" || return 1
}

# What every test claims on top of its own: nothing is left behind.
teardown() {
	[ -n "${DIR-}" ] || return 0
	wait_until no_guest || {
		echo "guest processes are left:"
		pgrep -af "$GUEST"
		pkill -KILL -f "$GUEST"
		return 1
	}
	wait_until no_files || {
		echo "left in TMPDIR: $(ls -A "$TMPDIR")"
		return 1
	}
	cd / && rm -rf "$DIR"
}

no_guest() {
	! pgrep -f "$GUEST" >/dev/null
}

no_files() {
	[ -z "$(ls -A "$TMPDIR")" ]
}

# uml ARGUMENT... - vcan-run in a guest of User-Mode Linux
uml() {
	"$VCAN_RUN" --engine uml "$@"
}

# wait_until COMMAND... - for up to ${PATIENCE:-20} s
wait_until() {
	for ((i = 0; i < ${PATIENCE:-20} * 20; i++)); do
		"$@" && return 0
		sleep 0.05
	done
	return 1
}

# The first process of the guest that belongs to this test.
guest_pid() {
	pgrep -of "$GUEST"
}

need_root() {
	[ "$(id -u)" = 0 ] || skip "needs root to $1"
}

need_mounts() {
	need_root "$1"
	unshare -m true 2>/dev/null ||
		skip "needs a mount namespace to $1, and gets none here"
}

# Start vcan-run in the background, wait until its command says so.
start_until_ready() {
	"$VCAN_RUN" "$@" >out 2>err 3>&- &
	VCAN_RUN_PID=$!
	wait_until [ -e ready ]
}

# The status of the one that was started, in $status; never fails.
# shellcheck disable=SC2034
finish() {
	status=0
	wait "$VCAN_RUN_PID" || status=$?
}
