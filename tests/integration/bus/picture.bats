# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
# The README's picture of a terminal is made anew from a real run, and compared.
bats_require_minimum_version 1.5.0
load ../lib

@test "what the README's picture shows is what the programs print today" {
	local root=$BATS_TEST_DIRNAME/../../.. new=$BATS_TEST_TMPDIR/terminal.svg

	BUILD=$BUILD "$root/scripts/terminal-picture.py" --on-a-bus "$new"
	diff "$root/docs/terminal.svg" "$new" || {
		echo "make it anew: scripts/terminal-picture.py"
		return 1
	}
	grep -q '(docs/terminal.svg)' "$root/README.md"
	[ "$(stat -c %s "$new")" -lt 20480 ]
	python3 -c 'import sys, xml.dom.minidom as m; m.parse(sys.argv[1])' "$new"
}
