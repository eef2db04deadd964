// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: tools/vcan-run/relay/console.c
/*
 * Whatever a guest writes to its console, in whatever pieces: what is shown of it
 * commands no terminal, and is all of it; what is kept is its end.
 */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "../../tools/vcan-run/relay/console.h"
#include "fuzz.h"

#define WANT_MAX (64 * 1024)
#define PIECE_MAX (127 * 64)
#define LINES_MAX 13 /* the last one may have no end */

struct run {
	struct fuzz_input in;
	struct console console;
	int guest; /* its end */
	/* What should come of all that it wrote. */
	char want[WANT_MAX];
	size_t want_len;
};

static char shown_as(char c)
{
	return (c >= ' ' && c <= '~') || c == '\n' || c == '\t' ? c : '?';
}

/* Some bytes, or many of them: they come in one go. Return: whether any did. */
static bool write_piece(struct run *r)
{
	char piece[PIECE_MAX];
	uint8_t how = fuzz_next(&r->in);
	size_t len = how & 0x7f, n = 0;

	for (size_t i = 0; i < len; i++)
		piece[n++] = (char)fuzz_next(&r->in);
	while (how & 0x80 && n < len * 64) {
		piece[n] = piece[n - len];
		n++;
	}
	if (!n || n > sizeof(r->want) - r->want_len)
		return false;
	check(write(r->guest, piece, n) == (ssize_t)n);
	for (size_t i = 0; i < n; i++)
		if (piece[i] != '\r')
			r->want[r->want_len++] = shown_as(piece[i]);
	return true;
}

static void check_tail(const struct run *r)
{
	const struct console *c = &r->console;

	check(c->len ==
	      (r->want_len < CONSOLE_KEPT ? r->want_len : CONSOLE_KEPT));
	check(!memcmp(c->tail, r->want + r->want_len - c->len, c->len));
}

/* Each line is said to be the guest's; they are its last ones. */
static void check_printed(const struct console *c, const char *shown,
			  size_t len)
{
	static const char prefix[] = "guest: ";
	size_t lines = 0, kept = 0, line;
	char *text = malloc(len + 1);

	check(text);
	for (const char *at = shown; at < shown + len; at += line + 1) {
		check(!strncmp(at, prefix, strlen(prefix)));
		at += strlen(prefix);
		line = strcspn(at, "\n");
		check(at[line] == '\n');
		memcpy(text + kept, at, line + 1);
		kept += line + 1;
		lines++;
	}
	check(lines <= LINES_MAX && (!c->len || lines));
	/* it gets an end if it has none */
	if (kept && c->tail[c->len - 1] != '\n')
		kept--;
	check(kept <= c->len);
	check(!memcmp(c->tail + c->len - kept, text, kept));
	check(kept == c->len || c->tail[c->len - kept - 1] == '\n');
	check(kept == c->len || lines >= LINES_MAX - 1);
	free(text);
}

static void play(struct run *r)
{
	while (r->in.size)
		if (write_piece(r)) {
			check(!console_read(&r->console));
			check_tail(r);
		}
	close(r->guest);
	check(console_read(&r->console) == -1 && r->console.fd == -1);
	console_print_tail(&r->console);
	check(console_has(&r->console, "panic") ==
	      !!memmem(r->console.tail, r->console.len, "panic", 5));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct run *r = calloc(1, sizeof(*r));
	FILE *terminal = stderr;
	char *shown = NULL;
	size_t len = 0;
	int fd[2];

	check(r && !pipe2(fd, O_NONBLOCK | O_CLOEXEC));
	r->in = (struct fuzz_input){ data, size };
	r->console.fd = fd[0];
	r->console.show = fuzz_next(&r->in) & 1;
	r->guest = fd[1];
	stderr = open_memstream(&shown, &len);
	check(stderr);
	play(r);
	fclose(stderr);
	stderr = terminal;
	close(fd[0]);
	if (r->console.show)
		check(len == r->want_len && !memcmp(shown, r->want, len));
	else
		check_printed(&r->console, shown, len);
	free(shown);
	free(r);
	return 0;
}
