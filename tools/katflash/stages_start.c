// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* It was told to start: does it run, or is it in Katapult again? */
#include <zlib.h>

#include "dict/find.h"
#include "stages.h"
#include "tell/tell.h"

#define START_US 200000 /* from the ACK of COMPLETE: flashing.md, section 6.2 */
/* as long as a Klipper host reads the dictionary: can-admin-channel.md, 12 */
#define TALK_US 5000000

static const struct dict_lib lib = DICT_LINKED;

void stages_start(struct board *b)
{
	b->link->starts(b);
	if (b->opts->no_wait) {
		end_unwaited(b);
		stages_leaves(b);
		return;
	}
	b->stage = STAGE_START;
	b->due_us = b->loop->now_us + START_US;
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
		stages_finish(b);
	} else if (kcan_running_new(&b->running, &b->uuid, &cfg,
				    b->loop->now_us)) {
		end_unasked(b);
		stages_finish(b);
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
	struct kcan_flash_cfg cfg = { .goal = KCAN_FLASH_GOAL_READ,
				      .len = KCAN_KAT_BLOCK_SIZE,
				      .block = enough };

	if (!b->link->turn_back(b) || !stages_connect(b, &cfg))
		return false;
	b->stage = STAGE_AGAIN;
	return true;
}

/* It is another firmware that answers: which one? */
static void find_other(struct board *b)
{
	size_t len;
	const uint8_t *bytes = kcan_running_other(b->running, &len);

	if (bytes)
		dictionary_find(&lib, &b->other, bytes, len);
}

void stages_started(struct board *b)
{
	enum kcan_running_verdict verdict =
		kcan_running_result(b->running).verdict;

	find_other(b);
	board_free(b);
	end_start(b, verdict);
	if (verdict != KCAN_RUNNING_SILENT || !begin_again(b))
		stages_finish(b);
}

void stages_asked_again(struct board *b)
{
	struct kcan_flash_result result = kcan_flash_result(b->flash);

	board_free(b);
	if (result.identified) {
		end_again(b);
		stages_go_back(b, true);
	} else {
		stages_finish(b);
	}
}

void stages_start_when_due(struct board *b)
{
	if (b->loop->signal) {
		end_start(b, KCAN_RUNNING_ABORTED);
		stages_finish(b);
	} else if (b->loop->now_us >= b->due_us) {
		begin_running(b);
	}
}
