#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
# What is installed works without the source tree, and a fresh clone builds.
bats_require_minimum_version 1.5.0

setup_file() {
	export ROOT DEST
	ROOT=$(realpath "$BATS_TEST_DIRNAME/../../..")
	DEST=$BATS_FILE_TMPDIR/dest
	make -C "$ROOT" -s install DESTDIR="$DEST" PREFIX=/opt/kcan \
		>"$BATS_FILE_TMPDIR/install.log" 2>&1
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	PATH=$DEST/opt/kcan/bin:$PATH
	export PKG_CONFIG_PATH=$DEST/opt/kcan/lib/pkgconfig
	export PKG_CONFIG_SYSROOT_DIR=$DEST
}

@test "nothing is installed outside DESTDIR and PREFIX" {
	run find "$DEST" -mindepth 1 -maxdepth 2
	[ "$(xargs -n 1 <<<"$output" | sort | xargs)" = \
		"$DEST/opt $DEST/opt/kcan" ]
}

@test "the files that a package would ship" {
	run find "$DEST/opt/kcan" -type f -o -type l
	for f in bin/canbootreq bin/canmcu bin/katflash bin/serialbootreq bin/vcan-run \
		lib/libkcan.a \
		lib/libkcan.so lib/libkcan.so.0 lib/pkgconfig/kcan.pc \
		include/kcan/{admin,bootreq,bus,chip,decls,flash,image,kat}.h \
		include/kcan/{klp,link,outcome,serialreq,stream,uuid,version}.h \
		share/man/man1/canbootreq.1 share/man/man1/canmcu.1 \
		share/man/man1/canmcu-image.1 share/man/man1/katflash.1 \
		share/man/man1/serialbootreq.1 share/man/man1/vcan-run.1; do
		[[ $output == *"/opt/kcan/$f"* ]]
	done
	run ls "$DEST/opt/kcan/include/kcan"
	[ "${#lines[@]}" -eq 15 ]
}

@test "uninstall takes all of it away, and nothing else" {
	cp -a "$DEST" dest
	touch dest/opt/kcan/{bin,lib,include,share/man/man1}/of-another
	make -C "$ROOT" -s uninstall DESTDIR="$PWD/dest" PREFIX=/opt/kcan
	run -0 find dest ! -type d -printf '%P\n'
	[ "$(sort <<<"$output" | xargs)" = "opt/kcan/bin/of-another\
 opt/kcan/include/of-another opt/kcan/lib/of-another\
 opt/kcan/share/man/man1/of-another" ]
	[ ! -e dest/opt/kcan/include/kcan ]
}

@test "a folder with a blank in its name is refused, and nothing taken away" {
	local folder

	mkdir -p my/include/kcan my/share/kcan
	for folder in PREFIX DESTDIR BINDIR LIBDIR INCDIR MANDIR DATADIR KCANDIR \
		BASHDIR FISHDIR ZSHDIR; do
		run -2 make -C "$ROOT" -s uninstall "$folder=$PWD/my tools"
		[[ $output == *"*** $folder has a blank in it, and no folder can be\
 named so here: choose another."* ]]
	done
	[ -e my/include/kcan ] && [ -e my/share/kcan ]
}

@test "the installed programs make the exchange, far from the source tree" {
	cp "$ROOT/docs/ci/can.sh" .
	run --separate-stderr vcan-run -- sh ./can.sh
	echo "$output $stderr"
	[ "$status" -eq 0 ]
	[[ $output == *'"outcome":"in-bootloader"'* ]]
}

# dlopen_notes PROGRAM - a line for each library of its ELF notes
dlopen_notes() {
	: >notes
	objcopy --dump-section .note.dlopen=notes "$(command -v "$1")" \
		/dev/null 2>objcopy.log || return 0
	python3 - <<-'END'
		import json, struct
		data = open("notes", "rb").read()
		while data:
		    owner, text, kind = struct.unpack_from("=III", data)
		    assert (data[12:12 + owner], kind) == (b"FDO\0", 0x407c0c0a)
		    at = 12 + owner
		    for row in json.loads(data[at:at + text].rstrip(b"\0")):
		        assert row["description"]
		        print(row["feature"], row["priority"], *row["soname"])
		    data = data[at + (text + 3) // 4 * 4:]
	END
}

@test "what the programs load at need is in their ELF notes" {
	run -0 dlopen_notes canbootreq
	[ "$(sort <<<"$output")" = "dictionary suggested libjansson.so.4
dictionary suggested libz.so.1
json recommended libjansson.so.4" ]
	run -0 dlopen_notes serialbootreq
	[ "$output" = "json recommended libjansson.so.4" ]
	for program in canmcu vcan-run; do
		run -0 dlopen_notes "$program"
		[ -z "$output" ]
	done
}

# package PROGRAM - where the build of a package would have it
package() {
	mkdir -p debian/canbootreq/usr/bin
	cp "$1" debian/canbootreq/usr/bin
}

@test "and so in what the packages depend on" {
	command -v dpkg-architecture >/dev/null || skip "there is no dpkg-dev"
	package "$DEST/opt/kcan/bin/canbootreq"
	package "$DEST/opt/kcan/bin/vcan-run"
	"$ROOT/debian/dlopenlibdeps"
	run -0 sort debian/canbootreq.substvars
	[ "${lines[0]}" = dlopen:Depends= ]
	[[ ${lines[1]} == dlopen:Recommends=libjansson4* ]]
	[ "${lines[2]}" = "dlopen:Suggests=libjansson4, zlib1g" ]
}

@test "a library that no package has ends their build" {
	command -v dpkg-architecture >/dev/null || skip "there is no dpkg-dev"
	cc -I"$ROOT/lib" -o loads -x c - <<-'END'
		#include "util/loader.h"
		static const struct util_symbol some[1];
		UTIL_LIBRARY(library, some, "a", "b", "required", "libno-such.so.9");
		int main(void) { return library.len != 1; }
	END
	package loads
	run ! "$ROOT/debian/dlopenlibdeps"
	[ "${lines[-1]}" = "dlopenlibdeps: no package has libno-such.so.9;\
 Build-Depends lacks it" ]
}

# It gets as far as to start QEMU, which ends at once here.
@test "the installed vcan-run finds the guest's kernel" {
	[ "$(uname -m)" = x86_64 ] || skip "the guest with USB is for x86-64 only"
	VCAN_RUN_QEMU=/bin/true run -125 vcan-run --usb true
	[[ $output == *"the guest ended before it could start the command"* ]]
}

# What is C as well as C++, with every header there is.
program() {
	(cd "$DEST/opt/kcan/include" && printf '#include <%s>\n' kcan/*.h)
	cat <<-'END'
		#include <stdio.h>
		int main(void)
		{
			/* can-admin-channel.md, section 10.3 */
			const unsigned char id[] = { 0x3d, 0x00, 0x52, 0x00, 0x14, 0x50,
						     0x42, 0x55, 0x39, 0x38, 0x39, 0x20 };
			struct kcan_kat_block connect = { KCAN_KAT_CONNECT, 0, NULL };
			unsigned char block[KCAN_KAT_MAX];
			char text[KCAN_UUID_STR_LEN + 1];
			struct kcan_uuid uuid;

			kcan_uuid_from_chip_id(&uuid, id, sizeof(id));
			kcan_uuid_format(&uuid, text);
			printf("%s %d %s\n", text, kcan_kat_encode(block, &connect),
			       kcan_bootreq_verdict_name(KCAN_BOOTREQ_WRONG_UUID));
			return 0;
		}
	END
}

# builds SUFFIX FLAG COMPILER... - against the installed library, and it runs
builds() {
	local source=program.$1 flag=$2

	shift 2
	program >"$source"
	# shellcheck disable=SC2046,SC2086 # words on purpose
	"$@" -Wall -Wextra -pedantic -Werror $flag -o program "$source" \
		$(pkg-config --cflags --libs kcan)
	[ "$(LD_LIBRARY_PATH=$DEST/opt/kcan/lib ./program)" = \
		"154aab036e6a 8 wrong-uuid" ]
}

@test "a C program builds with pkg-config against the shared library" {
	builds c "" cc -std=c11
	ldd program | grep -q libkcan.so.0
}

@test "and against the static one" {
	builds c -static cc -std=c11
	run ! ldd program
}

@test "a C++ program, too" {
	for compiler in clang++ g++; do
		[ "$compiler" = clang++ ] || command -v "$compiler" || continue
		builds cc "" "$compiler" -std=c++11
		ldd program | grep -q libkcan.so.0
		builds cc -static "$compiler" -std=c++11
	done
}

@test "library, headers and pkg-config have one version" {
	cat >version.c <<-'END'
		#include <kcan/version.h>
		#include <stdio.h>
		int main(void) { return puts(kcan_version()) < 0 || puts(KCAN_VERSION) < 0; }
	END
	# shellcheck disable=SC2046 # words on purpose
	cc -o version version.c $(pkg-config --cflags --libs kcan)
	run -0 env LD_LIBRARY_PATH="$DEST/opt/kcan/lib" ./version
	version=$(pkg-config --modversion kcan)
	[ "$output" = "$version"$'\n'"$version" ]
}

@test "the example builds as its first comment says" {
	cp "$ROOT/examples/enter.c" .
	command=$(sed -nE '2s,^/\* (cc [^;]*);.*,\1,p' enter.c)
	[ -n "$command" ]
	eval "$command"
	LD_LIBRARY_PATH=$DEST/opt/kcan/lib run -2 ./enter
	[ "$output" = "usage: enter INTERFACE UUID" ]
}

# visible LIBRARY [-D] - the names that it has for others
visible() {
	nm --defined-only -g "${@:2}" "$DEST/opt/kcan/lib/$1" |
		awk 'NF == 3 && $2 != "A" { sub(/@.*/, "", $3); print $3 }' | sort
}

@test "both libraries show the functions of the headers, and no other name" {
	visible libkcan.a >static
	visible libkcan.so -D >shared
	diff static shared
	run -0 grep -c '^kcan_' shared
	[ "$output" -gt 50 ]
	run ! grep -v '^kcan_' shared
	while read -r name; do
		grep -rqE "\<$name\(" "$DEST/opt/kcan/include/kcan" || {
			echo "no header declares $name"
			return 1
		}
	done <shared
}

# These are names inside the library, too.
@test "a program may call its own functions what it likes" {
	program >program.c
	cat >>program.c <<-'END'
		int util_crc16(void) { return 1; }
		int util_hex_decode(void) { return 2; }
		int rtnl_open(void) { return 3; }
		int bootreq_go(void) { return 4; }
	END
	# shellcheck disable=SC2046 # words on purpose
	cc -static -Wl,--whole-archive -o program program.c \
		$(pkg-config --static --cflags --libs kcan) \
		-Wl,--no-whole-archive
	[[ $(./program) == 154aab036e6a* ]]
}

@test "no file of the project names a path of the machine it was built on" {
	run grep -rlF "$ROOT" "$DEST/opt/kcan/share" "$DEST/opt/kcan/include" \
		"$DEST/opt/kcan/lib/pkgconfig"
	[ "$status" -eq 1 ]
}
