// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "printer.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "opts.h"

#define WORD_LEN 200 /* of a command; what is longer is no name */

static char *find(const char *home)
{
	char *path;

	for (const char *const *place = config_places; *place; place++) {
		if (asprintf(&path, "%s/%s", home, *place) < 0)
			return NULL;
		if (!access(path, F_OK))
			return path;
		free(path);
	}
	return NULL;
}

static int find_usual(struct printer *p, struct report *r)
{
	const char *home = getenv("HOME");

	if (home && !*home)
		home = NULL;
	p->path = home ? find(home) : NULL;
	if (!p->path) {
		snprintf(p->error, sizeof(p->error),
			 "there is no printer.cfg in %.200s (looked for %s, %s "
			 "and %s): give its path with -c",
			 home ? home : "a home folder, as HOME is not set",
			 config_places[0], config_places[1], config_places[2]);
		return -ENOENT;
	}
	report_note(r, "names are those of %s", p->path);
	return 0;
}

static void warn(void *ctx, const char *sentence)
{
	report_note(ctx, "warning: %s", sentence);
}

int printer_open(struct printer *p, const char *path, struct report *r)
{
	int err = 0;

	*p = (struct printer){ .error = "out of memory" };
	if (!path)
		err = find_usual(p, r);
	else
		p->path = strdup(path);
	if (err || !p->path)
		return err ? err : -ENOMEM;
	return config_mcus_read(&p->mcus, &config_disk, p->path, warn, r,
				p->error);
}

void printer_close(struct printer *p)
{
	config_mcus_free(&p->mcus);
	free(p->path);
	p->path = NULL;
}

int printer_reach(struct printer *p, const struct config_mcu *mcu,
		  struct kcan_uuid *uuid, const char **ifname)
{
	char digits[CONFIG_UUID_LEN + 1];
	int err = config_mcu_digits(&p->mcus, mcu, digits, p->error);

	if (!err && ifname)
		err = config_mcu_interface(mcu, ifname, p->error);
	return err ? err : kcan_uuid_parse(uuid, digits);
}

static int read_rate(struct printer *p, const struct config_value *baud,
		     uint32_t *out)
{
	char what[128], error[OPTS_ERROR_LEN];
	int err;

	snprintf(what, sizeof(what), "%.80s:%u: baud", baud->file, baud->line);
	err = opts_parse_baud(out, what, baud->text, error);
	if (err)
		snprintf(p->error, sizeof(p->error), "%s", error);
	return err;
}

int printer_port(struct printer *p, const struct config_mcu *mcu,
		 const char **device, uint32_t *baud)
{
	int err = 0;

	if (config_mcu_is_process(mcu) || !*mcu->serial.text) {
		printer_serial_advice(mcu, p->error);
		return -EINVAL;
	}
	if (mcu->baud.text && baud)
		err = read_rate(p, &mcu->baud, baud);
	if (!err)
		*device = mcu->serial.text;
	return err;
}

const char *printer_serial_advice(const struct config_mcu *mcu,
				  char out[static CONFIG_ERROR_MAX])
{
	char device[WORD_LEN], baud[WORD_LEN];
	const char *rate = mcu->baud.text;

	if (!*mcu->serial.text)
		snprintf(out, CONFIG_ERROR_MAX,
			 "%.200s:%u: serial of [%.40s] is empty: give a path "
			 "in /dev/serial/by-id",
			 mcu->serial.file, mcu->serial.line, mcu->section);
	else if (config_mcu_is_process(mcu))
		snprintf(out, CONFIG_ERROR_MAX,
			 "'%.40s' is a process of a computer (serial: %.200s), "
			 "which has no bootloader: leave it out",
			 mcu->name, mcu->serial.text);
	else
		snprintf(out, CONFIG_ERROR_MAX,
			 "'%.40s' is on a serial port; ask it with: "
			 "serialbootreq -d %s%s%s",
			 mcu->name,
			 say_quote(device, sizeof(device), mcu->serial.text),
			 rate ? " -b " : "",
			 rate ? say_quote(baud, sizeof(baud), rate) : "");
	return out;
}

void printer_can_advice(struct printer *p, const struct config_mcu *mcu)
{
	char digits[CONFIG_UUID_LEN + 1], word[WORD_LEN];
	const char *interface;

	if (config_mcu_digits(&p->mcus, mcu, digits, p->error) ||
	    config_mcu_interface(mcu, &interface, p->error))
		return;
	snprintf(p->error, sizeof(p->error),
		 "'%.40s' is on CAN; ask it with: canbootreq -i %s -u %s",
		 mcu->name, say_quote(word, sizeof(word), interface), digits);
}
