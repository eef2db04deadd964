# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
# shellcheck shell=bash
# What man pages and the README tell people to type, typed in as it stands there.
# Only /tmp is another folder, and `...` any name.

MANUALS=$BATS_TEST_DIRNAME/../../../docs/man
README=$BATS_TEST_DIRNAME/../../../README.md

# block PAGE SECTION N - the Nth block of the man page's section that has commands
block() {
	awk -v section=".Sh $2" -v n="$3" '
		/^\.Sh / { here = $0 == section }
		!here { next }
		sub(/^\.Dl /, "") && !inline { inline = 1; first = 1 }
		/^\./ { inline = 0 }
		/^\.Bd -literal/ { inside = first = 1; next }
		/^\.Ed/ { inside = 0 }
		!inside && !inline { next }
		first { first = 0; prompt = /^[$#] /; seen += prompt }
		prompt && seen == n' "$MANUALS/$1" | sed 's/\\e/\\/g; s/\\&//g'
}

# part commands|output - of the block on standard input. Who types the command
# behind a "ready" has seen it.
part() {
	awk -v commands="$([ "$1" != commands ] || echo 1)" '
		/^[$#] / || more {
			if (!more)
				quotes = 0
			sub(/^[$#] /, "")
			if (commands)
				print
			quotes += gsub(/\047/, "&")
			more = quotes % 2 || /[\\|]$/
			next
		}
		!commands { print }
		commands && /^ready / { print "seen \047" $0 "\047" }'
}

# obey COMMANDS - in the plainest shell; sets status, output, stderr. What is left
# in the background goes on until forget().
obey() {
	mkdir -p "$BATS_TEST_TMPDIR/tmp"
	[ -n "$1" ] || {
		echo "there are no such commands"
		return 1
	}
	echo "$1"
	# what still runs goes on writing into the old ones
	rm -f "$BATS_TEST_TMPDIR"/std{out,err}
	apart sh -c "$(cat <<-END
		seen() {
			timeout $PATIENCE sh -c 'until grep -qx "\$1" "\$0"; do :; done' \\
				'$BATS_TEST_TMPDIR/stdout' "\$1"
		}
		$(sed -e "s,/tmp/,$BATS_TEST_TMPDIR/tmp/,g" -e 's/\.\.\./*/g' <<<"$1")
		status=\$?
		jobs -p >>'$BATS_TEST_TMPDIR/pids'
		exit \$status
	END
	)"
}

# example PAGE N - type in the Nth block of its EXAMPLES
example() {
	obey "$(block "$1" EXAMPLES "$2" | part commands)"
}

# line COMMAND - type in a line of the README; what is after it there is not typed
line() {
	grep -qxF -- "$1" <(sed 's/ \+# .*//' "$README") || {
		echo "the README has no such line"
		return 1
	}
	obey "${2-$1}"
}

# gone PID... - none of them is there any more
gone() {
	! kill -0 "$@" 2>/dev/null
}

# forget - end what commands have left in the background
forget() {
	local pids

	pids=$(cat "$BATS_TEST_TMPDIR/pids" 2>/dev/null) || return 0
	: >"$BATS_TEST_TMPDIR/pids"
	[ -n "$pids" ] || return 0
	# shellcheck disable=SC2086 # one word a process
	kill $pids 2>/dev/null || :
	# shellcheck disable=SC2086
	until_true gone $pids
}

# happened LINE - by now, on standard output of what was typed in
happened() {
	until_true has "$BATS_TEST_TMPDIR/stdout" "$1"
}
