/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef KATFLASH_WARN_H
#define KATFLASH_WARN_H

#include "../shared/report.h"
#include "board.h"

/*
 * What was found about images, each thing once and as early as it is known. In JSON
 * it is part of the end, and nothing is printed here.
 */

/**
 * warn_of_files() - what is known before anything is sent
 * @boards: with images as judged without them
 *
 * It names the file where there are several.
 */
void warn_of_files(struct report *r, struct board *boards, size_t len);

/** What the board has added to that, before it is written; names it likewise. */
void warn_of_board(struct report *r, struct board *b);

/**
 * warn_at_end() - what was not said yet, below the line of the end
 * @image: as judged
 * @board, @first: NULL without one; and of all boards
 */
void warn_at_end(struct report *r, const struct kcan_image *image,
		 const struct end *end, const struct board *first,
		 const struct board *board);

#endif
