// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* The way of one board, and what becomes of it. */
#include <string.h>

#include "../shared/report.h"
#include "../shared/slots.h"
#include "board.h"

#define START_US 200000 /* from the ACK of COMPLETE: flashing.md, section 6.2 */
#define TALK_US 3000000 /* for two questions */

#define START_HOST "start Klipper's host again: sudo systemctl start klipper"
#define NOT_SEEN "it was not seen to run yet"
#define POWER "switch the board's power off and on"

static uint64_t now_of(const struct board *b)
{
	return b->wire->bus.loop->now_us;
}

static const char *file_of(const struct board *b)
{
	return b->firmware->path;
}

static void finish(struct board *b)
{
	board_free(b);
	b->stage = STAGE_DONE;
	b->done_us = now_of(b);
}

static void fail_here(struct board *b)
{
	end_with(&b->end, KCAN_OUTCOME_LOCAL_ERROR,
		 "there was no memory for it; nothing more was sent");
	finish(b);
}

/* What was cut short by a signal ends with that. */
static void note_signal(struct board *b, bool cut_short)
{
	int signal = b->wire->bus.loop->signal;

	if (!signal || !cut_short)
		return;
	b->end.outcome = KCAN_OUTCOME_INTERRUPTED;
	b->end.signal = signal;
}

/* Ask Katapult, for itself or to start the application again. */
static void ask_katapult(struct board *b, enum kcan_bootreq_goal goal)
{
	struct kcan_bootreq_cfg cfg = { .timeout_us = b->opts->timeout_us,
					.goal = goal,
					.draw = nodeids_draw,
					.ctx = &b->draw };

	b->draw = (struct nodeids_draw){ .pool = &b->wire->nodeids };
	if (kcan_bootreq_new(&b->req, &b->uuid, &cfg, now_of(b)))
		fail_here(b);
}

void board_begin(struct board *b)
{
	b->start_us = now_of(b);
	b->stage = STAGE_ENTER;
	ask_katapult(b, KCAN_BOOTREQ_GOAL_ENTER);
}

/*
 * Leave it as others expect it: without a nodeid, in Katapult or, with
 * GOAL_LEAVE, in the application that it has.
 */
static void go_back(struct board *b, enum kcan_bootreq_goal goal)
{
	board_free(b);
	if (b->wire->lost || b->wire->bus.loop->signal) {
		finish(b);
		return;
	}
	b->stage = STAGE_BACK;
	ask_katapult(b, b->opts->no_start ? KCAN_BOOTREQ_GOAL_ENTER : goal);
}

static void judge(struct board *b)
{
	b->target = (struct kcan_image_board){
		.mcu = b->ident.mcu,
		.start = b->ident.app_start,
		.link = KCAN_IMAGE_LINK_CAN,
		.bit_rate = b->wire->link.bitrate_bps,
		.owns_timing = b->wire->owns_timing,
	};
	kcan_image_judge(&b->image, b->firmware->bytes, b->firmware->len,
			 &b->firmware->dictionary, &b->target);
	b->judged = true;
}

static void begin_flash(struct board *b)
{
	char uuid[KCAN_UUID_STR_LEN + 1];
	struct kcan_flash_cfg cfg = {
		.goal = b->opts->command == OPTS_VERIFY ?
				KCAN_FLASH_GOAL_VERIFY :
				KCAN_FLASH_GOAL_WRITE,
		.chip = kcan_chip_find(b->ident.mcu),
		.start = b->ident.app_start,
		.image = b->firmware->bytes,
		.len = b->image.size,
		.uuid = b->uuid,
		.skip_same = true,
		.stay = b->opts->no_start,
	};

	cfg.nodeid = nodeids_draw(&b->draw);
	if (!cfg.nodeid || kcan_flash_new(&b->flash, &cfg, now_of(b))) {
		end_with(&b->end, KCAN_OUTCOME_LOCAL_ERROR,
			 "the flash could not be begun: no nodeid from %d to "
			 "%d is free, or there is no memory; nothing was "
			 "written",
			 NODEIDS_FIRST, NODEIDS_LAST);
		go_back(b, KCAN_BOOTREQ_GOAL_LEAVE);
		return;
	}
	b->stage = STAGE_FLASH;
	kcan_uuid_format(&b->uuid, uuid);
	report_note(b->r,
		    "%s: Katapult answered (%.40s, application at "
		    "0x%08x): %s %zu bytes",
		    b->name ? b->name : uuid, b->ident.mcu, b->ident.app_start,
		    b->opts->command == OPTS_VERIFY ? "comparing" : "flashing",
		    b->image.size);
}

static void fail_enter(struct board *b, enum kcan_bootreq_verdict verdict)
{
	int err = b->wire->nodeids.error;
	char signal[32];

	say_put_signal(signal, sizeof(signal), &b->wire->bus.loop->signal);
	if (verdict == KCAN_BOOTREQ_NO_NODEID && err)
		end_with(&b->end, KCAN_OUTCOME_LOCAL_ERROR,
			 "no nodeid could be reserved: %s; nothing was written",
			 strerror(-err));
	else if (verdict == KCAN_BOOTREQ_ABORTED)
		end_with(&b->end, KCAN_OUTCOME_INTERRUPTED,
			 "ended by %s before Katapult was proven; nothing was "
			 "written",
			 signal);
	else
		end_with(&b->end, kcan_bootreq_outcome(verdict), "%s",
			 kcan_bootreq_verdict_text(verdict));
	note_signal(b, verdict == KCAN_BOOTREQ_ABORTED);
	finish(b);
}

static void conclude_enter(struct board *b)
{
	struct kcan_bootreq_result result = kcan_bootreq_result(b->req);
	const char *refusal;

	b->ident = result.ident;
	board_free(b);
	if (result.verdict != KCAN_BOOTREQ_PROVEN) {
		fail_enter(b, result.verdict);
		return;
	}
	if (!result.identified) {
		end_with(&b->end, KCAN_OUTCOME_UNPROVEN,
			 "Katapult answered, but did not say on which chip it "
			 "runs; nothing was written");
		end_next(&b->end, POWER ", then try again");
		finish(b);
		return;
	}
	judge(b);
	refusal = firmware_refusal(&b->image, b->opts->force);
	if (refusal)
		end_with(&b->end, KCAN_OUTCOME_IMAGE_REFUSED,
			 "%.200s %s; nothing was erased", file_of(b), refusal);
	else if (b->opts->command == OPTS_CHECK)
		end_with(&b->end, KCAN_OUTCOME_CHECKED,
			 "%.200s can be flashed: nothing speaks against it; "
			 "nothing was erased",
			 file_of(b));
	else {
		begin_flash(b);
		return;
	}
	go_back(b, KCAN_BOOTREQ_GOAL_LEAVE);
}

static const char *content_text(enum kcan_flash_content content)
{
	static const char mixture[] =
		"its application may be a mixture of old and new, and a reset "
		"would start it";
	static const char *const texts[] = {
		[KCAN_FLASH_CONTENT_UNKNOWN] =
			"what is in its flash was not looked at",
		[KCAN_FLASH_CONTENT_OLD] = "its old application is still there",
		[KCAN_FLASH_CONTENT_NONE] =
			"it has no application now, and stays in Katapult",
		[KCAN_FLASH_CONTENT_OLD_OR_NONE] =
			"it has its old application, or none",
		[KCAN_FLASH_CONTENT_MIXED] = mixture,
		[KCAN_FLASH_CONTENT_NEW] = "the image is all there",
	};

	return texts[content];
}

/* Return: whether the board may be what it was before. */
static bool is_untouched(const struct kcan_flash_result *result)
{
	return !result->written && result->content <= KCAN_FLASH_CONTENT_OLD;
}

static enum kcan_outcome outcome_of(const struct kcan_flash_result *result)
{
	if (result->verdict == KCAN_FLASH_DIFFERS || !is_untouched(result))
		return KCAN_OUTCOME_INCOMPLETE;
	return result->verdict == KCAN_FLASH_NOT_QUEUED ||
			       result->verdict == KCAN_FLASH_UNCONFIRMED ?
		       KCAN_OUTCOME_NOT_SENT :
	       result->verdict == KCAN_FLASH_SILENT ? KCAN_OUTCOME_NO_ANSWER :
						      KCAN_OUTCOME_UNPROVEN;
}

static void fail_flash(struct board *b)
{
	const struct kcan_flash_result *result = &b->result;
	bool at = result->verdict == KCAN_FLASH_DIFFERS ||
		  result->verdict == KCAN_FLASH_REFUSED;
	char where[32] = "", signal[32];

	if (at)
		snprintf(where, sizeof(where), " (at 0x%08x)", result->address);
	say_put_signal(signal, sizeof(signal), &b->wire->bus.loop->signal);
	if (result->verdict == KCAN_FLASH_ABORTED)
		end_with(&b->end, outcome_of(result),
			 "ended by %s before it was done; %s", signal,
			 content_text(result->content));
	else
		end_with(&b->end, outcome_of(result), "%s%s; %s",
			 kcan_flash_verdict_text(result->verdict), where,
			 content_text(result->content));
	end_next(&b->end, "%stype the same command again",
		 result->torn || result->verdict == KCAN_FLASH_STUCK ? POWER
			 ", then " :
								       "");
	note_signal(b, result->verdict == KCAN_FLASH_ABORTED);
}

static void begin_start(struct board *b)
{
	b->stage = STAGE_START;
	b->due_us = now_of(b) + START_US;
}

/* The image is in the flash: that is what it ends with, unless it must start. */
static void succeed(struct board *b)
{
	bool same = b->result.verdict == KCAN_FLASH_SAME;

	end_with(&b->end, same ? KCAN_OUTCOME_SAME : KCAN_OUTCOME_FLASHED,
		 same ? "the board holds %.200s already: all %zu bytes are "
			"equal; nothing was written" :
			"%.200s is in its flash: all %zu bytes were compared",
		 file_of(b), b->image.size);
}

/* It answers, so it can be left without a nodeid. */
static bool is_talking(const struct kcan_flash_result *result)
{
	return result->verdict == KCAN_FLASH_FLASHED ||
	       result->verdict == KCAN_FLASH_SAME ||
	       result->verdict == KCAN_FLASH_DIFFERS ||
	       result->verdict == KCAN_FLASH_REFUSED;
}

static void conclude_flash(struct board *b)
{
	b->result = kcan_flash_result(b->flash);
	board_free(b);
	if (b->result.verdict == KCAN_FLASH_FLASHED ||
	    b->result.verdict == KCAN_FLASH_SAME)
		succeed(b);
	else
		fail_flash(b);
	if (!is_talking(&b->result))
		finish(b);
	else if (b->opts->command == OPTS_VERIFY)
		go_back(b, KCAN_BOOTREQ_GOAL_LEAVE);
	else if (b->result.completed)
		begin_start(b);
	else
		go_back(b, KCAN_BOOTREQ_GOAL_ENTER);
}

static void begin_running(struct board *b)
{
	struct kcan_running_cfg cfg = {
		.silence_us = b->opts->timeout_us,
		.talk_us = TALK_US,
		.nodeid = nodeids_draw(&b->draw),
		.len = b->firmware->dictionary.len,
		.reset = b->firmware->has_reset ? &b->firmware->reset : NULL,
	};

	if (cfg.len)
		cfg.dictionary =
			b->firmware->bytes + b->firmware->dictionary.offset;
	if (!cfg.nodeid ||
	    kcan_running_new(&b->running, &b->uuid, &cfg, now_of(b)))
		fail_here(b);
}

static const char *version_of(const struct board *b)
{
	return b->firmware->dictionary.len ? b->firmware->dictionary.version :
					     "a Klipper";
}

static void say_runs(struct board *b)
{
	bool same = b->result.verdict == KCAN_FLASH_SAME;

	end_with(&b->end, same ? KCAN_OUTCOME_SAME : KCAN_OUTCOME_FLASHED,
		 "%.100s runs: %.200s was %s, and all %zu bytes were compared",
		 version_of(b), file_of(b), same ? "there already" : "written",
		 b->image.size);
	end_next(&b->end, START_HOST);
}

static void say_silent(struct board *b)
{
	end_with(
		&b->end, KCAN_OUTCOME_NOT_STARTED,
		"%.200s is in the flash, and Katapult was left, but no Klipper "
		"has answered on %s within %g s",
		file_of(b), b->wire->ifname, (double)b->opts->timeout_us / 1e6);
	end_next(&b->end,
		 "likely it is built for another CAN speed, other pins or "
		 "another crystal: build it for this board, press reset twice "
		 "within half a second, and flash that");
}

static void say_not_seen(struct board *b, const char *why)
{
	end_with(&b->end, KCAN_OUTCOME_NOT_STARTED,
		 "%.200s is in the flash, but %s", file_of(b), why);
	end_next(&b->end, "type the same command again, which does not write "
			  "what is there already");
}

static void conclude_start(struct board *b)
{
	static const char *const not_seen[] = {
		[KCAN_RUNNING_CUT] =
			"Klipper answered only a part of what it was asked",
		[KCAN_RUNNING_TAKEN] =
			"its nodeid was given away before it was seen to run",
		[KCAN_RUNNING_UNSENT] =
			"the questions to it were not confirmed by the bus",
		[KCAN_RUNNING_ABORTED] = NOT_SEEN,
	};
	enum kcan_running_verdict verdict =
		kcan_running_result(b->running).verdict;

	board_free(b);
	if (verdict == KCAN_RUNNING_PROVEN || verdict == KCAN_RUNNING_KLIPPER) {
		say_runs(b);
	} else if (verdict == KCAN_RUNNING_OTHER) {
		end_with(&b->end, KCAN_OUTCOME_NOT_STARTED,
			 "a Klipper answers, but not the one of %.200s, which "
			 "is in the flash",
			 file_of(b));
		end_next(&b->end, POWER ", then compare: katflash --verify");
	} else if (verdict == KCAN_RUNNING_SILENT) {
		say_silent(b);
	} else {
		say_not_seen(b, not_seen[verdict]);
	}
	note_signal(b, verdict == KCAN_RUNNING_ABORTED);
	finish(b);
}

static void conclude_back(struct board *b)
{
	enum kcan_bootreq_verdict verdict = kcan_bootreq_verdict(b->req);
	bool known = verdict == KCAN_BOOTREQ_PROVEN ||
		     verdict == KCAN_BOOTREQ_BLANK;
	char uuid[KCAN_UUID_STR_LEN + 1];

	kcan_uuid_format(&b->uuid, uuid);
	if (verdict != KCAN_BOOTREQ_LEFT && !*b->end.next)
		end_next(&b->end,
			 "it is %sin Katapult; to start what is in its flash: "
			 "canbootreq -i %s --leave -u %s",
			 known ? "" : "likely still ", b->wire->ifname, uuid);
	finish(b);
}

static void start_when_due(struct board *b)
{
	if (b->wire->bus.loop->signal) {
		say_not_seen(b, NOT_SEEN);
		note_signal(b, true);
		finish(b);
	} else if (now_of(b) >= b->due_us) {
		begin_running(b);
	}
}

/* Nothing more can be heard or sent. */
static void lose(struct board *b)
{
	if (b->flash) {
		b->result = kcan_flash_result(b->flash);
		end_with(&b->end,
			 is_untouched(&b->result) ? KCAN_OUTCOME_NO_ANSWER :
						    KCAN_OUTCOME_INCOMPLETE,
			 "%s went away in the middle of it; %s",
			 b->wire->ifname, content_text(b->result.content));
	} else if (b->stage == STAGE_START) {
		end_with(&b->end, KCAN_OUTCOME_NOT_STARTED,
			 "%.200s is in the flash, but %s went away before it "
			 "was seen to run",
			 file_of(b), b->wire->ifname);
	} else if (b->stage == STAGE_ENTER) {
		end_with(&b->end, KCAN_OUTCOME_NO_ANSWER,
			 "%s went away; nothing was written", b->wire->ifname);
	}
	end_next(&b->end,
		 "look for its adapter (lsusb, dmesg), bring %s up, "
		 "then type the same command again",
		 b->wire->ifname);
	finish(b);
}

void board_step(struct board *b)
{
	static void (*const concludes[])(struct board * b) = {
		[STAGE_ENTER] = conclude_enter,
		[STAGE_FLASH] = conclude_flash,
		[STAGE_START] = conclude_start,
		[STAGE_BACK] = conclude_back,
	};
	bool over =
		(b->req && kcan_bootreq_done(b->req)) ||
		(b->flash && kcan_flash_done(b->flash)) ||
		(b->running && kcan_running_deadline(b->running) == UINT64_MAX);

	if (b->stage == STAGE_DONE)
		return;
	if (over)
		concludes[b->stage](b);
	else if (b->wire->lost)
		lose(b);
	else if (b->stage == STAGE_START && !b->running)
		start_when_due(b);
}
