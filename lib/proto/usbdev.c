// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "proto/usbdev.h"

#include <string.h>

#include "util/array.h"
#include "util/hex.h"

#define CHIP_ID_MAX (sizeof(((struct kcan_usbdev *)0)->serial) / 2)

#define FIRMWARE "~/klipper/out/klipper.bin"
#define MAKE_FLASH(id) "make -C ~/klipper flash FLASH_DEVICE=" id
/* can-admin-channel.md, section 14.5 */
#define HEATERS                                                            \
	"in a bootloader nobody controls heaters, fans and steppers, and " \
	"some boards switch a heater on in DFU mode: switch heater power " \
	"off, or stay with the machine"
#define RESET                                                                \
	"press the board's reset button, or switch its power off and on; a " \
	"boot button must not be held"

struct row {
	const char *manufacturer; /* lower case; NULL: any */
	uint16_t vendor;	  /* 0: any ids */
	uint16_t product;
	struct kcan_usbdev_info info;
};

#define BRIDGE(what)                                 \
	{                                            \
		KCAN_USBDEV_BRIDGE, what, NULL, NULL \
	}
#define KATAPULT                                                      \
	{                                                             \
		KCAN_USBDEV_KATAPULT, "Katapult",                     \
			"python3 ~/katapult/scripts/flashtool.py -d " \
			"{tty} -f " FIRMWARE,                         \
			RESET                                         \
	}
#define KLIPPER                                                             \
	{                                                                   \
		KCAN_USBDEV_KLIPPER, "Klipper on a serial port", NULL, NULL \
	}
#define ROM(what, id)                                                 \
	{                                                             \
		KCAN_USBDEV_ROM, what, MAKE_FLASH(id), RESET, HEATERS \
	}
#define LOADER(what, id)                                                 \
	{                                                                \
		KCAN_USBDEV_LOADER, what, MAKE_FLASH(id), RESET, HEATERS \
	}

/*
 * The first that fits counts. The ids of serial ports are settings of a build,
 * the manufacturer is not. The bridge's ids are fixed, but other adapters have
 * the same.
 */
static const struct row rows[] = {
	{ "klipper", 0x1d50, 0x606f, BRIDGE("a Klipper bridge (gs_usb)") },
	{ "", 0x1d50, 0x606f, BRIDGE("a nameless adapter (gs_usb)") },
	{ "katapult", 0, 0, KATAPULT },
	{ "canboot", 0, 0, KATAPULT },
	{ "klipper", 0, 0, KLIPPER },
	{ NULL, 0x1d50, 0x6177, KATAPULT },
	{ NULL, 0x1d50, 0x614e, KLIPPER },
	{ NULL,
	  0x0483,
	  0xdf11,
	  { KCAN_USBDEV_DFU, "the STM32 ROM bootloader (DFU)",
	    "sudo dfu-util -d ,0483:df11 -p {port} -a 0 -s 0x08000000:leave "
	    "-D " FIRMWARE,
	    RESET, HEATERS } },
	{ NULL, 0x2e8a, 0x0003, ROM("the RP2040 boot ROM", "2e8a:0003") },
	{ NULL, 0x2e8a, 0x000f, ROM("the RP2350 boot ROM", "2e8a:000f") },
	{ NULL,
	  0x03eb,
	  0x6124,
	  { KCAN_USBDEV_ROM, "the SAM-BA bootloader in the ROM",
	    MAKE_FLASH("{tty}"),
	    "only flashing it starts the application again: a power cycle "
	    "does not",
	    HEATERS } },
	{ NULL, 0x1eaf, 0x0003, LOADER("the stm32duino loader", "1eaf:0003") },
	{ NULL, 0x1209, 0xbeba, LOADER("the STM32 HID loader", "1209:beba") },
	{ NULL, 0x1d50, 0x6015,
	  LOADER("the Smoothieware loader", "1d50:6015") },
};

static const struct kcan_usbdev_info none = { KCAN_USBDEV_NONE, "nothing", NULL,
					      NULL };
static const struct kcan_usbdev_info other = {
	KCAN_USBDEV_OTHER, "a device that is no bootloader known here", NULL,
	NULL
};

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 'a' - 'A') : c;
}

static bool is_same_text(const char *a, const char *b)
{
	while (*a && lower(*a) == lower(*b)) {
		a++;
		b++;
	}
	return lower(*a) == lower(*b);
}

static bool fits(const struct row *row, const struct kcan_usbdev *dev)
{
	if (row->manufacturer &&
	    !is_same_text(row->manufacturer, dev->manufacturer))
		return false;
	return !row->vendor ||
	       (row->vendor == dev->vendor && row->product == dev->product);
}

const struct kcan_usbdev_info *kcan_usbdev_info(const struct kcan_usbdev *dev)
{
	if (!dev->devnum)
		return &none;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (fits(&rows[i], dev))
			return &rows[i].info;
	return &other;
}

bool kcan_usbdev_flashed_by_tty(const struct kcan_usbdev *dev)
{
	const char *next = kcan_usbdev_info(dev)->next;

	return next && strstr(next, "{tty}");
}

/* Return: bytes; 0 when the serial number is not hex. */
static size_t chip_id(const struct kcan_usbdev *dev,
		      uint8_t out[static CHIP_ID_MAX])
{
	size_t len = strnlen(dev->serial, sizeof(dev->serial) - 1);

	if (util_hex_decode(out, dev->serial, len))
		return 0;
	return len / 2;
}

/* STM32, RP2040, SAM and LPC: can-admin-channel.md, section 9. */
static bool is_chip_id_len(size_t len)
{
	return len == 8 || len == 12 || len == 16;
}

bool kcan_usbdev_uuid(const struct kcan_usbdev *dev, struct kcan_uuid *out)
{
	uint8_t id[CHIP_ID_MAX];
	size_t len = chip_id(dev, id);

	if (!is_chip_id_len(len))
		return false;
	kcan_uuid_from_chip_id(out, id, len);
	return true;
}

enum kcan_usbdev_match kcan_usbdev_match(const struct kcan_usbdev *dev,
					 const struct kcan_uuid *uuid)
{
	enum kcan_usbdev_kind kind = kcan_usbdev_info(dev)->kind;
	uint8_t id[CHIP_ID_MAX];
	struct kcan_uuid told;
	size_t len;

	if (kind != KCAN_USBDEV_BRIDGE && kind != KCAN_USBDEV_KLIPPER &&
	    kind != KCAN_USBDEV_KATAPULT)
		return KCAN_USBDEV_MATCH_NO;
	len = chip_id(dev, id);
	if (!len)
		return KCAN_USBDEV_MATCH_UNKNOWN;
	kcan_uuid_from_chip_id(&told, id, len);
	if (kcan_uuid_equal(&told, uuid))
		return KCAN_USBDEV_MATCH_YES;
	return is_chip_id_len(len) ? KCAN_USBDEV_MATCH_NO :
				     KCAN_USBDEV_MATCH_UNKNOWN;
}

bool kcan_usbdev_other_chip(const struct kcan_usbdev *a,
			    const struct kcan_usbdev *b)
{
	uint8_t id_a[CHIP_ID_MAX], id_b[CHIP_ID_MAX];
	size_t len_a = chip_id(a, id_a), len_b = chip_id(b, id_b);

	return is_chip_id_len(len_a) && is_chip_id_len(len_b) &&
	       (len_a != len_b || memcmp(id_a, id_b, len_a) != 0);
}
