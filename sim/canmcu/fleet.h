/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANMCU_FLEET_H
#define CANMCU_FLEET_H

#include "opts.h"

/** MCUs that are told alike: one -u or --chip-id and the options after it. */
struct fleet_group {
	struct mcu_cfg cfg; /* of the first one; the others count up */
	size_t count;
	bool has_bootloader; /* false: the family's usual one */
	size_t chip_id_len;  /* bytes; 0: named by its UUID */
	const char *name;    /* as it was typed */
};

/**
 * fleet_build() - check that such boards exist, and list them one by one
 * @out:   its @mcus are set, to be freed by opts_fini() in any case
 * @error: set on failure only
 *
 * Return: 0, -EINVAL or -ENOMEM.
 */
int fleet_build(struct opts *out, struct fleet_group *groups, size_t len,
		char error[static OPTS_ERROR_MAX]);

#endif
