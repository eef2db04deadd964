// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/*
 * The least that notices a new device: what canbootreq's line is measured
 * against. Prints the name in /dev of each device that the kernel adds, and when
 * that was read (CLOCK_REALTIME, seconds); until it is killed.
 */
#include <err.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static const char key[] = "DEVNAME=";

/* An event is a line "add@PATH", then "KEY=VALUE", each with a NUL behind it. */
static void show(const char *event, size_t len)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	if (strncmp(event, "add@", 4) != 0)
		return;
	for (const char *at = event; at < event + len; at += strlen(at) + 1)
		if (!strncmp(at, key, sizeof(key) - 1))
			printf("%s %lld.%06ld\n", at + sizeof(key) - 1,
			       (long long)now.tv_sec, now.tv_nsec / 1000);
	fflush(stdout);
}

int main(void)
{
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK, .nl_groups = 1 };
	char event[8192];
	ssize_t n;
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC,
			NETLINK_KOBJECT_UEVENT);

	if (fd < 0 || bind(fd, (struct sockaddr *)&kernel, sizeof(kernel)))
		err(1, "the kernel's events");
	puts("ready");
	fflush(stdout);
	while ((n = read(fd, event, sizeof(event) - 1)) > 0) {
		event[n] = '\0';
		show(event, (size_t)n);
	}
	err(1, "the kernel's events");
}
