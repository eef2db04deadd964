// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* The way of one board, and what becomes of it. */
#include <string.h>

#include "board.h"
#include "tell.h"

#define START_US 200000 /* from the ACK of COMPLETE: flashing.md, section 6.2 */
#define TALK_US 3000000 /* for two questions */
#define PROOFS_MAX 3	/* until its flash is read, or written */

static uint64_t now_of(const struct board *b)
{
	return b->loop->now_us;
}

static const char *file_of(const struct board *b)
{
	return b->firmware->path;
}

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

void board_abort(struct board *b)
{
	if (b->req)
		kcan_bootreq_abort(b->req, now_of(b));
	if (b->flash)
		kcan_flash_abort(b->flash, now_of(b));
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

static bool is_lost(const struct board *b)
{
	return (b->port && b->port->lost) || (b->wire && b->wire->lost);
}

static void finish(struct board *b)
{
	board_close(b);
	if (b->backup.saved && b->opts->command != OPTS_READ)
		end_add(&b->end, "; what was there before is in %.160s",
			b->backup.path);
	b->stage = STAGE_DONE;
	b->done_us = now_of(b);
}

static void fail_here(struct board *b)
{
	end_with(&b->end, KCAN_OUTCOME_LOCAL_ERROR,
		 "there was no memory for it; nothing more was sent");
	finish(b);
}

void board_begin(struct board *b)
{
	b->start_us = now_of(b);
	b->stage = STAGE_ENTER;
	if (!b->link->enter(b))
		fail_here(b);
}

/*
 * Leave it as others expect it: without a nodeid, in Katapult or, unless it is to
 * @stay there, in the application that it has.
 */
static void go_back(struct board *b, bool stay)
{
	board_free(b);
	if (is_lost(b) || b->loop->signal) {
		finish(b);
		return;
	}
	b->stage = STAGE_BACK;
	if (!b->link->leave(b, stay || b->opts->no_start))
		fail_here(b);
}

static void judge(struct board *b)
{
	b->target.old = b->previous.is == PREVIOUS_KLIPPER ?
				&b->previous.dictionary :
				NULL;
	kcan_image_judge(&b->image, b->firmware->bytes, b->firmware->len,
			 &b->firmware->dictionary, &b->target);
	b->judged = true;
}

static bool new_flash(struct board *b, struct kcan_flash_cfg *cfg)
{
	cfg->start = b->ident.app_start;
	cfg->nodeid = b->nodeid;
	cfg->uuid = b->uuid;
	if (!kcan_flash_new(&b->flash, cfg, now_of(b)))
		return true;
	end_with(&b->end, KCAN_OUTCOME_LOCAL_ERROR,
		 "there was no memory for that; nothing was written");
	go_back(b, false);
	return false;
}

static void begin_flash(struct board *b)
{
	bool verify = b->opts->command == OPTS_VERIFY;
	struct kcan_flash_cfg cfg = {
		.goal = verify ? KCAN_FLASH_GOAL_VERIFY : KCAN_FLASH_GOAL_WRITE,
		.chip = kcan_chip_find(b->ident.mcu),
		.image = b->firmware->bytes,
		.len = b->image.size,
		.skip_same = true,
		.stay = b->opts->no_start,
	};

	if (!new_flash(b, &cfg))
		return;
	b->stage = STAGE_FLASH;
}

/* Of what is there, for --read or before it is overwritten. */
static void begin_read(struct board *b)
{
	struct kcan_flash_cfg cfg = { .goal = KCAN_FLASH_GOAL_READ,
				      .block = backup_take,
				      .ctx = &b->backup };

	if (backup_begin(&b->backup, &b->ident)) {
		end_with(&b->end, KCAN_OUTCOME_LOCAL_ERROR,
			 "it cannot be saved: %s; nothing was written",
			 b->backup.error);
		go_back(b, false);
		return;
	}
	cfg.len = b->backup.room;
	if (!new_flash(b, &cfg))
		return;
	b->stage = STAGE_READ;
}

/* All that is read before anything is written was read. */
static void go_on(struct board *b)
{
	b->result = (struct kcan_flash_result){ 0 };
	judge(b);
	if (b->opts->command == OPTS_CHECK) {
		end_checked(b);
		go_back(b, false);
	} else {
		begin_flash(b);
	}
}

/* Which version is it that is there? */
static void begin_look(struct board *b)
{
	struct kcan_flash_cfg cfg = { .goal = KCAN_FLASH_GOAL_READ,
				      .block = previous_take,
				      .ctx = &b->previous };

	if (!previous_begin(&b->previous, b->firmware, &b->ident)) {
		go_on(b);
		return;
	}
	cfg.len = b->previous.room;
	if (new_flash(b, &cfg))
		b->stage = STAGE_LOOK;
}

/* Return: whether it is asked for once more. */
static bool enter_again(struct board *b)
{
	if (is_lost(b) || b->loop->signal || ++b->proofs >= PROOFS_MAX)
		return false;
	previous_free(&b->previous);
	backup_free(&b->backup);
	if (b->stage != STAGE_ENTER)
		b->silent_in = b->stage;
	b->stage = STAGE_ENTER;
	if (!b->link->enter(b))
		fail_here(b);
	return true;
}

static void conclude_enter(struct board *b)
{
	enum entry entry = b->link->entered(b);
	const char *refusal;

	board_free(b);
	/* this process, or the bus, may have been busy for too long */
	if (entry == ENTRY_UNNAMED && enter_again(b))
		return;
	if (entry != ENTRY_PROVEN) {
		/* what it fell silent at says more of what helps */
		if (entry != ENTRY_DOWN && b->silent_in != STAGE_ENTER &&
		    b->end.outcome == KCAN_OUTCOME_NO_ANSWER) {
			b->stage = b->silent_in;
			end_flash(b);
		}
		finish(b);
		return;
	}
	b->target.mcu = b->ident.mcu;
	b->target.start = b->ident.app_start;
	if (b->ident.block_size != KCAN_KAT_BLOCK_SIZE) {
		end_unlike(b);
		go_back(b, false);
		return;
	}
	if (b->opts->command == OPTS_READ) {
		begin_read(b);
		return;
	}
	judge(b);
	refusal = firmware_refusal(&b->image, b->opts->force);
	if (refusal) {
		end_with(&b->end, KCAN_OUTCOME_IMAGE_REFUSED,
			 "%.200s %s; nothing was erased", file_of(b), refusal);
		go_back(b, false);
	} else if (b->backup.saved) { /* it fell silent behind that */
		go_on(b);
	} else if (b->backup.path) {
		begin_read(b);
	} else if (b->opts->command == OPTS_VERIFY) {
		begin_flash(b);
	} else {
		begin_look(b);
	}
}

static void begin_start(struct board *b)
{
	b->link->starts(b);
	if (b->opts->no_wait) {
		end_unwaited(b);
		finish(b);
		return;
	}
	b->stage = STAGE_START;
	b->due_us = now_of(b) + START_US;
}

/* It answers, so it can be left without a nodeid. */
static bool is_talking(const struct kcan_flash_result *result)
{
	return result->verdict == KCAN_FLASH_FLASHED ||
	       result->verdict == KCAN_FLASH_SAME ||
	       result->verdict == KCAN_FLASH_READ ||
	       result->verdict == KCAN_FLASH_DIFFERS ||
	       result->verdict == KCAN_FLASH_REFUSED;
}

/*
 * Nothing of it was changed, so likely it has started its application, as somebody
 * had told it to before us. One on a port takes that along.
 */
static bool fell_silent(const struct board *b)
{
	return b->result.verdict == KCAN_FLASH_SILENT && !b->port &&
	       (b->result.content == KCAN_FLASH_CONTENT_UNKNOWN ||
		b->result.content == KCAN_FLASH_CONTENT_OLD);
}

/* --read is over. */
static void conclude_saved(struct board *b)
{
	if (b->backup.size)
		end_saved(b);
	else
		end_blank(b);
	go_back(b, !b->backup.size);
}

static void keep(struct board *b)
{
	backup_end(&b->backup);
	if (b->backup.dictionary.len)
		b->previous.is = PREVIOUS_KLIPPER;
	else if (!b->backup.size)
		b->previous.is = PREVIOUS_NONE;
	b->previous.dictionary = b->backup.dictionary;
	if (b->backup.size && backup_save(&b->backup)) {
		end_with(&b->end, KCAN_OUTCOME_LOCAL_ERROR,
			 "what is in its flash could not be saved: %s; nothing "
			 "was written to it",
			 b->backup.error);
		go_back(b, false);
	} else if (b->opts->command == OPTS_READ) {
		conclude_saved(b);
	} else {
		go_on(b);
	}
}

static void conclude_read(struct board *b)
{
	b->result = kcan_flash_result(b->flash);
	board_free(b);
	/* what would come now does not hear of the signal */
	if (b->loop->signal && b->opts->command != OPTS_READ &&
	    b->result.verdict == KCAN_FLASH_READ)
		b->result.verdict = KCAN_FLASH_ABORTED;
	if (b->result.verdict == KCAN_FLASH_READ) {
		if (b->stage == STAGE_READ)
			keep(b);
		else
			go_on(b);
		return;
	}
	if (fell_silent(b) && enter_again(b))
		return;
	end_flash(b);
	if (is_talking(&b->result))
		go_back(b, false);
	else
		finish(b);
}

/*
 * It was told to start. When nobody has acknowledged that, it may have started all
 * the same (flashing.md, section 4.1).
 */
static bool is_to_run(const struct board *b)
{
	return !b->opts->no_start && (b->result.verdict == KCAN_FLASH_FLASHED ||
				      b->result.verdict == KCAN_FLASH_SAME);
}

static void conclude_flash(struct board *b)
{
	b->result = kcan_flash_result(b->flash);
	board_free(b);
	if (fell_silent(b) && enter_again(b))
		return;
	end_flash(b);
	if (!is_talking(&b->result))
		finish(b);
	else if (b->opts->command == OPTS_VERIFY)
		go_back(b, false);
	else if (is_to_run(b))
		begin_start(b);
	else
		go_back(b, true);
}

static void begin_running(struct board *b)
{
	struct kcan_running_cfg cfg = {
		.silence_us = b->opts->timeout_us,
		.talk_us = TALK_US,
		.len = b->firmware->dictionary.len,
		.reset = b->firmware->has_reset ? &b->firmware->reset : NULL,
	};

	if (cfg.len)
		cfg.dictionary =
			b->firmware->bytes + b->firmware->dictionary.offset;
	if (!b->link->find(b, &cfg)) {
		finish(b);
	} else if (kcan_running_new(&b->running, &b->uuid, &cfg, now_of(b))) {
		end_unasked(b);
		finish(b);
	}
}

static uint32_t enough(void *ctx, uint32_t address, const uint8_t *data,
		       size_t len)
{
	(void)ctx;
	(void)address;
	(void)data;
	(void)len;
	return 0;
}

/* Return: whether it is asked if it is in Katapult: flashing.md, section 6.2. */
static bool begin_again(struct board *b)
{
	const struct kcan_flash_cfg cfg = { .goal = KCAN_FLASH_GOAL_READ,
					    .start = b->ident.app_start,
					    .nodeid = b->nodeid,
					    .uuid = b->uuid,
					    .len = KCAN_KAT_BLOCK_SIZE,
					    .block = enough };

	if (!b->link->turn_back(b) ||
	    kcan_flash_new(&b->flash, &cfg, now_of(b)))
		return false;
	b->stage = STAGE_AGAIN;
	return true;
}

static void conclude_start(struct board *b)
{
	enum kcan_running_verdict verdict =
		kcan_running_result(b->running).verdict;

	board_free(b);
	end_start(b, verdict);
	if (verdict != KCAN_RUNNING_SILENT || !begin_again(b))
		finish(b);
}

static void conclude_again(struct board *b)
{
	struct kcan_flash_result result = kcan_flash_result(b->flash);

	board_free(b);
	if (result.identified) {
		end_again(b);
		go_back(b, true);
	} else {
		finish(b);
	}
}

static void conclude_back(struct board *b)
{
	b->link->left(b);
	finish(b);
}

static void start_when_due(struct board *b)
{
	if (b->loop->signal) {
		end_start(b, KCAN_RUNNING_ABORTED);
		finish(b);
	} else if (now_of(b) >= b->due_us) {
		begin_running(b);
	}
}

/* Nothing more can be heard or sent. */
static void lose(struct board *b)
{
	if (b->stage == STAGE_FLASH)
		b->result = kcan_flash_result(b->flash);
	end_lost(b);
	finish(b);
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
	return b->stage != STAGE_START;
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
		[STAGE_ENTER] = conclude_enter, [STAGE_READ] = conclude_read,
		[STAGE_LOOK] = conclude_read,	[STAGE_FLASH] = conclude_flash,
		[STAGE_START] = conclude_start, [STAGE_AGAIN] = conclude_again,
		[STAGE_BACK] = conclude_back,
	};

	if (b->stage == STAGE_DONE)
		return;
	if (is_over(b) || has_left(b))
		concludes[b->stage](b);
	else if (is_lost(b))
		lose(b);
	else if (b->stage == STAGE_START && !b->running)
		start_when_due(b);
}
