/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef KATFLASH_BOARD_H
#define KATFLASH_BOARD_H

#include <kcan/bootreq.h>
#include <kcan/flash.h>
#include <kcan/image.h>
#include <kcan/link.h>

#include "../canbus/bus.h"
#include "../canbus/nodeids.h"
#include "backup.h"
#include "end.h"
#include "firmware.h"
#include "opts.h"
#include "proto/running.h"

/** One CAN interface of the call. */
struct wire {
	const char *ifname;
	struct bus bus;
	struct kcan_link link;
	struct nodeids nodeids;
	bool owns_timing;     /* see struct kcan_image_board */
	struct board *holder; /* whose single frame is not confirmed yet */
	int lost;	      /* a negative errno, when that bus was lost */
};

/** Where a board is on its way. */
enum stage {
	STAGE_ENTER, /* it is asked for Katapult, which has to prove itself */
	STAGE_READ,  /* what is there is saved */
	STAGE_FLASH, /* it is written, or compared */
	STAGE_START, /* has the new firmware come up? */
	STAGE_BACK,  /* nothing was changed: its application starts again */
	STAGE_DONE,
};

/** One board, from the request to the new firmware. */
struct board {
	const struct opts *opts;
	struct firmware *firmware;
	struct wire *wire;
	struct kcan_uuid uuid;
	const char *name; /* in printer.cfg; any bytes; or NULL */

	enum stage stage;
	struct end end;	   /* known from the first stage that fails on */
	uint64_t start_us; /* of all of it */
	uint64_t done_us;
	struct kcan_bootreq *req;
	struct kcan_flash *flash;
	struct kcan_running *running; /* begins at @due_us */
	uint64_t due_us;
	struct can_frame flying; /* of @req or @running; while it is the holder */

	struct kcan_kat_ident ident; /* any bytes */
	uint8_t nodeid; /* that Katapult was proven on, and is flashed on */
	struct kcan_image_board target;
	struct kcan_image image;
	bool judged; /* @image is about this board */
	struct backup backup;
	struct kcan_flash_result result;
	struct nodeids_draw draw;
};

/** Ask for Katapult; the first frame is due at once. */
void board_begin(struct board *b);

/** Go on to the next stage, or to the end, when one is over. */
void board_step(struct board *b);

/** Send what is due. */
void board_send(struct board *b);

/** Return: when one of these is to be called again; UINT64_MAX: never. */
uint64_t board_deadline(const struct board *b);

/** A frame came, of this process or of others. */
void board_rx(struct board *b, const struct kcan_bus_rx *rx);

/** A signal came. */
void board_abort(struct board *b);

void board_free(struct board *b);

#endif
