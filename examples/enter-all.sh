#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
# Ask all boards of a printer for their bootloader, and say of each what became of it.
# Usage: enter-all.sh INTERFACE NAME=UUID...   for example: can0 toolhead=41f905f55004
# Exit status: 0 when all are in their bootloader, 1 when one is not, 2 usage
set -u -o pipefail

# Of the object of one board: one line, with tabs between the fields.
ROW='[.uuid // "-", .outcome, .katapult.mcu // "-", .reason, .next // "-"] | @tsv'

if [ $# -lt 2 ]; then
	echo "usage: enter-all.sh INTERFACE NAME=UUID..." >&2
	exit 2
fi
iface=$1 ready=0
shift
declare -A names=()
asked=()
for board; do
	uuid=${board#*=}
	names[${uuid,,}]=${board%%=*}
	asked+=(-u "$uuid")
done

# Each failure is an object, too, so its exit status tells nothing more.
while IFS=$'\t' read -r uuid outcome mcu reason next; do
	name=${names[$uuid]-$uuid}
	if [ "$outcome" = in-bootloader ]; then
		echo "$name: ready to be flashed ($mcu)"
		ready=$((ready + 1))
		continue
	fi
	printf '%s: %s: %s\n' "$name" "$outcome" "$reason"
	[ "$next" = - ] || printf '    %b\n' "$next"
done < <(canbootreq -i "$iface" --json "${asked[@]}" | jq -r "$ROW")

echo "$ready of ${#names[@]} boards are in their bootloader"
[ "$ready" -eq ${#names[@]} ]
