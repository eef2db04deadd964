// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "command.h"

#include <string.h>

#include "util/array.h"

#define SHELL "|&;<>()$`\\\"'*?[]#"
#define CAPITALS "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

/* Prose begins with none of these. */
static const char *const programs[] = {
	"python3", "make", "sudo", "canbootreq", "serialbootreq",
};

struct parse {
	struct say_command *out;
	const char *home;
	size_t used; /* of out->text */
	bool in_word;
	bool ended;
	bool failed;
};

static void put(struct parse *p, const char *text, size_t len)
{
	struct say_command *c = p->out;

	if (!p->in_word && c->len == ARRAY_SIZE(c->words))
		p->failed = true;
	if (len + 1 >= sizeof(c->text) - p->used)
		p->failed = true;
	if (p->failed)
		return;
	if (!p->in_word)
		c->words[c->len++] = c->text + p->used;
	p->in_word = true;
	memcpy(c->text + p->used, text, len);
	p->used += len;
}

static void end_word(struct parse *p)
{
	const char *word;

	if (!p->in_word || p->failed)
		return;
	p->out->text[p->used++] = '\0';
	p->in_word = false;
	word = p->out->words[p->out->len - 1];
	if (!word[strspn(word, CAPITALS)])
		p->failed = true;
}

/* A text that is not ours. */
static void put_whole(struct parse *p, const char *text)
{
	for (const char *c = text; *c; c++)
		if (*c < ' ' || *c > '~')
			p->failed = true;
	put(p, text, strlen(text));
}

static void put_literal(struct parse *p, char c)
{
	if (c == '\n')
		p->ended = true;
	else if (c == ' ')
		end_word(p);
	else if (strchr(SHELL, c) || (c == '~' && !p->home))
		p->failed = true;
	else if (c == '~' && !p->in_word)
		put_whole(p, p->home);
	else
		put(p, &c, 1);
}

static void walk(struct parse *p, const char *sentence,
		 const struct say_slots *tables, const void *facts)
{
	struct say_found found;
	char text[256];

	while (sentence && *sentence && !p->ended && !p->failed) {
		if (!say_find(&found, sentence, tables, facts)) {
			put_literal(p, *sentence++);
			continue;
		}
		sentence += found.len;
		if (!found.slot->put) {
			walk(p, say_inner(&found), tables, facts);
			continue;
		}
		found.slot->put(text, sizeof(text), found.from);
		if (!*text || strlen(text) + 1 == sizeof(text))
			p->failed = true;
		put_whole(p, text);
	}
}

static bool is_program(const char *word)
{
	for (size_t i = 0; i < ARRAY_SIZE(programs); i++)
		if (!strcmp(word, programs[i]))
			return true;
	return false;
}

void say_command(struct say_command *out, const char *sentence,
		 const struct say_slots *tables, const void *facts,
		 const char *home)
{
	struct parse p = { .out = out, .home = home };

	out->len = 0;
	walk(&p, sentence, tables, facts);
	end_word(&p);
	if (p.failed || !out->len || !is_program(out->words[0]))
		out->len = 0;
}
