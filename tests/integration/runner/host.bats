#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
# make for a printer's host: the three programs alone, and what is said when
# something is not installed.

# shellcheck disable=SC2030,SC2031,SC2154 # each test is a subshell; set by run
bats_require_minimum_version 1.5.0

setup() {
	ROOT=$(realpath "$BATS_TEST_DIRNAME/../../..")
	cd "$BATS_TEST_TMPDIR" || return 1
	# the jobs of whoever calls this are not those of the make in here
	unset MAKEFLAGS MFLAGS MAKELEVEL
}

@test "install-host: three programs, pages, completions, and nothing else" {
	umask 077
	make -C "$ROOT" -s install-host DESTDIR="$PWD/dest" PREFIX=/opt/kcan
	run -0 find dest -type f -printf '%m %P\n'
	[ "$(LC_ALL=C sort -k2 <<<"$output")" = "755 opt/kcan/bin/canbootreq
755 opt/kcan/bin/katflash
755 opt/kcan/bin/serialbootreq
644 opt/kcan/share/bash-completion/completions/canbootreq
644 opt/kcan/share/bash-completion/completions/katflash
644 opt/kcan/share/bash-completion/completions/serialbootreq
644 opt/kcan/share/fish/vendor_completions.d/canbootreq.fish
644 opt/kcan/share/fish/vendor_completions.d/katflash.fish
644 opt/kcan/share/fish/vendor_completions.d/serialbootreq.fish
755 opt/kcan/share/kcan/candidates
644 opt/kcan/share/man/man1/canbootreq.1
644 opt/kcan/share/man/man1/katflash.1
644 opt/kcan/share/man/man1/serialbootreq.1
644 opt/kcan/share/zsh/site-functions/_canbootreq
644 opt/kcan/share/zsh/site-functions/_katflash
644 opt/kcan/share/zsh/site-functions/_serialbootreq" ]
	dest/opt/kcan/bin/canbootreq --dry-run -u 41f905f55004
}

# what they link with is on every Debian, or comes with its one package
@test "the three need libc, jansson and zlib to start" {
	make -C "$ROOT" -s install-host DESTDIR="$PWD/dest" PREFIX=/opt/kcan
	run -0 objdump -p dest/opt/kcan/bin/*
	[ "$(awk '$1 == "NEEDED" && $2 !~ /^lib(c|m|dl)\.so/ { print $2 }' \
		<<<"$output" | sort -u | xargs)" = "libjansson.so.4 libz.so.1" ]
}

# without HEADER... - $CC finds all headers but these
without() {
	local tree

	mkdir -p headers
	for tree in /usr/include /usr/include/"$(cc -print-multiarch)"; do
		[ ! -d "$tree" ] || cp -rsn "$tree/." headers
	done
	(cd headers && rm -- "$@")
	CC="cc -nostdinc -isystem $(cc -print-file-name=include) \
-isystem $PWD/headers"
}

# build TARGET... - in a folder of its own, and it fails; sets output, lines
build() {
	run make -C "$ROOT" -j2 B="$BATS_TEST_TMPDIR/build" CC="$CC" "$@"
	echo "$output"
	[ "$status" -eq 2 ]
}

@test "what is not installed is one sentence, with the command that installs it" {
	without jansson.h
	build host
	[[ $output == *"make: not installed: libjansson-dev (jansson.h); install what\
 is needed by: scripts/install-deps.sh host"* ]]
	# all else is make's own: where it is, and that it failed
	[ "${#lines[@]}" -eq 4 ]
	[ "$(grep -c '^make: \(Entering\|Leaving\|\*\*\*\) ' <<<"$output")" -eq 3 ]
}

@test "all that is missing is in that sentence" {
	without jansson.h zlib.h systemd/sd-event.h
	build
	[[ $output == *"make: not installed: libjansson-dev (jansson.h),\
 zlib1g-dev (zlib.h), libsystemd-dev (systemd/sd-event.h); install what is needed by:\
 scripts/install-deps.sh demo"* ]]
	[ "$(grep -c 'not installed' <<<"$output")" -eq 1 ]
}

@test "the three need neither the simulator's headers nor the tests'" {
	without cmocka.h systemd/sd-event.h
	make -C "$ROOT" -s B="$PWD/build" CC="$CC" "$PWD/build/have/host"
	build test
	[[ $output == *"libsystemd-dev (systemd/sd-event.h), libcmocka-dev\
 (cmocka.h); install what is needed by: scripts/install-deps.sh test"* ]]
	build check-unit
	[[ $output == *": scripts/install-deps.sh check"* ]]
}

@test "what CPPFLAGS and CFLAGS find counts as installed" {
	local flags

	without jansson.h
	mkdir elsewhere
	: >elsewhere/jansson.h
	for flags in CPPFLAGS CFLAGS; do
		make -C "$ROOT" -s B="$PWD/$flags" CC="$CC" \
			"$flags=-I '$PWD/elsewhere'" "$PWD/$flags/have/host"
	done
}

@test "goals that compile nothing need nothing more" {
	local goals

	for goals in 'clean host' 'host help' 'install-host uninstall' \
		'install-completion host' 'static'; do
		# shellcheck disable=SC2086 # words on purpose
		run -0 make -C "$ROOT" -n B="$PWD/build" $goals
		[[ $output == *"mk/have.sh host "* ]]
		[[ $output != *"mk/have.sh demo "* ]]
	done
}

@test "no compiler at all, and one that does not work" {
	CC=no-such-cc build host
	[[ $output == *"make: there is no compiler 'no-such-cc' here; install one,\
 and what else is needed, by: scripts/install-deps.sh host"* ]]
	CC=false build host
	[[ $output == *"make: 'false' is no compiler that works: "* ]]
}

@test "for another architecture there is another place to read" {
	run -2 make -C "$ROOT" B="$PWD/build" CROSS=no-such host
	[[ $output == *"make: there is no compiler 'no-such-gcc' here; install one,\
 and what else is needed, for no-such as docs/portability.md says it"* ]]
}

@test "its tests run below an emulator, with what that has room for" {
	run -0 make -C "$ROOT" -n B="$PWD/build" CROSS=s390x-linux-gnu test
	[[ $output == *"s390x-linux-gnu-gcc "*-fsanitize=undefined* ]]
	[[ $output == *"tests/run unit"* ]]
	[[ $output != *-fsanitize=address* && $output != *fuzz* ]]
}

@test "without libFuzzer the fuzz targets are left out of make test, which says so" {
	# where nothing has been built yet
	run -0 make -C "$ROOT" -n B="$PWD/build" test CLANG=no-such-clang
	[[ $output == *"tests/run unit "*"The fuzz targets were left out: no-such-clang makes"* ]]
	[[ $output != *build/fuzz/* ]]
	run -0 make -C "$ROOT" -n B="$PWD/build" test
	[[ $output == *"tests/run unit fuzz"* && $output == *build/fuzz/fuzz_codecs* ]]
}

# a program that needs libkcan.so.0, which is in ./lib
needs_library() {
	mkdir lib bin
	printf '#!/bin/sh\necho called >>%s/calls\nexit 1\n' "$PWD" >bin/ldconfig
	chmod +x bin/ldconfig
	echo 'int kcan_none(void) { return 0; }' |
		cc -shared -fPIC -Wl,-soname,libkcan.so.0 -o lib/libkcan.so.0 -x c -
	echo 'int kcan_none(void); int main(void) { return kcan_none(); }' |
		cc -o needs -x c - -x none lib/libkcan.so.0
}

@test "an installed library that the loader finds is not spoken of" {
	needs_library
	LD_LIBRARY_PATH=$PWD/lib PATH=$PWD/bin:$PATH \
		run -0 "$ROOT/mk/ldconfig.sh" "$PWD/lib" ./needs
	[ -z "$output" ]
	[ "$(<calls)" = called ]
}

@test "nor is one that the loader finds by another name of the folder" {
	needs_library
	ln -s lib other
	LD_LIBRARY_PATH=$PWD/lib PATH=$PWD/bin:$PATH \
		run -0 "$ROOT/mk/ldconfig.sh" "$PWD/other" ./needs
	[ -z "$output" ]
}

@test "and what lets the loader find one elsewhere is said" {
	needs_library
	PATH=$PWD/bin:$PATH run -0 "$ROOT/mk/ldconfig.sh" "$PWD/lib" ./needs
	[ "$output" = "make: programs do not look for libraries in $PWD/lib; set\
 LD_LIBRARY_PATH=$PWD/lib for those that use libkcan, or link them with\
 -Wl,-rpath,$PWD/lib" ]
	[ "$(LD_LIBRARY_PATH=$PWD/lib ./needs; echo $?)" = 0 ]
}
