// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "warn.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../canbus/up.h"
#include "progress.h"
#include "util/clean.h"

#define OF_THE_BUS (1u << KCAN_IMAGE_FINDING_BIT_RATE_UNPROVEN)

/**
 * print() - a line for each
 * @findings: bits, as in @image
 * @about:    begins each, any bytes; NULL: nothing does
 * @refused:  they are why, but for warnings
 */
static void print(struct report *r, const struct kcan_image *image,
		  unsigned int findings, const char *about, bool refused)
{
	char text[KCAN_IMAGE_SENTENCE_LEN];

	for (int i = 0; i < KCAN_IMAGE_FINDING_COUNT; i++) {
		enum kcan_image_finding f = (enum kcan_image_finding)i;
		bool warns = !refused || kcan_image_finding_get(f)->severity ==
						 KCAN_IMAGE_WARNING;

		if (!(findings & 1u << i))
			continue;
		kcan_image_say(text, sizeof(text), image, f);
		report_note(r, "%s%.160s%s%s", warns ? "warning: " : "",
			    about ? about : "", about ? ": " : "", text);
	}
}

static bool are_several(const struct board *boards, size_t len)
{
	for (size_t i = 1; i < len; i++)
		if (!board_shares_file(&boards[i], &boards[0]))
			return true;
	return false;
}

static bool is_new(const struct board *boards, const struct board *b)
{
	for (; boards < b; boards++)
		if (board_shares_file(boards, b))
			return false;
	return true;
}

void warn_of_files(struct report *r, struct board *boards, size_t len)
{
	bool names = are_several(boards, len);

	for (struct board *b = boards; b < boards + len; b++) {
		/* it may be known when the board has told its chip and start */
		b->warned = b->image.findings &
			    ~(1u << KCAN_IMAGE_FINDING_START_UNPROVEN);
		if (!r->json && is_new(boards, b))
			print(r, &b->image, b->warned,
			      names ? b->firmware->path : NULL, false);
	}
}

/* Without memory it was printed all the same. */
static void keep(struct report *r, struct board *b, const char *text)
{
	char *lines;

	if (asprintf(&lines, "%s%s\n", b->warnings ? b->warnings : "", text) <
	    0) {
		r->unmade = ENOMEM;
		return;
	}
	free(b->warnings);
	b->warnings = lines;
}

void warn_boards(struct report *r, struct board *boards, size_t len,
		 const struct wire *wire, const char *format, ...)
{
	char text[SAY_SENTENCE_LEN];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	util_clean(text);
	report_note(r, "warning: %s", text);
	for (struct board *b = boards; b < boards + len; b++)
		if (!wire || b->wire == wire)
			keep(r, b, text);
}

void warn_of_queue(struct report *r, const struct wire *wire,
		   struct board *boards, size_t len)
{
	size_t need = 0;

	for (struct board *b = boards; b < boards + len; b++)
		need += b->wire == wire && !b->port ? KCAN_FLASH_FRAMES : 0;
	if (wire->link.txqueuelen >= need)
		return;
	warn_boards(r, boards, len, wire,
		    "%s has room for %u frames in its queue and %zu "
		    "may be sent at once, so half a command may be in a board "
		    "when katflash is killed; to make room: sudo ip link set "
		    "%s txqueuelen %zu",
		    wire->ifname, wire->link.txqueuelen, need, wire->ifname,
		    need > CANBUS_QUEUE_USUAL ? need :
						(size_t)CANBUS_QUEUE_USUAL);
}

void warn_of_board(struct report *r, struct board *b)
{
	unsigned int findings = b->image.findings & ~b->warned;
	char uuid[KCAN_UUID_STR_LEN + 1];

	b->warned |= findings;
	if (b->wire) {
		findings &= ~b->wire->warned;
		b->wire->warned |= findings & OF_THE_BUS;
	}
	if (!findings || r->json)
		return;
	progress_clear(r, b->opts);
	print(r, &b->image, findings,
	      b->opts->len > 1 ? board_label(b, uuid) : NULL, false);
}

static bool says(const struct kcan_image *image, enum kcan_image_finding f,
		 const char *text)
{
	char other[KCAN_IMAGE_SENTENCE_LEN];

	if (!kcan_image_has(image, f))
		return false;
	kcan_image_say(other, sizeof(other), image, f);
	return !strcmp(other, text);
}

static bool was_said(const struct kcan_image *image, enum kcan_image_finding f,
		     const struct board *first, const struct board *board)
{
	char text[KCAN_IMAGE_SENTENCE_LEN];

	kcan_image_say(text, sizeof(text), image, f);
	for (const struct board *b = first; b < board; b++)
		if (b->judged && says(&b->image, f, text))
			return true;
	return false;
}

void warn_at_end(struct report *r, const struct kcan_image *image,
		 const struct end *end, const struct board *first,
		 const struct board *board)
{
	unsigned int findings = image->findings & ~(board ? board->warned : 0);

	for (int i = 0; i < KCAN_IMAGE_FINDING_COUNT; i++)
		if (was_said(image, (enum kcan_image_finding)i, first, board))
			findings &= ~(1u << i);
	print(r, image, findings, NULL,
	      end->outcome == KCAN_OUTCOME_IMAGE_REFUSED);
}
