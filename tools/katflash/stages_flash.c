// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* From the proof of Katapult to what is in the flash: judged, saved, written. */
#include "say/warn.h"
#include "stages.h"
#include "tell/tell.h"

#define PROOFS_MAX 3 /* until its flash is read, or written */

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
	if (stages_connect(b, cfg))
		return true;
	end_with(&b->end, KCAN_OUTCOME_LOCAL_ERROR,
		 "there was no memory for that; nothing was written");
	stages_go_back(b, false);
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
	if (!verify)
		warn_of_board(b->r, b);
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
		stages_go_back(b, false);
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
		stages_go_back(b, false);
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

static bool may_prove(struct board *b)
{
	return ++b->proofs < PROOFS_MAX;
}

/* Return: whether it is asked for once more. */
static bool enter_again(struct board *b)
{
	if (stages_lost(b) || b->loop->signal)
		return false;
	previous_free(&b->previous);
	backup_free(&b->backup);
	if (b->stage != STAGE_ENTER)
		b->silent_in = b->stage;
	b->stage = STAGE_ENTER;
	if (!b->link->enter(b))
		stages_fail(b);
	return true;
}

/* It was not proven, and is not asked again. */
static void end_unproven(struct board *b, enum entry entry)
{
	/* what it fell silent at says more of what helps */
	if (entry != ENTRY_DOWN && b->silent_in != STAGE_ENTER &&
	    b->end.outcome == KCAN_OUTCOME_NO_ANSWER) {
		b->stage = b->silent_in;
		end_flash(b);
	}
	stages_finish(b);
}

/* Its image is for it: what is to be done before it is written? */
static void begin_accepted(struct board *b)
{
	if (b->backup.saved) /* it fell silent after that */
		go_on(b);
	else if (b->backup.path)
		begin_read(b);
	else if (b->opts->command == OPTS_VERIFY)
		begin_flash(b);
	else
		begin_look(b);
}

static void begin_proven(struct board *b)
{
	const char *refusal;

	b->target.mcu = b->ident.mcu;
	b->target.protocol = b->ident.protocol;
	b->target.start = b->ident.app_start;
	if (b->ident.block_size != KCAN_KAT_BLOCK_SIZE) {
		end_unlike(b);
		stages_go_back(b, false);
		return;
	}
	if (b->opts->command == OPTS_READ) {
		begin_read(b);
		return;
	}
	judge(b);
	refusal = firmware_refusal(&b->image, b->opts->force);
	if (refusal) {
		end_refused(b, refusal);
		stages_go_back(b, false);
		return;
	}
	begin_accepted(b);
}

void stages_entered(struct board *b)
{
	enum entry entry = b->link->entered(b);

	board_free(b);
	/* this process, or the bus, may have been busy for too long */
	if (entry == ENTRY_UNNAMED && may_prove(b) && enter_again(b))
		return;
	/* as just after power-on, or when its application is being started */
	if (entry == ENTRY_SILENT && enter_again(b))
		return;
	if (entry == ENTRY_PROVEN)
		begin_proven(b);
	else
		end_unproven(b, entry);
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
	stages_go_back(b, !b->backup.size);
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
		stages_go_back(b, false);
	} else if (b->opts->command == OPTS_READ) {
		conclude_saved(b);
	} else {
		go_on(b);
	}
}

void stages_read(struct board *b)
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
	if (fell_silent(b) && may_prove(b) && enter_again(b))
		return;
	end_flash(b);
	if (is_talking(&b->result))
		stages_go_back(b, false);
	else
		stages_finish(b);
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

void stages_flashed(struct board *b)
{
	b->result = kcan_flash_result(b->flash);
	board_free(b);
	if (fell_silent(b) && may_prove(b) && enter_again(b))
		return;
	end_flash(b);
	if (!is_talking(&b->result))
		stages_finish(b);
	else if (b->opts->command == OPTS_VERIFY)
		stages_go_back(b, false);
	else if (is_to_run(b))
		stages_start(b);
	else
		stages_go_back(b, true);
}
