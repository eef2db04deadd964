#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
# Which User-Mode Linux vcan-run starts, and one that does not come up.

# Single quotes are for the guest's shell; each test is a subshell on purpose.
# shellcheck disable=SC2016,SC2030,SC2031,SC2154

load helper

@test "a kernel that ends at once is 125" {
	VCAN_RUN_UML=/bin/true run -125 uml true
	[[ $output == *"the guest ended before it could start"* ]]
}

# kernel BODY - a script that takes the place of one
kernel() {
	printf '#!/bin/sh\n%s\n' "$1" >kernel
	chmod +x kernel
	export VCAN_RUN_UML=$DIR/kernel
}

@test "a kernel that hangs is 125 when patience ends" {
	kernel 'exec tail -f /dev/null'
	run -125 uml --boot-timeout 1 true
	[[ $output == *"the guest took too long"* ]]
}

@test "a kernel that talks nonsense on the line is 125" {
	kernel 'echo "Kernel panic" >&3
		exec cat <&3'
	run -125 uml true
	[[ $output == *"sent a damaged frame"* ]]
}

@test "a kernel that hangs up is 125 at once, though it lives" {
	kernel 'exec 3<&-
		exec tail -f /dev/null'
	run -125 uml --boot-timeout 20 true
	[[ $output == *"the guest ended before it could start"* ]]
}

@test "no descriptor of the caller's reaches the guest" {
	kernel "exec ls /proc/self/fd >$DIR/fds"
	run -125 uml true 7</dev/null
	[ "$(xargs <fds)" = "0 1 2 3 4" ] # 4 is that of ls
}

# of arch/um/os-Linux/start_up.c, since Linux 6.16; by default it is off there
@test "a kernel is asked to run processes by seccomp where it can" {
	kernel "echo \$* >$DIR/args"
	run -125 uml true
	[[ " $(<args) " == *" seccomp=auto "*" -- "* ]]
}

# Why: tools/vcan-run/vm/preload.h.
@test "a library goes in front of a kernel's libc where there is AMX, and is gone then" {
	local wanted=none

	! grep -qw amx_tile /proc/cpuinfo || wanted=library
	kernel "[ -z \"\$LD_PRELOAD\" ] && echo none >$DIR/seen ||
		{ cp \"\$LD_PRELOAD\" $DIR/library; echo library >$DIR/seen; }
		echo \"\$LD_PRELOAD\" >$DIR/path"
	run -125 uml true
	[ "$(<seen)" = "$wanted" ]
	[ "$wanted" = none ] || {
		readelf --wide --dyn-syms library | grep -qw ptrace
		[ ! -e "$(<path)" ]
	}
}

@test "a kernel that cannot be executed is named" {
	VCAN_RUN_UML=$DIR/none run -125 uml true
	[[ $output == *"$DIR/none, which cannot be executed"* ]]
	VCAN_RUN_UML=$DIR run -125 uml true
	[[ $output == *"names $DIR, which cannot be executed (Permission denied)"* ]]
}

# with_caches CACHE COMMAND... - with that cache, if not empty, and none of this
# machine's
with_caches() {
	mkdir -p nothing
	XDG_CACHE_HOME=$1 HOME=$DIR unshare -rm sh -ec \
		'mount --bind nothing /var/cache; exec "$@"' - "${@:2}"
}

need_namespaces() {
	unshare -rm true ||
		skip "no namespace may hide the caches of this machine"
}

# cached UML - what guest-kernel.sh makes of the kernel that is installed here
cached() {
	[ -e /usr/bin/linux.uml ] || skip "there is no /usr/bin/linux.uml to copy"
	umask 022
	mkdir -p "$1/lib"
	cp /usr/bin/linux.uml "$1"
	ln -s /usr/lib/uml/modules "$1/lib"
}

@test "no User-Mode Linux anywhere: it says what to install" {
	need_namespaces
	run -125 with_caches "" env PATH="$DIR" "$VCAN_RUN" --engine uml -- /bin/true
	[[ $output == *"install the package user-mode-linux, or run\
 scripts/guest-kernel.sh uml"* ]]
}

@test "a User-Mode Linux of the cache, with its modules, before that on PATH" {
	local uml=$DIR/cache/vcan-run/uml

	need_namespaces
	cached "$uml"
	run -0 with_caches "$DIR/cache" "$VCAN_RUN" --engine uml -- /bin/sh -c \
		'/bin/readlink /run/vcan-run/lib/modules/*'
	[[ $output == "$uml/lib/modules/"* ]]
	VCAN_RUN_UML=/usr/bin/linux.uml run -0 with_caches "$DIR/cache" \
		"$VCAN_RUN" --engine uml -- /bin/sh -c \
		'/bin/readlink /run/vcan-run/lib/modules/*'
	[[ $output == /usr/lib/uml/modules/* ]]
}

# refused CACHE TEXT - the kernel of this cache is not run, and that is said; that on
# PATH is
refused() {
	run -125 with_caches "$1" env PATH="$DIR" "$VCAN_RUN" --engine uml -- \
		/bin/true
	[[ $output == *"$2"* ]]
	run -0 --separate-stderr with_caches "$1" "$VCAN_RUN" -v --engine uml -- \
		/bin/true
	[[ $stderr == *"starting /usr/bin/linux.uml"* ]]
}

@test "a User-Mode Linux that others can write is not run" {
	local uml=$DIR/cache/vcan-run/uml file others

	others=", where the cache has its kernel, belongs to another user or can be\
 written by others, so that is not run; "
	need_namespaces
	cached "$uml"
	rm "$uml/lib/modules"
	cp -r /usr/lib/uml/modules "$uml/lib"
	for file in "$uml/linux.uml" "$uml" "$uml/lib/modules" "$DIR/cache"; do
		chmod o+w "$file"
		refused "$DIR/cache" "$file$others"
		chmod o-w "$file"
	done
	chmod g+w "$uml/linux.uml"
	refused "$DIR/cache" "$uml/linux.uml$others"
	chmod g-w "$uml/linux.uml"
	need_root "give a file to somebody else"
	for file in "$uml/linux.uml" "$uml" "$uml/lib/modules" "$DIR/cache"; do
		chown 65534 "$file"
		refused "$DIR/cache" "$file$others"
		chown 0 "$file"
	done
	run -0 --separate-stderr with_caches "$DIR/cache" "$VCAN_RUN" -v \
		--engine uml -- /bin/true
	[[ $stderr == *"starting $uml/linux.uml"* ]]
}

@test "a cache whose name a kernel cannot read is refused" {
	need_namespaces
	cached "$DIR/my cache/vcan-run/uml"
	refused "$DIR/my cache" "the cache $DIR/my cache/vcan-run/uml has a blank, a\
 quote or a backslash in its name, "
}
