/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANMCU_CTL_H
#define CANMCU_CTL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "../world/world.h"
#include "ctl_log.h"

#define CTL_LINE_MAX 4096 /* bytes of a command, without its newline */
#define CTL_SENTENCE_MAX (CTL_LINE_MAX + 256)
#define CTL_TOO_LONG "this line is too long: commands have at most 4096 bytes"

/** Files that flashes are kept in: as images_open() and images_close(). */
struct ctl_images {
	int (*open)(void *arg, struct mcu_cfg *cfg, char *sentence,
		    size_t size);
	void (*close)(void *arg, const struct mcu_cfg *cfg);
	void *arg;
};

/** What commands are about. */
struct ctl {
	struct world *world;
	const struct ctl_log *log;  /* of what happens in @world */
	const char *const *ifnames; /* of the buses of @world */
	size_t ifnames_len;
	struct ctl_images images;
};

/** What a client waits for: that something is so, or that it happens. */
struct ctl_wait {
	const struct mcu *mcu;		       /* NULL: an event of any */
	const struct ctl_condition *condition; /* NULL: an event */
	enum event_type event;
	uint64_t seq; /* of the next event to look at */
	uint64_t deadline_us;
};

/** What became of one line. */
struct ctl_result {
	/*
	 * One JSON object without newline; free() it. NULL: to come from
	 * ctl_wait_reply() for @wait, or no memory.
	 */
	char *reply;
	bool waiting; /* @wait is set */
	bool quit;
	struct ctl_wait wait;
	/* Instead of what was subscribed to before, when its @next is set. */
	struct ctl_subscription subscription;
};

/**
 * ctl_execute() - one command on the world
 * @line: any bytes; the newline is not part of it
 *
 * Commands are words divided by blanks; canmcu(1) describes them.
 */
struct ctl_result ctl_execute(const struct ctl *ctl, const char *line,
			      size_t len, uint64_t now_us);

/**
 * ctl_wait_reply() - look whether a wait is over
 *
 * To be asked after each event.
 *
 * Return: NULL while it is not; otherwise the reply, as in struct ctl_result.
 */
char *ctl_wait_reply(struct ctl_wait *wait, const struct ctl *ctl,
		     uint64_t now_us);

/** Print the commands for people. */
void ctl_help(FILE *to);

/** Bytes of a client on their way to lines. */
struct ctl_lines {
	char buf[CTL_LINE_MAX];
	size_t len;
	bool too_long; /* the rest of such a line is skipped */
};

/** One line, or the news that one was too long. */
struct ctl_line {
	const char *text; /* valid until the next call */
	size_t len;
	bool too_long;
};

/**
 * ctl_lines_next() - take bytes up to the end of one line
 * @data: moved on, with @len, by what was taken
 *
 * Return: true and *@line when a line has ended; false when @data is used up.
 */
bool ctl_lines_next(struct ctl_lines *lines, const char **data, size_t *len,
		    struct ctl_line *line);

/** Return: a reply {"ok":false,"error":@sentence}; free() it. */
char *ctl_error(const char *sentence);

#endif
