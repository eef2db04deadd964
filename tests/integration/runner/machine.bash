# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
# shellcheck shell=bash
# A made-up machine, for the scripts that look at one, and get what it lacks.

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

# A loader, with what looks like a stream but is none, then a kernel, then more.
bzimage() {
	printf 'loader \xfd7zXZ\x00 \x28\xb5\x2f\xfd'
	printf '\177ELF kernel' | "$@"
	printf 'more behind it'
}

guest_kernel() {
	PATH=$DIR/bin "$ROOT/scripts/guest-kernel.sh" "$@"
}

has_debians_keyring() {
	[ -r /usr/share/keyrings/debian-archive-keyring.gpg ] ||
		skip "Debian's keyring is not here"
}
