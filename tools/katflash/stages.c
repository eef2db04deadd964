// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* The way of one board, and what becomes of it. */
#include "stages.h"

#include <string.h>

#include "tell/tell.h"

/* 100 ms from the last COMPLETE, and a reset: katapult-protocol.md, section 4.5 */
#define LEAVE_US 200000

void board_send(struct board *b)
{
	b->link->send(b);
}

uint64_t board_deadline(const struct board *b)
{
	return b->stage == STAGE_DONE ? UINT64_MAX : b->link->deadline(b);
}

const char *board_place(const struct board *b)
{
	if (!b->wire)
		return b->port->device;
	return b->port && b->stage >= STAGE_READ && b->stage <= STAGE_FLASH ?
		       b->port->path :
		       b->wire->ifname;
}

const char *board_label(const struct board *b,
			char uuid[static KCAN_UUID_STR_LEN + 1])
{
	kcan_uuid_format(&b->uuid, uuid);
	return b->name ? b->name : b->wire ? uuid : b->port->device;
}

bool board_shares_file(const struct board *a, const struct board *b)
{
	return !strcmp(a->firmware->path, b->firmware->path);
}

void board_abort(struct board *b)
{
	if (b->req)
		kcan_bootreq_abort(b->req, b->loop->now_us);
	if (b->flash)
		kcan_flash_abort(b->flash, b->loop->now_us);
	if (b->running)
		kcan_running_abort(b->running);
}

void board_free(struct board *b)
{
	kcan_bootreq_free(b->req);
	kcan_flash_free(b->flash);
	kcan_running_free(b->running);
	b->req = NULL;
	b->flash = NULL;
	b->running = NULL;
	b->flies = false;
}

void board_close(struct board *b)
{
	board_free(b);
	if (b->link)
		b->link->close(b);
}

bool stages_lost(const struct board *b)
{
	return (b->port && b->port->lost) || (b->wire && b->wire->lost);
}

void stages_finish(struct board *b)
{
	board_close(b);
	if (b->backup.saved && b->opts->command != OPTS_READ)
		end_add(&b->end, "; what was there before is in %.160s",
			b->backup.path);
	b->stage = STAGE_DONE;
	b->done_us = b->loop->now_us;
}

void stages_fail(struct board *b)
{
	end_with(&b->end, KCAN_OUTCOME_LOCAL_ERROR,
		 "there was no memory for it; nothing more was sent");
	stages_finish(b);
}

void board_begin(struct board *b)
{
	b->start_us = b->loop->now_us;
	b->stage = STAGE_ENTER;
	if (!b->link->enter(b))
		stages_fail(b);
}

bool stages_connect(struct board *b, struct kcan_flash_cfg *cfg)
{
	cfg->start = b->ident.app_start;
	cfg->nodeid = b->nodeid;
	cfg->uuid = b->uuid;
	return !kcan_flash_new(&b->flash, cfg, b->loop->now_us);
}

void stages_go_back(struct board *b, bool stay)
{
	board_free(b);
	if (stages_lost(b) || b->loop->signal) {
		stages_finish(b);
		return;
	}
	b->stage = STAGE_BACK;
	b->stays = stay || b->opts->no_start;
	if (!b->link->leave(b, b->stays))
		stages_fail(b);
}

/* Is what the stage waits for over? Where nothing is, it was done at once. */
static bool is_over(const struct board *b)
{
	if (b->req)
		return kcan_bootreq_done(b->req);
	if (b->flash)
		return kcan_flash_done(b->flash);
	if (b->running)
		return kcan_running_deadline(b->running) == UINT64_MAX;
	if (b->stage == STAGE_LEAVES)
		return b->loop->now_us >= b->due_us;
	return b->stage != STAGE_START;
}

void stages_leaves(struct board *b)
{
	board_close(b);
	b->stage = STAGE_LEAVES;
	b->due_us = b->loop->now_us + LEAVE_US;
}

static void conclude_back(struct board *b)
{
	b->link->left(b);
	if (b->stage == STAGE_BACK)
		stages_finish(b);
}

/* Nothing more can be heard or sent. */
static void lose(struct board *b)
{
	if (b->stage == STAGE_FLASH)
		b->result = kcan_flash_result(b->flash);
	end_lost(b);
	stages_finish(b);
}

/* Did it start, and take its port along before its answer was read? */
static bool has_left(struct board *b)
{
	if (!b->port || !b->port->lost || !b->flash ||
	    !kcan_flash_gone(b->flash))
		return false;
	b->port->lost = 0;
	return true;
}

void board_step(struct board *b)
{
	static void (*const concludes[])(struct board * b) = {
		[STAGE_ENTER] = stages_entered,
		[STAGE_READ] = stages_read,
		[STAGE_LOOK] = stages_read,
		[STAGE_FLASH] = stages_flashed,
		[STAGE_START] = stages_started,
		[STAGE_AGAIN] = stages_asked_again,
		[STAGE_BACK] = conclude_back,
		[STAGE_LEAVES] = stages_finish,
	};

	if (b->stage == STAGE_DONE)
		return;
	if (is_over(b) || has_left(b))
		concludes[b->stage](b);
	else if (b->stage != STAGE_LEAVES && stages_lost(b))
		lose(b);
	else if (b->stage == STAGE_START && !b->running)
		stages_start_when_due(b);
}
