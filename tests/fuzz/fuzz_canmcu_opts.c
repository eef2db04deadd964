// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/board sim/canmcu/device sim/canmcu/fault
// needs: sim/canmcu/mcu/mcu_cfg.c sim/canmcu/setup
// needs: sim/canmcu/wire/confinement.c
/*
 * Any command line, NUL between the words: it is refused with a sentence, or all
 * MCUs have what the rest relies on. fuzz_canmcu_config has the files: none is read
 * here.
 */
#include <stdlib.h>
#include <string.h>

#include "../../sim/canmcu/setup/opts.h"
#include "fuzz.h"

static bool has_file(const struct fuzz_line *line)
{
	for (int i = 1; i < line->argc; i++) {
		const char *word = line->argv[i];

		if (!strncmp(word, "--conf", 6) ||
		    (word[0] == '-' && word[1] != '-' && strchr(word, 'c')))
			return true;
	}
	return false;
}

static void check_mcu(const struct opts *o, const struct mcu_cfg *cfg)
{
	check(cfg->bus < o->ifnames_len && *o->ifnames[cfg->bus]);
	check(cfg->type && cfg->nodeid >= -1 && cfg->nodeid <= 255);
	check(cfg->boot_us <= 3600000000u && cfg->erase_us <= 1000000);
	check(!cfg->flash_image || *cfg->flash_image);
	check(!cfg->app_start || cfg->type->flash_map);
}

static void check_options(const struct opts *o)
{
	check(!o->bitrate_bps ||
	      (o->bitrate_bps >= 10000 && o->bitrate_bps <= 1000000));
	check(!o->collisions || o->bitrate_bps);
	if (o->action != OPTS_RUN)
		return;
	check(o->mcus_len >= 1 && o->mcus_len <= OPTS_COUNT_MAX);
	check(o->ifnames_len <= OPTS_BUSES_MAX);
	for (size_t i = 0; i < o->mcus_len; i++)
		check_mcu(o, &o->mcus[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char error[OPTS_ERROR_MAX] = "";
	struct fuzz_line line;
	struct opts opts;

	fuzz_line_read(&line, "canmcu", data, size);
	if (has_file(&line)) {
		free(line.text);
		return 0;
	}
	if (opts_parse(&opts, line.argc, line.argv, error)) {
		check(*error && strlen(error) < OPTS_ERROR_MAX);
	} else {
		check_options(&opts);
		opts_fini(&opts);
	}
	free(line.text);
	return 0;
}
