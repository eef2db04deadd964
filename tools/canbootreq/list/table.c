// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "table.h"

#include <string.h>

#include "util/clean.h"

/* Columns; what follows a row is indented. */
#define LINK_ROW "%-9s %-12s %-13s %8s %7s %8s %8s %6s\n"
#define BOARD_ROW "%-9s %-12s %-14s %s\n"
#define MCU_ROW "%-14s %s\n"
#define MORE "    "

#define CELL_LEN 16 /* of a number */
#define NAME_LEN 64

/* A column: "-" when it is empty. */
static const char *cell(char *out, size_t size, const char *text)
{
	snprintf(out, size, "%s", text && *text ? text : "-");
	util_clean(out);
	return out;
}

static const char *number(char out[static CELL_LEN], bool known, uint32_t value)
{
	snprintf(out, CELL_LEN, known ? "%u" : "-", value);
	return out;
}

static void print_link(FILE *to, const struct kcan_link *link)
{
	char name[sizeof(link->name)], driver[sizeof(link->driver)];
	char bitrate[CELL_LEN], queue[CELL_LEN];
	char sample[CELL_LEN] = "-", errors[CELL_LEN] = "-", restart[CELL_LEN];

	if (link->sample_point)
		snprintf(sample, sizeof(sample), "%.1f%%",
			 (double)link->sample_point / 10);
	if (link->has_counters)
		snprintf(errors, sizeof(errors), "%u/%u", link->tx_errors,
			 link->rx_errors);
	number(restart, kcan_link_has_bitrate(link), link->restart_ms);
	fprintf(to, LINK_ROW, cell(name, sizeof(name), link->name),
		cell(driver, sizeof(driver), link->driver),
		link->up ? kcan_link_state_name(link->state) : "down",
		number(bitrate, link->bitrate_bps, link->bitrate_bps), sample,
		errors, restart, number(queue, true, link->txqueuelen));
}

/* A line below a row. */
static void print_more(FILE *to, const char *sentence,
		       const struct words_facts *facts)
{
	char text[SAY_SENTENCE_LEN];

	fprintf(to, MORE "%s\n", words_expand(text, sentence, facts));
}

static void print_adapter(FILE *to, const struct words_facts *facts)
{
	char sentence[SAY_SENTENCE_LEN];

	snprintf(sentence, sizeof(sentence), "%s on USB port {port}%s%s",
		 inventory_what(&facts->usb).text,
		 facts->has_uuid ? ", UUID {uuid}" : "",
		 facts->name ? " ({name})" : "");
	print_more(to, sentence, facts);
}

static void print_interfaces(FILE *to, const struct inventory *all)
{
	if (all->interfaces_len)
		fprintf(to, LINK_ROW, "INTERFACE", "DRIVER", "STATE", "BIT/S",
			"SAMPLE", "ERRORS", "RESTART", "QUEUE");
	for (size_t i = 0; i < all->interfaces_len; i++) {
		const struct inventory_interface *f = &all->interfaces[i];
		struct words_facts facts;

		inventory_interface_facts(f, &facts);
		print_link(to, &f->link);
		if (f->adapter.dev.devnum)
			print_adapter(to, &facts);
		if (f->klipper_host)
			print_more(to, "a Klipper host has nodes open on it",
				   &facts);
	}
}

/* How it is reached, and what tells it from others. */
static void print_device(FILE *to, const struct words_facts *facts)
{
	const struct kcan_usbdev *dev = &facts->usb;
	const char *place = dev->tty[0]	   ? "{usbtty}" :
			    dev->ifname[0] ? "{usbif}" :
					     "";
	char sentence[SAY_SENTENCE_LEN];

	snprintf(sentence, sizeof(sentence), "%s%s%s", place,
		 *place && dev->serial[0] ? ", " : "",
		 dev->serial[0] ? "serial number {usbserial}" : "");
	if (*sentence)
		print_more(to, sentence, facts);
	if (dev->by_id[0])
		print_more(to, "{tty}", facts);
}

static void print_boards(FILE *to, const struct inventory *all)
{
	if (all->boards_len)
		fprintf(to, BOARD_ROW, "USB PORT", "UUID", "NAME", "WHAT");
	for (size_t i = 0; i < all->boards_len; i++) {
		const struct inventory_board *b = &all->boards[i];
		char uuid[KCAN_UUID_STR_LEN + 1] = "-";
		char port[sizeof(b->at.port)], name[NAME_LEN];
		char what[SAY_SENTENCE_LEN];
		struct words_facts facts;

		inventory_board_facts(b, &facts);
		if (facts.has_uuid)
			kcan_uuid_format(&facts.uuid, uuid);
		words_expand(what, inventory_what(&b->at.dev).text, &facts);
		fprintf(to, BOARD_ROW, cell(port, sizeof(port), b->at.port),
			uuid, cell(name, sizeof(name), b->name), what);
		print_device(to, &facts);
	}
}

static void print_mcus(FILE *to, const struct inventory *all)
{
	bool begun = false;

	for (size_t i = 0; i < all->mcus_len; i++) {
		const struct inventory_mcu *m = &all->mcus[i];
		char name[NAME_LEN], why[SAY_SENTENCE_LEN];
		struct words_facts facts;

		if (m->where == INVENTORY_SEEN)
			continue;
		if (!begun)
			fprintf(to, MCU_ROW, "NOT SEEN", "WHY");
		begun = true;
		inventory_mcu_facts(all, m, &facts);
		words_expand(why, inventory_where(m->where)->text, &facts);
		fprintf(to, MCU_ROW, cell(name, sizeof(name), m->mcu->name),
			why);
		if (m->where != INVENTORY_INVALID)
			print_more(to, m->has_uuid ? "UUID {uuid}" : "{detail}",
				   &facts);
	}
}

void table_print(FILE *to, const struct inventory *all)
{
	print_interfaces(to, all);
	print_boards(to, all);
	print_mcus(to, all);
}
