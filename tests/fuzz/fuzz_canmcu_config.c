// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/board sim/canmcu/device sim/canmcu/fault
// needs: sim/canmcu/mcu/mcu_cfg.c sim/canmcu/setup
// needs: sim/canmcu/wire/confinement.c
/*
 * Any configuration file: it is refused with a sentence that can be shown, or
 * all its MCUs have what the rest relies on.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../../sim/canmcu/device/heat.h"
#include "../../sim/canmcu/device/motion.h"
#include "../../sim/canmcu/setup/boards.h"
#include "fuzz_files.h"
#include "util/array.h"

/* all that a carriage needs */
#define STEPPER                                           \
	"step_pin: PA2\ndir_pin: PA3\nendstop_pin: PA4\n" \
	"microsteps: 16\nrotation_distance: 40\n"         \
	"position_max: 200\nposition_endstop: 0\n"

static const char words[][FUZZ_WORD_MAX] = {
	"\n[mcu]\n",
	"\n[mcu a]\n",
	"\n[include ",
	"]\n",
	"\ncanbus_uuid: ",
	"\nchip_id: ",
	"\ncanbus_interface: ",
	"\ninterface: ",
	"\nmcu_type: ",
	"\nbootloader: ",
	"\nstate: ",
	"\nnodeid: ",
	"\nflash_image: ",
	"\napplication_start: ",
	"\nno_application: ",
	"112233445566\n",
	"000102030405060708090a0b",
	"rp2040\n",
	"katapult\n",
	"shutdown\n",
	"0x10004000\n",
	"yes\n",
	"\n[gcode_macro x]\n",
	"\n    ",
	" ; ",
	"\n[mcu]\ncanbus_uuid: 1\n",
	"\n[mcu a]\ncanbus_uuid: 2\n",
	"\n[printer]\nkinematics: corexy\n",
	"\n[printer]\nkinematics: cartesian\n",
	"\n[stepper_x]\n" STEPPER,
	"\n[stepper_y]\n" STEPPER,
	"\n[stepper_z1]\n" STEPPER,
	"\n[stepper_a]\n" STEPPER "arm_length: 200\n",
	"\n[printer]\nkinematics: delta\ndelta_radius: 100\n",
	"\n[z_tilt]\nz_positions:\n 0, 10\n ",
	"\n[quad_gantry_level]\ngantry_corners: 1, 2\n 3, ",
	"\n[bltouch]\nsensor_pin: PA5\ncontrol_pin: a:PA6\nx_offset: ",
	"\n[heater_bed]\nsensor_pin: PA0\nheater_pin: PA1\n",
	"\n[extruder]\nsensor_pin: A\npullup_resistor: ",
	"\n[board_pins x]\naliases: A=PA1, ",
	"\n[tmc2209 x]\nuart_pin: PA0\nuart_address: ",
	"\nselect_pins: !PA1, ",
	"\n[tmc5160 y]\ncs_pin: PA0\nchain_length: ",
	"\nchain_position: ",
	"\n[lis2dw]\ni2c_address: ",
	"\ni2c_bus: i2c1\n",
	"\ni2c_mcu: ",
	"\ni2c_software_scl_pin: ",
	"\nsensor_type: MAX31865\n",
	"\nsensor_type: SHT3X\n",
	"\nrtd_nominal_r: ",
	"\n[load_cell]\nsensor_type: hx711\nsclk_pin: PA1\ndout_pin: ",
	"\nsample_rate: ",
	"\nsensor_type: ldc1612\n",
	"\nmicrosteps: ",
	"\ngear_ratio: ",
	"\nposition_max: ",
	"\nheater_pin: ",
	"\nstep_pin: ",
	"\nendstop_pin: ",
	"\n[scanner]\ncanbus_uuid: 3\n",
	"PA0\n",
	"a:PA1\n",
};

static void check_sentence(const char *error)
{
	check(*error && strlen(error) < OPTS_ERROR_MAX);
}

/* Of a file; what is told about all of them is made printable by who shows it. */
static void check_printable(const char *error)
{
	check_sentence(error);
	for (; *error; error++)
		check(*error >= ' ' && *error <= '~');
}

static void check_missing(void *ctx, const char *sentence)
{
	(void)ctx;
	check_printable(sentence);
}

static void check_heat(const struct mcu_cfg *cfg, const struct heat *heat)
{
	check(pins_has(cfg->type->pins, heat->base.pin.number));
	check(heat->kind == HEAT_NONE ||
	      pins_has(cfg->type->pins, heat->heater.number));
	check(heat->pullup_ohm > 0);
}

static void check_rail(const struct mcu_cfg *cfg, const struct rail *rail)
{
	check(pins_has(cfg->type->pins, rail->base.pin.number));
	check(isfinite(rail->carriage.start_mm));
	check(isfinite(rail->carriage.end_mm));
}

/* All kinds that are spoken to begin with these. */
static void check_wires(const struct mcu_cfg *cfg,
			const struct device_wires *wires)
{
	check(wires->bus > DEVICE_PINS && wires->bus <= DEVICE_BITS);
	if (wires->bus == DEVICE_I2C)
		check(wires->select < 128);
	else
		check(pins_has(cfg->type->pins, wires->select));
}

static void check_motor(const struct mcu_cfg *cfg, const struct motor *motor)
{
	const struct motion_motor *m = &motor->motion->motors[motor->index];

	check(motor->index < motor->motion->motors_len);
	check(pins_has(cfg->type->pins, m->step_pin));
	check(isfinite(m->mm) && m->mm != 0);
}

static void check_machine(const struct mcu_cfg *cfg)
{
	for (size_t i = 0; cfg->devices && i < cfg->devices->len; i++) {
		const struct device *device = &cfg->devices->list[i];

		if (device->kind == &device_heat)
			check_heat(cfg, device->self);
		else if (device->kind == &device_rail)
			check_rail(cfg, device->self);
		else if (device->kind == &device_motor)
			check_motor(cfg, device->self);
		else if (device->kind->talk)
			check_wires(cfg, device->self);
	}
}

static void check_mcu(const struct opts *o, const struct mcu_cfg *cfg)
{
	check(cfg->bus < o->ifnames_len && *o->ifnames[cfg->bus]);
	check(cfg->type && cfg->nodeid >= -1 && cfg->nodeid <= 255);
	check(cfg->boot_us <= 3600000000u && cfg->erase_us <= 1000000);
	check(*cfg->name && memchr(cfg->name, 0, sizeof(cfg->name)));
	check(!cfg->flash_image || *cfg->flash_image);
	check(!cfg->app_start || cfg->type->flash_map);
	check_machine(cfg);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_files in = { data, size, words, ARRAY_SIZE(words) };
	const struct config_files files = { fuzz_load, fuzz_match, &in };
	char error[OPTS_ERROR_MAX] = "";
	struct boards boards;
	struct opts opts = { 0 };
	int err;

	boards_init(&boards);
	boards.missing = size % 2 ? check_missing : NULL;
	err = boards_read(&boards, &files, "fuzz.cfg", error);
	if (err)
		check_printable(error);
	if (!err)
		err = boards_build(&opts, &boards, error);
	if (err)
		check_sentence(error);
	for (size_t i = 0; i < opts.mcus_len && !err; i++)
		check_mcu(&opts, &opts.mcus[i]);
	boards_fini(&boards);
	opts_fini(&opts);
	return 0;
}
