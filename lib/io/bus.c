// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include <kcan/bus.h>

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "io/arphrd.h"
#include "io/rtnl.h"

#define BATCH_MAX 64
/* reading two clocks takes less, unless this process is held up in between */
#define CLOCK_NEAR_US 50
#define CLOCK_TRIES 4
/* for so long neither is looked at again: somebody may set the one */
#define CLOCK_KEPT_US 10000

/* Room for the control messages asked for: SO_RXQ_OVFL, SO_TIMESTAMPNS. */
union control {
	struct cmsghdr align;
	char bytes[CMSG_SPACE(sizeof(uint32_t)) +
		   CMSG_SPACE(sizeof(struct timespec))];
};

/* Both at the same moment; microseconds. */
struct clocks {
	uint64_t now_us; /* CLOCK_MONOTONIC */
	uint64_t day_us; /* CLOCK_REALTIME */
};

struct kcan_bus {
	int fd;
	struct clocks clocks;
	uint32_t dropped;
};

struct batch {
	struct mmsghdr msgs[BATCH_MAX];
	struct iovec iov[BATCH_MAX];
	union control control[BATCH_MAX];
};

/* The kernel has several words for what is one situation to our callers. */
static int meaning(int err)
{
	switch (err) {
	case EAGAIN:
		return -ENOBUFS;
	case ENXIO:
		return -ENODEV;
	case EPROTONOSUPPORT:
		return -EAFNOSUPPORT;
	default:
		return -err;
	}
}

static int set_int(int fd, int level, int option, int value)
{
	return setsockopt(fd, level, option, &value, sizeof(value));
}

static int set_filters(int fd, const struct kcan_bus_cfg *cfg)
{
	can_err_mask_t errors = cfg->errors;

	if (cfg->filters &&
	    setsockopt(fd, SOL_CAN_RAW, CAN_RAW_FILTER, cfg->filters,
		       (socklen_t)(cfg->filters_len * sizeof(*cfg->filters))))
		return -errno;
	if (errors && setsockopt(fd, SOL_CAN_RAW, CAN_RAW_ERR_FILTER, &errors,
				 sizeof(errors)))
		return -errno;
	return 0;
}

static int set_options(int fd, const struct kcan_bus_cfg *cfg)
{
	int err = set_filters(fd, cfg);

	if (err)
		return err;
	if (set_int(fd, SOL_CAN_RAW, CAN_RAW_RECV_OWN_MSGS, 1))
		return -errno;
	if (set_int(fd, SOL_SOCKET, SO_RXQ_OVFL, 1))
		return -errno;
	if (cfg->times && set_int(fd, SOL_SOCKET, SO_TIMESTAMPNS, 1))
		return -errno;
	/* Only root may go beyond the system's limit; others get the limit. */
	if (cfg->receive_buffer &&
	    set_int(fd, SOL_SOCKET, SO_RCVBUFFORCE, cfg->receive_buffer) &&
	    set_int(fd, SOL_SOCKET, SO_RCVBUF, cfg->receive_buffer))
		return -errno;
	return 0;
}

static int bind_to(int fd, const char *ifname)
{
	struct sockaddr_can addr = { .can_family = AF_CAN };
	struct rtnl_link link;
	int err = rtnl_get_link(&link, ifname);

	if (err)
		return err;
	addr.can_ifindex = (int)link.index;
	if (!bind(fd, (struct sockaddr *)&addr, sizeof(addr)))
		return 0;
	/* for "no CAN interface" as well as for "none at all" */
	if (errno == ENODEV && link.type != ARPHRD_CAN)
		return -ENXIO;
	return meaning(errno);
}

int kcan_bus_open(struct kcan_bus **out, const struct kcan_bus_cfg *cfg)
{
	struct kcan_bus *bus;
	int fd, err;

	fd = socket(PF_CAN, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, CAN_RAW);
	if (fd < 0)
		return meaning(errno);
	/* Before bind(): nothing unwanted may slip in between. */
	err = set_options(fd, cfg);
	if (!err)
		err = bind_to(fd, cfg->ifname);
	if (err)
		goto fail;
	bus = calloc(1, sizeof(*bus));
	if (!bus) {
		err = -ENOMEM;
		goto fail;
	}
	bus->fd = fd;
	*out = bus;
	return 0;
fail:
	close(fd);
	return err;
}

void kcan_bus_close(struct kcan_bus *bus)
{
	if (!bus)
		return;
	close(bus->fd);
	free(bus);
}

int kcan_bus_fd(const struct kcan_bus *bus)
{
	return bus->fd;
}

int kcan_bus_send(struct kcan_bus *bus, const struct can_frame *frame)
{
	ssize_t n;

	do {
		n = write(bus->fd, frame, sizeof(*frame));
	} while (n < 0 && errno == EINTR);
	return n < 0 ? meaning(errno) : 0;
}

int kcan_bus_send_all(struct kcan_bus *bus, const struct can_frame *frames,
		      size_t n)
{
	struct mmsghdr msgs[BATCH_MAX] = { 0 };
	struct iovec iov[BATCH_MAX];
	int sent;

	if (n > BATCH_MAX)
		n = BATCH_MAX;
	for (size_t i = 0; i < n; i++) {
		iov[i] = (struct iovec){ (void *)(uintptr_t)&frames[i],
					 sizeof(frames[i]) };
		msgs[i].msg_hdr =
			(struct msghdr){ .msg_iov = &iov[i], .msg_iovlen = 1 };
	}
	do {
		sent = sendmmsg(bus->fd, msgs, (unsigned int)n, MSG_DONTWAIT);
	} while (sent < 0 && errno == EINTR);
	if (sent < 0 && meaning(errno) == -ENOBUFS)
		return 0;
	return sent < 0 ? meaning(errno) : sent;
}

static void prepare(struct batch *b, struct kcan_bus_rx *rx, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		b->iov[i] = (struct iovec){ .iov_base = &rx[i].frame,
					    .iov_len = sizeof(rx[i].frame) };
		b->msgs[i].msg_hdr = (struct msghdr){
			.msg_iov = &b->iov[i],
			.msg_iovlen = 1,
			.msg_control = &b->control[i],
			.msg_controllen = sizeof(b->control[i]),
		};
	}
}

static uint64_t us_of(const struct timespec *t)
{
	return (uint64_t)t->tv_sec * 1000000 + (uint64_t)t->tv_nsec / 1000;
}

static uint64_t read_clock(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return us_of(&now);
}

/*
 * The kernel stamps with the time of day, which may be set at any time. Held up
 * between the two clocks, a frame would look older than it is.
 */
static struct clocks read_clocks(void)
{
	struct clocks best = { 0 };
	uint64_t narrowest_us = UINT64_MAX;

	for (int i = 0; i < CLOCK_TRIES && narrowest_us > CLOCK_NEAR_US; i++) {
		uint64_t from_us = read_clock(CLOCK_MONOTONIC);
		uint64_t day_us = read_clock(CLOCK_REALTIME);
		uint64_t took_us = read_clock(CLOCK_MONOTONIC) - from_us;

		if (took_us >= narrowest_us)
			continue;
		narrowest_us = took_us;
		best = (struct clocks){ from_us, day_us };
	}
	return best;
}

/* @read: whether they were read for these frames; once is enough. */
static void look_at_clocks(struct kcan_bus *bus, uint64_t stamp_us, bool *read)
{
	uint64_t day_us = bus->clocks.day_us;

	if (*read || (stamp_us >= day_us && stamp_us - day_us < CLOCK_KEPT_US))
		return;
	bus->clocks = read_clocks();
	*read = true;
}

/* What is later than clocks that were read since: the time of day was set. */
static uint64_t arrival(uint64_t stamp_us, const struct clocks *both, bool read)
{
	uint64_t at_us = both->now_us + (stamp_us - both->day_us);

	if (stamp_us < both->day_us)
		return both->day_us - stamp_us < both->now_us ? at_us : 1;
	return read ? both->now_us : at_us;
}

/* The kernel's counter of drops is absolute, and absent while it is zero. */
static void read_control(struct kcan_bus *bus, struct kcan_bus_rx *rx,
			 struct msghdr *msg, bool *read)
{
	struct timespec stamp;
	struct cmsghdr *c;

	for (c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c)) {
		if (c->cmsg_level != SOL_SOCKET)
			continue;
		if (c->cmsg_type == SO_RXQ_OVFL) {
			memcpy(&bus->dropped, CMSG_DATA(c),
			       sizeof(bus->dropped));
		} else if (c->cmsg_type == SO_TIMESTAMPNS) {
			memcpy(&stamp, CMSG_DATA(c), sizeof(stamp));
			look_at_clocks(bus, us_of(&stamp), read);
			rx->at_us = arrival(us_of(&stamp), &bus->clocks, *read);
		}
	}
}

int kcan_bus_recv(struct kcan_bus *bus, struct kcan_bus_rx *rx, size_t max)
{
	struct batch b;
	bool read = false;
	int n;

	if (max > BATCH_MAX)
		max = BATCH_MAX;
	prepare(&b, rx, max);
	do {
		n = recvmmsg(bus->fd, b.msgs, (unsigned int)max, MSG_DONTWAIT,
			     NULL);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return errno == EAGAIN ? 0 : meaning(errno);
	for (int i = 0; i < n; i++) {
		rx[i].own = b.msgs[i].msg_hdr.msg_flags & MSG_CONFIRM;
		rx[i].here = b.msgs[i].msg_hdr.msg_flags & MSG_DONTROUTE;
		rx[i].at_us = 0;
		read_control(bus, &rx[i], &b.msgs[i].msg_hdr, &read);
	}
	return n;
}

unsigned int kcan_bus_dropped(const struct kcan_bus *bus)
{
	return bus->dropped;
}
