#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
# What others put into their continuous integration, and on their systems, as it
# stands.
# shellcheck disable=SC2154
load helper

# steps FILE - what its steps run, in step1, step2...
steps() {
	awk '/^ *run: [|]$/ { inside = 1; n++; next }
		inside && !/^        / { inside = 0 }
		inside { print substr($0, 9) >("step" n) }' "$1"
}

@test "action.yml: its steps run commands where vcan0 exists" {
	"$ROOT/scripts/install-deps.sh" --list demo >&2 ||
		skip "it would install what is missing for the demo"
	steps "$ROOT/action.yml"
	export GITHUB_ACTION_PATH=$ROOT OPTIONS='-i can0 -i can1'
	run -0 env -u MAKEFLAGS -u MAKELEVEL bash -e step1
	COMMANDS='ip -br link show up type vcan
		command -v canmcu canbootreq katflash' \
		run -0 --separate-stderr bash -e step2
	[[ ${lines[0]} == can0\ * && ${lines[1]} == can1\ * ]]
	[ "${lines[2]}" = "$ROOT/build/canmcu" ]
	COMMANDS='false | true; echo not reached' run -1 bash -e step2
	[[ $output != *"not reached"* ]]
}

@test "canmcu.service: systemd finds no fault with it" {
	command -v systemd-analyze >/dev/null || skip "there is no systemd-analyze"
	sed "s|/usr/local/bin|$BUILD|" "$ROOT/examples/system/canmcu.service" \
		>canmcu.service
	run -0 systemd-analyze verify ./canmcu.service
	# it tells of the machine's other services, too
	run ! grep -F canmcu.service <<<"$output"
}
