/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANBOOTREQ_COMMANDS_H
#define CANBOOTREQ_COMMANDS_H

#include "opts.h"
#include "say/report.h"

/* What the program does; each reports how it ended. */
void cmd_request(const struct opts *opts, struct report *r);
/* With names of a printer.cfg: a request, --leave or --dry-run for each interface. */
void cmd_named(const struct opts *opts, struct report *r);
void cmd_query(const struct opts *opts, struct report *r);
/* What is there, and what printer.cfg calls it. */
void cmd_list(const struct opts *opts, struct report *r);
void cmd_listen(const struct opts *opts, struct report *r);
void cmd_dry_run(const struct opts *opts, struct report *r);

#endif
