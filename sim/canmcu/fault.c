// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "fault.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <kcan/kat.h>

#include "util/number.h"

#define PPM 1000000u
#define WORDS " \t,"
#define WORDS_MAX 16
#define MS_MAX 3600000

/* -EINVAL, and why. */
#define refuse(error, ...) \
	(snprintf((error), FAULT_ERROR_MAX, __VA_ARGS__), -EINVAL)

/* Parameters that a row may have beside those of all; bits. */
enum {
	TAKES_MS = 1,
	NEEDS_MS = 2,
	TAKES_BYTE = 4,
	TAKES_ADDRESS = 8,
	TAKES_UUID = 16,
};

static const struct row {
	struct fault_info info;
	unsigned int dirs; /* it can be about; 0: not about a frame */
	unsigned int takes;
	uint64_t count; /* when none is given; 0: no end */
} rows[FAULT_COUNT] = {
	[FAULT_DROP] = { { "drop", "[rx|tx]", "the frame is lost",
			   "an adapter or a receive buffer that overflows" },
			 FAULT_RX | FAULT_TX },
	[FAULT_DELAY] = { { "delay", "[rx|tx] ms=N",
			    "the frame comes so much later",
			    "a slow USB adapter, a busy host" },
			  FAULT_RX | FAULT_TX,
			  TAKES_MS | NEEDS_MS },
	[FAULT_DUPLICATE] = { { "duplicate", "[rx|tx]", "the frame comes twice",
				"a bit error at the very end of a frame: its "
				"sender repeats what others have taken" },
			      FAULT_RX | FAULT_TX },
	[FAULT_CORRUPT] = { { "corrupt", "[rx|tx] [byte=N]",
			      "one bit of a data byte is turned over",
			      "bad memory in an adapter or a gateway, where no "
			      "CRC of the bus helps" },
			    FAULT_RX | FAULT_TX,
			    TAKES_BYTE },
	[FAULT_REORDER] = { { "reorder", "[rx|tx]",
			      "the frame changes places with the next one",
			      "adapters with several transfers under way, "
			      "mailboxes sent out of turn" },
			    FAULT_RX | FAULT_TX },
	[FAULT_MUTE] = { { "mute", "", "nothing of it reaches the bus",
			   "a broken TX line or transceiver" },
			 FAULT_TX },
	[FAULT_DEAF] = { { "deaf", "", "nothing on the bus reaches it",
			   "a broken RX line or transceiver" },
			 FAULT_RX },
	[FAULT_IGNORE_REQUEST] = { { "ignore-request", "",
				     "a bootloader request has no effect",
				     "firmware without a bootloader to go to" } },
	[FAULT_BOOT_LATE] = { { "boot-late", "ms=N",
				"a reset takes so much longer",
				"a slow oscillator, a supply that rises "
				"slowly" },
			      0,
			      TAKES_MS | NEEDS_MS },
	[FAULT_BOOT_NEVER] = { { "boot-never", "",
				 "after a reset nothing starts",
				 "a latched-up chip, a boot pin that floats" } },
	[FAULT_WRONG_UUID] = { { "wrong-uuid", "[uuid=UUID]",
				 "it tells another UUID (all bits turned over)",
				 "two boards with one flash chip's id, bytes "
				 "mixed up" },
			       0,
			       TAKES_UUID },
	[FAULT_ANSWER_NACK] = { { "answer-nack", "",
				  "a block is answered NACK, and not done",
				  "bytes lost on the way in" },
				0,
				0,
				1 },
	[FAULT_ANSWER_ERROR] = { { "answer-error", "",
				   "a block is answered ERROR, and not done",
				   "a Katapult that does not know the command" },
				 0,
				 0,
				 1 },
	[FAULT_ANSWER_BUSY] = { { "answer-busy", "",
				  "a block is answered BUSY, and not done",
				  "other bootloaders of this protocol" },
				0,
				0,
				1 },
	[FAULT_STUCK] = { { "stuck", "",
			    "a block is taken for a broken one: NACK, then "
			    "silence until a reset",
			    "a byte lost in a block that begins with 01" },
			  0,
			  0,
			  1 },
	[FAULT_WRITE_FAIL] = { { "write-fail", "[address=N]",
				 "a block is not written: ERROR",
				 "worn-out or write-protected flash" },
			       0,
			       TAKES_ADDRESS },
	[FAULT_POWER_LOSS] = { { "power-loss", "[address=N] [ms=N]",
				 "power goes while a block is written, and "
				 "comes back after ms, if given",
				 "somebody pulls the plug" },
			       0,
			       TAKES_ADDRESS | TAKES_MS,
			       1 },
	[FAULT_BROWN_OUT] = { { "brown-out", "",
				"a reset at a data frame, in mid-exchange",
				"a supply that dips under load" },
			      0,
			      0,
			      1 },
};

const struct fault_info *fault_info(enum fault_kind kind)
{
	return (unsigned int)kind < FAULT_COUNT ? &rows[kind].info : NULL;
}

/* Reading one. */

static bool find_kind(struct fault *f, const char *name)
{
	for (int i = 0; i < FAULT_COUNT; i++) {
		if (strcmp(rows[i].info.name, name) != 0)
			continue;
		f->kind = (enum fault_kind)i;
		return true;
	}
	return false;
}

static int read_chance(struct fault *f, const char *text, char *error)
{
	char *end;
	double chance = strtod(text, &end);

	if (*end == '%') {
		chance /= 100;
		end++;
	}
	if (end == text || *end || !(chance >= 0 && chance <= 1))
		return refuse(error,
			      "chance '%.40s': give a number from 0 to 1, or "
			      "like 5%%",
			      text);
	f->chance_ppm = (uint32_t)(chance * PPM + 0.5);
	return 0;
}

static int read_number(uint64_t *out, const char *key, const char *text,
		       uint64_t max, char *error)
{
	unsigned long value;

	if (util_parse_number(text, &value) || value > max)
		return refuse(error, "%s '%.40s': give a number from 0 to %llu",
			      key, text, (unsigned long long)max);
	*out = value;
	return 0;
}

static int read_after(struct fault *f, const char *text, char *error)
{
	return read_number(&f->after, "after", text, UINT32_MAX, error);
}

static int read_count(struct fault *f, const char *text, char *error)
{
	int err = read_number(&f->count, "count", text, UINT32_MAX, error);

	if (!f->count)
		f->count = UINT64_MAX;
	return err;
}

static int read_ms(struct fault *f, const char *text, char *error)
{
	return read_number(&f->ms, "ms", text, MS_MAX, error);
}

static int read_byte(struct fault *f, const char *text, char *error)
{
	uint64_t byte = 0;
	int err = read_number(&byte, "byte", text, 7, error);

	f->has_byte = true;
	f->byte = (uint8_t)byte;
	return err;
}

static int read_address(struct fault *f, const char *text, char *error)
{
	uint64_t address = 0;
	int err = read_number(&address, "address", text, UINT32_MAX, error);

	f->has_address = true;
	f->address = (uint32_t)address;
	return err;
}

static int read_uuid(struct fault *f, const char *text, char *error)
{
	f->has_uuid = true;
	if (!kcan_uuid_parse(&f->uuid, text))
		return 0;
	return refuse(error, "uuid '%.40s': give exactly 12 hex digits", text);
}

static const struct {
	const char *name;
	unsigned int takes; /* 0: every fault does */
	int (*read)(struct fault *f, const char *text, char *error);
} parameters[] = {
	{ "chance", 0, read_chance },
	{ "after", 0, read_after },
	{ "count", 0, read_count },
	{ "ms", TAKES_MS, read_ms },
	{ "byte", TAKES_BYTE, read_byte },
	{ "address", TAKES_ADDRESS, read_address },
	{ "uuid", TAKES_UUID, read_uuid },
};
#define PARAMETERS (sizeof(parameters) / sizeof(parameters[0]))

static int refuse_word(const struct fault *f, const char *word, char *error)
{
	const struct fault_info *info = &rows[f->kind].info;

	return refuse(error,
		      "fault '%s' takes no '%.40s': give '%s%s%s "
		      "[chance=P] [after=N] [count=N]'",
		      info->name, word, info->name,
		      info->parameters[0] ? " " : "", info->parameters);
}

static int read_parameter(struct fault *f, char *word, char *error)
{
	size_t len = strcspn(word, "=");

	for (size_t i = 0; i < PARAMETERS && word[len]; i++) {
		unsigned int takes = parameters[i].takes;

		if (strlen(parameters[i].name) != len ||
		    strncmp(parameters[i].name, word, len) != 0)
			continue;
		if (takes && !(rows[f->kind].takes & takes))
			break;
		return parameters[i].read(f, word + len + 1, error);
	}
	return refuse_word(f, word, error);
}

static int read_word(struct fault *f, char *word, char *error)
{
	unsigned int dir = !strcmp(word, "rx") ? FAULT_RX :
			   !strcmp(word, "tx") ? FAULT_TX :
						 0;

	if (!dir)
		return read_parameter(f, word, error);
	if (!(rows[f->kind].dirs & dir))
		return refuse_word(f, word, error);
	f->dirs = dir;
	return 0;
}

static int read_name(struct fault *f, const char *name, char *error)
{
	*f = (struct fault){ .chance_ppm = PPM };
	if (!name || !find_kind(f, name))
		return refuse(error,
			      "there is no fault '%.40s': 'canmcu ctl faults' "
			      "and canmcu(1) list those there are",
			      name ? name : "");
	f->dirs = rows[f->kind].dirs;
	f->count = rows[f->kind].count ? rows[f->kind].count : UINT64_MAX;
	return 0;
}

static int check(const struct fault *f, char *error)
{
	if (rows[f->kind].takes & NEEDS_MS && !f->ms)
		return refuse(error,
			      "fault '%s' needs its time: add ms=N, like "
			      "ms=100",
			      rows[f->kind].info.name);
	return 0;
}

int fault_parse(struct fault *out, const char *text,
		char error[static FAULT_ERROR_MAX])
{
	char *copy = strdup(text), *rest = copy;
	struct fault f;
	char *word;
	int err;

	if (!copy)
		return refuse(error, "out of memory");
	word = strtok_r(copy, WORDS, &rest);
	err = read_name(&f, word, error);
	while (!err && (word = strtok_r(NULL, WORDS, &rest)))
		err = read_word(&f, word, error);
	if (!err)
		err = check(&f, error);
	free(copy);
	if (!err)
		*out = f;
	return err;
}

/* Writing one. */

struct text {
	char *at;
	size_t left;
};

__attribute__((format(printf, 2, 3))) static void
append(struct text *t, const char *format, ...)
{
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(t->at, t->left, format, args);
	va_end(args);
	if (len < 0 || (size_t)len >= t->left)
		len = (int)t->left - 1;
	t->at += len;
	t->left -= (size_t)len;
}

void fault_format(char out[static FAULT_TEXT_MAX], const struct fault *f)
{
	const struct row *row = &rows[f->kind];
	struct text t = { out, FAULT_TEXT_MAX };
	char uuid[KCAN_UUID_STR_LEN + 1];

	append(&t, "%s", row->info.name);
	if (f->dirs != row->dirs)
		append(&t, " %s", f->dirs == FAULT_RX ? "rx" : "tx");
	if (f->ms)
		append(&t, " ms=%llu", (unsigned long long)f->ms);
	if (f->has_byte)
		append(&t, " byte=%u", f->byte);
	if (f->has_address)
		append(&t, " address=0x%08x", f->address);
	if (f->has_uuid) {
		kcan_uuid_format(&f->uuid, uuid);
		append(&t, " uuid=%s", uuid);
	}
	if (f->chance_ppm != PPM)
		append(&t, " chance=%g", (double)f->chance_ppm / PPM);
	if (f->after)
		append(&t, " after=%llu", (unsigned long long)f->after);
	if (f->count == UINT64_MAX && row->count)
		append(&t, " count=0");
	else if (f->count != UINT64_MAX && f->count != row->count)
		append(&t, " count=%llu", (unsigned long long)f->count);
}

/* All of one MCU. */

/* splitmix64: any seed will do, 0 included */
static uint64_t next_random(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

void faults_init(struct faults *f, uint64_t seed, const struct kcan_uuid *uuid)
{
	*f = (struct faults){ .random = seed };
	/* each MCU has chances of its own, whoever else is there */
	for (int i = 0; i < KCAN_UUID_LEN; i++)
		f->random = next_random(&f->random) ^ uuid->b[i];
}

void faults_fini(struct faults *f)
{
	free(f->list);
	f->list = NULL;
	f->len = 0;
}

int faults_add(struct faults *f, const struct fault *fault)
{
	if (f->len == FAULTS_MAX)
		return -ENOSPC;
	if (!f->list)
		f->list = calloc(FAULTS_MAX, sizeof(*f->list));
	if (!f->list)
		return -ENOMEM;
	f->list[f->len] = *fault;
	f->list[f->len].met = 0;
	f->list[f->len].struck = 0;
	f->len++;
	return 0;
}

size_t faults_remove(struct faults *f, const char *name)
{
	size_t kept = 0, before = f->len;

	for (size_t i = 0; i < f->len; i++) {
		const char *own = rows[f->list[i].kind].info.name;

		if (name && strcmp(own, name) != 0)
			f->list[kept++] = f->list[i];
	}
	f->len = kept;
	return before - kept;
}

uint32_t faults_random(struct faults *f, uint32_t below)
{
	return (uint32_t)(next_random(&f->random) % below);
}

static bool is_met(const struct fault *fault, const struct fault_place *place)
{
	uint32_t into = fault->address - place->address;

	if (fault->kind != place->kind)
		return false;
	if (place->dir && !(fault->dirs & place->dir))
		return false;
	return !fault->has_address || into < KCAN_KAT_BLOCK_SIZE;
}

static bool strikes(struct faults *f, struct fault *fault)
{
	if (fault->struck >= fault->count || fault->met++ < fault->after)
		return false;
	if (fault->chance_ppm < PPM &&
	    faults_random(f, PPM) >= fault->chance_ppm)
		return false;
	fault->struck++;
	return true;
}

const struct fault *faults_strike(struct faults *f,
				  const struct fault_place *place)
{
	for (size_t i = 0; i < f->len; i++)
		if (is_met(&f->list[i], place) && strikes(f, &f->list[i]))
			return &f->list[i];
	return NULL;
}
