// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: tools/serial tools/shared
#include <errno.h>
#include <string.h>

#include <kcan/version.h>

#include "../serial/ask.h"
#include "../shared/linked.h"
#include "../shared/printer.h"
#include "opts.h"
#include "report.h"

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
	return printer_port(p, mcu, &facts->device,
			    opts->has_baud ? NULL : &facts->baud_bps);
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
		ask_device(facts, &loop);
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
		fputs("serialbootreq " KCAN_VERSION LINKED_JANSSON "\n",
		      r->streams.out);
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
