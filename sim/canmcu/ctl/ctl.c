// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "ctl.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ctl_command.h"

static const struct ctl_command *find_command(const char *name)
{
	const struct ctl_command *cmd;
	size_t len = strlen(name);

	for (size_t i = 0; (cmd = ctl_command_at(i)); i++)
		if (strcspn(cmd->usage, " ") == len &&
		    !strncmp(cmd->usage, name, len))
			return cmd;
	return NULL;
}

static int run(struct ctl_request *r, const struct ctl_command *cmd)
{
	if (r->args_len < cmd->args_min || r->args_len > cmd->args_max)
		return ctl_refuse(r, "wrong number of words: give '%s'",
				  cmd->usage);
	if (cmd->has_uuid && ctl_find_mcu(r, r->args[0], &r->mcu))
		return -EINVAL;
	return cmd->run(r);
}

static int parse(struct ctl_request *r, char *text)
{
	char *rest = text, *name = ctl_next_word(&rest, false);
	const struct ctl_command *cmd = name ? find_command(name) : NULL;
	char *word;

	if (!cmd)
		return ctl_refuse(r,
				  "there is no command '%.40s': 'help' shows "
				  "those there are",
				  name ? name : "");
	do {
		word = ctl_next_word(&rest, r->args_len + 1 >= cmd->args_max);
		if (word)
			r->args[r->args_len++] = word;
	} while (word && r->args_len < CTL_WORDS_MAX);
	return run(r, cmd);
}

static bool is_text(const char *line, size_t len)
{
	json_t *utf8;
	bool valid;

	for (size_t i = 0; i < len; i++)
		if ((unsigned char)line[i] < ' ' || line[i] == 0x7f)
			return false;
	utf8 = json_stringn(line, len);
	valid = utf8;
	json_decref(utf8);
	return valid;
}

struct ctl_result ctl_execute(const struct ctl *ctl, const char *line,
			      size_t len, uint64_t now_us)
{
	struct ctl_result result = { 0 };
	struct ctl_request r = { .ctl = ctl,
				 .now_us = now_us,
				 .result = &result };
	char *text;

	if (len && line[len - 1] == '\r')
		len--;
	while (len && line[len - 1] == ' ')
		len--;
	if (!is_text(line, len)) {
		result.reply = ctl_error("this is not a line of UTF-8 text");
		return result;
	}
	text = strndup(line, len);
	if (!text)
		return result;
	r.reply = json_pack("{s:b}", "ok", 1);
	parse(&r, text);
	free(text);
	if (result.waiting)
		result.reply = ctl_wait_reply(&result.wait, ctl, now_us);
	else
		result.reply = ctl_text(json_incref(r.reply));
	json_decref(r.reply);
	result.waiting = result.waiting && !result.reply;
	return result;
}

bool ctl_lines_next(struct ctl_lines *lines, const char **data, size_t *len,
		    struct ctl_line *line)
{
	const char *end = memchr(*data, '\n', *len);
	size_t take = end ? (size_t)(end - *data) : *len;

	if (take > sizeof(lines->buf) - lines->len)
		lines->too_long = true;
	if (!lines->too_long && take) {
		memcpy(lines->buf + lines->len, *data, take);
		lines->len += take;
	}
	*data += take + (end ? 1 : 0);
	*len -= take + (end ? 1 : 0);
	if (!end)
		return false;
	*line = (struct ctl_line){ lines->buf, lines->len, lines->too_long };
	lines->len = 0;
	lines->too_long = false;
	return true;
}
