# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
# The campaign's own eye, on rounds that are written out.
bats_require_minimum_version 1.5.0

@test "the judge finds what he is shown, and nothing else" {
	local campaign=$BATS_TEST_DIRNAME/../../campaign

	python3 -B -m unittest discover -s "$campaign" -t "$campaign"
}
