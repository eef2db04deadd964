// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* The names in /dev/serial/by-id, as udev's usb_id and its rules make them. */
#include "proto/usbdev.h"

#include <string.h>

#include "util/hex.h"

#define BLANKS " \t\n\v\f\r"
#define SAFE                                                             \
	"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz" \
	"#+-.:=@_"
#define TEXT_LEN sizeof(((struct kcan_usbdev *)0)->serial)
#define INTERFACE "-if" /* follows in the name */
#define STM32_ID_LEN 12
#define STM32_ROM_LEN 6

/* Of UTF-8, which udev keeps, as of all bytes that are no ASCII. */
static bool is_safe(char c)
{
	return (unsigned char)c >= 0x80 || memchr(SAFE, c, sizeof(SAFE) - 1);
}

static bool is_blank(char c)
{
	return memchr(BLANKS, c, sizeof(BLANKS) - 1);
}

/* Blanks at the ends go, others become one "_", as does what is not safe. */
static void put_safe(char out[static TEXT_LEN], const char *text)
{
	bool gap = false;

	for (text += strspn(text, BLANKS); *text; text++) {
		if (is_blank(*text)) {
			gap = true;
			continue;
		}
		if (gap)
			*out++ = '_';
		gap = false;
		*out++ = *text;
		out[-1] = is_safe(*text) ? *text : '_';
	}
	*out = '\0';
}

/* Return: what follows @text at the beginning of @name; NULL: it is not there. */
static const char *after(const char *name, const char *text)
{
	while (name && *text)
		name = *name == *text++ ? name + 1 : NULL;
	return name;
}

/* A text of the device, or what stands for one that it does not have. */
static const char *after_text(const char *name, const char *text, uint16_t id)
{
	const uint8_t bytes[] = { (uint8_t)(id >> 8), (uint8_t)id };
	char safe[TEXT_LEN];

	if (*text)
		put_safe(safe, text);
	else
		util_hex_encode(safe, bytes, sizeof(bytes));
	return after(name, safe);
}

bool kcan_usbdev_is_named(const struct kcan_usbdev *dev, const char *name)
{
	char serial[TEXT_LEN];

	put_safe(serial, dev->serial);
	name = after_text(after(name, "usb-"), dev->manufacturer, dev->vendor);
	name = after_text(after(name, "_"), dev->name, dev->product);
	if (*serial)
		name = after(after(name, "_"), serial);
	return after(name, INTERFACE);
}

/* Return: the serial number in a name, and its length; NULL: it has none. */
static const char *serial_in(const char *name, size_t *len)
{
	const char *end = NULL, *begin;

	if (!after(name, "usb-"))
		return NULL;
	for (const char *at = strstr(name, INTERFACE); at;
	     at = strstr(at + 1, INTERFACE))
		end = at;
	for (begin = end; begin && begin > name && begin[-1] != '_'; begin--)
		continue;
	if (!begin)
		return NULL;
	*len = (size_t)(end - begin);
	return begin;
}

/*
 * The serial number of an STM32 in its ROM is made of the chip id:
 * can-admin-channel.md, section 9.
 */
static bool is_rom_of(const struct kcan_usbdev *dev, const char *id,
		      size_t id_len)
{
	uint8_t chip[STM32_ID_LEN], told[STM32_ROM_LEN];

	if (kcan_usbdev_info(dev)->kind != KCAN_USBDEV_DFU ||
	    id_len != 2 * STM32_ID_LEN || util_hex_decode(chip, id, id_len) ||
	    strlen(dev->serial) != 2 * STM32_ROM_LEN ||
	    util_hex_decode(told, dev->serial, 2 * STM32_ROM_LEN))
		return false;
	return told[0] == chip[11] &&
	       told[1] == (uint8_t)(chip[10] + chip[2]) && told[2] == chip[9] &&
	       told[3] == (uint8_t)(chip[8] + chip[0]) && told[4] == chip[7] &&
	       told[5] == chip[6];
}

/* What somebody has configured may have a "_" itself. */
static bool ends_with(const char *name, const char *end, const char *serial)
{
	size_t len = strlen(serial);

	return len && (size_t)(end - name) > len &&
	       end[-(long)len - 1] == '_' && !memcmp(end - len, serial, len);
}

enum kcan_usbdev_match kcan_usbdev_match_name(const struct kcan_usbdev *dev,
					      const char *name)
{
	char serial[TEXT_LEN];
	struct kcan_uuid uuid;
	const char *told;
	size_t len;

	told = serial_in(name, &len);
	if (!told)
		return KCAN_USBDEV_MATCH_NO;
	if (is_rom_of(dev, told, len))
		return KCAN_USBDEV_MATCH_YES;
	put_safe(serial, dev->serial);
	if (!ends_with(name, told + len, serial))
		return KCAN_USBDEV_MATCH_NO;
	return kcan_usbdev_uuid(dev, &uuid) ? KCAN_USBDEV_MATCH_YES :
					      KCAN_USBDEV_MATCH_UNKNOWN;
}
