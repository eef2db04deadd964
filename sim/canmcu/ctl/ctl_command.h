/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANMCU_CTL_COMMAND_H
#define CANMCU_CTL_COMMAND_H

#include <jansson.h>

#include "ctl.h"

#define CTL_WORDS_MAX 4

/** One line, taken apart. */
struct ctl_request {
	const struct ctl *ctl;
	const struct mcu *mcu; /* named by args[0], in commands with has_uuid */
	char *args[CTL_WORDS_MAX];
	size_t args_len;
	uint64_t now_us;
	struct ctl_result *result;
	json_t *reply; /* {"ok":true}, for more keys; NULL: no memory */
};

/** One row of the table of commands; canmcu(1) has each of them, too. */
struct ctl_command {
	const char *usage; /* its first word is the command's name */
	const char *help;
	size_t args_min;
	size_t args_max; /* the last one takes all that is left, with blanks */
	bool has_uuid;	 /* args[0] names an MCU */
	/* Return: 0, or what ctl_refuse() returned. */
	int (*run)(struct ctl_request *r);
};

/** Return: one of the commands; NULL when @index is not below their number. */
const struct ctl_command *ctl_command_at(size_t index);

/* What is shared, in ctl_request.c. */

/** Return: @reply, which it takes, as text; free() it. NULL: no memory. */
char *ctl_text(json_t *reply);

/** Make the reply an error, in one sentence. Return: -EINVAL. */
__attribute__((format(printf, 2, 3))) int ctl_refuse(struct ctl_request *r,
						     const char *format, ...);

/** Find the MCU that @word names. Return: 0, or what ctl_refuse() returned. */
int ctl_find_mcu(struct ctl_request *r, const char *word,
		 const struct mcu **out);

/**
 * ctl_next_word() - cut the next word off
 * @rest: moved on; NULL when all has been taken
 * @all:  take all that is left instead
 *
 * Return: NULL when nothing is left.
 */
char *ctl_next_word(char **rest, bool all);

/** Give the MCU of @r a fault, as text. Return: as ctl_command.run. */
int ctl_add_fault(struct ctl_request *r, const char *text);

/** Plug in or unplug what @section has on the MCU of @r; likewise. */
int ctl_plug(struct ctl_request *r, const char *section, bool plugged);

/** Return: an MCU as "list" shows it. */
json_t *ctl_describe(const struct mcu *m);

/* The command in ctl_set.c. */
int ctl_cmd_set(struct ctl_request *r);

/* The command in ctl_pins.c. */
int ctl_cmd_pin(struct ctl_request *r);

/* Commands in ctl_devices.c. */
int ctl_cmd_devices(struct ctl_request *r);
int ctl_cmd_look(struct ctl_request *r);
int ctl_cmd_plug(struct ctl_request *r);
int ctl_cmd_unplug(struct ctl_request *r);

/* Commands in ctl_wait.c. */
int ctl_cmd_wait(struct ctl_request *r);
int ctl_cmd_wait_event(struct ctl_request *r);
int ctl_cmd_subscribe(struct ctl_request *r);

#endif
