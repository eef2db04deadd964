// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "port_usb.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../usb/endpoint.h"
#include "../usb/vhci.h"
#include "hotplug.h"
#include "util/clean.h"

#define BATCH 64	 /* messages; then others have their turn */
#define PATIENCE_MS 8000 /* the kernel has taken the device by then */

struct port_usb {
	struct port_usb_cfg cfg;
	struct hotplug hotplug;
	int link;
	pid_t pid;
	uint32_t waits_for; /* as the source has it */
	sd_event_source *source;
};

static uint64_t now_us(struct port_usb *p)
{
	uint64_t now = 0;

	sd_event_now(p->cfg.loop, CLOCK_MONOTONIC, &now);
	return now;
}

static bool send_message(void *arg, const struct usb_link_msg *msg)
{
	struct port_usb *p = arg;

	/* that the process has gone is seen when it is listened to */
	return usb_endpoint_send(p->link, msg) != -EAGAIN;
}

/* Its end, or what it could not do, is the end of the simulation. */

static void describe_failure(struct port_usb *p, const char *reason, char *out,
			     size_t size)
{
	char uuid[KCAN_UUID_STR_LEN + 1];

	kcan_uuid_format(&p->cfg.mcu->cfg.uuid, uuid);
	snprintf(out, size, "%s on USB: %s", uuid, reason);
}

static void describe_end(struct port_usb *p, char *out, size_t size)
{
	char reason[128];
	int status = 0;

	waitpid(p->pid, &status, 0);
	p->pid = 0;
	snprintf(reason, sizeof(reason),
		 "the process that had its device has ended (%s %d): start "
		 "canmcu again",
		 WIFSIGNALED(status) ? "by signal" : "with status",
		 WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
	describe_failure(p, reason, out, size);
}

/* Return: 0, or an errno and why. */
static int check(struct port_usb *p, int err, char *sentence, size_t size)
{
	if (err == -EPIPE || err == -ECONNRESET) {
		describe_end(p, sentence, size);
		return err;
	}
	err = p->hotplug.err;
	if (err)
		describe_failure(p, vhci_problem(err), sentence, size);
	return err;
}

static bool is_over(struct port_usb *p, int err)
{
	char sentence[512];

	if (!check(p, err, sentence, sizeof(sentence)))
		return false;
	util_say(STDERR_FILENO, "canmcu: %s", sentence);
	sd_event_source_set_enabled(p->source, SD_EVENT_OFF);
	sd_event_exit(p->cfg.loop, EXIT_FAILURE);
	return true;
}

/* The loop. */

static void listen_to_link(struct port_usb *p)
{
	uint32_t events = (hotplug_is_full(&p->hotplug) ? 0 : EPOLLIN) |
			  (p->hotplug.waits ? EPOLLOUT : 0);

	if (events == p->waits_for)
		return;
	p->waits_for = events;
	sd_event_source_set_io_events(p->source, events);
}

bool port_usb_kick(struct port_usb *p)
{
	bool news = hotplug_kick(&p->hotplug, now_us(p));

	listen_to_link(p);
	return news;
}

static int on_link(sd_event_source *source, int fd, uint32_t revents, void *arg)
{
	struct port_usb *p = arg;
	struct usb_link_msg msg;
	int err = 0;

	(void)source;
	(void)revents;
	for (int i = 0; i < BATCH && !err && !hotplug_is_full(&p->hotplug);
	     i++) {
		err = usb_endpoint_receive(fd, &msg);
		if (err)
			break;
		hotplug_take(&p->hotplug, &msg, now_us(p));
		/* what it has no room for may have some after a turn */
		if (hotplug_is_full(&p->hotplug))
			p->cfg.on_turn(p->cfg.arg);
	}
	if (!is_over(p, err))
		p->cfg.on_turn(p->cfg.arg);
	return 0;
}

/* What is ready has been plugged in; on TCP that is for others to do. */
static int plug_in(struct port_usb *p, char *sentence, size_t size)
{
	struct pollfd in = { .fd = p->link, .events = POLLIN };
	bool tcp = p->cfg.mcu->cfg.usb.tcp_port;
	struct usb_link_msg msg;
	int err = 0;

	hotplug_kick(&p->hotplug, now_us(p));
	while (!tcp && p->hotplug.plugged && !p->hotplug.attached && !err) {
		if (poll(&in, 1, PATIENCE_MS) <= 0) {
			describe_failure(p,
					 "the kernel does not take the device: "
					 "see what dmesg says",
					 sentence, size);
			return -ETIMEDOUT;
		}
		err = usb_endpoint_receive(p->link, &msg);
		if (!err)
			hotplug_take(&p->hotplug, &msg, now_us(p));
		err = check(p, err, sentence, size);
	}
	return err;
}

static int start(struct port_usb *p, char *sentence, size_t size)
{
	const struct mcu_usb_cfg *usb = &p->cfg.mcu->cfg.usb;
	struct usb_endpoint_cfg cfg = { .vhci_port = usb->vhci_port,
					.tcp_port = usb->tcp_port };
	int err = usb_endpoint_start(&cfg, &p->link, &p->pid);
	char reason[128];

	if (!err)
		return 0;
	snprintf(reason, sizeof(reason), "its device cannot be started (%s)%s",
		 strerror(-err),
		 usb->tcp_port ? ": choose another TCP port" : "");
	describe_failure(p, reason, sentence, size);
	return err;
}

int port_usb_open(struct port_usb **out, const struct port_usb_cfg *cfg,
		  char *sentence, size_t size)
{
	struct port_usb *p = calloc(1, sizeof(*p));
	struct hotplug_cfg hotplug = { .world = cfg->world,
				       .mcu = cfg->mcu,
				       .events = cfg->events,
				       .send = send_message,
				       .arg = p };
	int err;

	if (!p)
		return -ENOMEM;
	*p = (struct port_usb){ .cfg = *cfg, .link = -1, .waits_for = EPOLLIN };
	hotplug_init(&p->hotplug, &hotplug);
	err = start(p, sentence, size);
	if (!err)
		err = sd_event_add_io(cfg->loop, &p->source, p->link, EPOLLIN,
				      on_link, p);
	if (err >= 0)
		err = plug_in(p, sentence, size);
	if (err < 0) {
		port_usb_close(p);
		return err;
	}
	listen_to_link(p);
	*out = p;
	return 0;
}

void port_usb_close(struct port_usb *p)
{
	if (!p)
		return;
	sd_event_source_unref(p->source);
	if (p->link >= 0)
		close(p->link);
	if (p->pid > 0)
		waitpid(p->pid, NULL, 0);
	free(p);
}

const struct mcu *port_usb_mcu(const struct port_usb *p)
{
	return p->cfg.mcu;
}

size_t port_usb_write(struct port_usb *p, const uint8_t *data, size_t len)
{
	return hotplug_write(&p->hotplug, data, len);
}
