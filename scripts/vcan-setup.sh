#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
# Bring a virtual CAN interface up or down on a kernel that has vcan.
# Idempotent; needs the right to manage interfaces and takes none by itself.
set -eu

usage() {
	cat <<'EOF'
Usage: vcan-setup.sh up|down|status [IFACE]
Make IFACE (default: vcan0) and bring it up, remove it, or say how it is.
Exit status: 0 done (status: it is up), 1 failed (status: it is not up),
2 the command line was wrong.
EOF
}

die() {
	echo "vcan-setup: $*" >&2
	exit 1
}

usage_error() {
	echo "vcan-setup: $*; see 'vcan-setup.sh --help'" >&2
	exit 2
}

exists() {
	[ -e "/sys/class/net/$1" ] || ip link show dev "$1" >/dev/null 2>&1
}

is_vcan() {
	ip link show dev "$1" type vcan 2>/dev/null | grep -q .
}

is_up() {
	ip link show dev "$1" up 2>/dev/null | grep -q .
}

refuse_other_kind() {
	is_vcan "$1" ||
		die "$1 is not a vcan interface; choose another name"
}

# Root's ip would have loaded the module, had it been allowed to and found it.
explain_no_vcan() {
	release=$(uname -r)
	if PATH=$PATH:/usr/sbin:/sbin modprobe -nq vcan 2>/dev/null; then
		die "the kernel $release has not loaded its module vcan;" \
			"run 'modprobe vcan' as root, outside of any container"
	fi
	die "the kernel $release has no vcan, and no module vcan was found;" \
		"on Ubuntu install the package linux-modules-extra-$release," \
		"elsewhere run 'vcan-run COMMAND', which brings a kernel along"
}

# What ip said, and what that means for the one who reads it.
explain() {
	case $1 in
	*"not permitted"*)
		die "no right to manage interfaces; run this as root" ;;
	*"not supported"* | *"Unknown device type"*)
		explain_no_vcan ;;
	*)
		die "ip says: $1; see ip-link(8)" ;;
	esac
}

try_ip() {
	said=$(LC_ALL=C ip "$@" 2>&1) || explain "$said"
}

up() {
	if exists "$1"; then
		refuse_other_kind "$1"
	else
		try_ip link add dev "$1" type vcan
	fi
	is_up "$1" || try_ip link set dev "$1" up
}

down() {
	exists "$1" || return 0
	refuse_other_kind "$1"
	try_ip link delete dev "$1"
}

status() {
	exists "$1" || die "$1 does not exist; make it with" \
		"'vcan-setup.sh up $1', or use vcan-run"
	refuse_other_kind "$1"
	is_up "$1" || die "$1 is down; bring it up with" \
		"'vcan-setup.sh up $1'"
	echo "$1 is up"
}

case ${1-} in
-h | --help)
	usage
	exit 0 ;;
up | down | status) ;;
'') usage_error "up, down or status was expected" ;;
*) usage_error "'$1' is not up, down or status" ;;
esac
[ $# -le 2 ] || usage_error "one interface at a time, not '$*'"
iface=${2-vcan0}
case $iface in
'' | *[!A-Za-z0-9_.-]* | ????????????????* | -*)
	usage_error "'$iface' is no interface name" ;;
esac
command -v ip >/dev/null ||
	die "there is no ip command; install the package iproute2"
"$1" "$iface"
