// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "up.h"

#include <unistd.h>

#include <kcan/link.h>

bool canbus_is_up(const char *ifname)
{
	struct kcan_link link;

	return !kcan_link_get(&link, ifname) && link.up;
}

bool canbus_wait_up(struct loop *l, const char *ifname, uint64_t end_us)
{
	int fd = kcan_link_watch();
	int n = fd;

	loop_now(l);
	while (n >= 0 && !l->signal && !canbus_is_up(ifname) &&
	       l->now_us < end_us) {
		n = loop_wait(l, fd, end_us);
		kcan_link_changed(fd);
	}
	if (fd >= 0)
		close(fd);
	return canbus_is_up(ifname);
}
