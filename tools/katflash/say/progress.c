// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* When and where it is shown how far boards are. */
#include "progress.h"

#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <kcan/outcome.h>

#define LIVE_FIRST_US 500000
#define LIVE_US 200000
#define SECOND_US 1000000

static struct kcan_flash_result result_of(const struct board *b)
{
	bool is_about_file = b->stage == STAGE_READ || b->stage == STAGE_FLASH;

	return b->flash && is_about_file ? kcan_flash_result(b->flash) :
					   b->result;
}

static enum show_state state_of(const struct board *b,
				const struct kcan_flash_result *now)
{
	static const enum show_state steps[] = {
		[KCAN_FLASH_STEP_CONNECT] = SHOW_COMPARING,
		[KCAN_FLASH_STEP_COMPARE] = SHOW_COMPARING,
		[KCAN_FLASH_STEP_WRITE] = SHOW_WRITING,
		[KCAN_FLASH_STEP_READ_BACK] = SHOW_VERIFYING,
		[KCAN_FLASH_STEP_COMPLETE] = SHOW_STARTING,
	};
	static const enum show_state stages[] = {
		[STAGE_ENTER] = SHOW_ASKING,   [STAGE_READ] = SHOW_SAVING,
		[STAGE_LOOK] = SHOW_ASKING,    [STAGE_START] = SHOW_STARTING,
		[STAGE_AGAIN] = SHOW_STARTING, [STAGE_BACK] = SHOW_LEAVING,
		[STAGE_LEAVES] = SHOW_LEAVING, [STAGE_DONE] = SHOW_DONE,
	};

	if (!b->start_us)
		return SHOW_WAITING;
	/* --no-wait: it is the new one that it leaves Katapult for */
	if (b->stage == STAGE_LEAVES && b->result.completed)
		return SHOW_STARTING;
	return b->stage == STAGE_FLASH ? steps[now->step] : stages[b->stage];
}

/* Blocks that were written twice count once. */
static void count(struct show_board *out, const struct kcan_flash_result *now)
{
	size_t written = now->written < now->blocks ? now->written :
						      now->blocks;
	bool compares = now->step <= KCAN_FLASH_STEP_COMPARE;
	bool writes = out->state == SHOW_WRITING;

	out->all = compares ? now->blocks : 2 * now->blocks;
	out->done = compares ? now->read :
		    writes   ? written :
			       written + now->read;
	if (now->content == KCAN_FLASH_CONTENT_NEW)
		out->done = out->all;
	if (out->state >= SHOW_SAVING && out->state <= SHOW_VERIFYING) {
		out->block = writes ? written : now->read;
		out->blocks = now->blocks;
	}
}

/* Return: what is known of board @i, with its name in @uuid if it has none. */
static struct show_board look(struct progress *p, size_t i, uint64_t now_us,
			      char uuid[static KCAN_UUID_STR_LEN + 1])
{
	const struct board *b = &p->boards[i];
	struct progress_board *seen = &p->seen[i];
	struct kcan_flash_result now = result_of(b);
	struct show_board out = {
		.name = board_label(b, uuid),
		.state = state_of(b, &now),
		.outcome = kcan_outcome_get(b->end.outcome)->name,
	};

	count(&out, &now);
	/* it was asked for again: all of it begins anew */
	if (out.state == SHOW_ASKING)
		seen->furthest = SHOW_ASKING;
	/* what is written once more goes on where it was */
	if (out.state > seen->furthest) {
		seen->furthest = out.state;
		if (out.state <= SHOW_WRITING)
			seen->from_us = now_us;
	}
	if (seen->from_us)
		out.took_us = now_us - seen->from_us;
	return out;
}

/* Each in a line of its own, where nothing can be updated in place. */

static void note_begin(const struct progress *p, const struct board *b,
		       const char *name, const char *doing, size_t len)
{
	report_note(p->r,
		    "%s: Katapult answered (%.40s, application at "
		    "0x%08x): %s %zu bytes",
		    name, b->ident.mcu, b->ident.app_start, doing, len);
}

static void note_saved(const struct progress *p, const struct board *b,
		       const char *name)
{
	const struct backup *k = &b->backup;

	if (k->size)
		report_note(p->r, "%s: %.100s, %zu bytes, is in %.160s now",
			    name,
			    k->dictionary.len ? k->dictionary.version :
						"what is there",
			    k->size, k->path);
	else
		report_note(p->r,
			    "%s: it has no application, so there is nothing to "
			    "save in %.160s",
			    name, k->path);
}

static void note_flash(const struct progress *p, const struct board *b,
		       const char *name)
{
	bool verify = p->opts->command == OPTS_VERIFY;

	if (b->backup.path)
		note_saved(p, b, name);
	note_begin(p, b, name, verify ? "comparing" : "flashing",
		   b->image.size);
}

static void note(const struct progress *p, size_t i, const struct show_board *b)
{
	static const char *const notes[] = {
		[SHOW_VERIFYING] = "it is written; all of it is read back",
		[SHOW_STARTING] = "all is equal; it is started",
		[SHOW_LEAVING] = "it is told to leave Katapult again",
		[SHOW_DONE] = NULL,
	};

	if (b->state == SHOW_SAVING)
		note_begin(p, &p->boards[i], b->name,
			   "saving what is there, at most",
			   p->boards[i].backup.room);
	else if (b->state == SHOW_COMPARING)
		note_flash(p, &p->boards[i], b->name);
	else if (b->state == SHOW_DONE && p->len > 1)
		report_note(p->r, "%s: %s", b->name, b->outcome);
	else if (b->state == SHOW_LEAVING && p->boards[i].stays)
		report_note(p->r, "%s: it stays in Katapult", b->name);
	else if (notes[b->state])
		report_note(p->r, "%s: %s", b->name, notes[b->state]);
}

static void print_json(struct report *r, const struct board *b,
		       const struct show_board *s, uint64_t now_us)
{
	struct say_json *lib = &r->lib;
	char uuid[KCAN_UUID_STR_LEN + 1] = "", name[128] = "";
	char device[256] = "";
	uint64_t elapsed_us = b->start_us ? now_us - b->start_us : 0;
	uint64_t rate = show_rate(s), left_ms = show_left_ms(s);

	if (!b->wire)
		snprintf(device, sizeof(device), "%s", b->port->device);
	else
		kcan_uuid_format(&b->uuid, uuid);
	if (b->name)
		snprintf(name, sizeof(name), "%s", b->name);
	report_line(
		r,
		say_json_dump(
			lib,
			lib->pack("{s:i, s:o*, s:o*, s:o*, s:s, s:I, s:o*, "
				  "s:o*, s:o*, s:o*}",
				  "schema", SAY_JSON_SCHEMA, "uuid",
				  say_json_text(lib, uuid), "device",
				  say_json_text(lib, device), "name",
				  say_json_text(lib, name), "state",
				  show_state_name(s->state), "elapsed_ms",
				  (json_int_t)(elapsed_us / 1000), "block",
				  say_json_number(lib, s->blocks, s->block),
				  "blocks",
				  say_json_number(lib, s->blocks, s->blocks),
				  "bytes_per_s",
				  say_json_number(lib, rate, rate), "left_ms",
				  say_json_number(lib, left_ms, left_ms))));
}

/* Each board that is not done, in an object or a line of its own. */
static void print_each(const struct progress *p,
		       const struct show_board *boards, uint64_t now_us)
{
	char text[SHOW_TEXT_LEN];

	for (size_t i = 0; i < p->len; i++) {
		if (boards[i].state == SHOW_DONE)
			continue;
		if (p->r->json)
			print_json(p->r, &p->boards[i], &boards[i], now_us);
		else
			report_note(p->r, "%s: %s", boards[i].name,
				    show_sentence(text, &boards[i]));
	}
}

static struct show_size size_of_terminal(void)
{
	struct winsize w = { 0 };

	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &w) || !w.ws_row || !w.ws_col)
		return (struct show_size){ 24, 80 };
	return (struct show_size){ w.ws_row, w.ws_col };
}

static void draw(struct progress *p, const struct show_board *boards)
{
	char screen[SHOW_SCREEN_LEN];

	p->begun = true;
	/* in one piece: see SAY_PROGRESS */
	fputs(show_screen(screen, boards, p->len, size_of_terminal()),
	      p->r->streams.progress);
}

/*
 * Are there lines on a terminal, updated in place? Frames would tear them apart, and
 * objects tell the same.
 */
static bool is_live(const struct report *r, const struct opts *opts)
{
	return r->streams.progress && !opts->verbose &&
	       !(r->json && opts->progress);
}

static bool is_shown(const struct progress *p)
{
	return is_live(p->r, p->opts) || p->opts->progress;
}

static bool has_moved(const struct progress *p)
{
	struct kcan_flash_result now;

	for (size_t i = 0; i < p->len; i++) {
		now = result_of(&p->boards[i]);
		if (state_of(&p->boards[i], &now) != p->seen[i].state)
			return true;
	}
	return false;
}

void progress_begin(struct progress *p, struct report *r,
		    const struct opts *opts, const struct board *boards,
		    size_t len, uint64_t now_us)
{
	*p = (struct progress){
		.r = r, .opts = opts, .boards = boards, .len = len
	};
	p->next_us = now_us + (is_live(r, opts) ? LIVE_FIRST_US : SECOND_US);
}

uint64_t progress_deadline(const struct progress *p)
{
	return is_shown(p) ? p->next_us : UINT64_MAX;
}

void progress_turn(struct progress *p, uint64_t now_us)
{
	struct show_board boards[OPTS_BOARDS_MAX];
	char uuids[OPTS_BOARDS_MAX][KCAN_UUID_STR_LEN + 1];

	if (now_us < p->next_us && !has_moved(p))
		return;
	for (size_t i = 0; i < p->len; i++) {
		boards[i] = look(p, i, now_us, uuids[i]);
		if (!is_live(p->r, p->opts) &&
		    boards[i].state != p->seen[i].state)
			note(p, i, &boards[i]);
		p->seen[i].state = boards[i].state;
	}
	if (now_us < p->next_us)
		return;
	if (is_live(p->r, p->opts))
		draw(p, boards);
	else if (p->opts->progress)
		print_each(p, boards, now_us);
	p->next_us = now_us + (is_live(p->r, p->opts) ? LIVE_US : SECOND_US);
}

void progress_clear(const struct report *r, const struct opts *opts)
{
	if (is_live(r, opts))
		fputs(SHOW_NOTHING, r->streams.progress);
}

void progress_end(struct progress *p)
{
	if (p->begun)
		progress_clear(p->r, p->opts);
}
