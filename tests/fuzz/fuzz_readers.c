// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/usb/vhci.c tools/vcan-run/modules/closure.c
/*
 * What reads texts and messages of the kernel, as it is given any: nothing is read
 * beyond them, and what comes of them is a part of them.
 */
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../../sim/canmcu/usb/vhci.h"
#include "../../tools/vcan-run/modules/closure.h"
#include "fuzz.h"
#include "io/holder.h"
#include "io/rcvlist.h"
#include "io/rtnl.h"
#include "util/array.h"

/* An RTM_NEWLINK, in memory of its own size. */
static void read_link(const char *text, size_t len)
{
	struct nlmsghdr *message = malloc(len ? len : 1);
	struct rtnl_link got;

	check(message);
	memcpy(message, text, len);
	check(rtnl_read_reply(message, len) <= (ssize_t)len);
	rtnl_read_link(&got, message, len);
	check(got.index || len >= NLMSG_HDRLEN || !got.flags);
	check(!got.can.has_state || len > NLMSG_HDRLEN);
	free(message);
}

/* The same with a head that fits, so that what is in it is looked at. */
static void read_attributes(const char *text, size_t len)
{
	const size_t skip = NLMSG_SPACE(sizeof(struct ifinfomsg));
	struct nlmsghdr *message = calloc(1, skip + len);
	struct rtnl_link got;

	check(message);
	*message = (struct nlmsghdr){ .nlmsg_len = (uint32_t)(skip + len),
				      .nlmsg_type = RTM_NEWLINK };
	memcpy((char *)message + skip, text, len);
	rtnl_read_link(&got, message, skip + len);
	check(!got.index && !got.flags);
	free(message);
}

static void note_receiver(const struct kcan_receiver *r, void *arg)
{
	(void)arg;
	check(!strcmp(r->ifname, "can0") || !strcmp(r->ifname, "any"));
}

/* /proc/net/can/rcvlist_*, in pieces as read() gives them. */
static void read_receivers(const char *text, size_t len)
{
	int fd = memfd_create("rcvlist", MFD_CLOEXEC);
	char path[32];

	check(fd >= 0 && write(fd, text, len) == (ssize_t)len);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	check(!kcan_rcvlist_read(path, "can0", note_receiver, NULL));
	close(fd);
}

/* /proc/net/unix */
static void read_sockets(const char *text, size_t len)
{
	static const char name[] = "canbootreq/3/uuid/112233445566";

	(void)len;
	if (io_holder_socket(text, name))
		check(strstr(text, name));
}

/* The status of vhci_hcd. */
static void read_ports(const char *text, size_t len)
{
	char port[16];
	int found = vhci_find_free(text);

	(void)len;
	snprintf(port, sizeof(port), "%d", found);
	check(found < 0 || strstr(text, "hs"));
}

/* modules.dep and modules.builtin */
static void read_modules(const char *text, size_t len)
{
	static const char *const names[] = { "can", "can-raw", "gs_usb" };
	struct closure c = { 0 };
	bool there;

	(void)len;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		there = !closure_add(&c, text, names[i]);
		check(there == closure_is_builtin(text, names[i]));
	}
	for (size_t i = 0; i < c.n; i++) {
		check(*c.paths[i] && strstr(text, c.paths[i]));
		check(!strchr(c.paths[i], '\n'));
		for (size_t j = 0; j < i; j++)
			check(strcmp(c.paths[i], c.paths[j]) != 0);
	}
	closure_fini(&c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const readers[])(const char *text, size_t len) = {
		read_link,    read_attributes, read_receivers,
		read_sockets, read_ports,      read_modules,
	};
	char *text;

	if (!size)
		return 0;
	text = malloc(size);
	check(text);
	memcpy(text, data + 1, size - 1);
	text[size - 1] = '\0';
	readers[data[0] % ARRAY_SIZE(readers)](text, size - 1);
	free(text);
	return 0;
}
