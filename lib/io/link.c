// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include <kcan/link.h>

#include <dlfcn.h>
#include <errno.h>
#include <libsocketcan.h>
#include <linux/ethtool.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <net/if_arp.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/*
 * Drivers that report a frame as sent when its mailbox or FIFO says so, which
 * these controllers do on the wire's acknowledge. Names as in ETHTOOL_GDRVINFO:
 * the bus driver's, from drivers/net/can of Linux. Not here on purpose: gs_usb
 * and slcan, whose adapters echo early; peak_usb, which reports the end of the
 * USB transfer; and everything not known.
 */
static const char *const ack_drivers[] = {
	"at91_can",  "c_can_platform", "c_can_pci",	 "flexcan",
	"grcan",     "kvaser_pci",     "kvaser_pciefd",	 "kvaser_usb",
	"m_can",     "m_can_pci",      "m_can_platform", "mcp251x",
	"mcp251xfd", "peak_pci",       "peak_pciefd",	 "peak_pcmcia",
	"rcar_can",  "rcar_canfd",     "sja1000_isa",	 "sja1000_platform",
	"sun4i_can", "tcan4x5x",       "ti_hecc",	 "xilinx_can",
};

/* Kinds of interface without hardware: what must not be asked of them. */
static const struct soft {
	const char *driver;
	bool netlink; /* has a state to tell */
} soft_drivers[] = {
	{ "vcan", false },
	{ "vxcan", false },
	{ "slcan", true },
	{ "can", true }, /* slcan again, as some kernels call it */
};

static const char *const state_names[] = {
	[KCAN_LINK_STATE_UNKNOWN] = "UNKNOWN",
	[KCAN_LINK_STATE_ERROR_ACTIVE] = "ERROR-ACTIVE",
	[KCAN_LINK_STATE_ERROR_WARNING] = "ERROR-WARNING",
	[KCAN_LINK_STATE_ERROR_PASSIVE] = "ERROR-PASSIVE",
	[KCAN_LINK_STATE_BUS_OFF] = "BUS-OFF",
	[KCAN_LINK_STATE_STOPPED] = "STOPPED",
	[KCAN_LINK_STATE_SLEEPING] = "SLEEPING",
};

/* Any family does for these requests, and every kernel has this one. */
static int control_socket(void)
{
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	return fd < 0 ? -errno : fd;
}

static int ask(int fd, unsigned long request, struct ifreq *ifr)
{
	return ioctl(fd, request, ifr) ? -errno : 0;
}

static bool is_can(int fd, struct ifreq *ifr)
{
	return !ask(fd, SIOCGIFHWADDR, ifr) &&
	       ifr->ifr_hwaddr.sa_family == ARPHRD_CAN;
}

static void ask_driver(struct kcan_link *out, int fd, struct ifreq *ifr)
{
	struct ethtool_drvinfo info = { .cmd = ETHTOOL_GDRVINFO };

	_Static_assert(sizeof(info.driver) == sizeof(out->driver), "driver");
	ifr->ifr_data = (void *)&info;
	if (ask(fd, SIOCETHTOOL, ifr))
		return;
	memcpy(out->driver, info.driver, sizeof(out->driver));
	out->driver[sizeof(out->driver) - 1] = '\0';
}

static int ask_basics(struct kcan_link *out, int fd, const char *ifname)
{
	struct ifreq ifr = { 0 };
	int err;

	memcpy(ifr.ifr_name, ifname, strlen(ifname));
	err = ask(fd, SIOCGIFINDEX, &ifr);
	if (err)
		return err;
	out->index = (unsigned int)ifr.ifr_ifindex;
	out->is_can = is_can(fd, &ifr);
	if (!out->is_can)
		return 0;
	err = ask(fd, SIOCGIFFLAGS, &ifr);
	if (err)
		return err;
	out->up = ifr.ifr_flags & IFF_UP;
	if (!ask(fd, SIOCGIFTXQLEN, &ifr))
		out->txqueuelen = (unsigned int)ifr.ifr_qlen;
	ask_driver(out, fd, &ifr);
	return 0;
}

static const struct soft *find_soft(const char *driver)
{
	for (size_t i = 0; i < ARRAY_SIZE(soft_drivers); i++)
		if (!strcmp(soft_drivers[i].driver, driver))
			return &soft_drivers[i];
	return NULL;
}

struct socketcan {
	__typeof__(can_get_state) *state;
	__typeof__(can_get_bittiming) *bittiming;
	__typeof__(can_get_restart_ms) *restart;
	__typeof__(can_get_berr_counter) *counters;
};

static bool load_socketcan(struct socketcan *lib)
{
	/* never closed: it is needed once per process, or a few times */
	void *so = dlopen("libsocketcan.so.2", RTLD_NOW);

	if (!so)
		return false;
	lib->state = dlsym(so, "can_get_state");
	lib->bittiming = dlsym(so, "can_get_bittiming");
	lib->restart = dlsym(so, "can_get_restart_ms");
	lib->counters = dlsym(so, "can_get_berr_counter");
	return lib->state && lib->bittiming && lib->restart && lib->counters;
}

static enum kcan_link_state state_from_kernel(int state)
{
	static const enum kcan_link_state states[] = {
		[CAN_STATE_ERROR_ACTIVE] = KCAN_LINK_STATE_ERROR_ACTIVE,
		[CAN_STATE_ERROR_WARNING] = KCAN_LINK_STATE_ERROR_WARNING,
		[CAN_STATE_ERROR_PASSIVE] = KCAN_LINK_STATE_ERROR_PASSIVE,
		[CAN_STATE_BUS_OFF] = KCAN_LINK_STATE_BUS_OFF,
		[CAN_STATE_STOPPED] = KCAN_LINK_STATE_STOPPED,
		[CAN_STATE_SLEEPING] = KCAN_LINK_STATE_SLEEPING,
	};

	if (state < 0 || (size_t)state >= ARRAY_SIZE(states))
		return KCAN_LINK_STATE_UNKNOWN;
	return states[state];
}

static void ask_controller(struct kcan_link *out, const struct socketcan *lib)
{
	struct can_berr_counter counters;
	struct can_bittiming timing;

	if (!lib->bittiming(out->name, &timing))
		out->bitrate_bps = timing.bitrate;
	if (lib->restart(out->name, &out->restart_ms))
		out->restart_ms = 0;
	if (!out->up || lib->counters(out->name, &counters))
		return;
	out->has_counters = true;
	out->tx_errors = counters.txerr;
	out->rx_errors = counters.rxerr;
}

static void ask_socketcan(struct kcan_link *out, const struct soft *soft)
{
	struct socketcan lib;
	int state;

	if (!load_socketcan(&lib) || lib.state(out->name, &state))
		return;
	out->state = state_from_kernel(state);
	if (!soft)
		ask_controller(out, &lib);
}

/*
 * libsocketcan complains on stderr about each value that a driver lacks, and
 * whether it does is not told beforehand.
 */
static void ask_netlink(struct kcan_link *out)
{
	const struct soft *soft = find_soft(out->driver);
	FILE *own = stderr, *aside;
	char complaints[256];

	if (!out->driver[0] || (soft && !soft->netlink))
		return;
	aside = fmemopen(complaints, sizeof(complaints), "w");
	if (!aside)
		return;
	stderr = aside;
	ask_socketcan(out, soft);
	stderr = own;
	fclose(aside);
}

int kcan_link_get(struct kcan_link *out, const char *ifname)
{
	struct kcan_link link = { 0 };
	int fd, err;

	if (!*ifname || strlen(ifname) >= sizeof(link.name))
		return -ENODEV;
	memcpy(link.name, ifname, strlen(ifname));
	fd = control_socket();
	if (fd < 0)
		return fd;
	err = ask_basics(&link, fd, ifname);
	close(fd);
	if (err)
		return err;
	if (link.is_can)
		ask_netlink(&link);
	*out = link;
	return 0;
}

int kcan_link_list(char (*names)[IF_NAMESIZE], size_t max)
{
	struct if_nameindex *all = if_nameindex();
	int fd = control_socket();
	int n = 0;

	if (!all || fd < 0) {
		n = all ? fd : -errno;
		goto out;
	}
	for (struct if_nameindex *i = all; i->if_index; i++) {
		struct ifreq ifr = { 0 };

		strncpy(ifr.ifr_name, i->if_name, sizeof(ifr.ifr_name) - 1);
		if (!is_can(fd, &ifr))
			continue;
		if ((size_t)n < max)
			memcpy(names[n], ifr.ifr_name, IF_NAMESIZE);
		n++;
	}
out:
	if (fd >= 0)
		close(fd);
	if (all)
		if_freenameindex(all);
	return n;
}

bool kcan_link_confirms_ack(const struct kcan_link *link)
{
	for (size_t i = 0; i < ARRAY_SIZE(ack_drivers); i++)
		if (!strcmp(ack_drivers[i], link->driver))
			return true;
	return false;
}

bool kcan_link_has_bitrate(const struct kcan_link *link)
{
	/* no name: no bus driver stands behind it */
	return link->driver[0] && !find_soft(link->driver);
}

int kcan_link_watch(void)
{
	const struct sockaddr_nl addr = { .nl_family = AF_NETLINK,
					  .nl_groups = RTMGRP_LINK };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC,
			NETLINK_ROUTE);
	int err;

	if (fd < 0)
		return -errno;
	if (!bind(fd, (const struct sockaddr *)&addr, sizeof(addr)))
		return fd;
	err = -errno;
	close(fd);
	return err;
}

void kcan_link_changed(int fd)
{
	char message;

	/* a full buffer is told as an error, and is a change like any other */
	while (recv(fd, &message, sizeof(message), 0) >= 0 || errno == ENOBUFS)
		continue;
}

const char *kcan_link_state_name(enum kcan_link_state state)
{
	if ((size_t)state >= ARRAY_SIZE(state_names))
		return state_names[KCAN_LINK_STATE_UNKNOWN];
	return state_names[state];
}
