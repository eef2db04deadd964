// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include <kcan/link.h>

#include <errno.h>
#include <linux/ethtool.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "io/arphrd.h"
#include "io/rtnl.h"
#include "util/array.h"

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

/* Kinds of interface without hardware; "can" is slcan in some kernels. */
static const char *const soft_drivers[] = { "vcan", "vxcan", "slcan", "can" };

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

static void ask_driver(struct kcan_link *out)
{
	struct ethtool_drvinfo info = { .cmd = ETHTOOL_GDRVINFO };
	struct ifreq ifr = { .ifr_data = (void *)&info };
	int fd = control_socket();

	_Static_assert(sizeof(info.driver) == sizeof(out->driver), "driver");
	if (fd < 0)
		return;
	memcpy(ifr.ifr_name, out->name, sizeof(ifr.ifr_name));
	if (!ask(fd, SIOCETHTOOL, &ifr))
		memcpy(out->driver, info.driver, sizeof(out->driver));
	out->driver[sizeof(out->driver) - 1] = '\0';
	close(fd);
}

static bool is_soft(const char *driver)
{
	for (size_t i = 0; i < ARRAY_SIZE(soft_drivers); i++)
		if (!strcmp(soft_drivers[i], driver))
			return true;
	return false;
}

static enum kcan_link_state state_from_kernel(uint32_t state)
{
	static const enum kcan_link_state states[] = {
		[CAN_STATE_ERROR_ACTIVE] = KCAN_LINK_STATE_ERROR_ACTIVE,
		[CAN_STATE_ERROR_WARNING] = KCAN_LINK_STATE_ERROR_WARNING,
		[CAN_STATE_ERROR_PASSIVE] = KCAN_LINK_STATE_ERROR_PASSIVE,
		[CAN_STATE_BUS_OFF] = KCAN_LINK_STATE_BUS_OFF,
		[CAN_STATE_STOPPED] = KCAN_LINK_STATE_STOPPED,
		[CAN_STATE_SLEEPING] = KCAN_LINK_STATE_SLEEPING,
	};

	if (state >= ARRAY_SIZE(states))
		return KCAN_LINK_STATE_UNKNOWN;
	return states[state];
}

static void read_controller(struct kcan_link *out, const struct rtnl_can *can)
{
	if (!can->has_state)
		return;
	out->state = state_from_kernel(can->state);
	/* a line without a controller of its own only plays at the rest */
	if (is_soft(out->driver))
		return;
	out->bitrate_bps = can->bitrate_bps;
	out->sample_point = can->sample_point;
	out->restart_ms = can->restart_ms;
	out->has_counters = can->has_counters && out->up;
	if (!out->has_counters)
		return;
	out->tx_errors = can->counters.txerr;
	out->rx_errors = can->counters.rxerr;
}

int kcan_link_get(struct kcan_link *out, const char *ifname)
{
	struct rtnl_link found;
	int err = rtnl_get_link(&found, ifname);

	if (err)
		return err;
	*out = (struct kcan_link){ .index = found.index,
				   .is_can = found.type == ARPHRD_CAN };
	memcpy(out->name, ifname, strlen(ifname));
	if (!out->is_can)
		return 0;
	out->up = found.flags & IFF_UP;
	out->txqueuelen = found.txqueuelen;
	ask_driver(out);
	read_controller(out, &found.can);
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
	return link->driver[0] && !is_soft(link->driver);
}

int kcan_link_restore(const struct kcan_link *before, const char *ifname)
{
	return rtnl_set_up_can(ifname,
			       &(struct rtnl_can){
				       .bitrate_bps = before->bitrate_bps,
				       .sample_point = before->sample_point,
				       .restart_ms = before->restart_ms,
			       },
			       before->txqueuelen);
}

int kcan_link_watch(void)
{
	return rtnl_open(RTMGRP_LINK);
}

void kcan_link_changed(int fd)
{
	char message;

	/* a full buffer is told as an error, and is a change like any other */
	while (recv(fd, &message, sizeof(message), MSG_DONTWAIT) >= 0 ||
	       errno == ENOBUFS)
		continue;
}

const char *kcan_link_state_name(enum kcan_link_state state)
{
	if ((size_t)state >= ARRAY_SIZE(state_names))
		return state_names[KCAN_LINK_STATE_UNKNOWN];
	return state_names[state];
}
