// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* Messages in Klipper's blocks: klipper-mcu-protocol.md, section 5. */
#include <kcan/klp.h>

#include <errno.h>
#include <string.h>

#include "util/array.h"
#include "util/cursor.h"

#define MORE 0x80 /* another byte follows */
#define LOW 0x7f
#define NEGATIVE 0x60 /* both bits set in the first byte */

static const struct {
	const char *text;
	enum kcan_klp_type type;
} type_names[] = {
	{ "%u", KCAN_KLP_U32 },	    { "%i", KCAN_KLP_I32 },
	{ "%hu", KCAN_KLP_U16 },    { "%hi", KCAN_KLP_I16 },
	{ "%c", KCAN_KLP_U8 },	    { "%s", KCAN_KLP_BYTES },
	{ "%.*s", KCAN_KLP_BYTES }, { "%*s", KCAN_KLP_BYTES },
};

#define NAME_CHARS \
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789"

/* Return: the type that the first @len characters of @text name, or -EINVAL. */
static int find_type(const char *text, size_t len)
{
	for (size_t i = 0; i < ARRAY_SIZE(type_names); i++)
		if (strlen(type_names[i].text) == len &&
		    !memcmp(type_names[i].text, text, len))
			return type_names[i].type;
	return -EINVAL;
}

static bool is_id(int id)
{
	return (id >= -4096 && id <= 95) || (id >= 128 && id <= 12287);
}

/* Return: what follows " name=%type", or NULL; the type goes to @type. */
static const char *parse_param(const char *text, int *type)
{
	size_t name = strspn(text + 1, NAME_CHARS), len;

	if (*text != ' ' || !name || text[1 + name] != '=')
		return NULL;
	text += name + 2;
	len = strcspn(text, " ");
	*type = find_type(text, len);
	return *type < 0 ? NULL : text + len;
}

int kcan_klp_format_parse(struct kcan_klp_format *out, const char *text, int id,
			  enum kcan_klp_dir dir)
{
	struct kcan_klp_format f = { .dir = dir, .id = (int16_t)id };
	size_t name = strspn(text, NAME_CHARS);
	int type;

	if (!is_id(id))
		return -ERANGE;
	if (!name)
		return -EINVAL;
	for (text += name; *text; f.types[f.count++] = (uint8_t)type) {
		text = parse_param(text, &type);
		if (!text)
			return -EINVAL;
		if (f.count == KCAN_KLP_PARAMS_MAX)
			return -E2BIG;
	}
	*out = f;
	return 0;
}

/*
 * @value decides on the length and @bits are sent: firmware looks at the one
 * as signed and shifts the other unsigned (the table of section 5.2).
 */
static void put_vlq(struct util_cursor *c, int64_t value, uint64_t bits)
{
	for (int shift = 28; shift; shift -= 7)
		if (value >= INT64_C(3) << (shift - 2) ||
		    value < -(INT64_C(1) << (shift - 2)))
			util_put_u8(c, MORE | (bits >> shift & LOW));
	util_put_u8(c, bits & LOW);
}

static void put_int(struct util_cursor *c, const struct kcan_klp_format *f,
		    enum kcan_klp_type type, uint32_t num)
{
	bool is_signed = type == KCAN_KLP_I32 || type == KCAN_KLP_I16;
	int64_t value = (int32_t)num;

	if (f->dir == KCAN_KLP_RESPONSE)
		put_vlq(c, value, num);
	else if (is_signed)
		put_vlq(c, value, (uint64_t)value);
	else
		put_vlq(c, num, num);
}

int kcan_klp_msg_encode(uint8_t *out, size_t size,
			const struct kcan_klp_format *f,
			const struct kcan_klp_value *values)
{
	struct util_cursor c = util_cursor_on(out, size);

	put_vlq(&c, f->id, (uint64_t)(int64_t)f->id);
	for (size_t i = 0; i < f->count; i++) {
		if (f->types[i] != KCAN_KLP_BYTES) {
			put_int(&c, f, f->types[i], values[i].num);
			continue;
		}
		util_put_u8(&c, values[i].len);
		util_put_bytes(&c, values[i].data, values[i].len);
	}
	return c.bad ? -EMSGSIZE : (int)c.pos;
}

static uint32_t get_vlq(struct util_cursor *c)
{
	uint8_t byte = util_get_u8(c);
	uint32_t value = byte & LOW;

	if ((byte & NEGATIVE) == NEGATIVE)
		value |= ~(uint32_t)LOW;
	while (byte & MORE) {
		byte = util_get_u8(c);
		value = value << 7 | (byte & LOW);
	}
	return value;
}

/* Firmware does not read its ids as integers: 7 or 14 plain bits. */
static int get_command_id(struct util_cursor *c)
{
	int id = util_get_u8(c);

	if (id & MORE)
		id = (id & LOW) * 128 + util_get_u8(c);
	if (id > 95 && id < 128)
		return id - 128;
	return id >= 12288 && id < 16384 ? id - 16384 : id;
}

int kcan_klp_id_decode(int *id, const uint8_t *buf, size_t len,
		       enum kcan_klp_dir dir)
{
	struct util_cursor c = util_cursor_reading(buf, len);
	int value = dir == KCAN_KLP_COMMAND ? get_command_id(&c) :
					      (int32_t)get_vlq(&c);

	if (c.bad)
		return -EBADMSG;
	*id = value;
	return (int)c.pos;
}

static void get_bytes(struct util_cursor *c, struct kcan_klp_value *value)
{
	value->len = util_get_u8(c);
	value->data = c->data + c->pos;
	if (value->len > util_cursor_left(c))
		c->bad = true;
	else
		c->pos += value->len;
}

int kcan_klp_params_decode(struct kcan_klp_value *values,
			   const struct kcan_klp_format *f, const uint8_t *buf,
			   size_t len)
{
	struct util_cursor c = util_cursor_reading(buf, len);

	for (size_t i = 0; i < f->count && !c.bad; i++) {
		values[i] = (struct kcan_klp_value){ 0 };
		if (f->types[i] == KCAN_KLP_BYTES)
			get_bytes(&c, &values[i]);
		else
			values[i].num = get_vlq(&c);
	}
	return c.bad ? -EBADMSG : (int)c.pos;
}
