#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
# Prepare a release: its version, its section of CHANGELOG.md and its entry of
# debian/changelog are committed, the tarball is made and its SHA-256 printed, and
# the command that tags it. Nothing is tagged or sent anywhere.
# The version is written in include/kcan/version.h alone; --check fails if the newest
# one in the two lists of changes is another, and --tarball makes the tarball again.
# Usage: release.sh VERSION | --check | --tarball
# SOURCE_DATE_EPOCH is the time of the release, in seconds; else it is now.
set -eu
cd "$(dirname "$0")/.."
HEADER=include/kcan/version.h

die() {
	echo "release: $*" >&2
	exit 1
}

usage_error() {
	echo "release: $*; see the first lines of $0" >&2
	exit 2
}

of_header() {
	sed -n 's/.*KCAN_VERSION "\(.*\)"/\1/p' $HEADER
}

# the newest one below [Unreleased]
of_changes() {
	sed -n 's/^## \[\([0-9].*\)\].*/\1/p' CHANGELOG.md | head -n 1
}

# the newest one that is not in preparation
of_debian() {
	sed -n '/UNRELEASED/d; s/^canbootreq (\(.*\)) .*/\1/p' debian/changelog |
		head -n 1
}

# newer A B - whether A comes after B
newer() {
	[ "$1" != "$2" ] &&
		[ "$(printf '%s\n' "$1" "$2" | sort -V | tail -n 1)" = "$1" ]
}

# what has changed since the last version
unreleased() {
	awk '/^## / { inside = $0 == "## [Unreleased]"; next } inside' CHANGELOG.md
}

# agree FILE VERSION - or there has been none yet
agree() {
	[ "${2:-$version}" = "$version" ] ||
		die "$HEADER has version $version, and the newest of $1 is $2;" \
			"make them agree"
}

check() {
	version=$(of_header)
	agree CHANGELOG.md "$(of_changes)"
	agree debian/changelog "$(of_debian)"
}

# What cannot be released is said before anything is changed.
refuse() {
	old=$(of_header)
	[ -z "$(git status --porcelain)" ] ||
		die "the tree has changes that are not committed; commit them first"
	! git rev-parse -q --verify "refs/tags/v$1" >/dev/null ||
		die "there is a tag v$1 already; choose another version"
	! grep -qF "## [$1]" CHANGELOG.md ||
		die "CHANGELOG.md has a version $1 already; choose another one"
	newer "$1" "$old" ||
		die "$1 does not come after $old; choose a newer version"
	unreleased | grep -q '^[*-] ' ||
		die "[Unreleased] in CHANGELOG.md is empty; say there what has" \
			"changed for those who use it"
}

# debian_entry VERSION - what is in preparation, or a reference to the changes
debian_entry() {
	points=$(awk 'NR == 1 && !/UNRELEASED/ { exit } /^ -- / { exit }
		/^  / { print }' debian/changelog)
	printf 'canbootreq (%s) unstable; urgency=medium\n\n%s\n\n -- %s  %s\n' "$1" \
		"${points:-  * New version; CHANGELOG.md says what has changed.}" \
		"$(sed -n 's/^Maintainer: //p' debian/control)" \
		"$(date -u -R -d "@$when")"
}

# write FILE - its new text comes from standard input
write() {
	cat >"$work/new"
	cat "$work/new" >"$1"
}

write_version() {
	sed "s/\(KCAN_VERSION \)\"$old\"/\1\"$1\"/" $HEADER | write $HEADER
	sed "s/^## \[Unreleased\]\$/&\n\n## [$1] - $(date -u -d "@$when" +%F)/" \
		CHANGELOG.md | write CHANGELOG.md
	{
		debian_entry "$1"
		awk 'NR == 1 && /UNRELEASED/ { skip = 1 }
			!skip && NR == 1 { print "" }
			!skip
			/^ -- / { skip = 0 }' debian/changelog
	} | write debian/changelog
}

# what was committed, the same bytes at each time
tarball() {
	set -- "canbootreq-$(of_header)"
	mkdir -p build
	git archive --format=tar --prefix="$1/" -o "$work/tar" HEAD
	gzip -n -9 <"$work/tar" >"build/$1.tar.gz"
	sha256sum "build/$1.tar.gz"
}

release() {
	refuse "$1"
	write_version "$1"
	check
	git commit -q -m "release: $1" \
		-m "CHANGELOG.md says what has changed since $old." \
		$HEADER CHANGELOG.md debian/changelog
	tarball
	echo "When make check has passed, tag it:"
	echo "git tag -s -m 'canbootreq $1' v$1 $(git rev-parse --short HEAD)"
}

[ $# -eq 1 ] || usage_error "one version, --check or --tarball was expected"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
case $1 in
--check | --tarball)
	"${1#--}"
	exit ;;
*[!0-9.]* | .* | *. | *..* | *.*.*.*) usage_error "'$1' is no version like 1.2.3" ;;
*.*.*) ;;
*) usage_error "'$1' is no version like 1.2.3" ;;
esac
when=${SOURCE_DATE_EPOCH:-$(date +%s)}
release "$1"
