# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
# shellcheck shell=bash
# Fresh minimal systems, for the scripts beside this. MIRROR is where packages come
# from, ROOTS where the systems are kept, and all that was said in one: NAME.log.
ROOTS=${ROOTS:-/var/tmp/canbootreq-roots}
MIRROR=${MIRROR:-http://deb.debian.org/debian}

die() {
	echo "portability: $*" >&2
	exit 1
}

# minimal SUITE - how that is after its installation: $ROOTS/SUITE
minimal() {
	local script components=main newest=sid

	[ -n "$1" ] || die "a suite is missing; see the first lines of $0"
	[ "$(id -u)" = 0 ] || die "a system of its own takes root; run this as root"
	command -v debootstrap >/dev/null ||
		die "there is no debootstrap; install it: apt-get install debootstrap"
	mkdir -p "$ROOTS"
	[ ! -d "$ROOTS/$1" ] || return 0
	rm -rf "$ROOTS/$1.new"
	[[ $MIRROR != *ubuntu* ]] || components=main,universe newest=gutsy
	# a suite that is younger than debootstrap is made as the newest it knows
	script=/usr/share/debootstrap/scripts/$1
	[ -e "$script" ] || script=${script%/*}/$newest
	debootstrap --variant=minbase --components="$components" "$1" \
		"$ROOTS/$1.new" "$MIRROR" "$script" >"$log" ||
		die "debootstrap failed; read $log"
	mv "$ROOTS/$1.new" "$ROOTS/$1"
}

# fresh SUITE NAME - a copy of it with this tree in /src; sets root, log
fresh() {
	root=$ROOTS/$2 log=$ROOTS/$2.log
	minimal "$1"
	rm -rf "$root"
	cp -a "$ROOTS/$1" "$root"
	cp /etc/resolv.conf "$root/etc"
	# a mirror may be a snapshot, whose lists are too old by now
	echo 'Acquire::Check-Valid-Until "false";' \
		>"$root/etc/apt/apt.conf.d/snapshot"
	mkdir "$root/src"
	git ls-files -z -co --exclude-standard |
		tar -c --null --ignore-failed-read -T - | tar -x -C "$root/src"
}

# inside SCRIPT [ARGUMENT...] - run a script of this folder in $root
inside() {
	# shellcheck disable=SC2016 # for the shell in the namespace
	unshare --mount --pid --fork sh -ec '
		root=$1 script=$2
		shift 2
		mount --bind /dev "$root/dev"
		mount -t devpts -o ptmxmode=666,newinstance devpts "$root/dev/pts"
		mount -t proc proc "$root/proc"
		mount -t sysfs sysfs "$root/sys"
		exec chroot "$root" /usr/bin/env -i HOME=/root TERM=dumb \
			PATH="$PATH" CHECK="${CHECK-}" \
			http_proxy="${http_proxy-}" \
			bash "/src/tests/portability/$script" "$@"' \
		- "$root" "$@" >"$log" 2>&1 </dev/null ||
		die "it failed in $root; read $log"
	grep '^| ' "$log"
}
