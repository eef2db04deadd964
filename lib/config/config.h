/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CONFIG_CONFIG_H
#define CONFIG_CONFIG_H

/*
 * The INI dialect of a printer.cfg: that of Python's configparser as Klipper uses
 * it, with includes. Pure but for disk.c.
 */
#include <stdbool.h>
#include <stddef.h>

#define CONFIG_ERROR_MAX 512
#define CONFIG_SENTENCE_MAX 256
#define CONFIG_FILE_MAX (16u << 20) /* bytes */
#define CONFIG_ALL_MAX (64u << 20)  /* bytes in one call */
#define CONFIG_FILES_MAX 256	    /* in one call, the first one included */
#define CONFIG_LINES_MAX 500000	    /* in one call */
#define CONFIG_NAMES_MAX 50000	    /* looked at for patterns in one call */
#define CONFIG_DEPTH_MAX 16	    /* files that include each other */

/** Where files come from: disk, or a test. */
struct config_files {
	/*
	 * Read a whole file; @data is released with free().
	 * Return: 0 or -errno; -EFBIG when it is above CONFIG_FILE_MAX, -ENOTSUP
	 * when it is neither a regular file nor a folder.
	 */
	int (*load)(void *ctx, const char *path, char **data, size_t *len);
	/*
	 * Call @each for every path that @pattern of a shell matches, in the
	 * order of their bytes, until it returns something else than 0. To find
	 * them, @left names in folders may be looked at, which are counted down.
	 * Return: what @each did, or -errno, -E2BIG when there are more; that
	 * nothing matches is 0.
	 */
	int (*match)(void *ctx, const char *pattern, size_t *left,
		     int (*each)(void *arg, const char *path), void *arg);
	void *ctx;
};

/** One line of a key's value, and where it stands. */
struct config_line {
	const char *section; /* "mcu", "mcu NAME", "heater_bed" ... */
	const char *key;     /* lower case */
	const char *value;   /* of any length, without comment, outer blanks */
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
	/* CONFIG_ONE is strict with this key, also in other sections. */
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
	/*
	 * An include cannot be read, and is left out: "file:line: sentence",
	 * printable, once for each path. NULL: that is an error.
	 */
	void (*missing)(void *ctx, const char *sentence);
};

/**
 * config_read_switch() - read one of the words that Klipper takes for a boolean
 *
 * Return: false when @text is none of them; then *@out is as it was.
 */
bool config_read_switch(const char *text, bool *out);

/**
 * config_parse() - read a printer.cfg, and what it includes, in order
 * @is_strict: whether a section is checked: all lines in it have to be keys, and
 *             blanks around its name do not count; whatever is in others is fine
 * @path:      for @files; relative includes count from its folder
 * @error:     on failure "file:line: sentence", printable; else it means nothing
 *
 * A key that stands twice is told twice: the later one should win. The block that
 * SAVE_CONFIG writes is made of comments.
 *
 * Return: 0, -EINVAL for what the file holds, -ENOMEM, or what @files or @sink
 * returned.
 */
int config_parse(const struct config_files *files,
		 const struct config_sink *sink,
		 bool (*is_strict)(const char *section), const char *path,
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
