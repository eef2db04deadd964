/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANMCU_CONFIG_H
#define CANMCU_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#define CONFIG_ERROR_MAX 512
#define CONFIG_SENTENCE_MAX 256
#define CONFIG_FILE_MAX (16u << 20) /* bytes */
#define CONFIG_FILES_MAX 64	    /* in one call, the first one included */
#define CONFIG_DEPTH_MAX 16	    /* files that include each other */
#define CONFIG_SECTION_MAX 44	    /* bytes of a section's name with its NUL */
#define CONFIG_VALUE_MAX 151	    /* bytes of a value with its NUL */

/** Where files come from: disk, or a test. */
struct config_files {
	/*
	 * Read a whole file; @data is released with free().
	 * Return: 0 or -errno; -EFBIG when it is above CONFIG_FILE_MAX.
	 */
	int (*load)(void *ctx, const char *path, char **data, size_t *len);
	/*
	 * Call @each for every path that @pattern of a shell matches, in the
	 * order of their bytes, until it returns something else than 0.
	 * Return: what @each did, or -errno; that nothing matches is 0.
	 */
	int (*match)(void *ctx, const char *pattern,
		     int (*each)(void *arg, const char *path), void *arg);
	void *ctx;
};

/** One line of a key's value, and where it stands. */
struct config_line {
	const char *section; /* "mcu", "mcu NAME", "heater_bed" ... */
	const char *key;     /* lower case */
	const char *value;   /* without comment and outer blanks */
	const char *file;
	unsigned int line;
};

enum config_take {
	CONFIG_IGNORE, /* the key is somebody else's */
	CONFIG_ONE,    /* a line of value; more of them are an error */
	CONFIG_LINES   /* each line of its value is told by itself */
};

/** What is done with keys. */
struct config_sink {
	/* Of sections that are no config_is_mcu(), never CONFIG_ONE. */
	enum config_take (*take)(void *ctx, const char *section,
				 const char *key);
	/*
	 * @line lives as long as this call.
	 * Return: 0, or a negative errno with a sentence in @error, which is
	 * told together with the file and the line.
	 */
	int (*set)(void *ctx, const struct config_line *line,
		   char error[static CONFIG_SENTENCE_MAX]);
	void *ctx;
};

/** Return: whether a section is an MCU's: [mcu] or [mcu NAME]. */
static inline bool config_is_mcu(const char *section)
{
	return !strncmp(section, "mcu", 3) &&
	       (!section[3] || section[3] == ' ');
}

/**
 * config_read_switch() - read one of the words that Klipper takes for a boolean
 *
 * Return: false when @text is none of them; then *@out is as it was.
 */
bool config_read_switch(const char *text, bool *out);

/**
 * config_read() - read a printer.cfg, and what it includes, in order
 * @path:  for @files; relative includes count from its folder
 * @error: on failure "file:line: sentence", printable; else it means nothing
 *
 * Klipper's dialect: that of Python's configparser, with includes. Only [mcu] and
 * [mcu NAME] are checked; whatever other sections hold is fine, and what is too
 * long there is not told. A key that stands twice is told twice: the later one
 * should win.
 *
 * Pure: files come through @files, and inih keeps no state.
 *
 * Return: 0, -EINVAL for what the file holds, -ENOMEM, or what @files or @sink
 * returned.
 */
int config_read(const struct config_files *files,
		const struct config_sink *sink, const char *path,
		char error[static CONFIG_ERROR_MAX]);

/**
 * config_beside() - a path that is relative to the folder of @file
 *
 * Return: to be released with free(); NULL when there is no memory.
 */
char *config_beside(const char *file, const char *path);

/** Files of this machine. */
extern const struct config_files config_disk;

#endif
