# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
# shellcheck shell=bash
# For what runs in a minimal system: the README's lines are typed in, in its folder.

# who is root needs none, and a minimal system has none
sudo() {
	"$@"
}

# line COMMAND - type in a line of the README
line() {
	grep -qxF -- "$1" <(sed 's/ \+# .*//' README.md) || {
		echo "the README has no such line: $1"
		return 1
	}
	echo "\$ $1"
	eval "$1"
}

# says TEXT COMMAND... - what it prints begins so, whatever its status is
says() {
	local output

	output=$("${@:2}" 2>&1) || :
	[[ $output == "$1"* ]] || {
		echo "'${*:2}' said: $output"
		return 1
	}
}
