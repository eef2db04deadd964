// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "ctl.h"

#include <jansson.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "util/number.h"

#define WORDS_MAX 4
#define WAIT_MS_DEFAULT 5000
#define WAIT_MS_MAX 3600000

/* What a client can wait for: a state, or a nodeid. */
struct ctl_condition {
	const char *name;
	bool (*holds)(const struct mcu *m, int arg);
	int arg;
};

/* One line, taken apart; the last word may hold blanks. */
struct request {
	struct world *world;
	const struct mcu *mcu; /* the one named by the first argument */
	const char *args[WORDS_MAX];
	size_t args_len;
	uint64_t now_us;
	struct ctl_result *result;
};

struct command {
	const char *name;
	const char *usage;
	size_t args_min;
	size_t args_max;
	bool has_uuid; /* the first argument names an MCU */
	json_t *(*run)(struct request *r);
};

static json_t *success(void)
{
	return json_pack("{s:b}", "ok", 1);
}

__attribute__((format(printf, 1, 2))) static json_t *failure(const char *format,
							     ...)
{
	va_list args;
	json_t *text;

	va_start(args, format);
	text = json_vsprintf(format, args);
	va_end(args);
	/* NULL: it was cut inside a character, or there is no memory */
	if (!text)
		text = json_string("this cannot be read as UTF-8 text");
	return json_pack("{s:b,s:o}", "ok", 0, "error", text);
}

static char *text_of(json_t *reply)
{
	char *text = reply ? json_dumps(reply, JSON_COMPACT) : NULL;

	json_decref(reply);
	return text;
}

char *ctl_error(const char *sentence)
{
	return text_of(failure("%s", sentence));
}

/* The commands. */

static json_t *describe(const struct mcu *m)
{
	char uuid[KCAN_UUID_STR_LEN + 1];
	const struct dictionary *app = mcu_application(m);
	int nodeid = mcu_nodeid(m);

	kcan_uuid_format(&m->cfg.uuid, uuid);
	return json_pack("{s:s,s:s,s:s,s:s,s:o,s:s*,s:s*}", "uuid", uuid,
			 "mcu_type", m->cfg.type->name, "bootloader",
			 bootloader_name(m->cfg.bootloader), "state",
			 mcu_state_name(m->state), "nodeid",
			 nodeid < 0 ? json_null() : json_integer(nodeid),
			 "version", app ? app->version : NULL, "mcu_name",
			 app ? app->mcu : NULL);
}

static json_t *cmd_list(struct request *r)
{
	json_t *reply = success(), *mcus = json_array();

	for (size_t i = 0; i < world_len(r->world); i++)
		json_array_append_new(mcus, describe(world_at(r->world, i)));
	json_object_set_new(reply, "mcus", mcus);
	return reply;
}

static json_t *cmd_shutdown(struct request *r)
{
	const char *reason = r->args_len > 1 ? r->args[1] :
					       "Shutdown by command";

	if (world_shutdown(r->world, r->mcu, reason, r->now_us))
		return failure("%s is in state '%s': only Klipper can be shut "
			       "down",
			       r->args[0], mcu_state_name(r->mcu->state));
	return success();
}

static json_t *cmd_power(struct request *r)
{
	bool on = !strcmp(r->args[1], "on");

	if (!on && strcmp(r->args[1], "off") != 0)
		return failure("power '%s': give 'on' or 'off'", r->args[1]);
	world_power(r->world, r->mcu, on, r->now_us);
	return success();
}

static json_t *cmd_reset(struct request *r)
{
	if (world_reset(r->world, r->mcu, r->now_us))
		return failure("%s is off: switch it on with 'power %s on'",
			       r->args[0], r->args[0]);
	return success();
}

static json_t *cmd_quit(struct request *r)
{
	r->result->quit = true;
	return success();
}

static bool is_in_state(const struct mcu *m, int state)
{
	return (int)m->state == state;
}

static bool is_assigned(const struct mcu *m, int assigned)
{
	return (mcu_nodeid(m) >= 0) == assigned;
}

static const struct ctl_condition conditions[] = {
	{ "klipper", is_in_state, MCU_KLIPPER },
	{ "shutdown", is_in_state, MCU_SHUTDOWN },
	{ "katapult", is_in_state, MCU_KATAPULT },
	{ "rom", is_in_state, MCU_ROM },
	{ "boot", is_in_state, MCU_BOOT },
	{ "off", is_in_state, MCU_OFF },
	{ "assigned", is_assigned, true },
	{ "unassigned", is_assigned, false },
};

static const struct ctl_condition *find_condition(const char *name)
{
	for (size_t i = 0; i < sizeof(conditions) / sizeof(conditions[0]); i++)
		if (!strcmp(conditions[i].name, name))
			return &conditions[i];
	return NULL;
}

static json_t *cmd_wait(struct request *r)
{
	const struct ctl_condition *c = find_condition(r->args[1]);
	unsigned long ms = WAIT_MS_DEFAULT;

	if (!c)
		return failure("state '%s': give klipper, shutdown, katapult, "
			       "rom, boot, off, assigned or unassigned",
			       r->args[1]);
	if (r->args_len > 2 &&
	    (util_parse_number(r->args[2], &ms) || ms > WAIT_MS_MAX))
		return failure("timeout '%s': give milliseconds from 0 to %d",
			       r->args[2], WAIT_MS_MAX);
	r->result->waiting = true;
	r->result->wait =
		(struct ctl_wait){ r->mcu, c, r->now_us + ms * 1000u };
	return NULL;
}

static const struct command commands[] = {
	{ "list", "list", 0, 0, false, cmd_list },
	{ "shutdown", "shutdown UUID [REASON]", 1, 2, true, cmd_shutdown },
	{ "power", "power UUID on|off", 2, 2, true, cmd_power },
	{ "reset", "reset UUID", 1, 1, true, cmd_reset },
	{ "wait", "wait UUID STATE [TIMEOUT_MS]", 2, 3, true, cmd_wait },
	{ "quit", "quit", 0, 0, false, cmd_quit },
};

char *ctl_wait_reply(const struct ctl_wait *wait, uint64_t now_us)
{
	const struct mcu *m = wait->mcu;
	json_t *reply;

	if (wait->condition->holds(m, wait->condition->arg)) {
		reply = success();
		json_object_set_new(reply, "mcu", describe(m));
	} else if (now_us >= wait->deadline_us) {
		reply = failure("timeout: not '%s' yet", wait->condition->name);
		json_object_set_new(reply, "mcu", describe(m));
	} else {
		return NULL;
	}
	return text_of(reply);
}

/* From a line to a command. */

static const struct command *find_command(const char *name)
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (!strcmp(commands[i].name, name))
			return &commands[i];
	return NULL;
}

static json_t *run(struct request *r, const struct command *cmd)
{
	struct kcan_uuid uuid;

	if (r->args_len < cmd->args_min || r->args_len > cmd->args_max)
		return failure("wrong number of words: give '%s'", cmd->usage);
	if (!cmd->has_uuid)
		return cmd->run(r);
	if (kcan_uuid_parse(&uuid, r->args[0]))
		return failure("UUID '%s': give exactly 12 hex digits",
			       r->args[0]);
	r->mcu = world_find(r->world, &uuid);
	if (!r->mcu)
		return failure("there is no MCU %s: 'list' shows those there "
			       "are",
			       r->args[0]);
	return cmd->run(r);
}

/* The next word, or with @all all that is left; NULL when nothing is. */
static char *next_word(char **rest, bool all)
{
	char *word;

	if (!*rest)
		return NULL;
	word = *rest + strspn(*rest, " ");
	*rest = word;
	if (!*word)
		return NULL;
	if (all)
		*rest = NULL;
	else
		word = strsep(rest, " ");
	return word;
}

static json_t *parse(struct request *r, char *text)
{
	char *rest = text, *name = next_word(&rest, false);
	const struct command *cmd = name ? find_command(name) : NULL;
	const char *word;

	if (!cmd)
		return failure("there is no command '%.40s': give list, "
			       "shutdown, power, reset, wait or quit",
			       name ? name : "");
	/* the last one takes all that is left: a reason has blanks */
	do {
		word = next_word(&rest, r->args_len + 1 >= cmd->args_max);
		if (word)
			r->args[r->args_len++] = word;
	} while (word && r->args_len < WORDS_MAX);
	return run(r, cmd);
}

static bool is_text(const char *line, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)line[i] < ' ' || line[i] == 0x7f)
			return false;
	return true;
}

struct ctl_result ctl_execute(struct world *w, const char *line, size_t len,
			      uint64_t now_us)
{
	struct ctl_result result = { 0 };
	struct request r = { .world = w, .now_us = now_us, .result = &result };
	json_t *valid;
	char *text;

	if (len && line[len - 1] == '\r')
		len--;
	while (len && line[len - 1] == ' ')
		len--;
	valid = is_text(line, len) ? json_stringn(line, len) : NULL;
	if (!valid) {
		result.reply = ctl_error("this is no line of UTF-8 text");
		return result;
	}
	json_decref(valid);
	text = strndup(line, len);
	if (!text)
		return result;
	result.reply = text_of(parse(&r, text));
	free(text);
	if (!result.waiting)
		return result;
	result.reply = ctl_wait_reply(&result.wait, now_us);
	result.waiting = !result.reply;
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
