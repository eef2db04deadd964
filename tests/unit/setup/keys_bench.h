/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef UNIT_SETUP_KEYS_BENCH_H
#define UNIT_SETUP_KEYS_BENCH_H

/* A board that keys are applied to. */
#include "../../support/unit.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "../../../sim/canmcu/setup/keys.h"

#define X8 "xxxxxxxx"
#define X47 X8 X8 X8 X8 X8 "xxxxxxx"

struct row {
	const char *name; /* key=value */
	/* what of the description is other than before, or the error */
	const char *want;
};

static inline int apply(struct keys_board *b, const char *setting, char *error)
{
	static char name[256];
	char *value = strchr(strcpy(name, setting), '=');

	*value++ = '\0';
	return keys_apply(b, name, value, error, KEYS_WANT_MAX + 128);
}

#endif
