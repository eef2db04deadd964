# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
# MCUs by the names of a printer.cfg: canmcu plays the printer of the file that
# canbootreq reads.
bats_require_minimum_version 1.5.0
load ../lib

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	export HOME=$BATS_TEST_TMPDIR
	cat >printer.cfg <<-'EOF'
		[include mainsail.cfg]
		[mcu]
		canbus_uuid: 41f905f55004
		canbus_interface: vcan0
		[mcu EBB]
		canbus_uuid: 0x112233445566 # the toolhead
		canbus_interface: vcan0
		[mcu host]
		serial: /tmp/klipper_host_mcu
		[mcu usb]
		serial: /dev/serial/by-id/usb-Klipper_rp2040_E6-if00
		[scanner]
		canbus_uuid: a
		canbus_interface: vcan0
		[include other.cfg]
	EOF
	ln -s nowhere.cfg mainsail.cfg
	: >other.cfg
	watch_bus vcan0
}

teardown() {
	ip link del vcan5 2>/dev/null || :
	stop_all
}

play() {
	start_mcus printer -c printer.cfg
}

# name ARGUMENTS... - run canbootreq without -i; sets status, output, stderr
name() {
	apart "$BUILD/canbootreq" "$@"
}

# sentence TEXT - the only line of standard error
sentence() {
	[ "$stderr" = "canbootreq: $1" ]
}

# unsent - nothing at all went over the bus
unsent() {
	settled "${1:-vcan0}"
	[ -z "$(frames '3F0#')" ]
}

# in_time SENTENCE ARGUMENTS... - it ends at once, with it
in_time() {
	local start=$SECONDS

	name "${@:2}"
	[ "$status" -eq 1 ]
	[[ $stderr == *"canbootreq: $1"* ]]
	[ -z "$output" ]
	[ $((SECONDS - start)) -lt 60 ]
}

LEFT_OUT="canbootreq: warning: printer.cfg:1: 'mainsail.cfg' cannot be read (No\
 such file or directory) and is left out"

@test "one MCU by its name: it is asked, and no other" {
	play
	has "$MCU_LOG" "warning: printer.cfg:1: 'mainsail.cfg' cannot be read"
	name -c printer.cfg -m EBB
	[ "$status" -eq 0 ]
	[[ $output == "112233445566 (EBB): in-bootloader: Katapult answered on\
 vcan0 with this UUID"* ]]
	[ "$(grep -c warning <<<"$stderr")" -eq 1 ]
	[[ $stderr == "$LEFT_OUT"* ]]
	[ "$(state 112233445566)" = katapult ]
	[ "$(state 41f905f55004)" = klipper ]
	settled
	[ "$(frames '3F0#02')" = 3F0#02112233445566 ]
	name -c printer.cfg --leave -m EBB
	[ "$status" -eq 0 ]
	[ "$(state 112233445566)" = klipper ]
}

@test "--all asks what is on CAN, and says how the others are asked" {
	play
	name -c printer.cfg --all --json
	[ "$status" -eq 0 ]
	[ "$(jq -r '[.name, .uuid, .outcome, .interface] | join(" ")' \
		<<<"$output" | sort)" = "$(
		printf '%s in-bootloader vcan0\n' 'EBB 112233445566' \
			'mcu 41f905f55004' 'scanner 00000000000a'
	)" ]
	[[ $stderr == *"not asked: 'host' is a process of a computer"* ]]
	[[ $stderr == *"not asked: 'usb' is on a serial port; ask it with:\
 serialbootreq -d /dev/serial/by-id/usb-Klipper_rp2040_E6-if00"* ]]
	settled
	[ "$(frames '3F0#02')" = "$(printf '3F0#02%s\n' 41F905F55004 \
		112233445566 00000000000A)" ]
}

@test "a file in one of the usual places is taken, which is said" {
	local place

	sed -i /include/d printer.cfg
	mv printer.cfg mine
	name --dry-run -m EBB
	[ "$status" -eq 1 ]
	sentence "there is no printer.cfg in $HOME (looked for\
 printer_data/config/printer.cfg, klipper_config/printer.cfg and printer.cfg):\
 give its path with -c"
	HOME='' name --dry-run -m EBB
	[ "$status" -eq 1 ]
	[[ $stderr == *"there is no printer.cfg in a home folder, as HOME is not set (looked"* ]]
	mkdir -p printer_data/config klipper_config
	for place in printer.cfg klipper_config/printer.cfg \
		printer_data/config/printer.cfg; do
		cp mine "$place"
		name --dry-run -m EBB
		[ "$status" -eq 0 ]
		[ "$output" = 3F0#02112233445566 ]
		sentence "names are those of $HOME/$place"
	done
}

@test "what cannot be resolved is one sentence, and nothing is sent" {
	sed -i /include/d printer.cfg
	name -c printer.cfg -m EBB -m ebb
	[ "$status" -eq 1 ]
	sentence "no MCU is called 'ebb'; there are: mcu, EBB, host, usb, scanner"
	name -c printer.cfg -m mcu -m usb
	[ "$status" -eq 1 ]
	sentence "'usb' is on a serial port; ask it with: serialbootreq -d\
 /dev/serial/by-id/usb-Klipper_rp2040_E6-if00"
	printf '[mcu]\nserial: /dev/ttyAMA0\nbaud: 115200\n' >serial.cfg
	name -c serial.cfg --all
	[ "$status" -eq 1 ]
	[ "$stderr" = "canbootreq: not asked: 'mcu' is on a serial port; ask it\
 with: serialbootreq -d /dev/ttyAMA0 -b 115200
canbootreq: serial.cfg has no section with a canbus_uuid, so no MCU of it is on\
 CAN: ask one with serialbootreq -m NAME" ]
	echo '[printer]' >none.cfg
	name -c none.cfg --all
	[ "$status" -eq 1 ]
	sentence "none.cfg has no section with a canbus_uuid, so no MCU of it is\
 on CAN: give the path of printer.cfg with -c"
	printf '[mcu m%d]\ncanbus_uuid: %x\n' {1..128} >many.cfg # 64 MCUs
	name -c many.cfg --all
	[ "$status" -eq 1 ]
	sentence "can0: 64 UUIDs need as many nodeids, but from 192 to 254 there\
 are 63: make several calls"
	name -c printer.cfg -m EBB -m 'mcu EBB'
	[ "$status" -eq 1 ]
	sentence "-m 'EBB' is given twice"
	printf '[mcu x]\ncanbus_uuid: 112233445566\n' >>printer.cfg
	name -c printer.cfg -m mcu -m EBB
	[ "$status" -eq 1 ]
	sentence "printer.cfg:5: canbus_uuid 112233445566 of [mcu EBB] is also\
 that of [mcu x] in printer.cfg:15: each MCU has its own"
	printf '[mcu x]\ncanbus_uuid: 1122334455667\n' >>printer.cfg
	name -c printer.cfg --all --json
	[ "$status" -eq 1 ]
	[ "$(jq -r '.outcome + ": " + .reason' <<<"$output")" = "local-error:\
 printer.cfg:17: canbus_uuid '1122334455667' of [mcu x] is none: give up to 12\
 hex digits, like 112233445566" ]
	unsent
}

@test "an interface that the machine lacks: where it is told, and nothing is sent" {
	play
	printf '[mcu x]\ncanbus_uuid: b\ncanbus_interface: can7\n' >other.cfg
	name -c printer.cfg -m EBB -m x
	[ "$status" -eq 1 ]
	[ -z "$output" ]
	[[ $stderr == *"canbootreq: there is no interface can7 (other.cfg:3:\
 canbus_interface of [mcu x]); the CAN interfaces here: "* ]]
	sed -i '/can7/d' other.cfg
	name -c printer.cfg -m EBB -m x
	[ "$status" -eq 1 ]
	[[ $stderr == *"there is no interface can0 (other.cfg:2: [mcu x] has no\
 canbus_interface); "* ]]
	unsent
	name -i vcan0 -c printer.cfg -m x --timeout 0.2
	[ "$status" -eq 3 ]
}

@test "boards on two buses are asked in one call, and told of bus by bus in JSON" {
	ip link add vcan5 type vcan
	ip link set vcan5 up
	printf '[mcu x]\ncanbus_uuid: b\ncanbus_interface: vcan5\n' >other.cfg
	play
	watch_bus vcan5
	name -c printer.cfg -m EBB -m x -m mcu --json
	[ "$status" -eq 0 ]
	[ "$(jq -r '.name + " " + .outcome' <<<"$output")" = \
		"$(printf '%s in-bootloader\n' EBB mcu x)" ]
	settled vcan5
	[ "$(frames '3F0#02')" = 3F0#0200000000000B ]
}

@test "a signal while two buses are asked ends both, and hands back on both" {
	local pid

	ip link add vcan5 type vcan
	ip link set vcan5 up
	watch_bus vcan5
	printf '[mcu x]\ncanbus_uuid: b\ncanbus_interface: vcan5\n' >other.cfg
	"$BUILD/canbootreq" -c printer.cfg -m EBB -m x --timeout 60 >out 2>err \
		3>&- &
	pid=$!
	until_true has "$BUS" '2[89A-F].#01881600'
	watched vcan0
	until_true has "$BUS" '2[89A-F].#01881600'
	kill -TERM "$pid"
	ends_with "$pid" 143
	has out '^112233445566 \(EBB\): interrupted: ended by SIGTERM'
	has out '^00000000000b \(x\): interrupted: ended by SIGTERM'
	# the nodeids are given to UUIDs that nobody has
	watched vcan0
	[ -n "$(frames '3F0#11EEDDCCBBAA99')" ]
	watched vcan5
	[ -n "$(frames '3F0#11FFFFFFFFFFF4')" ]
}

@test "files that are none end with a sentence, and nothing hangs" {
	mkfifo fifo
	mkdir folder
	truncate -s 17M large
	printf '[mcu]\ncanbus_uuid: \0\n' >binary
	printf '[include loop.cfg]\n' >loop.cfg
	printf '[include loop[b].cfg]\n' >loopa.cfg
	printf '[include loopa.cfg]\n' >loopb.cfg
	printf '[mcu \033[2J]\ncanbus_uuid: \033[2Jx\n' >raw
	in_time "'fifo' cannot be read (not a regular file): give a" -c fifo -m x
	in_time "'folder' cannot be read (Is a directory): give a" -c folder -m x
	in_time "'/dev/zero' cannot be read (not a regular" -c /dev/zero -m x
	in_time "'none' cannot be read (No such file or dir" -c none -m x
	in_time "'large' cannot be read (more than 16 MiB)" -c large -m x
	in_time "binary:2: here is a NUL byte: give a text" -c binary -m x
	in_time "loop.cfg:1: 'loop.cfg' includes itself" -c loop.cfg -m x
	in_time "loopb.cfg:1: 'loopa.cfg' includes itself" -c loopa.cfg -m x
	in_time "raw:2: canbus_uuid '?[2Jx' of [mcu ?[2J] is none" -c raw --all
	in_time "no MCU is called '?[2J'; there are: ?[2J" -c raw -m $'\a[2J'
	printf '[include fifo]\n[mcu]\ncanbus_uuid: no\n' >printer.cfg
	in_time "warning: printer.cfg:1: 'fifo' cannot be read (not a regular\
 file) and is left out" -c printer.cfg -m mcu
	unsent
}

@test "a file that others may not read" {
	chmod 755 "$BATS_TEST_TMPDIR"
	chmod 600 printer.cfg
	apart setpriv --reuid 65534 --regid 65534 --clear-groups \
		"$(command -v cat)" printer.cfg
	[ "$status" -ne 0 ]
	cp "$BUILD/canbootreq" .
	apart setpriv --reuid 65534 --regid 65534 --clear-groups \
		./canbootreq -c printer.cfg -m mcu
	[ "$status" -eq 1 ]
	[[ $stderr == *"'printer.cfg' cannot be read (Permission denied): "* ]]
}

@test "a file of 16 MiB is read to its last line" {
	{
		head -c $((16 * 1024 * 1024 - 100)) /dev/zero | tr '\0' '#'
		printf '\n[mcu last]\ncanbus_uuid: 112233445566\n'
	} >printer.cfg
	name -c printer.cfg --dry-run -m last
	[ "$status" -eq 0 ]
	[ "$output" = 3F0#02112233445566 ]
}
