# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
# shellcheck shell=bash
# Completion for bash: what candidates prints.

_kcan() {
	local typed=${COMP_WORDS[COMP_CWORD]} cur candidate
	local words=("${COMP_WORDS[@]:0:COMP_CWORD}")

	# words come with their quotes
	cur=${typed//[\\\'\"]/}
	COMPREPLY=()
	while IFS=$'\t' read -r candidate _; do
		case $candidate in
		:files) compopt -o default 2>/dev/null ;;
		"$cur"*)
			[[ $typed == [\'\"]* ]] ||
				printf -v candidate %q "$candidate"
			COMPREPLY+=("$candidate")
			;;
		esac
	done < <(@CANDIDATES@ "${words[@]//[\\\'\"]/}" "$cur")
}

complete -F _kcan @PROGRAM@
