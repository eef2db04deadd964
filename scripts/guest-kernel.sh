#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
# Get a kernel for the guests of vcan-run: a package is downloaded and unpacked into
# a cache, never installed. That is the one of engine qemu, from Debian itself where
# this system has no such package, such as Ubuntu; or with "uml" the one of engine
# uml, the newest one of a stable Debian that runs here: in older ones a process takes
# nearly twice as long to start. With --have it only says by its status whether that
# was done.
# Usage: guest-kernel.sh [uml] [--have]
set -eu
# What apt-cache prints is read here. What is unpacked is run by root, too, so
# nobody else may write it.
export LC_ALL=C
umask 022

# Of Debian, whatever this system's own sources are.
MIRROR=${DEBIAN_MIRROR:-http://deb.debian.org/debian}
KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg
SUITE=bookworm
UML_SUITES='trixie bookworm'

META=linux-image-amd64

die() {
	echo "guest-kernel: $*" >&2
	exit 1
}

# In vcan-run's order of looking, the first one that we may write.
cache_dir() {
	if [ "$(id -u)" = 0 ]; then
		echo /var/cache/vcan-run
	elif [ -n "${XDG_CACHE_HOME-}" ]; then
		echo "$XDG_CACHE_HOME/vcan-run"
	else
		echo "$HOME/.cache/vcan-run"
	fi
}

# here TOOL ARGUMENT... - apt-get or apt-cache, as it is
here() {
	"$@"
}

# debian TOOL ARGUMENT... - with Debian's sources, and nothing of this system's
debian() {
	tool=$1
	shift
	"$tool" -q -o Dir::Etc::sourcelist="$work/apt/sources.list" \
		-o Dir::Etc::sourceparts=/dev/null \
		-o Dir::Etc::preferences=/dev/null \
		-o Dir::Etc::preferencesparts=/dev/null \
		-o Dir::State="$work/apt" -o Dir::State::status="$work/apt/status" \
		-o Dir::Cache="$work/apt" -o APT::Architecture=amd64 \
		-o APT::Architectures::=amd64 -o APT::Sandbox::User=root \
		-o APT::Get::AllowUnauthenticated=false \
		-o Acquire::AllowInsecureRepositories=false "$@"
}

# Where packages come from.
from=here

# come_from_debian SUITE
come_from_debian() {
	[ -r "$KEYRING" ] ||
		die "$KEYRING is missing, without which nothing can be" \
			"trusted; install the package debian-archive-keyring"
	mkdir -p "$work/apt/lists/partial" "$work/apt/archives/partial"
	: >"$work/apt/status"
	echo "deb [signed-by=$KEYRING] $MIRROR $1 main" \
		>"$work/apt/sources.list"
	debian apt-get update && from=debian
}

# The meta package depends on the kernel of the day.
package_of_today() {
	"$from" apt-cache depends "$META" 2>/dev/null |
		sed -n 's/.*Depends: \(linux-image-[0-9].*\)$/\1/p' | head -n 1
}

# parts_of PACKAGE RELEASE - it, and what newer Debians have split off from it
parts_of() {
	{
		echo "$1"
		"$from" apt-cache depends "$1" |
			sed -n "s/.*Depends: \(linux-[a-z]*-$2\)\$/\1/p"
	} | sort -u
}

is_elf() {
	[ "$(head -c 4 "$1" | tail -c 3)" = ELF ]
}

# try_stream BZIMAGE OUT MAGIC COMMAND... - unpack the first stream of this
# kind that holds an ELF file. What follows a stream is not its business, which
# some programs call an error.
try_stream() {
	image=$1 out=$2 magic=$3
	shift 3
	offsets=$(LC_ALL=C grep -obUaP "$magic" "$image" | cut -d: -f1)
	for offset in $offsets; do
		tail -c +$((offset + 1)) "$image" | "$@" >"$out" 2>/dev/null || :
		if is_elf "$out"; then
			return 0
		fi
	done
	return 1
}

# QEMU starts the kernel inside at once; the loader around it would take
# seconds to unpack it, each time.
unpack_vmlinux() {
	try_stream "$1" "$2" '\xfd7zXZ\x00' xz -dc --single-stream ||
		try_stream "$1" "$2" '\x28\xb5\x2f\xfd' zstd -dc ||
		die "the kernel in $3 is packed in an unknown way;" \
			"take the package of another Debian release"
}

# The guest's first process loads modules as they are, before it has any tool.
unpack_modules() {
	find "$1" -name '*.ko.xz' -exec xz -d {} +
	find "$1" -name '*.ko.zst' -exec zstd -dq --rm {} +
}

fetch() {
	package=$(package_of_today)
	if [ -z "$package" ]; then
		[ "$(dpkg --print-architecture)" = amd64 ] ||
			die "the kernel for vcan-run --usb is one for amd64;" \
				"run this there"
		come_from_debian "$SUITE" ||
			die "the package lists of Debian $SUITE cannot be" \
				"fetched; read what apt-get said above"
		package=$(package_of_today)
	fi
	[ -n "$package" ] ||
		die "there is no package $META, neither here nor in" \
			"Debian $SUITE; look whether $MIRROR is whole"
	release=${package#linux-image-}
	# shellcheck disable=SC2046 # a package a word
	(cd "$work" && "$from" apt-get -q download \
		$(parts_of "$package" "$release")) ||
		die "$package cannot be downloaded; read what apt-get said above"
	mkdir "$work/deb" "$work/kernel"
	for deb in "$work"/linux-*.deb; do
		dpkg-deb -x "$deb" "$work/deb"
	done
	vmlinuz=$(find "$work/deb" -type f -name 'vmlinuz*')
	[ -n "$vmlinuz" ] ||
		die "there is no kernel in $package; take the package of" \
			"another Debian release"
	unpack_vmlinux "$vmlinuz" "$work/kernel/vmlinux" "$package"
	rm "$vmlinuz"
	# Debian's lib has become usr/lib
	for lib in "$work/deb/lib" "$work/deb/usr/lib"; do
		if [ -d "$lib/modules" ]; then
			mkdir "$work/kernel/lib"
			mv "$lib/modules" "$work/kernel/lib/modules"
			break
		fi
	done
	unpack_modules "$work/kernel/lib/modules"
	PATH=$PATH:/usr/sbin:/sbin depmod -b "$work/kernel" "$release"
}

# unpack PACKAGE - into $work/deb
unpack() {
	(cd "$work" && debian apt-get download "$1") &&
		dpkg-deb -x "$work/$1"_*.deb "$work/deb"
}

# bring_libc - that of the kernel's own suite, where this system's is too old for it.
# Started by its loader a kernel says its version, but does not find its memory.
bring_libc() {
	loader=ld-linux-x86-64.so.2
	command -v patchelf >/dev/null && unpack libc6 &&
		find "$work/deb" -type f \( -name "$loader" -o -name libc.so.6 \) \
			-exec mv -t "$work/uml/lib" {} + &&
		"$work/uml/lib/$loader" --library-path "$work/uml/lib" \
			"$work/uml/linux.uml" --version &&
		patchelf --set-interpreter "$cache/uml/lib/$loader" \
			--set-rpath "$cache/uml/lib" "$work/uml/linux.uml"
}

# take_uml SUITE - its kernel, if it can be had, and runs here
take_uml() {
	rm -rf "$work/deb" "$work/uml" "$work"/*.deb
	mkdir -p "$work/uml/lib"
	come_from_debian "$1" && unpack user-mode-linux &&
		mv "$work/deb/usr/bin/linux.uml" "$work/uml" &&
		mv "$work/deb/usr/lib/uml/modules" "$work/uml/lib/modules" || return
	"$work/uml/linux.uml" --version >/dev/null 2>&1 || bring_libc
}

fetch_uml() {
	for suite in $UML_SUITES; do
		if take_uml "$suite"; then
			release=$(ls "$work/uml/lib/modules")
			return
		fi
	done
	die "no user-mode-linux of Debian ($UML_SUITES) can be downloaded and" \
		"started here; read what apt-get said above, or install" \
		"patchelf if this system's libc is too old for them"
}

cache=$(cache_dir)
what=kernel get=fetch
if [ "${1-}" = uml ]; then
	what=uml get=fetch_uml
	shift
fi
case ${1-} in
'') ;;
--have)
	[ -e "$cache/$what/release" ]
	exit ;;
*)
	echo "guest-kernel: '$1' is not known; use uml, --have or nothing" >&2
	exit 2 ;;
esac
mkdir -p "$cache"
# in the cache, so that the last step is a mere change of names
work=$(mktemp -d "$cache/new.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
"$get"
echo "$release" >"$work/$what/release"
rm -rf "${cache:?}/$what"
chmod -R go+rX,go-w "$work/$what"
mv -T "$work/$what" "$cache/$what"
echo "guest-kernel: $release is in $cache/$what"
