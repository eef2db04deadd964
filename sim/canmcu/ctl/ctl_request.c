// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* What commands share: words, the MCUs that they name, replies. */
#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "ctl_command.h"
#include "util/number.h"

static json_t *failure(json_t *text)
{
	/* NULL: it was cut inside a character, or there is no memory */
	if (!text)
		text = json_string("this cannot be read as UTF-8 text");
	return json_pack("{s:b,s:o}", "ok", 0, "error", text);
}

char *ctl_text(json_t *reply)
{
	/* a name in UTF-8 as a terminal may have it; 0.95, not 0.9499999999 */
	size_t flags = JSON_COMPACT | JSON_ENSURE_ASCII |
		       JSON_REAL_PRECISION(6);
	char *text = reply ? json_dumps(reply, flags) : NULL;

	json_decref(reply);
	return text;
}

char *ctl_error(const char *sentence)
{
	return ctl_text(failure(json_string(sentence)));
}

int ctl_refuse(struct ctl_request *r, const char *format, ...)
{
	va_list args;

	json_decref(r->reply);
	va_start(args, format);
	r->reply = failure(json_vsprintf(format, args));
	va_end(args);
	return -EINVAL;
}

/* Of those with the same UUID "UUID#2" is the second. */
static bool parse_name(const char *word, struct kcan_uuid *uuid, uint64_t *nth)
{
	size_t len = strcspn(word, "#");
	char digits[KCAN_UUID_STR_LEN + 1] = "";

	*nth = 1;
	if (len != KCAN_UUID_STR_LEN ||
	    (word[len] && util_parse_number(word + len + 1, nth)))
		return false;
	memcpy(digits, word, len);
	return !kcan_uuid_parse(uuid, digits);
}

int ctl_find_mcu(struct ctl_request *r, const char *word,
		 const struct mcu **out)
{
	const struct world *w = r->ctl->world;
	struct kcan_uuid uuid;
	uint64_t nth;

	if (!parse_name(word, &uuid, &nth))
		return ctl_refuse(r, "UUID '%s': give exactly 12 hex digits",
				  word);
	*out = world_find(w, &uuid);
	if (*out && nth == 1)
		return 0;
	for (size_t i = 0; *out && i < world_len(w); i++) {
		*out = world_at(w, i);
		if (kcan_uuid_equal(&(*out)->cfg.uuid, &uuid) && !--nth)
			return 0;
	}
	return ctl_refuse(r, "there is no MCU %s: 'list' shows those there are",
			  word);
}

char *ctl_next_word(char **rest, bool all)
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

json_t *ctl_describe(const struct mcu *m)
{
	char uuid[KCAN_UUID_STR_LEN + 1];
	const struct kcan_image_dictionary *app = mcu_application(m);
	int nodeid = mcu_nodeid(m);

	kcan_uuid_format(&m->cfg.uuid, uuid);
	return json_pack("{s:s,s:s,s:s,s:s,s:o,s:s*,s:s*,s:s*,s:s*}", "uuid",
			 uuid, "mcu_type", m->cfg.type->name, "bootloader",
			 bootloader_name(m->cfg.bootloader), "state",
			 mcu_state_name(m->state), "nodeid",
			 nodeid < 0 ? json_null() : json_integer(nodeid),
			 "version", app ? app->version : NULL, "mcu_name",
			 app ? app->mcu : NULL, "name",
			 m->cfg.name[0] ? m->cfg.name : NULL, "link",
			 m->cfg.link ? mcu_link_name(m->cfg.link) : NULL);
}

int ctl_add_fault(struct ctl_request *r, const char *text)
{
	char error[FAULT_ERROR_MAX];
	struct fault fault;
	int err;

	if (fault_parse(&fault, text, error))
		return ctl_refuse(r, "%s", error);
	json_object_set_new(
		r->reply, "seed",
		json_integer((json_int_t)world_seed(r->ctl->world)));
	err = world_add_fault(r->ctl->world, r->mcu, &fault);
	if (!err)
		return 0;
	if (err == -EOPNOTSUPP)
		return ctl_refuse(r,
				  "%s is on no CAN bus, and '%s' is about "
				  "frames; give another fault",
				  r->args[0], fault_info(fault.kind)->name);
	return ctl_refuse(r,
			  "%s has %d faults, which is the most: take some away "
			  "with 'fault-clear %s'",
			  r->args[0], FAULTS_MAX, r->args[0]);
}
