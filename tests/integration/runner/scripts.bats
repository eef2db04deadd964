#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
# vcan-setup.sh in a guest and here; install-deps.sh with a made-up machine.

# Single quotes are for the shell that is made up; each test is a subshell.
# shellcheck disable=SC2016,SC2030,SC2031,SC2154

load helper

# fake NAME [BODY] - a command in $DIR/bin that logs its call, then does BODY
fake() {
	printf '#!/bin/sh\necho "%s $*" >>"%s/calls"\n%s\n' \
		"$1" "$DIR" "${2-}" >"bin/$1"
	chmod +x "bin/$1"
}

# A PATH with nothing but the basics, and what a test adds.
bare_machine() {
	local c

	mkdir bin
	: >calls
	for c in sh sed tr find grep cat env uname dirname; do
		ln -s "$(command -v "$c")" "bin/$c"
	done
	fake id 'echo 1000'
	fake modinfo 'exit 1'
}

# A Debian on which the packages named in ./have are installed; apt-get
# installs.
debian_machine() {
	bare_machine
	: >have
	fake dpkg 'echo amd64'
	fake dpkg-query "for p; do :; done
		grep -qx \"\$p\" $DIR/have && echo installed"
	fake apt-cache "case \$1 in
		show) [ \"\$2\" = libclang-rt--dev ] || echo \"Package: \$2\" ;;
		depends) echo '  Depends: clang-14' ;; esac"
	fake apt-get "[ \"\$2\" = update ] || for p; do
		case \$p in -*) ;; *) echo \$p >>$DIR/have ;; esac; done"
	fake sudo "shift; exec \"\$@\""
	export XDG_CACHE_HOME=$DIR/cache
	mkdir -p cache/vcan-run/kernel
	: >cache/vcan-run/kernel/release
}

# The same without a guest's kernel. Its package holds a vmlinuz, which is the
# standard input here, and a compressed module.
kernel_machine() {
	debian_machine
	rm -r cache
	for c in head tail cut sort mktemp mkdir mv rm chmod xz zstd; do
		ln -s "$(command -v "$c")" "bin/$c"
	done
	cat >vmlinuz
	echo module | xz >vcan.ko.xz
	fake apt-cache "echo '  Depends: linux-image-1.2.3-amd64'"
	fake apt-get "[ \$2 != download ] || : >linux-image-1.2.3-amd64_1.deb"
	fake dpkg-deb "mkdir -p \$3/boot \$3/lib/modules/1.2.3-amd64
		cat $DIR/vmlinuz >\$3/boot/vmlinuz-1.2.3-amd64
		cat $DIR/vcan.ko.xz >\$3/lib/modules/1.2.3-amd64/vcan.ko.xz"
	fake depmod ": >\$2/lib/modules/\$3/modules.dep"
}

guest_kernel() {
	PATH=$DIR/bin "$ROOT/scripts/guest-kernel.sh" "$@"
}

# A loader, with what looks like a stream but is none, then a kernel, then more.
bzimage() {
	printf 'loader \xfd7zXZ\x00 \x28\xb5\x2f\xfd'
	printf '\177ELF kernel' | "$@"
	printf 'more behind it'
}

@test "guest-kernel: the kernel is found in its loader, xz or zstd" {
	local packer

	for packer in xz zstd; do
		kernel_machine < <(bzimage "$packer" -c)
		run -1 guest_kernel --have
		run -0 guest_kernel
		[[ $output == *"1.2.3-amd64 is in $DIR/cache/vcan-run/kernel" ]]
		run -0 guest_kernel --have
		cd cache/vcan-run
		[ "$(ls)" = kernel ]
		[ "$(tr -d '\177' <kernel/vmlinux)" = "ELF kernel" ]
		[ "$(cat kernel/lib/modules/1.2.3-amd64/vcan.ko)" = module ]
		[ -e kernel/lib/modules/1.2.3-amd64/modules.dep ]
		cd "$DIR" && rm -r bin cache
	done
}

# as the kernel of Debian forky is packed, 7.2.12 of November 2026
@test "guest-kernel: a kernel and its modules in packages of their own" {
	kernel_machine < <(bzimage xz -c)
	fake apt-cache "echo '  Depends: linux-image-1.2.3-amd64'
		[ \$2 = linux-image-amd64 ] || printf '  Depends: %s\n' kmod \\
			linux-binary-1.2.3-amd64 linux-modules-1.2.3-amd64"
	fake apt-get "[ \$2 != download ] || for p; do : >\$p.deb; done"
	fake dpkg-deb "modules=\$3/usr/lib/modules/1.2.3-amd64
		mkdir -p \$modules
		case \$2 in
		*/linux-binary-1.2.3-amd64.deb)
			cat $DIR/vmlinuz >\$modules/vmlinuz ;;
		*/linux-modules-1.2.3-amd64.deb)
			cat $DIR/vcan.ko.xz >\$modules/vcan.ko.xz ;;
		esac"
	run -0 guest_kernel
	cd cache/vcan-run/kernel
	[ "$(tr -d '\177' <vmlinux)" = "ELF kernel" ]
	[ "$(cd lib/modules/1.2.3-amd64 && echo *)" = "modules.dep vcan.ko" ]
}

@test "guest-kernel: what fails is said, and leaves what was there" {
	kernel_machine < <(printf 'no kernel')
	run -1 guest_kernel
	[[ $output == *"linux-image-1.2.3-amd64 is packed in an unknown way"* ]]
	fake dpkg-deb
	run -1 guest_kernel
	[[ $output == *"there is no kernel in linux-image-1.2.3-amd64"* ]]
	fake apt-get 'exit 100'
	run -1 guest_kernel
	[[ $output == *"linux-image-1.2.3-amd64 cannot be downloaded"* ]]
	fake apt-cache
	mkdir cache/vcan-run/kernel
	run -1 guest_kernel
	[[ $output == *"the package lists of Debian bookworm cannot be fetched"* ]]
	fake apt-get
	run -1 guest_kernel
	[[ $output == *"there is no package linux-image-amd64, neither here nor"* ]]
	fake dpkg 'echo arm64'
	run -1 guest_kernel
	[[ $output == *"the kernel for vcan-run --usb is one for amd64"* ]]
	[ "$(ls cache/vcan-run)" = kernel ]
	run -2 guest_kernel --nonsense
}

has_debians_keyring() {
	[ -r /usr/share/keyrings/debian-archive-keyring.gpg ] ||
		skip "Debian's keyring is not here"
}

# as on Ubuntu
@test "guest-kernel: Debian's kernel where this system has none, signed" {
	has_debians_keyring
	kernel_machine < <(bzimage xz -c)
	fake apt-cache "case \$* in *AllowUnauthenticated=false*)
		echo '  Depends: linux-image-1.2.3-amd64' ;; esac"
	fake apt-get "case \" \$* \" in *' download '*)
		: >linux-image-1.2.3-amd64_1.deb ;; esac"
	run -0 guest_kernel
	[[ $output == *"1.2.3-amd64 is in $DIR/cache/vcan-run/kernel" ]]
	[ "$(grep -c '^apt-get' calls)" -eq 2 ]
	[ "$(grep -c '^apt-get.*AllowUnauthenticated=false' calls)" -eq 2 ]
	[ "$(ls cache/vcan-run)" = kernel ]
}

# Debian's packages of User-Mode Linux: the kernel of trixie and its libc say a
# version if this machine is said to have such a libc, that of bookworm always
uml_machine() {
	kernel_machine < <(printf unused)
	local c

	for c in cp ls; do
		ln -s "$(command -v "$c")" "bin/$c"
	done
	fake apt-get "case \" \$* \" in
		*' update '*) cp $DIR/cache/vcan-run/new.*/apt/sources.list $DIR ;;
		*' download '*) for p; do :; done; : >\${p}_1_amd64.deb ;; esac"
	fake dpkg-deb "mkdir -p \$3/usr/bin \$3/usr/lib/uml/modules \$3/usr/lib/x
		case \$2 in */libc6_*)
			cp $DIR/said \$3/usr/lib/x/ld-linux-x86-64.so.2
			: >\$3/usr/lib/x/libc.so.6
			exit ;;
		esac
		version=6.12.3 file=$DIR/trixie
		grep -q bookworm $DIR/sources.list && version=6.1.2 file=$DIR/said
		mkdir \$3/usr/lib/uml/modules/\$version
		cp \$file \$3/usr/bin/linux.uml"
	printf '#!/bin/sh\n[ "$*" = --version ]\n' >trixie
	printf '#!/bin/sh\nfor last; do :; done\n[ "$last" = --version ]\n' >said
	chmod +x trixie said
}

# with the libc of Debian 12, whose loader says what is missing, and fails
old_libc() {
	printf '#!/bin/sh\nexit 1\n' >trixie
}

@test "guest-kernel uml: Debian's package, signed or not at all" {
	has_debians_keyring
	uml_machine
	run -1 guest_kernel uml --have
	umask 002
	run -0 guest_kernel uml
	[[ $output == *"6.12.3 is in $DIR/cache/vcan-run/uml" ]]
	run -0 guest_kernel uml --have
	cmp trixie cache/vcan-run/uml/linux.uml
	[ "$(ls cache/vcan-run/uml/lib)" = modules ]
	[ -d cache/vcan-run/uml/lib/modules/6.12.3 ]
	[ "$(ls cache/vcan-run)" = uml ]
	grep -q '^deb \[signed-by=/usr/share/keyrings/debian-archive-.* trixie main' \
		sources.list
	[ "$(grep -c '^apt-get.*AllowUnauthenticated=false' calls)" -eq 2 ]
	[ "$(grep -c '^apt-get.*Dir::Etc::preferences=/dev/null' calls)" -eq 2 ]
	[ -z "$(find cache -perm /022 ! -type l)" ]
	fake apt-get 'case " $* " in *" download "*) exit 100 ;; esac'
	run -1 guest_kernel uml
	[[ $output == *"no user-mode-linux of Debian (trixie bookworm) can be\
 downloaded and started here"* ]]
	[ "$(ls cache/vcan-run)" = uml ]
}

@test "guest-kernel uml: an older one where the newer does not start" {
	has_debians_keyring
	uml_machine
	old_libc
	run -0 guest_kernel uml
	[[ $output == *"6.1.2 is in $DIR/cache/vcan-run/uml" ]]
	[ "$(cd cache/vcan-run/uml/lib && echo *)" = modules ]
	cmp said cache/vcan-run/uml/linux.uml
}

@test "guest-kernel uml: with patchelf the newer one has its own libc" {
	local lib=$DIR/cache/vcan-run/uml/lib

	has_debians_keyring
	uml_machine
	old_libc
	fake patchelf
	run -0 guest_kernel uml
	[[ $output == *"6.12.3 is in $DIR/cache/vcan-run/uml" ]]
	[ "$(cd "$lib" && echo *)" = \
		"ld-linux-x86-64.so.2 libc.so.6 modules" ]
	grep "^patchelf --set-interpreter $lib/ld-linux-x86-64.so.2 --set-rpath $lib\
 $DIR/cache/vcan-run/new.*/uml/linux.uml\$" calls
	# that libc, too, may not do here
	printf '#!/bin/sh\nfor last; do :; done\n[ "$last" = --version ] &&
		[ $# -eq 1 ]\n' >said
	run -0 guest_kernel uml
	[[ $output == *"6.1.2 is in $DIR/cache/vcan-run/uml" ]]
	[ "$(cd "$lib" && echo *)" = modules ]
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

install_deps() {
	PATH=$DIR/bin "$ROOT/scripts/install-deps.sh" "$@"
}

@test "vcan-setup: up twice, status, down twice" {
	run -0 "$VCAN_RUN" --engine uml -- sh -ec "
		s=$ROOT/scripts/vcan-setup.sh
		\$s up vcan1; \$s up vcan1; \$s status vcan1
		ip link set vcan1 down; ! \$s status vcan1
		\$s up vcan1; \$s status vcan1
		\$s down vcan1; \$s down vcan1; ! \$s status vcan1"
	[ "${lines[0]}" = "vcan1 is up" ]
	[[ ${lines[1]} == "vcan-setup: vcan1 is down; bring it up"* ]]
	[ "${lines[2]}" = "vcan1 is up" ]
	[[ ${lines[3]} == "vcan-setup: vcan1 does not exist; make it"* ]]
	[ "${#lines[@]}" = 4 ]
}

@test "vcan-setup: an interface of another kind is left alone" {
	run -1 "$VCAN_RUN" --engine uml -- "$ROOT/scripts/vcan-setup.sh" down lo
	[ "$output" = "vcan-setup: lo is not a vcan interface; choose another name" ]
}

@test "vcan-setup: a name with vcan in it does not make it one" {
	run -1 "$VCAN_RUN" --engine uml -- sh -ec "
		ip link add my-vcan type vxcan peer name peer
		$ROOT/scripts/vcan-setup.sh down my-vcan"
	[[ $output == *"my-vcan is not a vcan interface"* ]]
}

@test "vcan-setup: without the right it says so" {
	# a copy: where the project lies, nobody else may be let in
	cp "$ROOT/scripts/vcan-setup.sh" .
	run -1 "$VCAN_RUN" --engine uml -- setpriv --reuid 65534 \
		--bounding-set=-all ./vcan-setup.sh up vcan1
	[[ $output == *"no right to manage interfaces; run this as root"* ]]
}

# without_vcan MODPROBE-BODY - the script where ip knows no vcan
without_vcan() {
	mkdir bin
	fake ip 'case $* in *add*) echo "RTNETLINK answers: Operation not supported" >&2
		exit 2 ;; *) exit 1 ;; esac'
	fake uname 'echo 6.8.0-45-generic'
	fake modprobe "$1"
	PATH=$DIR/bin:$PATH run -1 "$ROOT/scripts/vcan-setup.sh" up vcan9
}

@test "vcan-setup: a kernel without vcan: its package, or vcan-run" {
	without_vcan 'exit 1'
	[ "$output" = "vcan-setup: the kernel 6.8.0-45-generic has no vcan, and\
 no module vcan was found; on Ubuntu install the package\
 linux-modules-extra-6.8.0-45-generic, elsewhere run 'vcan-run COMMAND',\
 which brings a kernel along" ]
}

@test "vcan-setup: a module that is there is to be loaded" {
	without_vcan 'exit 0'
	[ "$output" = "vcan-setup: the kernel 6.8.0-45-generic has not loaded\
 its module vcan; run 'modprobe vcan' as root, outside of any container" ]
	grep -qx 'modprobe -nq vcan' calls
}

@test "vcan-setup: a wrong command line is 2" {
	run -2 "$ROOT/scripts/vcan-setup.sh"
	run -2 "$ROOT/scripts/vcan-setup.sh" sideways
	[[ $output == *"'sideways' is not up, down or status"* ]]
	run -2 "$ROOT/scripts/vcan-setup.sh" up 'a b'
	run -2 "$ROOT/scripts/vcan-setup.sh" up vcan0 vcan1
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
