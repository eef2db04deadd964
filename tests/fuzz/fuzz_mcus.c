// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: tools/canbootreq tools/canbus tools/shared
/*
 * Any printer.cfg, as the requesters read it: it is refused with a sentence, or each
 * of its MCUs is found by its section, and is one that can be asked, or why not is
 * said. What is said can be shown.
 */
#include "../../tools/shared/printer.h"
#include "fuzz_files.h"
#include "util/array.h"
#include "util/clean.h"

static const char words[][FUZZ_WORD_MAX] = {
	"\n[mcu]\n",
	"\n[mcu a]\n",
	"\n[mcu scanner]\n",
	"\n[scanner]\n",
	"\n[include ",
	"]\n",
	"\ncanbus_uuid: ",
	"\ncanbus_interface: ",
	"\nserial: ",
	"\nbaud: ",
	"112233445566\n",
	"0x",
	"can0\n",
	"/dev/ttyACM0\n",
	"/tmp/klipper_host_mcu\n",
	"250000\n",
	"\n    ",
	" ; ",
	"\n[mcu a]\ncanbus_uuid: 1\n",
	"\n[mcu b]\ncanbus_uuid: 01\n",
	"\n[scanner]\ncanbus_uuid: 2\n",
	"\n[mcu c]\nserial: ",
};

static void check_sentence(const char *text, size_t size)
{
	char copy[CONFIG_ERROR_MAX];

	check(*text && strlen(text) < size && size <= sizeof(copy));
	strcpy(copy, text);
	util_clean(copy);
	for (const char *c = copy; *c; c++)
		check(*c >= ' ' && *c <= '~');
}

static void check_missing(void *ctx, const char *sentence)
{
	(void)ctx;
	check_sentence(sentence, CONFIG_ERROR_MAX);
}

static void check_can(struct printer *p, const struct config_mcu *mcu)
{
	char digits[CONFIG_UUID_LEN + 1];
	struct kcan_uuid uuid;
	const char *ifname;

	if (!config_mcu_digits(&p->mcus, mcu, digits, p->error))
		check(!kcan_uuid_parse(&uuid, digits));
	else
		check_sentence(p->error, sizeof(p->error));
	if (!config_mcu_interface(mcu, &ifname, p->error))
		check(strlen(ifname) >= 1 && strlen(ifname) <= 15);
	printer_can_advice(p, mcu);
	check_sentence(p->error, sizeof(p->error));
}

static void check_mcu(struct printer *p, const struct config_mcu *mcu)
{
	char text[CONFIG_ERROR_MAX];
	const struct config_mcu *found;

	check(!mcu->uuid.text != !mcu->serial.text);
	if (config_mcus_find(&p->mcus, &found, mcu->section, p->error))
		check_sentence(p->error, sizeof(p->error));
	else
		check(found == mcu || !strcmp(found->section, mcu->section) ||
		      !strcmp(found->name, mcu->section));
	if (mcu->uuid.text)
		check_can(p, mcu);
	else
		check_sentence(printer_serial_advice(mcu, text), sizeof(text));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_files in = { data, size, words, ARRAY_SIZE(words) };
	const struct config_files files = { fuzz_load, fuzz_match, &in };
	struct printer p = { .path = NULL };
	const struct config_mcu *found;

	if (config_mcus_read(&p.mcus, &files, "p", check_missing, NULL,
			     p.error))
		check_sentence(p.error, sizeof(p.error));
	check(p.mcus.len <= CONFIG_MCUS_MAX);
	for (size_t i = 0; i < p.mcus.len; i++)
		check_mcu(&p, &p.mcus.list[i]);
	if (config_mcus_find(&p.mcus, &found, "nobody", p.error))
		check_sentence(p.error, sizeof(p.error));
	printer_close(&p);
	return 0;
}
