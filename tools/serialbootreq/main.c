// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: tools/shared
#include <errno.h>
#include <string.h>

#include <kcan/version.h>

#include "../shared/printer.h"
#include "ask.h"
#include "report.h"

/* An adapter is on USB, too, but what is behind it is asked as a UART is. */
static bool is_usb(const struct words_facts *facts)
{
	return facts->way == WAY_USB ||
	       kcan_usbdev_info(&facts->usb)->kind == KCAN_USBDEV_KLIPPER;
}

static void ask_port(struct words_facts *facts, struct loop *l,
		     struct kcan_usbport *port)
{
	snprintf(facts->port, sizeof(facts->port), "%s",
		 kcan_usbport_name(port));
	kcan_usbport_look(port, &facts->usb);
	if (kcan_usbdev_is_loader(&facts->usb)) {
		facts->way = WAY_USB;
		facts->cause = CAUSE_USB_ALREADY;
	} else if (is_usb(facts)) {
		ask_usb(facts, l, port);
	} else {
		ask_uart(facts, l);
	}
}

/* What cannot be found out here is found out by opening it. */
static void ask(struct words_facts *facts, struct loop *l)
{
	struct kcan_usbport *port = NULL;
	int err = facts->way == WAY_UART ?
			  -ENXIO :
			  kcan_usbport_of_tty(&port, facts->device);

	if (err == -ENOENT && ask_by_name(facts))
		return;
	if (!err)
		ask_port(facts, l, port);
	else if (facts->way == WAY_USB && err == -ENXIO)
		facts->cause = CAUSE_NOT_USB;
	else
		ask_uart(facts, l);
	kcan_usbport_close(port);
}

static int find_rate(struct words_facts *facts, struct printer *p,
		     const struct config_value *baud)
{
	char what[128], error[OPTS_ERROR_LEN];
	int err;

	snprintf(what, sizeof(what), "%.80s:%u: baud", baud->file, baud->line);
	err = opts_parse_baud(&facts->baud_bps, what, baud->text, error);
	if (err)
		snprintf(p->error, sizeof(p->error), "%s", error);
	return err;
}

/* Return: 0, or a negative errno and why in @p->error. */
static int find_named(struct words_facts *facts, struct printer *p,
		      const struct opts *opts, struct report *r)
{
	const struct config_mcu *mcu;
	int err = printer_open(p, opts->config, r);

	if (!err)
		err = config_mcus_find(&p->mcus, &mcu, opts->name, p->error);
	if (err)
		return err;
	if (mcu->uuid.text) {
		printer_can_advice(p, mcu);
		return -EINVAL;
	}
	if (config_mcu_is_process(mcu) || !*mcu->serial.text) {
		printer_serial_advice(mcu, p->error);
		return -EINVAL;
	}
	if (mcu->baud.text && !opts->has_baud)
		err = find_rate(facts, p, &mcu->baud);
	if (!err)
		facts->device = mcu->serial.text;
	return err;
}

static void request(const struct opts *opts, struct report *r,
		    struct words_facts *facts)
{
	struct loop loop;
	uint64_t start_us;
	int err = loop_init(&loop, &r->streams, opts->verbose);

	start_us = loop.now_us;
	if (err) {
		facts->cause = CAUSE_LOCAL;
		snprintf(facts->detail, sizeof(facts->detail), "%s",
			 strerror(-err));
	} else {
		ask(facts, &loop);
	}
	facts->signal = loop.signal;
	facts->elapsed_us = loop_now(&loop) - start_us;
	report_end(r, facts);
}

static void request_named(const struct opts *opts, struct report *r,
			  struct words_facts *facts)
{
	struct printer printer;

	if (find_named(facts, &printer, opts, r)) {
		facts->cause = CAUSE_LOCAL;
		snprintf(facts->detail, sizeof(facts->detail), "%s",
			 printer.error);
		report_end(r, facts);
	} else {
		request(opts, r, facts);
	}
	printer_close(&printer);
}

static void run(const struct opts *opts, struct report *r)
{
	struct words_facts facts = { .device = opts->device,
				     .way = opts->way,
				     .baud_bps = opts->baud_bps,
				     .katapult_bps = opts->katapult_bps,
				     .timeout_us = opts->timeout_us };

	if (!report_open(r, opts->json, &facts))
		report_end(r, &facts);
	else if (opts->command == OPTS_HELP)
		opts_help(r->streams.out);
	else if (opts->command == OPTS_VERSION)
		fputs("serialbootreq " KCAN_VERSION "\n", r->streams.out);
	else if (opts->command == OPTS_DRY_RUN)
		report_dry_run(r);
	else if (opts->name)
		request_named(opts, r, &facts);
	else
		request(opts, r, &facts);
}

int main(int argc, char **argv)
{
	struct opts opts;
	struct report report;

	if (opts_parse(&opts, argc, argv))
		report_usage(&report, opts.json, opts.error);
	else
		run(&opts, &report);
	return report_close(&report);
}
