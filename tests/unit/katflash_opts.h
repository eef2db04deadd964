/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef UNIT_KATFLASH_OPTS_H
#define UNIT_KATFLASH_OPTS_H

/* Command lines of katflash. */
#include "../support/unit.h"

#include "../../tools/katflash/opts.h"

/* needs that */
#include "command_line.h"

#define U "112233445566"
#define V "aabbccddeeff"
#define ARGS_MAX 14

#endif
