// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "script.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "connect.h"
#include "util/array.h"
#include "util/number.h"

#define LINE_SIZE 1024
#define COUNT_MAX 1000000

struct script {
	struct host *host;
	int fd;
	bool stats;
	char buf[LINE_SIZE];
	size_t len; /* bytes that were read and not used */
};

static int by_size(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static void print_stats(const struct host *h, uint32_t *us, size_t len)
{
	qsort(us, len, sizeof(*us), by_size);
	printf("latency_us median %u p99 %u calls %zu bytes_retransmit %u "
	       "bytes_invalid %u\n",
	       us[len / 2], us[len * 99 / 100], len,
	       h->session.bytes_retransmit, h->session.bytes_invalid);
}

/* Return: how many, and the command at *@line; 0 when that is no number. */
static unsigned long parse_count(char *args, char **line)
{
	unsigned long n = strtoul(args, line, 10);

	if (n > COUNT_MAX || **line != ' ')
		return 0;
	(*line)++;
	return n;
}

static int refuse_count(struct script *s, const char *args)
{
	return host_fail(s->host, -EINVAL,
			 "'%.40s': give a number and a command", args);
}

static int run_loop(struct script *s, char *args)
{
	char *line;
	unsigned long n = parse_count(args, &line);
	bool was_quiet = s->host->quiet;
	uint32_t *us;
	int err = 0;

	if (!n)
		return refuse_count(s, args);
	us = calloc(n, sizeof(*us));
	if (!us)
		return host_fail(s->host, -ENOMEM, "out of memory");
	s->host->quiet = true;
	for (size_t i = 0; i < n && !err; i++) {
		uint64_t begin_us = wire_now_us();

		err = host_call(s->host, line);
		us[i] = (uint32_t)(wire_now_us() - begin_us);
	}
	s->host->quiet = was_quiet;
	if (!err && s->stats)
		print_stats(s->host, us, n);
	free(us);
	return err;
}

static int run_post(struct script *s, char *args)
{
	char *line;
	unsigned long n = parse_count(args, &line);
	int err = n ? 0 : refuse_count(s, args);

	while (n-- && !err)
		err = host_post(s->host, line);
	return err;
}

static int run_wait(struct script *s, char *args)
{
	char *value = strchrnul(args, ' ');

	if (*value)
		*value++ = '\0';
	return host_wait(s->host, args, value);
}

static int run_connect(struct script *s, char *args)
{
	(void)args;
	return host_connect(s->host);
}

static int run_mcu(struct script *s, char *args)
{
	struct host_cfg *cfg = &s->host->cfg;
	char *nodeid = strchrnul(args, ' ');
	uint64_t n;

	if (*nodeid)
		*nodeid++ = '\0';
	if (kcan_uuid_parse(&cfg->uuid, args) ||
	    util_parse_number(nodeid, &n) || n > 255)
		return host_fail(s->host, -EINVAL,
				 "mcu '%.40s': give a UUID and a nodeid", args);
	cfg->nodeid = (uint8_t)n;
	return host_connect(s->host);
}

static int run_clock(struct script *s, char *args)
{
	(void)args;
	host_query_clock(s->host);
	return 0;
}

static int run_restart(struct script *s, char *args)
{
	(void)args;
	return host_restart(s->host);
}

static const struct {
	const char *name;
	int (*run)(struct script *s, char *args);
	const char *help;
} verbs[] = {
	{ "wait", run_wait, "RESPONSE [FIELD=VALUE]  until such a one comes" },
	{ "loop", run_loop, "N COMMAND  so often, one after the other" },
	{ "post", run_post, "N COMMAND  so often, without waiting for ACKs" },
	{ "connect", run_connect, "begin anew, as a host that was restarted" },
	{ "mcu", run_mcu, "UUID NODEID  leave this MCU as it is for another" },
	{ "clock", run_clock, "ask for it every 0.98 s from now on" },
	{ "restart", run_restart, "reset the MCU and begin anew" },
};
#define VERBS ARRAY_SIZE(verbs)

void script_print_help(void)
{
	fputs("Lines on standard input: COMMAND FIELD=VALUE...[; COMMAND...] "
	      "of the MCU, or\n",
	      stderr);
	for (size_t i = 0; i < VERBS; i++)
		fprintf(stderr, "  %s %s\n", verbs[i].name, verbs[i].help);
}

static int run_line(struct script *s, char *line)
{
	size_t len = strcspn(line, " ");

	if (!*line || *line == '#')
		return 0;
	for (size_t i = 0; i < VERBS; i++)
		if (strlen(verbs[i].name) == len &&
		    !memcmp(line, verbs[i].name, len))
			return verbs[i].run(s, line + len + (line[len] == ' '));
	return host_call(s->host, line);
}

/* Return: whether a line was there; then it is at @line, and off the buffer. */
static bool take_line(struct script *s, char *line)
{
	char *end = memchr(s->buf, '\n', s->len);
	size_t len;

	if (!end)
		return false;
	len = (size_t)(end - s->buf);
	memcpy(line, s->buf, len);
	line[len] = '\0';
	s->len -= len + 1;
	memmove(s->buf, end + 1, s->len);
	return true;
}

/* Return: 1 when there are more bytes, 0 at the end, or as in host.h. */
static int read_more(struct script *s)
{
	struct pollfd p = { .fd = s->fd, .events = POLLIN };
	size_t len = s->len;
	ssize_t n;
	int err;

	if (len >= sizeof(s->buf))
		return host_fail(s->host, -EINVAL, "too long a line");
	while (poll(&p, 1, 0) == 0) {
		err = host_listen(s->host, s->fd);
		if (err)
			return err;
	}
	n = read(s->fd, s->buf + len, sizeof(s->buf) - len);
	if (n > 0)
		s->len = len + (size_t)n;
	return n > 0;
}

int script_run(struct host *h, int fd, bool stats)
{
	struct script s = { .host = h, .fd = fd, .stats = stats };
	char line[LINE_SIZE];
	int err;

	for (;;) {
		while (take_line(&s, line)) {
			err = run_line(&s, line);
			if (err)
				return err;
		}
		err = read_more(&s);
		if (err <= 0)
			return err;
	}
}
