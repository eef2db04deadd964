/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANMCU_KEYS_H
#define CANMCU_KEYS_H

#include "../mcu/mcu_cfg.h"

#define KEYS_CHIP_ID_MAX 16 /* bytes */
#define KEYS_WANT_MAX FAULT_ERROR_MAX
#define KEYS_FAULTS_MAX 16 /* of one MCU, to start with */
#define KEYS_UNPLUGGED_MAX 16

/** One MCU while it is being described. */
struct keys_board {
	struct mcu_cfg cfg;
	bool has_uuid;
	bool has_bootloader;		     /* false: the family's usual one */
	bool has_serial;		     /* told, and not of the chip id */
	size_t chip_id_len;		     /* bytes; 0: named by its UUID */
	const char *faults[KEYS_FAULTS_MAX]; /* as fault_parse() reads them */
	size_t faults_len;
	const char *unplugged[KEYS_UNPLUGGED_MAX]; /* sections of a printer */
	size_t unplugged_len;
	const char *interface;	      /* NULL: not given */
	const char *canbus_interface; /* Klipper's key; NULL: not given */
};

/** What it takes to set a key of an MCU that is simulated already. */
enum key_effect {
	KEY_FACT,      /* nothing: it counts from now on */
	KEY_BOARD,     /* it has to be off, for it is another board then */
	KEY_STATE,     /* it is put in that state */
	KEY_NODEID,    /* it takes that nodeid */
	KEY_FAULT,     /* it gets that fault, too */
	KEY_UNPLUGGED, /* it loses that */
	KEY_FIXED,     /* nothing does: canmcu has to be started anew */
};

struct key;

/** A key, and what it is told of an MCU. */
struct key_told {
	const struct key *key;
	struct keys_board *board;
	const char *value;
	char *want; /* of KEYS_WANT_MAX bytes */
};

/** What can be said about an MCU: a key of a file, most of them options too. */
struct key {
	const char *name; /* "mcu_type"; the option is --mcu-type */
	char letter;	  /* of the option; 0: has none */
	const char *arg;  /* of the option; NULL: takes none and means "yes" */
	const char *help;
	/*
	 * Set what the value says. Paths, interfaces and faults stay pointers.
	 * Return: 0, or -EINVAL with what should be given instead in t->want.
	 */
	int (*parse)(const struct key_told *t);
	/* Of those that set one member of struct keys_board: where, how large. */
	size_t at;
	size_t size;
	uint32_t min; /* of a number */
	uint32_t max;
	bool file_only; /* is no option; so are all that say which MCU it is */
	bool lines;	/* may have several lines, each applied by itself */
	enum key_effect effect;
	bool path;	  /* a path: in a file relative to the file's folder */
	bool ms;	  /* a number of ms that is kept in us */
	const char *unit; /* what a number is called; NULL: "a number" */
};

/** Return: the key at @index of the table, or NULL behind its end. */
const struct key *keys_at(size_t index);

/**
 * keys_find() - a key by its name
 * @name: "mcu_type", or as an option "--mcu-type"; lower case
 *
 * Return: the key, or NULL.
 */
const struct key *keys_find(const char *name);

/**
 * Return: the key whose name is at most two typing errors away, or one where it
 * has three letters; or NULL.
 */
const struct key *keys_nearest(const char *name);

/**
 * keys_apply() - set one key of a board
 * @name:  as for keys_find(); the error calls it so
 * @value: has to live as long as @b
 * @error: set on failure only: one sentence; @size bytes
 *
 * Whether such a board exists is another question: see boards_check().
 *
 * Return: 0 or -EINVAL.
 */
int keys_apply(struct keys_board *b, const char *name, const char *value,
	       char *error, size_t size);

#endif
