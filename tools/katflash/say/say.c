// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "say.h"

#include <string.h>

#include "../../shared/words.h"
#include "util/clean.h"
#include "warn.h"

#define PROGRAM "katflash"

/* Words are made where they are known: there is nothing to be filled in. */
static const struct say_slots no_slots[] = { { NULL, 0 } };

/**
 * What one line is about; NULL and zero: not known. What was said for boards
 * before it is not said again.
 */
struct line {
	const struct end *end;
	const struct firmware *firmware;
	const struct kcan_image *image;
	const struct board *board, *first; /* of all boards */
};

static int code_of(const struct end *end)
{
	return words_outcome_code(end->outcome, end->signal);
}

static char *clean(char *out, size_t size, const char *text)
{
	snprintf(out, size, "%s", text);
	util_clean(out);
	return out;
}

/* The same, but that it may have lines. */
static char *clean_lines(char *out, size_t size, const char *text)
{
	snprintf(out, size, "%s", text);
	util_clean_lines(out, strlen(out));
	return out;
}

/* "112233445566 (EBB)", "/dev/ttyS0", "klipper.bin" */
static void put_subject(char *out, size_t size, const struct line *line)
{
	const struct board *b = line->board;
	char uuid[KCAN_UUID_STR_LEN + 1];

	*out = '\0';
	if (b) {
		kcan_uuid_format(&b->uuid, uuid);
		snprintf(out, size, "%.160s%s%.80s%s",
			 b->wire ? uuid : b->port->device, b->name ? " (" : "",
			 b->name ? b->name : "", b->name ? ")" : "");
	} else if (line->firmware) {
		snprintf(out, size, "%s", line->firmware->path);
	}
	util_clean(out);
}

static bool is_news(const struct line *line)
{
	for (const struct board *b = line->first; b < line->board; b++)
		if (!strcmp(b->end.next, line->end->next))
			return false;
	return *line->end->next;
}

static void print_line(struct report *r, const struct line *line)
{
	char subject[256], text[sizeof(line->end->next)];

	put_subject(subject, sizeof(subject), line);
	clean(text, sizeof(text), line->end->reason);
	if (*subject)
		fprintf(r->streams.out, "%s: %s: %s\n", subject,
			kcan_outcome_get(line->end->outcome)->name, text);
	else
		fprintf(r->streams.err, PROGRAM ": %s\n", text);
	if (line->image)
		warn_at_end(r, line->image, line->end, line->first,
			    line->board);
	if (is_news(line))
		say_lines(r->streams.err, PROGRAM, "next: ",
			  clean_lines(text, sizeof(text), line->end->next));
}

static json_t *pack_findings(struct report *r, const struct kcan_image *image)
{
	static const char *const severities[] = {
		[KCAN_IMAGE_FINE] = "fine",
		[KCAN_IMAGE_WARNING] = "warning",
		[KCAN_IMAGE_REFUSED] = "refused",
		[KCAN_IMAGE_NEVER] = "never",
	};
	json_t *list = image && image->findings ? r->lib.pack("[]") : NULL;
	char text[KCAN_IMAGE_SENTENCE_LEN];

	for (int i = 0; list && i < KCAN_IMAGE_FINDING_COUNT; i++) {
		enum kcan_image_finding f = (enum kcan_image_finding)i;
		const struct kcan_image_finding_info *info =
			kcan_image_finding_get(f);

		if (!kcan_image_has(image, f))
			continue;
		kcan_image_say(text, sizeof(text), image, f);
		list = say_json_append(&r->lib, list,
				       r->lib.pack("{s:s, s:s, s:s}", "name",
						   info->name, "severity",
						   severities[info->severity],
						   "text", text));
	}
	return list;
}

static const char *const link_names[KCAN_IMAGE_LINK_COUNT] = {
	[KCAN_IMAGE_LINK_CAN] = "can",
	[KCAN_IMAGE_LINK_BRIDGE] = "bridge",
	[KCAN_IMAGE_LINK_USB] = "usb",
	[KCAN_IMAGE_LINK_UART] = "uart",
};

static json_t *pack_warnings(struct report *r, const struct board *b)
{
	const char *line = b ? b->warnings : NULL, *end;
	json_t *list = line ? r->lib.pack("[]") : NULL;

	for (; list && *line; line = end + 1) {
		end = strchr(line, '\n');
		list = say_json_append(
			&r->lib, list,
			r->lib.pack("s#", line, (int)(end - line)));
	}
	return list;
}

static json_t *pack_image(struct report *r, const struct line *line)
{
	const struct kcan_image_dictionary *d;
	char start[16] = "";

	if (!line->image || !line->firmware)
		return NULL;
	d = &line->firmware->dictionary;
	if (line->image->is_start_known)
		snprintf(start, sizeof(start), "0x%08x", line->image->start);
	return r->lib.pack(
		"{s:s, s:I, s:o*, s:o*, s:o*, s:s*, s:o*, s:o*, s:b}", "kind",
		kcan_image_kind_name(line->image->kind), "size",
		(json_int_t)line->image->size, "mcu",
		say_json_text(&r->lib, d->mcu), "version",
		say_json_text(&r->lib, d->version), "start",
		say_json_text(&r->lib, start), "link",
		link_names[line->image->link], "canbus_frequency",
		say_json_number(&r->lib, d->can_bps, d->can_bps), "serial_baud",
		say_json_number(&r->lib, d->uart_bps, d->uart_bps), "signed",
		line->image->is_signed);
}

static json_t *pack_saved(struct report *r, const struct board *b)
{
	char path[512];

	if (!b || !b->backup.saved)
		return NULL;
	return r->lib.pack("{s:s, s:I}", "file",
			   clean(path, sizeof(path), b->backup.path), "size",
			   (json_int_t)b->backup.size);
}

static const char *old_version(const struct board *b)
{
	return b && b->previous.is == PREVIOUS_KLIPPER ?
		       b->previous.dictionary.version :
		       "";
}

static char *json_line(struct report *r, const struct line *line)
{
	const struct board *b = line->board;
	char uuid[KCAN_UUID_STR_LEN + 1] = "", name[128] = "", file[512] = "";
	char device[256] = "";
	char reason[sizeof(line->end->reason)], next[sizeof(line->end->next)];

	if (b && b->port && !b->wire)
		clean(device, sizeof(device), b->port->device);
	else if (b)
		kcan_uuid_format(&b->uuid, uuid);
	if (b && b->name)
		clean(name, sizeof(name), b->name);
	if (line->firmware)
		clean(file, sizeof(file), line->firmware->path);
	return say_json_dump(
		&r->lib,
		r->lib.pack(
			"{s:i, s:o*, s:o*, s:s, s:i, s:s, s:o*, s:o*, s:s*, "
			"s:o*, s:o*, s:o*, s:o*, s:o*, s:o*, s:o*, s:o*, "
			"s:o*, s:s*}",
			"schema", SAY_JSON_SCHEMA, "uuid",
			say_json_text(&r->lib, uuid), "device",
			say_json_text(&r->lib, device), "outcome",
			kcan_outcome_get(line->end->outcome)->name, "code",
			code_of(line->end), "reason",
			clean(reason, sizeof(reason), line->end->reason),
			"name", say_json_text(&r->lib, name), "file",
			say_json_text(&r->lib, file), "interface",
			b && b->wire ? b->wire->ifname : NULL, "elapsed_ms",
			say_json_number(&r->lib, b && b->done_us,
					b ? (b->done_us - b->start_us) / 1000 :
					    0),
			"katapult",
			say_json_katapult(&r->lib, b && b->target.mcu,
					  b ? &b->ident : NULL),
			"image", pack_image(r, line), "findings",
			pack_findings(r, line->image), "warnings",
			pack_warnings(r, b), "saved", pack_saved(r, b),
			"old_version", say_json_text(&r->lib, old_version(b)),
			"running_version",
			say_json_text(&r->lib, b ? b->other.version : ""),
			"written",
			say_json_number(&r->lib, b && b->result.blocks,
					b ? 64 * (uint64_t)b->result.written :
					    0),
			"next",
			*line->end->next ? clean_lines(next, sizeof(next),
						       line->end->next) :
					   NULL));
}

static void say_line(struct report *r, const struct line *line)
{
	report_note_code(r, code_of(line->end));
	if (r->json)
		report_line(r, json_line(r, line));
	else
		print_line(r, line);
}

bool say_start(struct report *r, bool json)
{
	struct end end = { 0 };
	char why[256];

	report_start(r, PROGRAM, no_slots);
	if (!json || report_load_json(r, why, sizeof(why)))
		return true;
	end_with(&end, KCAN_OUTCOME_LOCAL_ERROR,
		 "--json needs the library jansson, which could not be loaded "
		 "(%s)",
		 why);
	end_next(&end, "install it: sudo apt install libjansson4");
	say_end(r, &end);
	return false;
}

void say_end(struct report *r, const struct end *end)
{
	say_line(r, &(struct line){ .end = end });
}

void say_boards(struct report *r, const struct board *boards, size_t len)
{
	for (const struct board *b = boards; b < boards + len; b++)
		if (*b->end.reason && (b->stage == STAGE_DONE || !b->start_us))
			say_line(r, &(struct line){ .end = &b->end,
						    .firmware = b->firmware,
						    .image = b->judged ?
								     &b->image :
								     NULL,
						    .board = b,
						    .first = boards });
}

void say_check(struct report *r, const struct firmware *f,
	       const struct kcan_image *image, const struct end *end)
{
	say_line(r,
		 &(struct line){ .end = end, .firmware = f, .image = image });
}
