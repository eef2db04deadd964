#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
# Each citation that leads nowhere is found, and none that leads somewhere.
bats_require_minimum_version 1.5.0

setup() {
	CITATIONS=$(realpath "$BATS_TEST_DIRNAME/../../citations.py")
	cd "$BATS_TEST_TMPDIR" || return 1
	mkdir -p docs/reference
	printf '%s\n' '# Bus' '## 1. Ids' '### 1.2 Used ones' '## 9a. More' \
		>docs/reference/bus.md
	printf '%s\n' '# Boot' '## 3. Entry' '## The exchange' >docs/boot.md
}

# wrong FILE - what is found in the text of standard input
wrong() {
	cat >"$1"
	"$CITATIONS" "$1" || [ $? -eq 1 ]
}

@test "citations that lead somewhere" {
	run -0 wrong a.c <<-'END'
		/* bus.md, section 1; docs/boot.md, 3, says
		 * more (section 3); bus.md, sections 1 to
		 * 1.2 and 9a. */
		/* section 1.2, and boot.md, "The exchange" */
		int x; // RFC 1950, section 77; USB 2.0, section 9.6
		const char *text = "section 5";
	END
	[ -z "$output" ]
	run -0 wrong docs/reference/other.md <<-'END'
		# Other
		## 7. Seven
		As §7 and `bus.md` §1.2/9a say; §7 again. [Boot](../boot.md#entry)
		Of `bus.md` (called BU): BU §9a, §1. Not ours: K:docs/bus.md,
		https://example.org/no.md
	END
	[ -z "$output" ]
	run -0 wrong a.bats <<-'END'
		# bus.md, section
		# 1.2
		echo "section 5"
	END
	[ -z "$output" ]
}

@test "a page that is not there" {
	run -0 wrong a.h <<-'END'
		/* see nobody.md */
		const char *text = "see none.md";
		/* docs/bus.md/none.md, DESIGN 2.1 */
	END
	[ "$output" = "a.h:1: there is no page nobody.md
a.h:2: there is no page none.md
a.h:3: there is no page none.md
a.h:3: there is no page DESIGN" ]
	run -0 wrong docs/page.md <<<'[Boot](boot.md), [none](sub/boot.md)'
	[ "$output" = "docs/page.md:1: there is no sub/boot.md" ]
}

@test "a section that is not there" {
	run -0 wrong a.c <<-'END'
		/* section 1: of what? */
		/*
		 * bus.md, section 2; boot.md, sections 3 and
		 * 1.2, "The exchange"
		 */
		/* of the first page: section 1, not section 3 */
		/* boot.md, "An exchange" */
	END
	[ "$output" = "a.c:1: section 1: of which page?
a.c:3: bus.md has no section 2
a.c:3: boot.md has no section 1.2
a.c:6: bus.md has no section 3
a.c:7: boot.md has no heading \"An exchange\"" ]
	run -0 wrong docs/page.md <<-'END'
		# Page
		## 4. Four
		Not `bus.md` §4. Its own: §1.
	END
	[ "$output" = "docs/page.md:3: bus.md has no section 4
docs/page.md:3: page.md has no section 1" ]
}
