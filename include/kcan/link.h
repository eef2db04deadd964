/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef KCAN_LINK_H
#define KCAN_LINK_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <kcan/decls.h>

KCAN_DECLS_BEGIN

/** Controller states as the kernel names them (CAN_STATE_*). */
enum kcan_link_state {
	KCAN_LINK_STATE_UNKNOWN, /* the driver does not tell */
	KCAN_LINK_STATE_ERROR_ACTIVE,
	KCAN_LINK_STATE_ERROR_WARNING,
	KCAN_LINK_STATE_ERROR_PASSIVE,
	KCAN_LINK_STATE_BUS_OFF,
	KCAN_LINK_STATE_STOPPED,
	KCAN_LINK_STATE_SLEEPING,
};

/** What the kernel knows of one interface at one moment. */
struct kcan_link {
	char name[IF_NAMESIZE];
	unsigned int index;
	bool is_can;
	bool up;
	unsigned int txqueuelen; /* frames */
	char driver[32];	 /* "" when the kernel does not tell */
	enum kcan_link_state state;
	uint32_t bitrate_bps; /* 0: not set, or the driver does not tell */
	uint32_t restart_ms;  /* after bus-off; 0: not by itself */
	bool has_counters;    /* the two below were read */
	uint16_t tx_errors;
	uint16_t rx_errors;
	uint32_t sample_point; /* tenths of a percent of a bit; 0: not known */
};

/**
 * kcan_link_get() - facts about the interface @ifname
 *
 * State, bit rate, sample point, restart and, of one that is up, counters are what
 * its driver reports; the rest stays unknown. All but @index is for CAN interfaces
 * only and zero on others. A kernel without CAN is no error.
 *
 * Return: 0, -ENODEV when there is no such interface, or a negative errno.
 */
int kcan_link_get(struct kcan_link *out, const char *ifname);

/**
 * kcan_link_list() - the CAN interfaces there are, in the kernel's order
 * @names: filled from the front, @max entries at most
 *
 * Return: how many there are, which may be more than @max, or a negative errno.
 */
int kcan_link_list(char (*names)[IF_NAMESIZE], size_t max);

/**
 * kcan_link_confirms_ack() - what a transmit confirmation of this driver means
 *
 * Return: true when the driver is known to confirm a frame only after another
 * node has acknowledged it; false when the frame may just have been handed to
 * the adapter (vcan, slcan, gs_usb, peak_usb, drivers not known).
 */
bool kcan_link_confirms_ack(const struct kcan_link *link);

/**
 * kcan_link_has_bitrate() - whether bringing it up takes a bit rate
 *
 * Return: false for interfaces without a controller of their own: vcan, vxcan,
 * slcan.
 */
bool kcan_link_has_bitrate(const struct kcan_link *link);

/**
 * kcan_link_restore() - bring a CAN interface up as another one was
 * @before: an interface that has gone since, as an adapter's does when that resets:
 *          bit rate, sample point, restart and queue are taken from it
 * @ifname: that came instead; it is down
 *
 * Return: 0, -EPERM without CAP_NET_ADMIN, -ENODEV, or another negative errno.
 */
int kcan_link_restore(const struct kcan_link *before, const char *ifname);

/**
 * kcan_link_watch() - be told when an interface comes, goes or changes
 *
 * Return: a descriptor that is readable then, for poll(), kcan_link_changed()
 * and close(); or a negative errno.
 */
int kcan_link_watch(void);

/** Take back what made the descriptor readable; which interface is not told. */
void kcan_link_changed(int fd);

/** The state's name as ip-link(8) prints it: "ERROR-ACTIVE"; never NULL. */
const char *kcan_link_state_name(enum kcan_link_state state);

KCAN_DECLS_END

#endif
