// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "console.h"
#include "util/clean.h"

#define TAIL_LINES 12
#define PIECES_MAX 64 /* of 1 KiB: what a pipe holds */

/* Of a piece that is never more than is kept. */
static void keep(struct console *c, const char *data, size_t len)
{
	size_t over;

	if (c->len + len > sizeof(c->tail)) {
		over = c->len + len - sizeof(c->tail);
		memmove(c->tail, c->tail + over, c->len - over);
		c->len -= over;
	}
	memcpy(c->tail + c->len, data, len);
	c->len += len;
}

/* Whatever the guest writes, it commands no terminal. Return: the new length. */
static size_t make_lines(char *text, size_t len)
{
	size_t kept = 0;

	for (size_t i = 0; i < len; i++)
		if (text[i] != '\r')
			text[kept++] = text[i];
	util_clean_lines(text, kept);
	return kept;
}

/* Return: as read(). */
static ssize_t take_piece(struct console *c)
{
	char buf[1024];
	ssize_t n = read(c->fd, buf, sizeof(buf));
	size_t len;

	if (n <= 0)
		return n;
	len = make_lines(buf, n);
	keep(c, buf, len);
	if (c->show)
		fwrite(buf, 1, len, stderr);
	return n;
}

int console_read(struct console *c)
{
	ssize_t n = 1;

	/* a guest may write faster than we show it: others have their turn */
	for (int i = 0; i < PIECES_MAX && n > 0; i++)
		n = take_piece(c);
	if (n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR)))
		return 0;
	c->fd = -1;
	return -1;
}

bool console_has(const struct console *c, const char *text)
{
	return memmem(c->tail, c->len, text, strlen(text));
}

void console_print_tail(const struct console *c)
{
	size_t from = c->len;
	int lines = 0;

	if (c->show)
		return;
	while (from && lines <= TAIL_LINES)
		lines += c->tail[--from] == '\n';
	if (from || lines > TAIL_LINES)
		from++;
	for (; from < c->len; from++) {
		if (!from || c->tail[from - 1] == '\n')
			fputs("guest: ", stderr);
		fputc(c->tail[from], stderr);
	}
	if (c->len && c->tail[c->len - 1] != '\n')
		fputc('\n', stderr);
}
