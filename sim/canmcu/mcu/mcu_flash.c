// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* What is in the flash of an MCU, and whether it runs. */
#include <stdlib.h>

#include "mcu_program.h"

#define NO_APPLICATION "there is no application"

void mcu_factory_flash(struct flash *f, const struct mcu_cfg *cfg)
{
	const struct mcu_type *type = cfg->type;

	flash_init(f, type->flash_map, type->flash_size,
		   cfg->blank ? 0 : mcu_type_stack(type));
	flash_set_ecc(f, cfg->ecc);
	if (cfg->app_start)
		f->app_start = cfg->app_start;
	else if (mcu_starts_first(cfg))
		f->app_start = type->flash_map->start;
}

void mcu_init_flash(struct mcu *m)
{
	const struct mcu_cfg *cfg = &m->cfg;

	m->flash = (struct flash){ 0 };
	m->flashed = (struct flashed){
		.problem = cfg->blank ? NO_APPLICATION : NULL,
		.is_signed = true,
	};
	if (!cfg->type->flash_map)
		return;
	mcu_factory_flash(&m->flash, cfg);
	m->looked_at = m->flash.app_start;
	if (cfg->flash_store.read)
		flash_attach(&m->flash, &cfg->flash_store);
}

static void read_application(struct mcu *m, uint32_t address)
{
	struct flash *flash = &m->flash;
	uint32_t len = flash->size - (address - flash->map->start);
	uint8_t *image = malloc(len);

	if (!image)
		m->flashed.problem = "there was no memory to look at it";
	else if (!flash_read(flash, address, image, len))
		flashed_read(&m->flashed, m->cfg.type, address, image, len);
	free(image);
}

/*
 * A flash in memory that has not changed need not be read again; a file may have
 * been, by anybody.
 */
const char *mcu_problem_at(struct mcu *m, uint32_t address)
{
	struct flash *flash = &m->flash;

	if (!flash->map || (!flash->altered && !m->cfg.flash_store.read &&
			    address == m->looked_at))
		return m->flashed.problem;
	m->flashed = (struct flashed){ .problem = NO_APPLICATION };
	if (flash_has_code(flash, address))
		read_application(m, address);
	m->looked_at = address;
	flash->altered = false;
	return m->flashed.problem;
}
