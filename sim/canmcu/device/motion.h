/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANMCU_MOTION_H
#define CANMCU_MOTION_H

#include "bed.h"
#include "device.h"

#define MOTION_MOTORS_MAX 32 /* more of them stand still */
#define MOTION_Z_MAX 8
#define MOTION_NONE SIZE_MAX /* no motor */

/** A motor, and how far its belt or screw has gone. */
struct motion_motor {
	const char *section; /* whose it is: "stepper_x" */
	double mm;	     /* a step with dir=1; below 0: backward */
	double kept_mm;	     /* by steps that no stepper counts any more */
	uint8_t step_pin;
	const struct device_board *board; /* that counts; NULL: none does */
};

/** What moves along a rail, by one motor or two, and the end of that. */
struct motion_carriage {
	struct {
		size_t motor;
		double share;
	} by[2];
	double start_mm;
	double end_mm; /* NAN: none is told */
	bool at_max;   /* the end is from there on up, not down */
};

/** The towers of a delta. */
struct motion_tower {
	double arm_mm;
	double at_mm[2];
};

/**
 * struct bltouch - the pin of a BLTouch, and what it was told
 *
 * One, even when its two wires go to two MCUs. Zeroed: stowed.
 */
struct bltouch {
	bool down;	     /* the pin is; else it is up and held there */
	bool touch_mode;     /* tells where the pin is, and leaves it there */
	bool alarm;	     /* blinks, until it is told to reset */
	uint64_t touched_us; /* when the pin was pushed up last; 0: never */
};

/**
 * struct motion - the motors of a printer, and where they have its toolhead
 *
 * One for all MCUs of a printer.cfg: where a motor stands follows from the steps that
 * the MCU has counted that it is on, and all the rest from that. Zeroed: not
 * read.
 */
struct motion {
	struct motion_motor motors[MOTION_MOTORS_MAX];
	size_t motors_len;
	bool is_read;
	bool is_delta;
	struct motion_carriage axes[3]; /* x, y, z; of a delta its towers */
	struct motion_tower towers[3];
	struct motion_carriage z[MOTION_Z_MAX]; /* what each motor of z lifts */
	double z_at_mm[MOTION_Z_MAX][2];	/* where; all 0: not told */
	size_t z_len;
	struct bed bed;
	struct bltouch bltouch;
};

/** Read the kinematics of a printer.cfg, once; .section does not count. */
void motion_read(struct motion *m, const struct device_source *source);

/**
 * motion_read_carriage() - what the section of a stepper moves
 *
 * Return: false when it does not tell what Klipper has to know.
 */
bool motion_read_carriage(struct motion *m, const struct device_source *source,
			  const char *section, struct motion_carriage *out);

/**
 * motion_motor() - the motor of a section
 * @section: is kept
 *
 * Return: MOTION_NONE: it is one too many.
 */
size_t motion_motor(struct motion *m, const char *section);

/** Return: mm, as Klipper counts them once it has homed. */
double motion_carriage_at(const struct motion *m,
			  const struct motion_carriage *c, uint64_t now_us);

/** Return: whether it has come to its end. */
bool motion_is_at_end(const struct motion *m, const struct motion_carriage *c,
		      uint64_t now_us);

/** Where the nozzle is. */
void motion_place(const struct motion *m, uint64_t now_us,
		  double xyz[static 3]);

/**
 * Return: mm from the bed up to what is level with the nozzle, and so far beside
 * it on the toolhead.
 */
double motion_height(const struct motion *m, const double beside_mm[static 2],
		     uint64_t now_us);

/** struct motor - one of the motors, on the MCU that it is on */
struct motor {
	struct motion *motion;
	size_t index;
};

/** struct rail - the switch at the end of a carriage's rail */
struct rail {
	struct device_base base; /* first; low when pressed: inverted */
	struct motion *motion;
	struct motion_carriage carriage;
};

extern const struct device_kind device_motor, device_rail;

#endif
