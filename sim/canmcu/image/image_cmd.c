// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "image_cmd.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <kcan/version.h>

#include "../klipper/firmware.h"
#include "image_build.h"
#include "util/array.h"
#include "util/clean.h"
#include "util/number.h"
#include "util/opt.h"

#define EXIT_USAGE 2
#define ERROR_MAX 256
#define FREQUENCY_MIN 10000
#define FREQUENCY_MAX 1000000 /* of classic CAN */

/* What is asked for. */
struct request {
	const struct mcu_type *type;
	uint64_t start;
	bool has_start;
	uint64_t size; /* 0: nobody says */
	uint64_t frequency;
	uint64_t baud;
	enum mcu_link link;
	const char *version;
	bool no_katapult;
	bool help;
	char error[ERROR_MAX];
};

/* -EINVAL, and why. */
#define refuse(r, ...) (snprintf((r)->error, ERROR_MAX, __VA_ARGS__), -EINVAL)

static int complain(const char *sentence)
{
	util_say(STDERR_FILENO, "canmcu image: %s", sentence);
	return EXIT_FAILURE;
}

/* The command line. */

static int apply_mcu_type(void *ctx, const char *arg)
{
	struct request *r = ctx;

	r->type = mcu_type_find(arg);
	if (r->type && r->type->flash_map)
		return 0;
	return refuse(r,
		      "--mcu-type '%.40s': %s; give a chip that can be "
		      "flashed here, like stm32g0b1xx",
		      arg,
		      r->type ? "canmcu does not play flashing it" :
				"there is no such chip here");
}

static int apply_application_start(void *ctx, const char *arg)
{
	struct request *r = ctx;

	r->has_start = true;
	if (!util_parse_number(arg, &r->start) && r->start <= UINT32_MAX)
		return 0;
	return refuse(r,
		      "--application-start '%.40s': give an address, like "
		      "0x08002000",
		      arg);
}

static int apply_canbus_frequency(void *ctx, const char *arg)
{
	struct request *r = ctx;

	if (!util_parse_number(arg, &r->frequency) &&
	    r->frequency >= FREQUENCY_MIN && r->frequency <= FREQUENCY_MAX)
		return 0;
	return refuse(r,
		      "--canbus-frequency '%.40s': give bits per second from "
		      "%d to %d, like 1000000",
		      arg, FREQUENCY_MIN, FREQUENCY_MAX);
}

static int apply_baud(void *ctx, const char *arg)
{
	struct request *r = ctx;

	if (!util_parse_number(arg, &r->baud) && r->baud >= MCU_BAUD_MIN &&
	    r->baud <= MCU_BAUD_MAX)
		return 0;
	return refuse(r, "--baud '%.40s': give baud from %d to %d, like %d",
		      arg, MCU_BAUD_MIN, MCU_BAUD_MAX, MCU_BAUD_USUAL);
}

static int apply_link(void *ctx, const char *arg)
{
	struct request *r = ctx;

	for (int i = 0; i < MCU_LINK_COUNT; i++) {
		r->link = (enum mcu_link)i;
		if (!strcmp(mcu_link_name(r->link), arg))
			return 0;
	}
	return refuse(r, "--link '%.40s': give can, bridge, usb or uart", arg);
}

static int apply_size(void *ctx, const char *arg)
{
	struct request *r = ctx;

	if (!util_parse_number(arg, &r->size) && r->size &&
	    r->size <= UINT32_MAX)
		return 0;
	return refuse(r, "--size '%.40s': give a number of bytes, like %d", arg,
		      IMAGE_SIZE_USUAL);
}

static int apply_version(void *ctx, const char *arg)
{
	struct request *r = ctx;
	size_t len = strlen(arg);

	r->version = arg;
	for (const char *c = arg; *c; c++)
		if (*c < ' ' || *c > '~')
			len = 0;
	if (len && len < sizeof(((struct klipper_build *)0)->version))
		return 0;
	return refuse(r,
		      "--version: give printable ASCII, at most %zu "
		      "characters, like v0.13.0",
		      sizeof(((struct klipper_build *)0)->version) - 1);
}

static const struct util_opt rows[] = {
	{ "mcu-type", 0, "TYPE", "the chip that it is for", apply_mcu_type },
	{ "application-start", 0, "A",
	  "where it lies in flash, like 0x08002000", apply_application_start },
	{ "canbus-frequency", 0, "N", "bit/s that it tells, of CAN only",
	  apply_canbus_frequency },
	{ "link", 0, "LINK", "can (the default), bridge, usb or uart",
	  apply_link },
	{ "baud", 0, "N", "speed of a serial line that it tells (250000)",
	  apply_baud },
	{ "size", 0, "N", "its bytes (24576)", apply_size },
	{ "version", 0, "TEXT", "the version that it tells", apply_version },
	{ "no-katapult", 0, NULL, "one that cannot be asked for Katapult",
	  .sets = UTIL_OPT_SETS(struct request, no_katapult) },
	{ "help", 'h', NULL, "print this help and exit",
	  .sets = UTIL_OPT_SETS(struct request, help), .ends = true },
};
#define ROWS ARRAY_SIZE(rows)

static int help(void)
{
	fputs("Usage: canmcu image --mcu-type TYPE --application-start A\n"
	      "                    {--canbus-frequency N | --link LINK} "
	      "[OPTION]... >FILE\n"
	      "Write an image that flashing tools, and the MCUs of canmcu, take "
	      "for one of\nKlipper: with a vector table and a data dictionary, "
	      "and without any code.\n\n",
	      stdout);
	util_opts_print(stdout, rows, ROWS);
	fputs("\nExit status: 0 it is written, 1 it could not be, 2 wrong "
	      "usage.\n",
	      stdout);
	return util_opts_printed("canmcu image") ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* What is missing, or does not go together. */
static int check(struct request *r)
{
	if (!r->type)
		return refuse(r, "for which chip? Give --mcu-type TYPE, like "
				 "stm32g0b1xx");
	if (!mcu_link_has_klipper(r->type, r->link))
		return refuse(r,
			      "there is no Klipper with '%s' for an %s: give "
			      "another --link, like uart",
			      mcu_link_name(r->link), r->type->name);
	if (!r->has_start)
		return refuse(r,
			      "for which place in flash? Give "
			      "--application-start A, like 0x%08x",
			      r->type->flash_map->app_start);
	if (!image_start_ok(r->type, (uint32_t)r->start))
		return refuse(r,
			      "no application of an %s starts at 0x%08" PRIx64
			      ": give "
			      "--application-start a multiple of 64 within its "
			      "flash, like 0x%08x",
			      r->type->name, r->start,
			      r->type->flash_map->app_start);
	if (!r->frequency && r->link == MCU_LINK_CAN)
		return refuse(r, "at which speed is it on CAN? Give "
				 "--canbus-frequency N, like 1000000");
	if (isatty(STDOUT_FILENO))
		return refuse(r, "standard output is a terminal, and an image "
				 "is no text: write it to a file, with "
				 "'>klipper.bin'");
	return 0;
}

/* The image. */

static struct klipper_build build_of(const struct request *r)
{
	struct klipper_build build = { .type = r->type,
				       .clock_hz = r->type->clock_hz,
				       .link = r->link };

	if (r->link == MCU_LINK_UART)
		build.rate = (uint32_t)r->baud;
	else if (klipper_is_on_can(r->link))
		build.rate = (uint32_t)r->frequency;
	snprintf(build.version, sizeof(build.version), "%s", r->version);
	snprintf(build.mcu, sizeof(build.mcu), "%s", r->type->connect_name);
	return build;
}

static int choose_size(struct request *r, const struct image_spec *spec)
{
	uint64_t min = image_size_min(spec->dictionary_len);
	uint64_t max = image_size_max(spec->type, spec->start);

	if (!r->size)
		r->size = max < IMAGE_SIZE_USUAL ? max : IMAGE_SIZE_USUAL;
	if (r->size >= min && r->size <= max)
		return 0;
	return refuse(r,
		      "an image of %" PRIu64
		      " bytes: %s; give --size a number from "
		      "%" PRIu64 " to %" PRIu64,
		      r->size,
		      r->size < min ? "its data dictionary does not fit" :
				      "the flash has no room for it",
		      min, max);
}

static int write_out(const uint8_t *bytes, size_t len)
{
	char sentence[ERROR_MAX];

	if (fwrite(bytes, 1, len, stdout) == len && !fflush(stdout))
		return EXIT_SUCCESS;
	snprintf(sentence, sizeof(sentence),
		 "cannot write the image (%s): give stdout a place that takes "
		 "%zu bytes",
		 strerror(errno), len);
	return complain(sentence);
}

static int usage(const char *sentence)
{
	complain(sentence);
	util_say(STDERR_FILENO, "Try 'canmcu image --help'.");
	return EXIT_USAGE;
}

static int make(struct request *r, const struct firmware_image *dictionary)
{
	struct image_spec spec = { .type = r->type,
				   .start = (uint32_t)r->start,
				   .dictionary = dictionary->data,
				   .dictionary_len = dictionary->len,
				   .version = r->version };
	uint8_t *image;
	int status;

	if (choose_size(r, &spec))
		return usage(r->error);
	spec.size = (uint32_t)r->size;
	/* where there is nothing in front, there is nobody to ask for */
	spec.is_signed = !r->no_katapult &&
			 spec.start != r->type->flash_map->start;
	image = malloc(spec.size);
	if (!image)
		return complain("out of memory: stop other programs");
	image_build(image, &spec);
	status = write_out(image, spec.size);
	free(image);
	return status;
}

static int run(struct request *r)
{
	struct klipper_build build = build_of(r);
	const struct firmware_image *dictionary = NULL;
	struct klipper_firmware *firmware = NULL;
	int status;

	if (!klipper_firmware_new(&firmware, klipper_modules))
		dictionary = firmware_image(firmware, &build);
	status = dictionary ? make(r, dictionary) :
			      complain("out of memory: stop other programs");
	klipper_firmware_free(firmware);
	return status;
}

int image_cmd_main(int argc, char **argv)
{
	struct request r = { .version = "canmcu-" KCAN_VERSION,
			     .baud = MCU_BAUD_USUAL };
	const struct util_opts how = { .table = rows,
				       .len = ROWS,
				       .ctx = &r,
				       .error = r.error,
				       .error_size = sizeof(r.error) };
	int operand = util_opts_parse(&how, argc, argv);

	if (r.help)
		return help();
	if (operand >= 0 && argv[operand])
		operand = refuse(&r,
				 "'%.40s' is not an option: the image goes "
				 "to standard output",
				 argv[operand]);
	if (operand < 0 || check(&r))
		return usage(r.error);
	return run(&r);
}
