#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
# tests/can.sh: a simulated MCU, and a flashing front end that is to be tested.
# Runs inside vcan-run; its exit status is the job's.
set -eu
dir=$(mktemp -d)
trap 'kill $! 2>/dev/null || :; rm -rf "$dir"' EXIT

canmcu -i vcan0 -u 41f905f55004 --nodeid 4 --boot-ms 50 >"$dir/mcu" &
timeout 10 sh -c "until grep -q ready '$dir/mcu'; do sleep 0.01; done"

# Put your own program here.
canbootreq -i vcan0 -u 41f905f55004 --json

# What the MCU saw is evidence, too.
grep -q '41f905f55004 request katapult' "$dir/mcu"
