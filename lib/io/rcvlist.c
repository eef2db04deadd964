// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "io/rcvlist.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util/array.h"

#define LINE_LEN_MAX 160

/* Return: bytes of the word at *@text, which is moved behind it. */
static size_t next_word(const char **text, const char **word)
{
	size_t len;

	*text += strspn(*text, " \t");
	*word = *text;
	len = strcspn(*text, " \t\r\n");
	*text += len;
	return len;
}

/* @digits hex digits and nothing else: head lines must not pass. */
static bool parse_hex(canid_t *out, const char *word, size_t len, size_t digits)
{
	if (len != digits || strspn(word, "0123456789abcdefABCDEF") < len)
		return false;
	*out = (canid_t)strtoul(word, NULL, 16);
	return true;
}

/*
 * As the kernel prints it (net/can/proc.c), ids of 11 bits with 3 digits:
 *    vcan0     10d    c00007ff  0000000069caae0c  00000000f3686eca   0  raw
 */
bool kcan_rcvlist_parse(struct kcan_receiver *out, const char *line)
{
	struct kcan_receiver r = { 0 };
	const char *word;
	size_t len;

	len = next_word(&line, &word);
	if (!len || len >= sizeof(r.ifname) || *word == '(')
		return false;
	memcpy(r.ifname, word, len);
	len = next_word(&line, &word);
	if (!parse_hex(&r.id, word, len, 3) && !parse_hex(&r.id, word, len, 8))
		return false;
	len = next_word(&line, &word);
	if (!parse_hex(&r.mask, word, len, 8))
		return false;
	*out = r;
	return true;
}

struct search {
	const char *ifname;
	void (*visit)(const struct kcan_receiver *r, void *arg);
	void *arg;
};

static void visit_line(const struct search *s, const char *line)
{
	struct kcan_receiver r;

	if (kcan_rcvlist_parse(&r, line) &&
	    (!strcmp(r.ifname, s->ifname) || !strcmp(r.ifname, "any")))
		s->visit(&r, s->arg);
}

/* Visits the whole lines in @buf. Return: bytes of the unfinished one. */
static size_t visit_lines(const struct search *s, char *buf, size_t len)
{
	char *line = buf;
	char *end;

	while ((end = memchr(line, '\n', len - (size_t)(line - buf)))) {
		*end = '\0';
		visit_line(s, line);
		line = end + 1;
	}
	len -= (size_t)(line - buf);
	memmove(buf, line, len);
	return len;
}

int kcan_rcvlist_read(const char *path, const char *ifname,
		      void (*visit)(const struct kcan_receiver *r, void *arg),
		      void *arg)
{
	const struct search s = { ifname, visit, arg };
	char buf[2048];
	size_t len = 0;
	size_t room;
	ssize_t n;
	int err = 0;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	do {
		room = sizeof(buf) - len;
		n = read(fd, buf + len, room);
		if (n > 0)
			len = visit_lines(&s, buf, len + (size_t)n);
		/* no line of the kernel is that long: drop what is not one */
		if (len > LINE_LEN_MAX)
			len = 0;
		/* the kernel makes the file in one piece: less is its end */
	} while (n > 0 && (size_t)n == room);
	if (n < 0)
		err = -errno;
	close(fd);
	return err;
}

int kcan_rcvlist_each(const char *ifname,
		      void (*visit)(const struct kcan_receiver *r, void *arg),
		      void *arg)
{
	static const char *const paths[] = { "/proc/net/can/rcvlist_sff",
					     "/proc/net/can/rcvlist_fil",
					     "/proc/net/can/rcvlist_all" };
	int err = 0;

	for (size_t i = 0; !err && i < ARRAY_SIZE(paths); i++)
		err = kcan_rcvlist_read(paths[i], ifname, visit, arg);
	return err;
}
