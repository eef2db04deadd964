// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* --list: what is there, found without a frame sent. */
#include "../commands.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "../../canbus/programs.h"
#include "../../shared/printer.h"
#include "../look/look.h"
#include "io/usbport.h"
#include "listing.h"
#include "util/grow.h"

struct finding {
	struct inventory all;
	struct printer printer;
	bool verbose;
	struct report *r;
	int err;
};

static void note_board(const char *port, const struct kcan_usbdev *dev,
		       void *arg)
{
	struct finding *f = arg;
	struct inventory *all = &f->all;
	struct inventory_board *more;

	if (kcan_usbdev_info(dev)->kind == KCAN_USBDEV_OTHER)
		return;
	more = util_grow(all->boards, all->boards_len, sizeof(*more));
	if (!more) {
		f->err = -ENOMEM;
		return;
	}
	all->boards = more;
	more += all->boards_len++;
	*more = (struct inventory_board){ .at.dev = *dev };
	snprintf(more->at.port, sizeof(more->at.port), "%s", port);
}

static void find_adapter(struct seek_device *out, const char *ifname)
{
	struct kcan_usbport *port;

	if (kcan_usbport_of_interface(&port, ifname))
		return;
	snprintf(out->port, sizeof(out->port), "%s", kcan_usbport_name(port));
	kcan_usbport_look(port, &out->dev);
	kcan_usbport_close(port);
}

/* One that went away meanwhile is none. */
static void note_interface(struct finding *f, const char *ifname)
{
	struct programs seen = { .program = "canbootreq",
				 .trace = f->verbose ? f->r->streams.trace :
						       NULL };
	struct inventory_interface *to =
		&f->all.interfaces[f->all.interfaces_len];

	if (kcan_link_get(&to->link, ifname) || !to->link.is_can)
		return;
	programs_look(&seen, ifname);
	to->klipper_host = seen.klipper_host;
	find_adapter(&to->adapter, ifname);
	f->all.interfaces_len++;
}

static void find_interfaces(struct finding *f)
{
	int max = kcan_link_list(NULL, 0);
	char(*names)[IF_NAMESIZE];
	int n;

	if (max < 0) {
		f->err = max;
		return;
	}
	names = calloc((size_t)max + 1, sizeof(*names));
	f->all.interfaces = calloc((size_t)max + 1, sizeof(*f->all.interfaces));
	if (names && f->all.interfaces) {
		n = kcan_link_list(names, (size_t)max);
		for (int i = 0; i < n && i < max; i++)
			note_interface(f, names[i]);
	} else {
		f->err = -ENOMEM;
	}
	free(names);
}

/* Where a name of a tty leads to; a longer one is none of the kernel's. */
static void find_tty(struct inventory_mcu *m)
{
	const char *serial = m->mcu->serial.text;
	struct stat st;
	char *path;

	if (!serial || stat(serial, &st) || !S_ISCHR(st.st_mode))
		return;
	path = realpath(serial, NULL);
	if (path && strlen(path) < sizeof(m->tty))
		memcpy(m->tty, path, strlen(path) + 1);
	free(path);
}

static void find_mcus(struct finding *f)
{
	const struct config_mcus *config = &f->printer.mcus;
	struct inventory *all = &f->all;

	all->config = config;
	all->mcus = calloc(config->len + 1, sizeof(*all->mcus));
	if (!all->mcus) {
		f->err = -ENOMEM;
		return;
	}
	all->mcus_len = config->len;
	for (size_t i = 0; i < config->len; i++) {
		all->mcus[i].mcu = &config->list[i];
		find_tty(&all->mcus[i]);
	}
	inventory_name(all);
}

/* Return: whether the interface that is to be shown alone is there. */
static bool check_interface(const struct opts *opts, struct report *r)
{
	struct words_facts facts = { .ifname = opts->ifname };
	struct kcan_link link;
	int err = kcan_link_get(&link, opts->ifname);

	if (!err && link.is_can)
		return true;
	look_explain(&facts, err ? err : -ENXIO);
	seek_adapter(opts, &facts);
	report_end(r, &facts);
	return false;
}

static void find_all(struct finding *f, const struct opts *opts)
{
	kcan_usbport_each(note_board, f);
	find_interfaces(f);
	if (!f->err && opts->config)
		find_mcus(f);
	if (!f->err && opts->on_ifname)
		inventory_keep(&f->all, opts->ifname);
}

static void end_with(struct report *r, const char *why)
{
	struct words_facts facts = { .cause = CAUSE_LOCAL };

	snprintf(facts.detail, sizeof(facts.detail), "%s", why);
	report_end(r, &facts);
}

static void list(struct finding *f, const struct opts *opts)
{
	char why[80];

	find_all(f, opts);
	if (f->err) {
		snprintf(why, sizeof(why),
			 "the interfaces cannot be listed: %s",
			 strerror(-f->err));
		end_with(f->r, why);
	} else {
		listing_report(f->r, &f->all);
	}
	free(f->all.interfaces);
	free(f->all.boards);
	free(f->all.mcus);
}

void cmd_list(const struct opts *opts, struct report *r)
{
	struct finding f = { .verbose = opts->verbose, .r = r };

	if (opts->on_ifname && !check_interface(opts, r))
		return;
	if (opts->config && printer_open(&f.printer, opts->config, r))
		end_with(r, f.printer.error);
	else
		list(&f, opts);
	printer_close(&f.printer);
}
