// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: tools/canbus tools/serial tools/shared
#include <stdlib.h>
#include <string.h>

#include <kcan/version.h>

#include "../shared/linked.h"
#include "run.h"
#include "say/say.h"
#include "say/warn.h"

/* How a board that runs it is reached, and the unit of the speed it tells. */
static const struct {
	const char *name, *unit;
} links[KCAN_IMAGE_LINK_COUNT] = {
	[KCAN_IMAGE_LINK_CAN] = { "CAN", "bit/s" },
	[KCAN_IMAGE_LINK_BRIDGE] = { "a USB-CAN bridge" },
	[KCAN_IMAGE_LINK_USB] = { "USB" },
	[KCAN_IMAGE_LINK_UART] = { "a UART", "baud" },
};

static void describe(struct end *end, const struct firmware *f,
		     const struct kcan_image *image)
{
	const struct kcan_image_dictionary *d = &f->dictionary;
	char start[48] = "a start that could not be proven", version[108] = "";

	if (d->len)
		snprintf(version, sizeof(version), " %.100s", d->version);
	if (image->is_start_known)
		snprintf(start, sizeof(start), "a start at 0x%08x",
			 image->start);
	end_with(end, KCAN_OUTCOME_CHECKED,
		 "%s%s for %.40s, %zu bytes, built for %s",
		 d->len ? "Klipper" : "an image without a data dictionary",
		 version, image->chip ? image->chip->name : "an unknown chip",
		 image->size, start);
	if (links[image->link].name)
		end_add(end, ", for %s", links[image->link].name);
	if (links[image->link].unit)
		end_add(end, " at %u %s", d->can_bps ? d->can_bps : d->uart_bps,
			links[image->link].unit);
}

/* --check FILE: what can be seen of it without a board. */
static void check_file(const struct opts *opts, struct report *r)
{
	struct firmware f;
	struct kcan_image image;
	struct end end = { 0 };
	const char *refusal;

	if (firmware_read(&f, opts->file)) {
		end_with(&end, KCAN_OUTCOME_LOCAL_ERROR, "%s", f.error);
		say_end(r, &end);
		firmware_free(&f);
		return;
	}
	kcan_image_judge(&image, f.bytes, f.len, &f.dictionary, NULL);
	refusal = firmware_refusal(&image, opts->force);
	if (refusal)
		end_with(&end, KCAN_OUTCOME_IMAGE_REFUSED, "it %s", refusal);
	else
		describe(&end, &f, &image);
	say_check(r, &f, &image, &end);
	firmware_free(&f);
}

/* Return: another one on its bus whose file is for another speed; or NULL. */
static const struct board *faster_or_slower(const struct targets *t,
					    const struct board *b)
{
	uint32_t bps = b->firmware->dictionary.can_bps, other_bps;

	for (const struct board *o = t->boards; o < t->boards + t->len; o++) {
		other_bps = o->firmware->dictionary.can_bps;
		if (b->wire && o->wire == b->wire && bps && other_bps &&
		    other_bps != bps)
			return o;
	}
	return NULL;
}

/* Of a pair of files on a bus only the later one tells. */
static bool tells_speed(const struct targets *t, const struct board *b,
			const struct board *other)
{
	for (const struct board *o = t->boards; o < b; o++)
		if (o->wire == b->wire && board_shares_file(o, b))
			return false;
	return other < b;
}

/* Return: whether that is none of the things that are refused. */
static bool check_speed(struct targets *t, struct board *b,
			const struct board *other, struct report *r)
{
	end_with(&b->end, KCAN_OUTCOME_IMAGE_REFUSED,
		 "%.200s is for a CAN bus with %u bit/s, and %.200s for one "
		 "with %u, but both boards are on %.15s",
		 b->firmware->path, b->firmware->dictionary.can_bps,
		 other->firmware->path, other->firmware->dictionary.can_bps,
		 b->wire->ifname);
	if (b->opts->force) {
		if (tells_speed(t, b, other))
			warn_boards(r, t->boards, t->len, b->wire,
				    "%s; going on because of --force",
				    b->end.reason);
		b->end = (struct end){ 0 };
		return true;
	}
	end_add(&b->end, "; nothing was sent");
	end_next(&b->end, "build all of them for the speed of that bus");
	return false;
}

/* What no board could run is refused before one is asked for anything. */
static bool check_files(struct targets *t, struct report *r)
{
	bool fine = true;

	for (size_t i = 0; i < t->len; i++) {
		struct board *b = &t->boards[i];
		const struct board *other = faster_or_slower(t, b);
		const char *refusal;

		kcan_image_judge(&b->image, b->firmware->bytes,
				 b->firmware->len, &b->firmware->dictionary,
				 NULL);
		refusal = firmware_refusal(&b->image, b->opts->force);
		b->judged = refusal;
		fine &= !b->judged;
		if (b->judged)
			end_with(&b->end, KCAN_OUTCOME_IMAGE_REFUSED,
				 "%.200s %s; nothing was sent",
				 b->firmware->path, refusal);
		else if (other && !check_speed(t, b, other, r))
			fine = false;
	}
	return fine;
}

/* @err: of waiting, which came before the end of all. */
static void say_all(struct targets *t, struct report *r, int err)
{
	bool begun = false;

	say_boards(r, t->boards, t->len);
	if (!err)
		return;
	for (size_t i = 0; i < t->len; i++)
		begun |= t->boards[i].start_us != 0;
	end_with(&t->end, KCAN_OUTCOME_LOCAL_ERROR,
		 "there was nothing to wait with: %s; %s", strerror(-err),
		 begun ? "what is in boards without a line is not known" :
			 "nothing was sent");
	end_next(&t->end, "mend that, then type the same command again");
	say_end(r, &t->end);
}

/* All that comes before the first frame. Return: false: it has been said. */
static bool prepare(struct targets *t, const struct opts *opts,
		    struct report *r, struct loop *loop)
{
	bool found = targets_find(t, opts, r, loop);

	if (found && opts->command != OPTS_READ && !check_files(t, r)) {
		say_boards(r, t->boards, t->len);
		return false;
	}
	if (!found || !targets_look(t, opts, r)) {
		say_end(r, &t->end);
		return false;
	}
	if (opts->command != OPTS_READ)
		warn_of_files(r, t->boards, t->len);
	for (size_t i = 0; opts->command == OPTS_FLASH && i < t->wires_len; i++)
		warn_of_queue(r, &t->wires[i], t->boards, t->len);
	return true;
}

static void flash_all(struct targets *t, const struct opts *opts,
		      struct report *r)
{
	struct progress progress;
	struct loop loop;
	int err = loop_init(&loop, &r->streams, opts->verbose);

	if (err) {
		end_with(&t->end, KCAN_OUTCOME_LOCAL_ERROR,
			 "there was nothing to wait with: %s; nothing was sent",
			 strerror(-err));
		say_end(r, &t->end);
	} else if (prepare(t, opts, r, &loop)) {
		progress_begin(&progress, r, opts, t->boards, t->len,
			       loop.now_us);
		err = run_all(t, &loop, &progress);
		say_all(t, r, err);
	}
	targets_free(t);
}

static void flash(const struct opts *opts, struct report *r)
{
	struct targets *t = calloc(1, sizeof(*t));
	struct end end = { 0 };

	if (t) {
		flash_all(t, opts, r);
	} else {
		end_with(&end, KCAN_OUTCOME_LOCAL_ERROR,
			 "there is no memory for %zu boards; nothing was sent",
			 opts->len);
		say_end(r, &end);
	}
	free(t);
}

static void run(const struct opts *opts, struct report *r)
{
	if (opts->command == OPTS_HELP)
		opts_help(r->streams.out);
	else if (opts->command == OPTS_VERSION)
		fputs("katflash " KCAN_VERSION LINKED_JANSSON LINKED_ZLIB "\n",
		      r->streams.out);
	else if (!opts->len)
		check_file(opts, r);
	else
		flash(opts, r);
}

int main(int argc, char **argv)
{
	struct report report;
	struct opts opts;
	struct end end = { 0 };
	int err = opts_parse(&opts, argc, argv);

	if (!err && say_start(&report, opts.json)) {
		run(&opts, &report);
	} else if (err) {
		say_start(&report, opts.json);
		end_with(&end, KCAN_OUTCOME_USAGE, "%s (see katflash --help)",
			 opts.error);
		say_end(&report, &end);
	}
	return report_close(&report);
}
