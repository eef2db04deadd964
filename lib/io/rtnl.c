// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "rtnl.h"

#include <errno.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* bytes; the kernel's answers for one interface stay below 4 KiB */
#define ANSWER_MAX 16384

struct request {
	struct nlmsghdr head;
	struct ifinfomsg info;
	char attrs[128];
};

union answer {
	struct nlmsghdr head;
	char bytes[ANSWER_MAX];
};

/* Attributes in a row. */
struct attrs {
	const char *at;
	size_t len;
};

int rtnl_open(unsigned int groups)
{
	const struct sockaddr_nl addr = { .nl_family = AF_NETLINK,
					  .nl_groups = groups };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	int err;

	if (fd < 0)
		return -errno;
	if (!bind(fd, (const struct sockaddr *)&addr, sizeof(addr)))
		return fd;
	err = -errno;
	close(fd);
	return err;
}

ssize_t rtnl_read_reply(const struct nlmsghdr *reply, size_t len)
{
	const struct nlmsgerr *refusal = NLMSG_DATA(reply);

	if (!NLMSG_OK(reply, len))
		return -EPROTO;
	if (reply->nlmsg_type != NLMSG_ERROR)
		return (ssize_t)len;
	/* "error" 0 is the acknowledgement */
	if (len < NLMSG_LENGTH(sizeof(*refusal)) || refusal->error > 0)
		return -EPROTO;
	return refusal->error;
}

/* Return: as rtnl_read_reply(), or a negative errno. */
static ssize_t exchange(int fd, const struct request *r, union answer *answer)
{
	ssize_t n = send(fd, r, r->head.nlmsg_len, 0);

	if (n >= 0)
		n = recv(fd, answer, sizeof(*answer), MSG_TRUNC);
	if (n < 0)
		return -errno;
	if ((size_t)n > sizeof(*answer))
		return -EMSGSIZE;
	return rtnl_read_reply(&answer->head, (size_t)n);
}

static ssize_t ask(const struct request *r, union answer *answer)
{
	int fd = rtnl_open(0);
	ssize_t n;

	if (fd < 0)
		return fd;
	n = exchange(fd, r, answer);
	close(fd);
	return n;
}

/* Return: 0, or what the kernel refused it with. */
static int order(const struct request *r)
{
	union answer answer;
	ssize_t n = ask(r, &answer);

	return n > 0 ? -EPROTO : (int)n;
}

static struct rtattr *add_attr(struct request *r, unsigned short type,
			       const void *value, size_t len)
{
	struct rtattr *a;

	a = (struct rtattr *)((char *)r + NLMSG_ALIGN(r->head.nlmsg_len));
	a->rta_type = type;
	a->rta_len = (unsigned short)RTA_LENGTH(len);
	if (len)
		memcpy(RTA_DATA(a), value, len);
	r->head.nlmsg_len =
		NLMSG_ALIGN(r->head.nlmsg_len) + RTA_ALIGN(a->rta_len);
	return a;
}

static struct rtattr *begin_nest(struct request *r, unsigned short type)
{
	return add_attr(r, type, NULL, 0);
}

static void end_nest(const struct request *r, struct rtattr *nest)
{
	nest->rta_len =
		(unsigned short)((char *)r + r->head.nlmsg_len - (char *)nest);
}

int rtnl_add_link(const char *name, const char *kind)
{
	struct request r = {
		.head.nlmsg_len = NLMSG_LENGTH(sizeof(r.info)),
		.head.nlmsg_type = RTM_NEWLINK,
		.head.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE |
				    NLM_F_EXCL,
	};
	struct rtattr *nest;

	if (strlen(name) >= IF_NAMESIZE || strlen(kind) >= IF_NAMESIZE)
		return -ENAMETOOLONG;
	add_attr(&r, IFLA_IFNAME, name, strlen(name));
	nest = begin_nest(&r, IFLA_LINKINFO);
	add_attr(&r, IFLA_INFO_KIND, kind, strlen(kind));
	end_nest(&r, nest);
	return order(&r);
}

/* Return: 0, or -ENODEV: no interface has such a name. */
static int add_name(struct request *r, const char *name)
{
	if (!*name || strlen(name) >= IF_NAMESIZE)
		return -ENODEV;
	add_attr(r, IFLA_IFNAME, name, strlen(name));
	return 0;
}

static const struct request going_up = {
	.head.nlmsg_len = NLMSG_LENGTH(sizeof(struct ifinfomsg)),
	.head.nlmsg_type = RTM_NEWLINK,
	.head.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK,
	.info.ifi_change = IFF_UP,
	.info.ifi_flags = IFF_UP,
};

int rtnl_set_up(const char *name)
{
	struct request r = going_up;
	int err = add_name(&r, name);

	return err ? err : order(&r);
}

static void add_can(struct request *r, const struct rtnl_can *can)
{
	const struct can_bittiming timing = {
		.bitrate = can->bitrate_bps, .sample_point = can->sample_point
	};
	struct rtattr *info = begin_nest(r, IFLA_LINKINFO), *data;

	add_attr(r, IFLA_INFO_KIND, "can", strlen("can"));
	data = begin_nest(r, IFLA_INFO_DATA);
	if (can->bitrate_bps)
		add_attr(r, IFLA_CAN_BITTIMING, &timing, sizeof(timing));
	if (can->restart_ms)
		add_attr(r, IFLA_CAN_RESTART_MS, &can->restart_ms,
			 sizeof(can->restart_ms));
	end_nest(r, data);
	end_nest(r, info);
}

int rtnl_set_up_can(const char *name, const struct rtnl_can *can,
		    uint32_t txqueuelen)
{
	struct request r = going_up;
	int err = add_name(&r, name);

	if (err)
		return err;
	add_attr(&r, IFLA_TXQLEN, &txqueuelen, sizeof(txqueuelen));
	if (can->bitrate_bps || can->restart_ms)
		add_can(&r, can);
	return order(&r);
}

/* What is in the first attribute of this type; empty when there is none. */
static struct attrs inside(struct attrs in, unsigned short type)
{
	const struct rtattr *a = (const struct rtattr *)in.at;
	int left = (int)in.len; /* RTA_NEXT() may go below zero */

	for (; RTA_OK(a, left); a = RTA_NEXT(a, left))
		if ((a->rta_type & NLA_TYPE_MASK) == type)
			return (struct attrs){ RTA_DATA(a), RTA_PAYLOAD(a) };
	return (struct attrs){ NULL, 0 };
}

static bool copy(struct attrs in, unsigned short type, void *out, size_t size)
{
	struct attrs value = inside(in, type);

	if (value.len < size)
		return false;
	memcpy(out, value.at, size);
	return true;
}

static void read_can(struct rtnl_can *out, struct attrs link)
{
	struct attrs info = inside(link, IFLA_LINKINFO);
	struct attrs data = inside(info, IFLA_INFO_DATA);
	struct can_bittiming timing;
	char kind[sizeof("can")];

	/* the numbers of its data are each kind's own */
	if (!copy(info, IFLA_INFO_KIND, kind, sizeof(kind)) ||
	    memcmp(kind, "can", sizeof(kind)) != 0)
		return;
	out->has_state =
		copy(data, IFLA_CAN_STATE, &out->state, sizeof(out->state));
	if (copy(data, IFLA_CAN_BITTIMING, &timing, sizeof(timing))) {
		out->bitrate_bps = timing.bitrate;
		out->sample_point = timing.sample_point;
	}
	copy(data, IFLA_CAN_RESTART_MS, &out->restart_ms,
	     sizeof(out->restart_ms));
	out->has_counters = copy(data, IFLA_CAN_BERR_COUNTER, &out->counters,
				 sizeof(out->counters));
}

void rtnl_read_link(struct rtnl_link *out, const struct nlmsghdr *message,
		    size_t len)
{
	const size_t skip = NLMSG_SPACE(sizeof(struct ifinfomsg));
	const struct ifinfomsg *info = NLMSG_DATA(message);
	struct attrs attrs;

	*out = (struct rtnl_link){ 0 };
	if (!NLMSG_OK(message, len) || message->nlmsg_type != RTM_NEWLINK ||
	    message->nlmsg_len < skip)
		return;
	out->index = (unsigned int)info->ifi_index;
	out->type = info->ifi_type;
	out->flags = info->ifi_flags;
	attrs = (struct attrs){ (const char *)message + skip,
				message->nlmsg_len - skip };
	copy(attrs, IFLA_TXQLEN, &out->txqueuelen, sizeof(out->txqueuelen));
	read_can(&out->can, attrs);
}

int rtnl_get_link(struct rtnl_link *out, const char *name)
{
	struct request r = {
		.head.nlmsg_len = NLMSG_LENGTH(sizeof(r.info)),
		.head.nlmsg_type = RTM_GETLINK,
		.head.nlmsg_flags = NLM_F_REQUEST,
	};
	union answer answer = { .head.nlmsg_len = 0 };
	ssize_t n;
	int err;

	err = add_name(&r, name);
	if (err)
		return err;
	n = ask(&r, &answer);
	if (n < 0)
		return (int)n;
	rtnl_read_link(out, &answer.head, (size_t)n);
	return 0;
}
