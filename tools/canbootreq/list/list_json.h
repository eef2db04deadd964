/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANBOOTREQ_LIST_JSON_H
#define CANBOOTREQ_LIST_JSON_H

#include "../say/json.h"
#include "inventory.h"

/* As those of say/json.h. */
char *list_json_interface(const struct say_json *lib,
			  const struct inventory_interface *interface);
char *list_json_board(const struct say_json *lib,
		      const struct inventory_board *board);
char *list_json_mcu(const struct say_json *lib, const struct inventory *all,
		    const struct inventory_mcu *mcu);

#endif
