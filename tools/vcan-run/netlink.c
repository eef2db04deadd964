// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include <errno.h>
#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "netlink.h"

struct request {
	struct nlmsghdr head;
	struct ifinfomsg info;
	char attrs[128];
};

static struct rtattr *add_attr(struct request *r, int type, const char *text)
{
	size_t len = text ? strlen(text) : 0;
	struct rtattr *a;

	a = (struct rtattr *)((char *)r + NLMSG_ALIGN(r->head.nlmsg_len));
	a->rta_type = type;
	a->rta_len = RTA_LENGTH(len);
	if (len)
		memcpy(RTA_DATA(a), text, len);
	r->head.nlmsg_len =
		NLMSG_ALIGN(r->head.nlmsg_len) + RTA_ALIGN(a->rta_len);
	return a;
}

static int read_ack(int fd)
{
	struct {
		struct nlmsghdr head;
		struct nlmsgerr err;
		char rest[512];
	} answer;
	ssize_t n = recv(fd, &answer, sizeof(answer), 0);

	if (n < 0)
		return -errno;
	if ((size_t)n < NLMSG_LENGTH(sizeof(answer.err)) ||
	    answer.head.nlmsg_type != NLMSG_ERROR)
		return -EPROTO;
	return answer.err.error;
}

static int ask(struct request *r)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	int err;

	if (fd < 0)
		return -errno;
	if (send(fd, r, r->head.nlmsg_len, 0) < 0)
		err = -errno;
	else
		err = read_ack(fd);
	close(fd);
	return err;
}

int netlink_add_vcan(const char *name)
{
	struct request r = {
		.head.nlmsg_len = NLMSG_LENGTH(sizeof(r.info)),
		.head.nlmsg_type = RTM_NEWLINK,
		.head.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE |
				    NLM_F_EXCL,
	};
	struct rtattr *nest;

	add_attr(&r, IFLA_IFNAME, name);
	nest = add_attr(&r, IFLA_LINKINFO, NULL);
	add_attr(&r, IFLA_INFO_KIND, "vcan");
	nest->rta_len = (char *)&r + r.head.nlmsg_len - (char *)nest;
	return ask(&r);
}

int netlink_set_up(const char *name)
{
	struct request r = {
		.head.nlmsg_len = NLMSG_LENGTH(sizeof(r.info)),
		.head.nlmsg_type = RTM_NEWLINK,
		.head.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK,
		.info.ifi_index = if_nametoindex(name),
		.info.ifi_change = IFF_UP,
		.info.ifi_flags = IFF_UP,
	};

	return r.info.ifi_index ? ask(&r) : -ENODEV;
}
