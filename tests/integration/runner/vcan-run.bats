#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
# vcan-run on this machine: the uml engine here, the host engine inside it.

# Single quotes are for the guest's shell; each test is a subshell on purpose.
# shellcheck disable=SC2016,SC2030,SC2031,SC2154

load helper

squeeze() {
	echo "$1" | tr -s ' ' | sed 's/^ //'
}

all_bytes() {
	local i

	for i in {0..255}; do
		printf '%b' "\\x$(printf %x "$i")"
	done
}

@test "the interface is there, up, and carries a frame" {
	run -0 "$VCAN_RUN" -- sh -c '
		candump -n 1 vcan0 >seen &
		until grep -q "vcan0 .*raw" /proc/net/can/rcvlist_all; do :; done
		cansend vcan0 3F0#02112233445566
		wait; cat seen'
	[ "$(squeeze "$output")" = "vcan0 3F0 [7] 02 11 22 33 44 55 66" ]
}

@test "every named interface exists and is up" {
	run -0 uml -i can0 -i vcan7 -- ip -br link show up type vcan
	[[ ${lines[0]} == can0\ * && ${lines[1]} == vcan7\ * ]]
	[ "${#lines[@]}" = 2 ]
}

@test "modprobe of a CI script succeeds, and of nonsense does not" {
	run -0 uml sh -ec '
		modprobe vcan
		! test -e /sys/module/dummy
		modprobe dummy
		test -e /sys/module/dummy
		! modprobe nonsense 2>&1'
	[[ $output == *"Module nonsense not found"* ]]
}

@test "the caller's MODPROBE_OPTIONS are kept" {
	MODPROBE_OPTIONS=--quiet run -0 uml sh -c 'echo "$MODPROBE_OPTIONS"'
	[ "$output" = --quiet ]
}

# as docs/ci.md has it
@test "vcan0 cannot be made again, but where it is missing" {
	run -0 uml sh -c 'ip link show vcan0 >/dev/null ||
		ip link add dev vcan0 type vcan'
	[ -z "$output" ]
	run -2 uml ip link add dev vcan0 type vcan
	[[ $output == *"File exists"* ]]
	run -0 uml -i vcan9 -- sh -ec 'ip link add dev vcan0 type vcan
		ip link set vcan0 up; ip -br link show dev vcan0'
	[[ $output == vcan0\ * ]]
}

@test "all 256 byte values go through, in and out" {
	all_bytes >in
	[ "$(wc -c <in)" = 256 ]
	uml cat <in >out 3>&-
	cmp in out
}

@test "2 MiB of random bytes go through, and end" {
	head -c 2M /dev/urandom >in
	uml cat <in >out 3>&-
	cmp in out
}

@test "a pipe's end of file ends the command's input" {
	run -0 bash -c 'printf abc | "$VCAN_RUN" --engine uml -- wc -c'
	[ "$output" = 3 ]
}

@test "an empty and a closed stdin are at their end" {
	run -0 uml -- wc -c </dev/null
	[ "$output" = 0 ]
	run -0 bash -c '"$VCAN_RUN" --engine uml -- wc -c <&-'
	[ "$output" = 0 ]
}

@test "a slow reader of stdout loses nothing" {
	head -c 1M /dev/urandom >in
	mkfifo pipe
	uml cat <in >pipe 2>err 3>&- &
	VCAN_RUN_PID=$!
	exec 4<pipe
	uml true 4<&- 3>&- # time passes while nobody reads
	cat <&4 >out
	finish
	[ "$status" = 0 ]
	cmp in out
}

@test "stderr flows while nobody reads stdout" {
	mkfifo pipe
	uml sh -c 'head -c 1M /dev/zero & head -c 1M /dev/zero >&2; : >both
		wait' >pipe 2>err 3>&- &
	VCAN_RUN_PID=$!
	exec 4<pipe
	wait_until [ -e both ]
	[ "$(cat <&4 | wc -c)" = 1048576 ]
	finish
	[ "$status" = 0 ]
	[ "$(wc -c <err)" = 1048576 ]
}

@test "the end of stdout is seen before the command's own" {
	run -0 bash -c '"$VCAN_RUN" --engine uml -- sh -c "
		exec >&-; until [ -e go ]; do sleep 0.05; done; echo end >&2" |
		{ timeout 20 cat && : >seen; : >go; }'
	[ "$output" = end ]
	[ -e seen ]
}

@test "output that cannot be written is no success" {
	run -125 bash -c '"$VCAN_RUN" --engine uml echo text >/dev/full'
	[[ $output == *"output cannot be written (No space left on device)"* ]]
	run -125 bash -c '"$VCAN_RUN" --engine uml echo text >&-'
	[[ $output == *"output cannot be written (Bad file descriptor)"* ]]
	run -0 bash -c '"$VCAN_RUN" --engine uml -- sh -c "echo text >&2" 2>&-'
	[ -z "$output" ]
}

@test "a log of both keeps their order" {
	uml sh -c 'for i in 1 2 3 4 5 6 7 8 9; do
		echo out $i; echo err $i >&2; done' >log 2>&1
	diff log <(for i in {1..9}; do printf '%s\n' "out $i" "err $i"; done)
}

@test "stdout and stderr stay apart" {
	run -0 --separate-stderr uml sh -c 'echo out; echo err >&2'
	[ "$output" = out ]
	[ "$stderr" = err ]
}

@test "output written just before the end is not lost" {
	run -0 bash -c '"$VCAN_RUN" --engine uml -- \
		sh -c "head -c 60000 /dev/zero; exit 0" | wc -c'
	[ "$output" = 60000 ]
}

@test "it works without any terminal, in a session of its own" {
	run -0 setsid -w "$VCAN_RUN" --engine uml -- sh -c \
		'test -t 0 || test -t 1 || test -t 2 || echo none' </dev/null
	[ "$output" = none ]
}

@test "with a terminal the command has one, of the same size" {
	run -3 script -qec "stty rows 33 cols 101
		'$VCAN_RUN' --engine uml -- sh -c 'stty size; tty; exit 3'" \
		/dev/null </dev/null
	[[ $output == *"33 101"*/dev/pts/0* ]]
}

@test "the terminal is afterwards as it was" {
	run -0 script -qec "stty -g >before
		'$VCAN_RUN' --engine uml -- stty raw
		stty -g >after" /dev/null </dev/null
	[ -s before ]
	cmp before after
}

@test "the working directory may hold spaces" {
	mkdir 'a  b' && cd 'a  b'
	run -0 uml sh -c 'pwd; echo text >file'
	[ "$output" = "$DIR/a  b" ]
	[ "$(cat file)" = text ]
}

@test "a working directory that the guest does not have is said" {
	cd /dev/shm
	mkdir "vr.$$" && cd "vr.$$"
	run -125 uml true
	rmdir "/dev/shm/vr.$$"
	[[ $output == *"/dev/shm/vr.$$ cannot be entered in the guest"* ]]
}

@test "a working directory that is gone is said" {
	mkdir gone && cd gone && rmdir ../gone
	run -125 uml pwd
	[[ $output == *"the working directory has no name"* ]]
}

@test "environment and arguments may hold newlines and quotes" {
	X=$'one\ntwo "three"' run -0 uml sh -c 'printf %s "$X|$1|$2"' sh \
		$'a\nb' "it's"
	[ "$output" = $'one\ntwo "three"|a\nb|it\'s' ]
}

@test "a long environment and many arguments go through" {
	local args

	mapfile -t args < <(seq 20000)
	X=$(head -c 100000 /dev/zero | tr '\0' x) run -0 uml \
		sh -c 'echo "$# ${#X}"' sh "${args[@]}"
	[ "$output" = "20000 100000" ]
}

@test "the umask is kept" {
	umask 027
	run -0 uml sh -c 'umask'
	[ "$output" = 0027 ]
}

@test "a background child does not keep the guest" {
	run -0 uml sh -c 'sleep 1000 & echo done'
	[ "$output" = "done" ]
}

@test "files that the command wrote are on the machine afterwards" {
	uml sh -c 'head -c 300000 /dev/zero >file; sleep 1000 >>file &' 3>&-
	[ "$(wc -c <file)" = 300000 ]
}

@test "two guests at once do not meet" {
	start_until_ready --engine uml -- sh -c '
		: >ready; until [ -e go ]; do sleep 0.05; done; echo first'
	run -0 uml sh -c 'echo second; : >go'
	[ "$output" = second ]
	finish
	[ "$status" = 0 ]
	[ "$(cat out)" = first ]
}

@test "a guest that is killed is 125" {
	start_until_ready --engine uml -- sh -c ': >ready; sleep 1000'
	kill -KILL "$(guest_pid)"
	finish
	[ "$status" = 125 ]
	grep -q 'never reported' err
}

@test "a guest whose kernel panics is 125, and its last words are shown" {
	run -125 uml sh -c 'echo c >/proc/sysrq-trigger; sleep 1000'
	[[ $output == *"guest: "*"never reported"* ]]
}

@test "a command that powers the guest off is 125, not 0" {
	run -125 uml sh -c 'echo o >/proc/sysrq-trigger; sleep 1000'
}

@test "vcan-run killed by SIGKILL leaves no guest" {
	start_until_ready --engine uml -- sh -c ': >ready; sleep 1000'
	kill -KILL "$VCAN_RUN_PID"
	finish
	[ "$status" = 137 ]
}

@test "a 64 MiB /dev/shm is enough for a 256 MiB guest" {
	need_mounts "have a small /dev/shm"
	unset TMPDIR
	run -0 unshare -m sh -c '
		mount -t tmpfs -o size=64M tmpfs /dev/shm &&
		exec "$VCAN_RUN" --engine uml -- \
			dd if=/dev/zero of=/dev/null bs=120M count=1'
	export TMPDIR=$DIR/t
}

@test "a /dev/shm that holds no programs is passed over" {
	need_mounts "have a noexec /dev/shm"
	run -0 unshare -m sh -c '
		mount -t tmpfs -o noexec tmpfs /dev/shm &&
		exec "$VCAN_RUN" --engine uml -- true'
}

@test "a TMPDIR with spaces or a colon, below /dev or missing is no obstacle" {
	mkdir "$DIR/a b" "$DIR/a:b"
	for t in "$DIR/a b" "$DIR/a:b" /dev/shm "$DIR/none"; do
		TMPDIR=$t run -0 uml true
	done
}

@test "a caller that ignores SIGCHLD still sees the guest die" {
	run -125 env --ignore-signal=CHLD "$VCAN_RUN" --engine uml -- \
		sh -c 'echo c >/proc/sysrq-trigger; sleep 1000'
}

@test "an unprivileged user can have a guest" {
	need_root "become somebody else"
	cp "$VCAN_RUN" vcan-run
	run -0 setpriv --reuid 65534 --regid 65534 --clear-groups \
		./vcan-run --engine uml -- sh -c 'id -u; : >t/file'
	[ "$output" = 0 ]
	[ "$(stat -c %u t/file)" = 65534 ]
	rm t/file
}

@test "host: a command runs in place, with its own status and stdio" {
	cp "$VCAN_RUN" vcan-run
	run -9 uml -- ./vcan-run --engine host -i can3 -- sh -c '
		ls /sys/class/net; cat; exit 9' < <(printf in)
	[ "$output" = $'can3\nlo\nin' ]
}

@test "host: the interface carries frames and does not leak" {
	cp "$VCAN_RUN" vcan-run
	run -0 uml -- sh -c '
		./vcan-run --engine host -i inner0 -- sh -c "
			candump -n 1 inner0 & until grep -q inner0.*raw \
				/proc/net/can/rcvlist_all; do :; done
			cansend inner0 123#45; wait"
		! ip link show inner0 2>/dev/null'
	[ "$(squeeze "${lines[0]}")" = "inner0 123 [1] 45" ]
}

@test "host: an unprivileged user is mapped to root" {
	cp "$VCAN_RUN" vcan-run
	chmod 755 vcan-run
	run -0 uml -- setpriv --reuid 65534 --regid 65534 --clear-groups \
		./vcan-run --engine host -- sh -c 'id -u; id -g
			cat /sys/class/net/vcan0/type; ip link add c type vcan'
	[ "$output" = $'0\n0\n280' ]
}

@test "host: where user namespaces are forbidden it says so" {
	cp "$VCAN_RUN" vcan-run
	chmod 755 vcan-run
	run -125 uml -- sh -c '
		echo 0 >/proc/sys/user/max_user_namespaces
		exec setpriv --reuid 65534 --regid 65534 --clear-groups \
			./vcan-run --engine host -- true'
	[[ $output == *"no new user namespace"*"run as root"* ]]
}

@test "host: a command that is not there is 127" {
	cp "$VCAN_RUN" vcan-run
	run -127 uml -- ./vcan-run --engine host -- no-such-command
}

@test "host is the first choice where it works" {
	cp "$VCAN_RUN" vcan-run
	run -0 uml -- ./vcan-run -v -- true
	[ "$output" = "vcan-run: engine host: this kernel has CAN" ]
}

@test "-v says which engine, and why, in three lines; -vv shows the console" {
	! grep -qs '^CAN' /proc/net/protocols ||
		skip "this kernel has CAN: host is not skipped"
	run -0 --separate-stderr "$VCAN_RUN" -v -- true
	[ "${#stderr_lines[@]}" -eq 3 ]
	[[ ${stderr_lines[0]} == *"engine host skipped: the kernel has no CAN"* ]]
	[[ ${stderr_lines[1]} == "vcan-run: engine uml: starting /"*linux* ]]
	[[ ${stderr_lines[2]} =~ "carry frames after "[0-9.]+" s"$ ]]
	run -0 --separate-stderr "$VCAN_RUN" -vv -- true
	[[ $stderr == *"Linux version "* ]]
}

@test "without any engine each one's reason is said, with 125" {
	! grep -qs '^CAN' /proc/net/protocols ||
		skip "this kernel has CAN: host works"
	VCAN_RUN_UML=$DIR/none VCAN_RUN_KERNEL=$DIR/none \
		run -125 "$VCAN_RUN" true
	[[ ${lines[0]} == *"engine host does not work here: "* ]]
	[[ ${lines[1]} == *"engine uml does not work here: "* ]]
	[[ ${lines[2]} == *"engine qemu does not work here: "* ]]
}

@test "the command's own options are left alone" {
	run -0 "$VCAN_RUN" echo --help -v
	[ "$output" = "--help -v" ]
}

@test "--help names each option, on stdout" {
	run -0 --separate-stderr "$VCAN_RUN" --help
	for option in engine interface usb kvaser mem boot-timeout hang-timeout \
		verbose version help; do
		[[ $output == *"--$option"* ]]
	done
	[ -z "$stderr" ]
}

@test "a wrong command line is 125 and says what was wrong" {
	run -125 "$VCAN_RUN"
	[[ $output == *"no command was given"* ]]
	run -125 "$VCAN_RUN" --engine bochs true
	[[ $output == *"no engine 'bochs'; use host or uml or qemu"* ]]
	run -125 "$VCAN_RUN" -i a/b true
	[[ $output == *"interface name 'a/b'"* ]]
	run -125 "$VCAN_RUN" -i '' true
	run -125 "$VCAN_RUN" -i sixteen-letters- true
	run -125 "$VCAN_RUN" --mem 1M true
	[[ $output == *"memory size '1M'"* ]]
	run -125 "$VCAN_RUN" --mem -1 true
	run -125 "$VCAN_RUN" --mem 99999999999999999999G true
	run -125 "$VCAN_RUN" --boot-timeout 0 true
	run -125 "$VCAN_RUN" --nonsense true
	[[ $output == *"vcan-run --help"* ]]
}
