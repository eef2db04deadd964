#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
# scripts/release.sh, in a small project of its own.
bats_require_minimum_version 1.5.0

# shellcheck disable=SC2154

setup() {
	local root

	root=$(realpath "$BATS_TEST_DIRNAME/../../..")
	cd "$BATS_TEST_TMPDIR" || return
	export GIT_CONFIG_GLOBAL=$PWD/gitconfig GIT_CONFIG_NOSYSTEM=1
	# 2026-12-24 12:00:00 UTC
	export SOURCE_DATE_EPOCH=1798113600
	git config --global user.name somebody
	git config --global user.email somebody@example.org
	mkdir -p project/{include/kcan,debian,scripts}
	cd project || return
	cp "$root/scripts/release.sh" scripts
	printf '#define KCAN_VERSION "1.2.3"\n' >include/kcan/version.h
	printf 'Maintainer: Some Body <somebody@example.org>\n' >debian/control
	printf '# Changes\n\n## [Unreleased]\n\n### Added\n\n- a thing\n
## [1.2.3] - 2026-01-02\n\n- an old thing\n' >CHANGELOG.md
	entry 1.2.3 unstable 'An old entry.' >debian/changelog
	echo /build/ >.gitignore
	git init -q .
	commit
}

commit() {
	git add -A
	git commit -q -m "a commit"
}

entry() {
	printf 'canbootreq (%s) %s; urgency=medium\n\n  * %s\n\n -- %s  %s\n' "$@" \
		'Some Body <somebody@example.org>' 'Fri, 02 Jan 2026 00:00:00 +0000'
}

# refused SENTENCE [VERSION] - and nothing was changed
refused() {
	git status --porcelain >../before
	run -1 scripts/release.sh "${2-1.3.0}"
	[ "$output" = "release: $1" ]
	[ "$(git rev-list --count HEAD)" -eq "${COMMITS-1}" ]
	git status --porcelain | diff ../before -
	[ ! -e build ]
}

@test "a release is one commit with the version at its three places" {
	run -0 scripts/release.sh 1.3.0
	[ "$(git log -1 --format=%s)" = "release: 1.3.0" ]
	[ -z "$(git status --porcelain)" ]
	[ "$(git diff --name-only HEAD~ | xargs)" = \
		"CHANGELOG.md debian/changelog include/kcan/version.h" ]
	[ "$(<include/kcan/version.h)" = '#define KCAN_VERSION "1.3.0"' ]
	[ "$(head -n 9 CHANGELOG.md)" = "# Changes

## [Unreleased]

## [1.3.0] - 2026-12-24

### Added

- a thing" ]
	diff debian/changelog - <<-'END'
		canbootreq (1.3.0) unstable; urgency=medium

		  * New version; CHANGELOG.md says what has changed.

		 -- Some Body <somebody@example.org>  Thu, 24 Dec 2026 12:00:00 +0000

		canbootreq (1.2.3) unstable; urgency=medium

		  * An old entry.

		 -- Some Body <somebody@example.org>  Fri, 02 Jan 2026 00:00:00 +0000
	END
	scripts/release.sh --check
}

@test "dpkg reads debian/changelog" {
	command -v dpkg-parsechangelog >/dev/null || skip "there is no dpkg-dev"
	scripts/release.sh 1.3.0
	run -0 dpkg-parsechangelog --all --format rfc822
	[ "$(sed -n 's/^Version: //p' <<<"$output" | xargs)" = "1.3.0 1.2.3" ]
	[ "$(sed -n 's/^Distribution: //p' <<<"$output" | xargs)" = "unstable unstable" ]
}

@test "what is in preparation for the packages becomes the entry" {
	{
		entry 1.3.0 UNRELEASED 'Another package.'
		echo
		entry 1.2.3 unstable 'An old entry.'
	} >debian/changelog
	commit
	scripts/release.sh --check
	run -0 scripts/release.sh 1.3.0
	[ "$(head -n 7 debian/changelog)" = \
		"canbootreq (1.3.0) unstable; urgency=medium

  * Another package.

 -- Some Body <somebody@example.org>  Thu, 24 Dec 2026 12:00:00 +0000

canbootreq (1.2.3) unstable; urgency=medium" ]
}

@test "the tarball is what git has, and the same bytes whenever it is made" {
	run -0 scripts/release.sh 1.3.0
	(cd build && mv canbootreq-1.3.0.tar.gz first.tar.gz)
	[ "${lines[0]}" = "$(sha256sum <build/first.tar.gz |
		sed 's,-$,build/canbootreq-1.3.0.tar.gz,')" ]
	tar -tf build/first.tar.gz | grep -v '/$' | sort >../packed
	git ls-files | sed 's,^,canbootreq-1.3.0/,' | sort | diff - ../packed
	touch ./*
	run -0 scripts/release.sh --tarball
	cmp build/canbootreq-1.3.0.tar.gz build/first.tar.gz
	# no name and no time of its own: RFC 1952, section 2.3.1
	[ "$(od -An -tx1 -N 8 build/first.tar.gz | xargs)" = "1f 8b 08 00 00 00 00 00" ]
}

@test "the tag's command is printed, not run" {
	run -0 scripts/release.sh 1.3.0
	[ "${lines[1]}" = "When make check has passed, tag it:" ]
	[ "${lines[2]}" = "git tag -s -m 'canbootreq 1.3.0' v1.3.0\
 $(git rev-parse --short HEAD)" ]
	[ -z "$(git tag)" ]
}

@test "a tree with changes is refused" {
	touch more
	refused "the tree has changes that are not committed; commit them first"
	rm more
	echo >>CHANGELOG.md
	refused "the tree has changes that are not committed; commit them first"
}

@test "nothing to tell of is refused" {
	sed -i /thing/d CHANGELOG.md
	commit
	COMMITS=2 refused "[Unreleased] in CHANGELOG.md is empty; say there what has\
 changed for those who use it"
}

@test "a version that exists is refused" {
	git tag v1.3.0
	refused "there is a tag v1.3.0 already; choose another version"
	refused "CHANGELOG.md has a version 1.2.3 already; choose another one" 1.2.3
}

@test "a version that is no newer is refused" {
	refused "1.2.2 does not come after 1.2.3; choose a newer version" 1.2.2
	refused "0.10.0 does not come after 1.2.3; choose a newer version" 0.10.0
}

@test "what is no version is a usage error" {
	local word

	for word in 1.3 v1.3.0 1.3.0.0 1..3 1.3.0-1 .1.3 1.3. ''; do
		run -2 scripts/release.sh "$word"
		[[ $output == "release: '$word' is no version like 1.2.3; see "* ]]
	done
	run -2 scripts/release.sh
	run -2 scripts/release.sh 1.3.0 1.4.0
}

@test "--check: versions that differ" {
	scripts/release.sh --check
	entry 1.2.2 unstable 'Too old.' >debian/changelog
	run -1 scripts/release.sh --check
	[ "$output" = "release: include/kcan/version.h has version 1.2.3, and the\
 newest of debian/changelog is 1.2.2; make them agree" ]
	sed -i 's/1\.2\.3/1.2.4/' CHANGELOG.md
	run -1 scripts/release.sh --check
	[[ $output == *"the newest of CHANGELOG.md is 1.2.4; make them agree" ]]
}
