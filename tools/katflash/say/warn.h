/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef KATFLASH_WARN_H
#define KATFLASH_WARN_H

#include "../../shared/report.h"
#include "../board.h"

/*
 * What was found before anything is written, each thing once and as early as it is
 * known. What is of an image is among the findings in JSON, and not printed here;
 * the rest is printed there, too, and among the warnings of each board.
 */

/**
 * warn_of_files() - what is known before anything is sent
 * @boards: with images as judged without them
 *
 * It names the file where there are several.
 */
void warn_of_files(struct report *r, struct board *boards, size_t len);

/**
 * warn_of_queue() - of an interface that cannot take a block for each board at once
 *
 * It goes out in pieces then, and who is killed in between leaves half of it in the
 * board.
 */
void warn_of_queue(struct report *r, const struct wire *wire,
		   struct board *boards, size_t len);

/** What the board has added to that, before it is written; names it likewise. */
void warn_of_board(struct report *r, struct board *b);

/**
 * warn_boards() - what is of no image
 * @wire: it is of those that are on this one; NULL: of all
 */
__attribute__((format(printf, 5, 6))) void
warn_boards(struct report *r, struct board *boards, size_t len,
	    const struct wire *wire, const char *format, ...);

/**
 * warn_at_end() - what was not said yet, below the line of the end
 * @image: as judged
 * @board, @first: NULL without one; and of all boards
 */
void warn_at_end(struct report *r, const struct kcan_image *image,
		 const struct end *end, const struct board *first,
		 const struct board *board);

#endif
