#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
# guest-kernel.sh on a made-up Debian.

# Single quotes are for the shell that is made up; each test is a subshell.
# shellcheck disable=SC2016,SC2030,SC2031,SC2154

load helper
load machine

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
		*' download '*) for p; do :; done
			: >\${p}_\$(grep -c trixie $DIR/sources.list)_amd64.deb ;; esac"
	fake dpkg-deb "[ \$# -eq 3 ] || exit
		mkdir -p \$3/usr/bin \$3/usr/lib/uml/modules \$3/usr/lib/x
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
