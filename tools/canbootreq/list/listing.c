// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "listing.h"

#include "list_json.h"
#include "table.h"

/* Each interface has its own. */
static void say_warnings(struct report *r, const struct words_facts *facts)
{
	r->warned = 0;
	report_warnings(r, facts);
}

static void say_all_warnings(struct report *r, const struct inventory *all)
{
	struct words_facts facts;

	for (size_t i = 0; i < all->interfaces_len; i++) {
		inventory_interface_facts(&all->interfaces[i], &facts);
		say_warnings(r, &facts);
	}
	for (size_t i = 0; i < all->boards_len; i++) {
		inventory_board_facts(&all->boards[i], &facts);
		say_warnings(r, &facts);
	}
}

static void give_json(struct report *r, const struct inventory *all)
{
	for (size_t i = 0; i < all->interfaces_len; i++)
		report_line(r,
			    list_json_interface(&r->lib, &all->interfaces[i]));
	for (size_t i = 0; i < all->boards_len; i++)
		report_line(r, list_json_board(&r->lib, &all->boards[i]));
	for (size_t i = 0; i < all->mcus_len; i++)
		if (all->mcus[i].where != INVENTORY_SEEN)
			report_line(r,
				    list_json_mcu(&r->lib, all, &all->mcus[i]));
}

void listing_report(struct report *r, const struct inventory *all)
{
	const struct words_facts nothing = { .cause = CAUSE_NOTHING_HERE };

	if (r->json) {
		give_json(r, all);
	} else {
		table_print(r->streams.out, all);
		say_all_warnings(r, all);
	}
	if (!all->interfaces_len && !all->boards_len)
		report_end(r, &nothing);
}
