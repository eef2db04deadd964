// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* How each stage of a board ends, in words; once it was told to start: tell_start.c. */
#include "tell.h"

#include <string.h>

#include "../../shared/slots.h"
#include "tell_words.h"

#define TWICE "press its reset button twice within half a second"

/* How the same command goes on from here: the file is there already. */
const char *end_without_backup(const struct board *b)
{
	return b->backup.saved && b->opts->command != OPTS_READ ?
		       " without --backup" :
		       "";
}

void end_enter(struct board *b, enum kcan_bootreq_verdict verdict)
{
	int err = b->wire->nodeids.error;
	char signal[32];

	say_put_signal(signal, sizeof(signal), &b->loop->signal);
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
	if (verdict == KCAN_BOOTREQ_NO_NODEID && !err)
		end_next(&b->end,
			 "wait for the end of others on %s, or take "
			 "what is only reserved with --force",
			 b->wire->ifname);
	if (verdict == KCAN_BOOTREQ_SILENT)
		end_next(&b->end,
			 "if its firmware cannot be asked for Katapult, " TWICE
			 ", then type the same command again");
	note_signal(b, verdict == KCAN_BOOTREQ_ABORTED);
}

/* As each gives its nodeid up that hears the other: can-admin-channel.md, section 4. */
static void say_twins(struct board *b)
{
	end_with(&b->end, KCAN_OUTCOME_UNPROVEN,
		 "Katapult answered twice what it was asked once, and did not "
		 "say on which chip it runs, so likely two boards have this "
		 "UUID; nothing was written");
	end_next(&b->end, "if there are two, take one off the bus, and if not, "
			  "switch the board's power off and on; then try "
			  "again");
}

void end_unnamed(struct board *b)
{
	if (b->twice) {
		say_twins(b);
		return;
	}
	end_with(&b->end, KCAN_OUTCOME_UNPROVEN,
		 "Katapult answered, but did not say on which chip it runs; "
		 "nothing was written");
	end_next(&b->end, POWER ", then try again");
}

void end_unlike(struct board *b)
{
	end_with(&b->end, KCAN_OUTCOME_UNPROVEN,
		 "Katapult takes blocks of %u bytes, and only those of %d are "
		 "known here; nothing was written",
		 b->ident.block_size, KCAN_KAT_BLOCK_SIZE);
	end_next(&b->end, "flash it with Katapult's flashtool.py");
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
	/* all that was missing was the start */
	if (result->content == KCAN_FLASH_CONTENT_NEW)
		return KCAN_OUTCOME_NOT_STARTED;
	if (result->verdict == KCAN_FLASH_DIFFERS || !is_untouched(result))
		return KCAN_OUTCOME_INCOMPLETE;
	return result->verdict == KCAN_FLASH_NOT_QUEUED ||
			       result->verdict == KCAN_FLASH_UNCONFIRMED ?
		       KCAN_OUTCOME_NOT_SENT :
	       result->verdict == KCAN_FLASH_SILENT ? KCAN_OUTCOME_NO_ANSWER :
						      KCAN_OUTCOME_UNPROVEN;
}

/* That is what was asked, and nothing has failed. */
static bool was_compared(const struct board *b)
{
	return b->opts->command == OPTS_VERIFY &&
	       b->result.verdict == KCAN_FLASH_DIFFERS;
}

static void say_again(struct board *b)
{
	const struct kcan_flash_result *result = &b->result;
	bool stuck = result->torn || result->verdict == KCAN_FLASH_STUCK;
	bool silent = stuck || result->verdict == KCAN_FLASH_SILENT;

	if (was_compared(b))
		end_next(&b->end, "to write it: the same command without "
				  "--verify");
	else if (b->stage == STAGE_READ && result->read &&
		 result->verdict == KCAN_FLASH_SILENT)
		end_next(&b->end, POWER
			 ", then type the same command again; if it stops "
			 "at that address again, its chip has less flash "
			 "than others of its name, and cannot be saved");
	else if (silent && result->content == KCAN_FLASH_CONTENT_MIXED)
		end_next(&b->end,
			 TWICE ", as a mixture may not know what it is asked; "
			       "then type the same command again%s",
			 end_without_backup(b));
	else
		end_next(&b->end, "%stype the same command again%s",
			 stuck ? POWER ", then " : "", end_without_backup(b));
}

static void say_failed(struct board *b)
{
	const struct kcan_flash_result *result = &b->result;
	bool at = result->verdict == KCAN_FLASH_DIFFERS ||
		  result->verdict == KCAN_FLASH_REFUSED ||
		  (result->read && b->stage == STAGE_READ);
	char where[32] = "", signal[32];

	if (at)
		snprintf(where, sizeof(where), " (at 0x%08x)", result->address);
	say_put_signal(signal, sizeof(signal), &b->loop->signal);
	if (result->verdict == KCAN_FLASH_ABORTED)
		end_with(&b->end, outcome_of(result),
			 "ended by %s before it was done; %s", signal,
			 content_text(result->content));
	else if (was_compared(b))
		end_with(&b->end, outcome_of(result),
			 "the flash holds something else than %.200s%s; %s",
			 file_of(b), where, content_text(result->content));
	else
		end_with(&b->end, outcome_of(result), "%s%s; %s",
			 kcan_flash_verdict_text(result->verdict), where,
			 content_text(result->content));
	say_again(b);
	note_signal(b, result->verdict == KCAN_FLASH_ABORTED);
}

void end_refused(struct board *b, const char *refusal)
{
	end_with(&b->end, KCAN_OUTCOME_IMAGE_REFUSED,
		 "%.200s %s; nothing was erased", file_of(b), refusal);
}

void end_checked(struct board *b)
{
	end_with(
		&b->end, KCAN_OUTCOME_CHECKED,
		"%.100s -> %.100s: %.200s can be flashed%s; nothing was erased",
		previous_text(&b->previous), version_of(b, UNKNOWN), file_of(b),
		kcan_image_severity(&b->image) < KCAN_IMAGE_REFUSED ?
			": there is no reason to refuse it" :
			" with --force only");
}

/* The image is in the flash: that is what it ends with, unless it must start. */
static void say_written(struct board *b)
{
	if (b->result.verdict == KCAN_FLASH_SAME)
		end_with(&b->end, KCAN_OUTCOME_SAME,
			 "the board holds %.200s already: all %zu bytes are "
			 "equal; nothing was written",
			 file_of(b), b->image.size);
	else
		end_with(&b->end, KCAN_OUTCOME_FLASHED,
			 "%.100s -> %.100s: %.200s is in its flash: all %zu "
			 "bytes were compared",
			 previous_text(&b->previous), version_of(b, UNKNOWN),
			 file_of(b), b->image.size);
}

void end_flash(struct board *b)
{
	if (b->result.verdict == KCAN_FLASH_FLASHED ||
	    b->result.verdict == KCAN_FLASH_SAME)
		say_written(b);
	else
		say_failed(b);
}

void end_saved(struct board *b)
{
	const struct backup *k = &b->backup;

	end_with(&b->end, KCAN_OUTCOME_SAVED,
		 "%.100s, %zu bytes from 0x%08x on, is in %.200s",
		 k->dictionary.len ? k->dictionary.version :
				     "what is in its flash",
		 k->size, k->start, k->path);
}

void end_blank(struct board *b)
{
	end_with(&b->end, KCAN_OUTCOME_NO_APPLICATION,
		 "there is no application in its flash, so %.200s was not "
		 "made; it stays in Katapult",
		 b->backup.path);
	end_next(&b->end, "give it one: the same command without --read, and "
			  "with a klipper.bin");
}

void end_down(struct board *b, enum kcan_delivery request)
{
	end_with(&b->end,
		 request == KCAN_DELIVERY_CONFIRMED ? KCAN_OUTCOME_NO_ANSWER :
						      KCAN_OUTCOME_NOT_SENT,
		 "%.15s went down while Katapult was asked for; nothing was "
		 "written",
		 b->wire->ifname);
	end_next(&b->end, BRING_UP, b->wire->ifname, end_without_backup(b));
}

void end_lost(struct board *b)
{
	bool is_there = b->stage == STAGE_FLASH &&
			b->result.content == KCAN_FLASH_CONTENT_NEW;

	if (b->stage == STAGE_READ) {
		end_with(&b->end, KCAN_OUTCOME_NO_ANSWER,
			 "%.200s went away while it was read; nothing was "
			 "written",
			 board_place(b));
	} else if (b->stage == STAGE_FLASH && !is_there) {
		end_with(&b->end,
			 is_untouched(&b->result) ? KCAN_OUTCOME_NO_ANSWER :
						    KCAN_OUTCOME_INCOMPLETE,
			 "%.200s went away in the middle of it; %s",
			 board_place(b), content_text(b->result.content));
	} else if (is_there || b->stage == STAGE_START) {
		end_with(
			&b->end, KCAN_OUTCOME_NOT_STARTED,
			"%.200s is in the flash, but %.200s went away before it "
			"was seen to run",
			file_of(b), board_place(b));
	} else if (b->stage == STAGE_ENTER || b->stage == STAGE_LOOK) {
		end_with(&b->end, KCAN_OUTCOME_NO_ANSWER,
			 "%.200s went away; nothing was written",
			 board_place(b));
	}
	/* what was wanted is there */
	if (b->end.outcome == KCAN_OUTCOME_SAVED)
		return;
	if (b->port)
		end_next(
			&b->end,
			"look for its plug and cable (lsusb, dmesg), then type "
			"the same command again%s",
			end_without_backup(b));
	else
		end_next(&b->end,
			 "look for its adapter (lsusb, dmesg), bring %s up, "
			 "then type the same command again%s",
			 b->wire->ifname, end_without_backup(b));
}
