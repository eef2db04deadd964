/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef IO_RTNL_H
#define IO_RTNL_H

/*
 * rtnetlink: the kernel's interface for interfaces. Written by hand, because a
 * library for it would have to travel into the initrd of vcan-run's guests.
 */
#include <linux/can/netlink.h>
#include <linux/netlink.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/** What a CAN driver reports of its controller. */
struct rtnl_can {
	bool has_state; /* false: the driver reports nothing, as vcan's */
	bool has_counters;
	uint32_t state;	       /* enum can_state */
	uint32_t bitrate_bps;  /* 0: not set, or the driver does not own it */
	uint32_t sample_point; /* tenths of a percent of a bit; 0: likewise */
	uint32_t restart_ms;   /* after bus-off; 0: not by itself */
	struct can_berr_counter counters;
};

/** An interface. */
struct rtnl_link {
	unsigned int index;
	unsigned short type; /* ARPHRD_*, of <linux/if_arp.h> */
	unsigned int flags;  /* IFF_* */
	uint32_t txqueuelen; /* packets */
	struct rtnl_can can; /* all zero when it has none that reports */
};

/**
 * rtnl_open() - a socket for rtnetlink
 * @groups: RTMGRP_*: what to be notified of; 0 for nothing
 *
 * Return: to be closed by the caller, or a negative errno.
 */
int rtnl_open(unsigned int groups);

/** Make the interface @name of a @kind like "vcan". Return: 0 or -errno. */
int rtnl_add_link(const char *name, const char *kind);

/** Set the interface @name up. Return: 0, or -errno; -ENODEV: there is none. */
int rtnl_set_up(const char *name);

/**
 * rtnl_set_up_can() - set the interface @name up, and before that its controller
 * @can: bit rate, sample point and restart; of those that are 0 nothing is said
 *
 * Return: as rtnl_set_up().
 */
int rtnl_set_up_can(const char *name, const struct rtnl_can *can,
		    uint32_t txqueuelen);

/**
 * rtnl_get_link() - ask for the interface @name
 *
 * By netlink the kernel looks it up and no more; an ioctl for a name that does not
 * exist makes it run modprobe, if root asks.
 *
 * Return: 0, or -errno and @out is as it was; -ENODEV: there is none.
 */
int rtnl_get_link(struct rtnl_link *out, const char *name);

/**
 * rtnl_read_reply() - what a reply to a request is
 * @reply: any bytes, @len of them
 *
 * Return: @len when it is a message, 0 when it acknowledges the request, or the
 * negative errno that it was refused with; -EPROTO when it is none of these.
 */
ssize_t rtnl_read_reply(const struct nlmsghdr *reply, size_t len);

/**
 * rtnl_read_link() - the interface in an RTM_NEWLINK
 * @message: any bytes, @len of them
 * @out:     all zero when it is no such message
 */
void rtnl_read_link(struct rtnl_link *out, const struct nlmsghdr *message,
		    size_t len);

#endif
