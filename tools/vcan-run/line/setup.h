/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef VCAN_RUN_SETUP_H
#define VCAN_RUN_SETUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What the guest is told before it runs the command: a list of records, each
 * one tag character, text, and a zero byte. Text may hold anything else, so
 * arguments and environment go through unchanged.
 */
enum setup_tag {
	SETUP_ARG = 'a', /* in order */
	SETUP_CWD = 'c',
	SETUP_ENV = 'e',  /* NAME=value */
	SETUP_HOST = 'h', /* host name */
	SETUP_IFACE = 'i',
	SETUP_ONE = 'o', /* stderr goes where stdout goes; empty */
	SETUP_TTY = 't', /* stdin, stdout are one; "ROWS COLUMNS STDERR(0|1)" */
	SETUP_UMASK = 'u', /* octal */
};

/** A growing run of bytes; zero-initialise it, release with setup_fini(). */
struct setup_blob {
	uint8_t *data;
	size_t len;
	size_t size;
};

/** What is unpacked points into the blob; release with setup_drop(). */
struct setup {
	const char *cwd;
	const char *host;
	const char *tty;
	bool one; /* stderr goes where stdout goes */
	unsigned int umask;
	char **argv;
	char **envp;
	const char **ifaces;
	size_t n_ifaces;
};

/** Return: 0, -ENOMEM, or -E2BIG beyond SETUP_MAX. */
int setup_append(struct setup_blob *b, const void *data, size_t len);
int setup_add(struct setup_blob *b, enum setup_tag tag, const char *text);
void setup_fini(struct setup_blob *b);

/**
 * setup_unpack() - read the records back
 *
 * Return: 0, -ENOMEM, or -EBADMSG for an unknown tag, a record without its
 * zero byte, or records without a command.
 */
int setup_unpack(const struct setup_blob *b, struct setup *out);
void setup_drop(struct setup *s);

/* More than any kernel here takes as arguments and environment. */
#define SETUP_MAX (8u << 20)

#endif
