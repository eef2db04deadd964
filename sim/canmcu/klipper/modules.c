// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "klipper.h"

const struct klipper_module *const klipper_modules[] = {
	&klipper_basic,	    &klipper_pins,
	&klipper_digital,   &klipper_pwm,
	&klipper_adc,	    &klipper_buttons,
	&klipper_trsyncs,   &klipper_endstops,
	&klipper_steppers,  &klipper_counters,
	&klipper_debug,	    &klipper_spis,
	&klipper_tmcuarts,  &klipper_i2cs,
	&klipper_neopixels, &klipper_thermocouples,
	&klipper_bulks,	    &klipper_accels,
	&klipper_lcds,	    &klipper_sos_filters,
	&klipper_triggers,  &klipper_load_cells,
	&klipper_ldc1612s,  &klipper_angles,
	&klipper_sercoms,   &klipper_ads131m0xs,
	&klipper_bridges,   NULL,
};
