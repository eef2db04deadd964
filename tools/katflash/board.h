/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef KATFLASH_BOARD_H
#define KATFLASH_BOARD_H

#include <kcan/bootreq.h>
#include <kcan/flash.h>
#include <kcan/image.h>
#include <kcan/link.h>

#include "../canbus/bus.h"
#include "../canbus/nodeids.h"
#include "behind.h"
#include "end.h"
#include "file/backup.h"
#include "file/firmware.h"
#include "file/previous.h"
#include "opts.h"
#include "port.h"
#include "proto/running.h"

/** One CAN interface of the call. */
struct wire {
	const char *ifname;
	struct bus bus;
	struct kcan_link link;
	struct nodeids nodeids;
	bool owns_timing; /* see struct kcan_image_board */
	int lost;	  /* a negative errno, when that bus was lost */
	bool down;	  /* it went down: to be told to its boards */
	bool away;	  /* there is no such interface: see adapter.h */
	/* behind its adapter, before that was flashed */
	struct uuids before;
	bool cut_off;	     /* none of those answers since */
	unsigned int warned; /* what of it was warned of: as of a board */
};

struct board;

/** What differs by how a board is reached: over CAN, or over a serial port. */
struct link_ops {
	/* Ask for Katapult. Return: false: there was no memory. */
	bool (*enter)(struct board *b);
	/* That is over. Sets @b->ident, and the link in @b->target. */
	enum entry (*entered)(struct board *b);
	/*
	 * Leave it as others expect it: in Katapult, or in the application that
	 * it has. Return: false: there was no memory.
	 */
	bool (*leave)(struct board *b, bool stay);
	/* That is over: is anything left to do? */
	void (*left)(struct board *b);
	/* It was told to start. */
	void (*starts)(struct board *b);
	/* It should have, and is to be asked. Return: false: see @b->end. */
	bool (*find)(struct board *b, struct kcan_running_cfg *cfg);
	/*
	 * No Klipper answers: get ready to ask whether Katapult does. Return:
	 * false: it cannot be asked, or that is known.
	 */
	bool (*turn_back)(struct board *b);
	/* Send what is due. */
	void (*send)(struct board *b);
	/* Return: when one of these is to be called again. */
	uint64_t (*deadline)(const struct board *b);
	/*
	 * For who is alone: wait for what comes, a signal or the deadline, and
	 * take it. Return: 0, or a negative errno: there is nothing to wait
	 * with. NULL: boards like this one turn together.
	 */
	int (*wait)(struct board *b, uint64_t deadline_us);
	/* Nothing more is sent or received. */
	void (*close)(struct board *b);
};

extern const struct link_ops board_on_can;     /* board.c */
extern const struct link_ops board_on_port;    /* port.c */
extern const struct link_ops board_as_adapter; /* adapter.c */

/** Where a board is on its way. */
enum stage {
	STAGE_ENTER,  /* it is asked for Katapult, which has to prove itself */
	STAGE_READ,   /* what is there is saved */
	STAGE_LOOK,   /* or only its version is looked for */
	STAGE_FLASH,  /* it is written, or compared */
	STAGE_START,  /* has the new firmware come up? */
	STAGE_AGAIN,  /* no: is it in Katapult? */
	STAGE_BACK,   /* nothing was changed: its application starts again */
	STAGE_LEAVES, /* it was told to start, and does so at @due_us */
	STAGE_DONE,
};

/** One board, from the request to the new firmware. */
struct board {
	const struct opts *opts;
	struct report *r;
	struct firmware *firmware;
	struct loop *loop;
	const struct link_ops *link;
	struct wire *wire;     /* on CAN; else NULL */
	struct port *port;     /* on a serial port, as an adapter is; or NULL */
	struct kcan_uuid uuid; /* on CAN */
	const char *name;      /* in printer.cfg; any bytes; or NULL */

	enum stage stage;
	/* where it fell silent last; STAGE_ENTER: nowhere */
	enum stage silent_in;
	struct end end;	   /* known from the first stage that fails on */
	uint64_t start_us; /* of all of it */
	uint64_t done_us;
	struct kcan_bootreq *req;
	struct kcan_flash *flash;
	struct kcan_running *running; /* begins at @due_us */
	uint64_t due_us;
	bool flies;		 /* a frame of @req or @running is not ... */
	struct can_frame flying; /* ... confirmed yet: this one */
	bool down; /* its interface went down, and has taken none of these since */
	bool cut;   /* it did so while there was a @req */
	bool stays; /* STAGE_BACK: in Katapult */

	unsigned int proofs; /* behind which it fell silent */
	bool unheard;	     /* it was asked once, and nothing has answered */
	bool twice; /* in one of them it answered twice what it was asked once */
	struct kcan_kat_ident ident; /* any bytes */
	/* that Katapult was asked for on last, and is flashed on; 0: on none yet */
	uint8_t nodeid;
	struct kcan_image_board target;
	struct kcan_image image;
	bool judged;	     /* @image is about this board */
	unsigned int warned; /* what of it was warned of: bits, as @findings */
	char *warnings;	     /* of no image: clean lines, ours; NULL: none */
	struct backup backup;
	struct previous previous; /* by that, or by STAGE_LOOK */
	/* of what answers, if not that of the image; all zero: not known */
	struct kcan_image_dictionary other;
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

/** Return: what it is behind: "can0", "/dev/ttyS0"; any bytes. */
const char *board_place(const struct board *b);

/** Return: its name, UUID (in @uuid) or device; any bytes. */
const char *board_label(const struct board *b,
			char uuid[static KCAN_UUID_STR_LEN + 1]);

/** Return: whether both get the same file, by its path. */
bool board_shares_file(const struct board *a, const struct board *b);

/** Return: how many frames it waits for, at least; 0: that is not known. */
size_t board_awaits(const struct board *b);

/** A frame came, of this process or of others. */
void board_rx(struct board *b, const struct kcan_bus_rx *rx);

/** Its interface went down; it may be up again by now. */
void board_down(struct board *b);

/** A signal came. */
void board_abort(struct board *b);

/** Release what a stage needs; what was known of the board stays. */
void board_free(struct board *b);

/** And the link. */
void board_close(struct board *b);

#endif
