/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef UNIT_OUTLET_PUT_H
#define UNIT_OUTLET_PUT_H

/* An outlet that is likely to be full, and what is said into it. */
#include "../support/unit.h"

#include <errno.h>
#include <signal.h>

#include "../../tools/shared/outlet.h"

#include "full_pipe.h"

static inline void put(struct say_outlet *o, enum say_kind kind,
		       const char *text)
{
	say_outlet_put(o, kind, text, strlen(text));
}

#endif
