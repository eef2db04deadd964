#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
# install-deps.sh on a made-up Debian.

# Single quotes are for the shell that is made up; each test is a subshell.
# shellcheck disable=SC2016,SC2030,SC2031,SC2154

load helper
load machine

install_deps() {
	PATH=$DIR/bin "$ROOT/scripts/install-deps.sh" "$@"
}

@test "install-deps: the guest's kernel is fetched when it alone is missing" {
	kernel_machine < <(bzimage xz -c)
	fake dpkg-query 'echo installed'
	run -1 install_deps --list usb
	[ "$output" = "linux-image-amd64 (downloaded, not installed)" ]
	run -0 install_deps usb
	run -0 grep -h '^apt-get' calls
	[ "${lines[0]}" = "apt-get -q update" ]
	[ "${lines[1]}" = "apt-get -q download linux-image-1.2.3-amd64" ]
	[ "${#lines[@]}" = 2 ]
	run -0 install_deps --list usb
}

@test "install-deps: packages that there are none of are left out, and said" {
	debian_machine
	fake apt-cache '[ "$1 $2" != "show usbip" ] || exit 100; echo "Package: $2"'
	run -1 install_deps --list usb
	[[ $output == *usbutils* && $output != *usbip* ]]
	run -0 install_deps usb
	[[ $output == *"there is no package usbip here; what needs it does not work"* ]]
	grep -qx usbutils have
	run -1 grep -x usbip have
	run -0 install_deps --list usb
}

@test "install-deps: usb is a failure where there is no kernel for the guest" {
	has_debians_keyring
	kernel_machine < <(printf unused)
	fake dpkg-query 'echo installed'
	fake apt-cache 'case $* in *linux-image-amd64) exit 100 ;; esac
		echo "Package: $2"'
	run -1 install_deps usb
	[[ $output == *"there is no package linux-image-amd64, neither here nor"* ]]
	run -1 install_deps --list usb
	run -0 install_deps --list demo
	fake dpkg-query 'exit 1'
	run -1 install_deps --list usb
	grep -qx debian-archive-keyring <<<"$output"
}

# as apt-cache prints it to somebody who reads German
german() {
	fake apt-cache "[ \"\${LC_ALL-}\" = C ] || {
		echo '  Hängt ab von: $1'
		exit
	}
	echo '  Depends: $1'
	echo 'Package: $1'"
}

@test "what apt-cache prints is read in English, whatever the caller reads" {
	kernel_machine < <(bzimage xz -c)
	german linux-image-1.2.3-amd64
	LC_ALL=de_DE.UTF-8 run -0 guest_kernel
	german clang-14
	LC_ALL=de_DE.UTF-8 run -1 install_deps --list test
	[[ $output == *libclang-rt-14-dev* ]]
}

@test "install-deps: usb and check want QEMU, on amd64 only" {
	debian_machine
	run -1 install_deps --list demo
	[[ $output != *qemu* ]]
	run -1 install_deps --list usb
	[[ $output == *qemu-system-x86*udev* && $output != *bats* ]]
	run -1 install_deps --list check
	[[ $output == *bats*qemu-system-x86* ]]
	fake dpkg 'echo arm64'
	run -1 install_deps --list check
	[[ $output == *bats* && $output != *qemu* ]]
}

@test "install-deps: another distribution gets the list and a failure" {
	bare_machine
	run -1 install_deps demo
	[[ ${lines[0]} == *"this is not Debian or Ubuntu; install what"* ]]
	[[ $output == *libjansson-dev* && $output != *libcmocka-dev* ]]
	run -1 install_deps check
	[[ $output == *libjansson-dev* && $output == *libcmocka-dev* ]]
}

@test "install-deps: only what is missing, lists first, through sudo" {
	debian_machine
	printf '%s\n' clang make libc6-dev can-utils iproute2 \
		libsystemd-dev zlib1g-dev >have
	run -0 install_deps demo
	run -0 grep -h '^sudo\|^apt-get' calls
	[ "${lines[0]}" = "sudo -- apt-get -q update" ]
	[ "${lines[1]}" = "apt-get -q update" ]
	[ "${lines[3]}" = "apt-get -q -y install --no-install-recommends \
libjansson-dev user-mode-linux" ]
}

@test "install-deps: host is what the printer's programs are built with" {
	debian_machine
	run -1 install_deps --list host
	[ "$(xargs <<<"$output")" = \
		"gcc make libc6-dev libjansson-dev zlib1g-dev" ]
	run -0 install_deps host
	[ "$(grep -vx install have | sort | xargs)" = \
		"gcc libc6-dev libjansson-dev make zlib1g-dev" ]
	run -0 install_deps --list host
}

@test "install-deps: test wants no guest, no bus and no bats" {
	debian_machine
	run -1 install_deps --list test
	[ "$(xargs <<<"$output")" = "gcc make libc6-dev libjansson-dev\
 zlib1g-dev libsystemd-dev libcmocka-dev clang libclang-rt-14-dev" ]
}

@test "install-deps: with nothing missing nothing is called" {
	debian_machine
	run -0 install_deps check
	: >calls
	run -0 install_deps check
	[ -z "$output" ]
	run -1 grep '^sudo\|^apt-get' calls
}

@test "install-deps: check wants clang's run time by its version" {
	debian_machine
	run -1 install_deps --list check
	[[ $output == *libclang-rt-14-dev* && $output == *user-mode-linux* ]]
}

@test "install-deps: no UML where it does not exist or is not needed" {
	debian_machine
	fake dpkg 'echo arm64'
	run -1 install_deps --list check
	[[ $output != *user-mode-linux* ]]
	fake dpkg 'echo amd64'
	fake modinfo
	fake unshare
	run -1 install_deps --list demo
	[[ $output != *user-mode-linux* ]]
}

@test "install-deps: UML is unpacked where the system has no package of it" {
	debian_machine
	# of a name that is only referred to, nothing, and no failure: as on Ubuntu
	fake apt-cache '[ "$2" = user-mode-linux ] || echo "Package: $2"'
	run -1 install_deps --list demo
	[[ $output == *$'\ndebian-archive-keyring\n'* ]]
	[ "${lines[-1]}" = "user-mode-linux (downloaded, not installed)" ]
	mkdir -p cache/vcan-run/uml
	: >cache/vcan-run/uml/release
	run -1 install_deps --list demo
	[[ $output != *user-mode-linux* ]]
	run -1 install_deps --list host
	[[ $output != *archive-keyring* ]]
}

# uml_of VERSION - the system's package has that
uml_of() {
	fake apt-cache "[ \"\$2\" != user-mode-linux ] || echo 'Version: $1'
		echo \"Package: \$2\""
	fake dpkg "[ \$1 = --print-architecture ] && echo amd64 ||
		$(command -v dpkg) \"\$@\""
}

@test "install-deps: tests have a newer UML where the system's is slow" {
	debian_machine
	uml_of 6.1um4+b13
	run -1 install_deps --list check
	[[ $output == *$'\nuser-mode-linux\n'* ]]
	[[ $output == *$'\npatchelf\n'* ]]
	[ "${lines[-1]}" = "user-mode-linux (downloaded, not installed)" ]
	run -1 install_deps --list demo
	[[ $output == *user-mode-linux ]]
	[[ $output != *downloaded* ]]
	uml_of 6.12um1+b22
	run -1 install_deps --list check
	[[ $output != *downloaded* ]]
}

@test "install-deps: tests do without a newer UML where it cannot be had" {
	debian_machine
	uml_of 6.1um4+b13
	fake mktemp 'exit 1'
	run -0 install_deps check
	[[ ${lines[-1]} == *"user-mode-linux of this system is used, with which"* ]]
}

@test "install-deps: UML where the kernel has vcan but no namespace for us" {
	debian_machine
	fake modinfo
	fake unshare 'exit 1'
	run -1 install_deps --list demo
	[[ $output == *user-mode-linux* ]]
}

@test "install-deps: without sudo it says what to run as root" {
	debian_machine
	rm bin/sudo
	run -1 install_deps demo
	[[ $output == *"root is needed and there is no sudo"* ]]
}

@test "install-deps: a package that is still missing is a failure" {
	debian_machine
	fake apt-get
	run -1 install_deps demo
	[[ $output == *"still missing after the installation: gcc make"* ]]
}

@test "install-deps: a wrong command line is 2" {
	run -2 "$ROOT/scripts/install-deps.sh"
	run -2 "$ROOT/scripts/install-deps.sh" everything
	[[ $output == *"host, demo, usb, test or check was expected, not 'everything'"* ]]
	run -2 "$ROOT/scripts/install-deps.sh" --list demo check
	[[ $output == *"one set was expected, not 'demo check'"* ]]
}
