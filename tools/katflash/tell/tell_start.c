// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* How it ends when a board was told to start what is in its flash, in words. */
#include "tell.h"

#include <string.h>

#include "tell_words.h"

#define START_HOST "start Klipper's host again: sudo systemctl start klipper"
#define NOT_SEEN "it was not seen to run yet"
#define A_KLIPPER "a Klipper"
#define BUILD_AGAIN                                                             \
	"build it for this board, press reset twice within half a second, and " \
	"flash that"

static void say_runs(struct board *b)
{
	uint32_t baud_bps = b->firmware->dictionary.uart_bps;

	if (b->result.verdict == KCAN_FLASH_SAME)
		end_with(&b->end, KCAN_OUTCOME_SAME,
			 "%.100s runs: %.200s was there already, and all %zu "
			 "bytes were compared",
			 version_of(b, A_KLIPPER), file_of(b), b->image.size);
	else
		end_with(&b->end, KCAN_OUTCOME_FLASHED,
			 "%.100s -> %.100s, which runs: %.200s was written, "
			 "and all %zu bytes were compared",
			 previous_text(&b->previous), version_of(b, A_KLIPPER),
			 file_of(b), b->image.size);
	if (b->port && baud_bps && baud_bps != b->port->baud_bps)
		end_next(&b->end,
			 "set baud: %u in its section of printer.cfg, which "
			 "is its rate now; then " START_HOST,
			 baud_bps);
	else
		end_next(&b->end, START_HOST);
}

/* It does, but those behind it do not answer any more. */
static void say_cut_off(struct board *b)
{
	b->end.outcome = KCAN_OUTCOME_NOT_STARTED;
	end_add(&b->end,
		"; but none of the boards that answered on %.15s before (%zu) "
		"does now",
		b->wire->ifname, b->wire->before.len);
	end_next(&b->end,
		 "likely it is built for another CAN speed than they are: set "
		 "theirs as \"CAN bus speed\" in 'make menuconfig', build it "
		 "again, and type the same command again%s",
		 end_without_backup(b));
}

/* What may have stopped it from starting is gone then. */
static void say_unheard(struct board *b)
{
	end_with(
		&b->end, KCAN_OUTCOME_NOT_STARTED,
		"%.200s is in the flash, but Katapult did not acknowledge that "
		"it is to start it, and no Klipper has answered on %.200s "
		"within %g s",
		file_of(b), board_place(b), (double)b->opts->timeout_us / 1e6);
	end_next(&b->end, POWER ", then type the same command again%s",
		 end_without_backup(b));
}

static void say_silent(struct board *b)
{
	end_with(
		&b->end, KCAN_OUTCOME_NOT_STARTED,
		"%.200s is in the flash, and Katapult was left, but no Klipper "
		"has answered on %.200s within %g s",
		file_of(b), board_place(b), (double)b->opts->timeout_us / 1e6);
	if (kcan_image_severity(&b->image) >= KCAN_IMAGE_REFUSED)
		end_next(&b->end, "likely because of what --force has "
				  "overruled: " BUILD_AGAIN);
	else
		end_next(&b->end,
			 "likely it is built for another %s, other pins or "
			 "another crystal: " BUILD_AGAIN,
			 b->wire ? "CAN speed" : "chip");
}

/* It may have started, but could not be asked. */
static void say_down(struct board *b)
{
	end_with(&b->end, KCAN_OUTCOME_NOT_STARTED,
		 "%.200s is in the flash, but %.15s went down before it was "
		 "seen to run",
		 file_of(b), b->wire->ifname);
	end_next(&b->end, BRING_UP, b->wire->ifname, end_without_backup(b));
}

void end_not_seen(struct board *b, const char *why)
{
	end_with(&b->end, KCAN_OUTCOME_NOT_STARTED,
		 "%.200s is in the flash, but %s", file_of(b), why);
	end_next(&b->end,
		 "type the same command again%s, which does not write what is "
		 "there already",
		 end_without_backup(b));
}

void end_unasked(struct board *b)
{
	end_not_seen(b, "there was no free nodeid, or no memory, to ask "
			"whether it runs");
}

void end_unwaited(struct board *b)
{
	if (b->result.completed)
		end_add(&b->end, "; it was told to start, and not waited for");
	else
		end_not_seen(b, "Katapult did not acknowledge that it is to "
				"start it");
}

/* A build of the same version is another firmware, too. */
static void say_other(struct board *b)
{
	const char *mine = b->firmware->dictionary.version;
	const char *other = b->other.version;

	if (!other[0])
		end_with(&b->end, KCAN_OUTCOME_NOT_STARTED,
			 "a Klipper answers, but not the one of %.200s, which "
			 "is in the flash; its version could not be read",
			 file_of(b));
	else
		end_with(&b->end, KCAN_OUTCOME_NOT_STARTED,
			 "%.100s answers, %s %.100s of %.200s, which is in the "
			 "flash",
			 other,
			 strcmp(other, mine) ? "and not the" :
					       "but another build than the",
			 mine, file_of(b));
	end_next(&b->end, POWER ", then compare: katflash --verify");
}

void end_start(struct board *b, enum kcan_running_verdict verdict)
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

	if (verdict == KCAN_RUNNING_PROVEN || verdict == KCAN_RUNNING_KLIPPER) {
		say_runs(b);
		if (b->wire && b->wire->cut_off)
			say_cut_off(b);
	} else if (verdict == KCAN_RUNNING_OTHER) {
		say_other(b);
	} else if (b->down && verdict != KCAN_RUNNING_ABORTED) {
		say_down(b);
	} else if (verdict == KCAN_RUNNING_SILENT && !b->result.completed) {
		say_unheard(b);
	} else if (verdict == KCAN_RUNNING_SILENT) {
		say_silent(b);
	} else {
		end_not_seen(b, not_seen[verdict]);
	}
	note_signal(b, verdict == KCAN_RUNNING_ABORTED);
}

void end_again(struct board *b)
{
	end_not_seen(b, b->result.completed ?
				"Katapult answers, though it has acknowledged "
				"that it is to start it" :
				"Katapult still answers, and did not "
				"acknowledge that it is to start it");
}
