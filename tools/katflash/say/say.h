/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef KATFLASH_SAY_H
#define KATFLASH_SAY_H

#include "../../shared/report.h"
#include "../board.h"

/** Get ready; loads jansson when @json. Return: false: it has been said. */
bool say_start(struct report *r, bool json);

/** The end of a call that never came to its boards. */
void say_end(struct report *r, const struct end *end);

/** The end of each board that has one, and what was found about its image. */
void say_boards(struct report *r, const struct board *boards, size_t len);

/**
 * say_check() - the end of --check without a board
 * @image: as judged
 */
void say_check(struct report *r, const struct firmware *f,
	       const struct kcan_image *image, const struct end *end);

#endif
