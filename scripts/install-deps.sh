#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
# Install what is missing to build the programs for printers (host), to build and
# show all (demo), to do so with USB on a machine that has none (usb), to test what
# needs no bus (test), or to test all (check).
# Idempotent: with nothing missing it does nothing and asks for nothing.
set -eu
# what apt-cache prints is read here
export LC_ALL=C

# One requirement a line: packages of which one is enough; the first is the
# one that gets installed.
host_packages='
gcc clang
make
libc6-dev
libjansson-dev
zlib1g-dev
'
sim_packages=libsystemd-dev
test_packages='
libcmocka-dev
clang
'
demo_packages='
can-utils
iproute2
'
# What vcan-run --usb needs, besides a kernel: scripts/guest-kernel.sh
usb_packages='
qemu-system-x86
udev
kmod
xz-utils
zstd
usbutils
usbip
dfu-util
'
check_packages='
bats
pkg-config pkgconf
clang-format
clang-tidy
shellcheck
mandoc
bsdextrautils bsdmainutils
jq
socat
picocom
procps
python3
python3-can
python3-jsonschema
python3-serial
valgrind
universal-ctags
tshark
git
dpkg-dev
zsh
fish
'

usage() {
	cat <<'EOF'
Usage: install-deps.sh [--list] host|demo|usb|test|check
Install the packages that are missing for
  host   make host: canbootreq, serialbootreq and katflash
  demo   make, and make demo
  usb    that, and vcan-run --usb
  test   make test
  check  make check: all tests
The kernel that vcan-run --usb starts, and User-Mode Linux where this system has
no package of it (or, for check, an old one), are downloaded and unpacked into a
cache, not installed. With --list only print what is missing.
Exit status: 0 nothing is missing any more, 1 something is, 2 usage.
EOF
}

die() {
	echo "install-deps: $*" >&2
	exit 1
}

installed() {
	state=$(dpkg-query -W -f '${db:Status-Status}\n' "$1" 2>/dev/null) &&
		[ "${state%%
*}" = installed ]
}

on_x86() {
	case $(dpkg --print-architecture 2>/dev/null || uname -m) in
	amd64 | i386 | x86_64 | i686) return 0 ;;
	esac
	return 1
}

# The guest of vcan-run --usb runs this machine's programs.
on_amd64() {
	case $(dpkg --print-architecture 2>/dev/null || uname -m) in
	amd64 | x86_64) return 0 ;;
	esac
	return 1
}

# What vcan-run's first engine needs: the module, and a network namespace, which
# some kernels give to root only.
host_engine_works() {
	{ [ -d /sys/module/vcan ] || modinfo vcan >/dev/null 2>&1; } &&
		{ unshare -n true || unshare -rn true; } 2>/dev/null
}

has_clang_runtime() {
	command -v clang >/dev/null || return 1
	find "$(clang -print-resource-dir)/lib/" -name 'libclang_rt.fuzzer*' |
		grep -q .
}

# of a name that other packages only refer to, apt-cache shows nothing
is_listed() {
	apt-cache show "$1" 2>/dev/null | grep -q '^Package:'
}

# The run time of the sanitizers and of libFuzzer comes apart from clang, in a
# package named after clang's version; in older releases it has another name.
clang_runtime_package() {
	version=$(clang -dumpversion 2>/dev/null ||
		apt-cache depends clang 2>/dev/null |
		sed -n 's/.*Depends: clang-\([0-9]*\)$/\1/p')
	version=${version%%.*}
	if is_listed "libclang-rt-$version-dev"; then
		echo "libclang-rt-$version-dev"
	elif [ -n "$version" ]; then
		echo "libclang-common-$version-dev"
	else
		echo libclang-rt-dev
	fi
}

# Some releases lack it: then all else is still worth installing. Without
# package lists (make is in all of them) that is not known yet.
exists() {
	! is_listed make || is_listed "$1"
}

# with_guest SET - there may be a guest with USB in it
with_guest() {
	case $1 in
	usb | check) on_amd64 ;;
	*) return 1 ;;
	esac
}

# wants_uml SET - vcan-run is to start, and needs a kernel for that
wants_uml() {
	case $1 in
	host | test) return 1 ;;
	check) on_x86 ;;
	*) on_x86 && ! host_engine_works ;;
	esac
}

# has_slow_uml - this system's is older than Linux 6.12, so tests on a bus take half as
# long again
has_slow_uml() {
	version=$(apt-cache show user-mode-linux 2>/dev/null |
		sed -n '/^Version: /{s///;p;q;}')
	[ -n "$version" ] && dpkg --compare-versions "$version" lt 6.12
}

# say_slow_uml - or fail, if it has none
say_slow_uml() {
	has_slow_uml &&
		echo "install-deps: user-mode-linux of this system is used," \
			"with which the tests take longer" >&2
}

# wants_debians_uml SET - into the cache, by guest-kernel.sh
wants_debians_uml() {
	on_amd64 && wants_uml "$1" &&
		{ ! exists user-mode-linux ||
			{ [ "$1" = check ] && has_slow_uml; }; }
}

# wants_debian SET - a kernel comes from Debian, by guest-kernel.sh
wants_debian() {
	wants_debians_uml "$1" ||
		{ with_guest "$1" && ! exists linux-image-amd64; }
}

needs() {
	echo "$host_packages"
	[ "$1" != host ] || return 0
	echo "$sim_packages"
	if [ "$1" = test ] || [ "$1" = check ]; then
		echo "$test_packages"
		has_clang_runtime || clang_runtime_package
	fi
	[ "$1" != test ] || return 0
	echo "$demo_packages"
	[ "$1" != check ] || echo "$check_packages"
	if wants_uml "$1" && exists user-mode-linux; then
		echo user-mode-linux
	fi
	! wants_debian "$1" || echo debian-archive-keyring
	if wants_debians_uml "$1" && exists patchelf; then
		echo patchelf
	fi
	! with_guest "$1" || for package in $usb_packages; do
		! exists "$package" || echo "$package"
	done
}

# say_left_out SET - what Ubuntu, for one, has no package of (usbip)
say_left_out() {
	with_guest "$1" || return 0
	for package in $usb_packages; do
		exists "$package" ||
			echo "install-deps: there is no package $package here;" \
				"what needs it does not work" >&2
	done
}

any_installed() {
	for package; do
		if installed "$package"; then
			return 0
		fi
	done
	return 1
}

missing() {
	needs "$1" | while read -r line; do
		# shellcheck disable=SC2086 # alternatives are words
		[ -z "$line" ] || any_installed $line || echo "${line%% *}"
	done
}

guest_kernel() {
	"$(dirname "$0")/guest-kernel.sh" "$@"
}

# kernels_missing SET - packages that are to be unpacked into the cache
kernels_missing() {
	if wants_debians_uml "$1" && ! guest_kernel uml --have; then
		echo user-mode-linux
	fi
	if with_guest "$1" && ! guest_kernel --have; then
		echo linux-image-amd64
	fi
}

fetch_kernels() {
	for kernel in $(kernels_missing "$1"); do
		case $kernel in
		linux-*) guest_kernel ;;
		*) guest_kernel uml || say_slow_uml ;;
		esac
	done
}

root() {
	if [ "$(id -u)" = 0 ]; then
		"$@"
	elif command -v sudo >/dev/null; then
		sudo -- "$@"
	else
		die "root is needed and there is no sudo;" \
			"run this as root: $*"
	fi
}

update_lists() {
	root apt-get -q update ||
		die "the package lists cannot be fetched;" \
			"check the network and the package sources"
}

install_missing() {
	todo=$(missing "$1" | tr '\n' ' ')
	[ -n "$todo" ] || return 0
	# shellcheck disable=SC2086 # package names are words
	root env DEBIAN_FRONTEND=noninteractive apt-get -q -y \
		install --no-install-recommends $todo ||
		die "these packages cannot be installed: $todo;" \
			"read what apt-get said above"
	todo=$(missing "$1" | tr '\n' ' ')
	[ -z "$todo" ] || die "still missing after the installation: $todo;" \
		"install it by hand"
}

other_distribution() {
	echo "install-deps: this is not Debian or Ubuntu;" \
		"install what these Debian packages hold:" >&2
	needs "$1" | sed -e '/^$/d' -e 's/ .*//' -e 's/^/  /' >&2
	exit 1
}

list=
if [ "${1-}" = --list ]; then
	list=1
	shift
fi
case ${1-} in
-h | --help)
	usage
	exit 0 ;;
host | demo | usb | test | check) ;;
*)
	echo "install-deps: host, demo, usb, test or check was expected, not" \
		"'${1-}';" \
		"see 'install-deps.sh --help'" >&2
	exit 2 ;;
esac
if [ $# -gt 1 ]; then
	echo "install-deps: one set was expected, not '$*';" \
		"see 'install-deps.sh --help'" >&2
	exit 2
fi
if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
	other_distribution "$1"
fi
todo=$(missing "$1")
if [ -n "$list" ]; then
	kernels=$(kernels_missing "$1" | sed 's/$/ (downloaded, not installed)/')
	todo="$todo${todo:+${kernels:+
}}$kernels"
	[ -z "$todo" ] || echo "$todo"
	[ -z "$todo" ]
	exit
fi
if [ -z "$todo$(kernels_missing "$1")" ]; then
	exit 0
fi
# all is asked again: only now is it known which packages there are
update_lists
say_left_out "$1"
install_missing "$1"
fetch_kernels "$1"
