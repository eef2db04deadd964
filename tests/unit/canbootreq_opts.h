/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef UNIT_CANBOOTREQ_OPTS_H
#define UNIT_CANBOOTREQ_OPTS_H

/* Command lines of canbootreq. */
#include "../support/unit.h"

#include "../../tools/canbootreq/opts.h"

/* needs that */
#include "command_line.h"

#define U "112233445566"
#define ARGS_MAX 8

#endif
