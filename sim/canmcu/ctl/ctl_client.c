// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "ctl_client.h"

#include <errno.h>
#include <jansson.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ctl.h"
#include "ctl_connect.h"
#include "ctl_watch.h"
#include "ctl_wire.h"
#include "util/array.h"
#include "util/clean.h"
#include "util/opt.h"

#define EXIT_USAGE 2
#define CHUNK_LEN 4096

struct client {
	const char *path;
	bool help;
	char error[512];
	struct ctl_wire wire;
	int input; /* where commands come from; -1: there are no more */
	int status;
	int more;	 /* of ctl_wire_receive() */
	int unwritten;	 /* errno: replies could not be printed */
	size_t commands; /* lines sent */
	size_t replies;
	char *out; /* commands on their way */
	size_t out_len;
	size_t out_at;
	bool whole; /* the last byte sent ended a line */
};

static int complain(const char *sentence)
{
	util_say(STDERR_FILENO, "canmcu ctl: %s", sentence);
	return EXIT_FAILURE;
}

/* What comes back, from whoever has the socket. */

/* The next write may succeed, as what failed is gone. */
static void note_unwritten(struct client *c)
{
	if (!c->unwritten)
		c->unwritten = errno;
}

static void take_line(void *arg, char *line, size_t len)
{
	struct client *c = arg;
	json_t *o = json_loadb(line, len, 0, NULL);
	json_t *ok = json_object_get(o, "ok");

	util_clean_lines(line, len);
	if (fwrite(line, 1, len, stdout) < len)
		note_unwritten(c);
	c->replies += ok ? 1 : 0;
	/* events have no "ok" */
	if (!o || (ok && !json_is_true(ok)))
		c->status = EXIT_FAILURE;
	json_decref(o);
}

/* Return: false when there is no more to come, or nobody to print it for. */
static bool receive(struct client *c)
{
	c->more = ctl_wire_receive(&c->wire, take_line, c);
	if (fflush(stdout))
		note_unwritten(c);
	return c->more > 0 && !c->unwritten;
}

/* What goes out. */

static void fill(struct client *c)
{
	ssize_t n = read(c->input, c->out, CHUNK_LEN);

	c->out_at = 0;
	c->out_len = n > 0 ? (size_t)n : 0;
	if (n > 0)
		return;
	c->input = -1;
	/* the last line may want its newline */
	if (!c->whole)
		c->out[c->out_len++] = '\n';
}

static void transmit(struct client *c)
{
	ssize_t n = send(c->wire.fd, c->out + c->out_at, c->out_len - c->out_at,
			 MSG_NOSIGNAL | MSG_DONTWAIT);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	/* who has hung up may have said why: that is still to be read */
	if (n < 0) {
		c->out_at = c->out_len;
		c->input = -1;
	}
	for (; n > 0; n--) {
		c->whole = c->out[c->out_at++] == '\n';
		c->commands += c->whole;
	}
}

/* Hand on commands, and what comes back until the simulator hangs up. */
static void run(struct client *c)
{
	struct pollfd fds[2] = { { .fd = c->wire.fd }, { .events = POLLIN } };

	do {
		bool idle = c->out_at == c->out_len;

		/* it hangs up after the last reply, if nothing is subscribed */
		if (idle && c->input < 0)
			shutdown(c->wire.fd, SHUT_WR);
		fds[0].events = (short)(POLLIN | (idle ? 0 : POLLOUT));
		fds[1].fd = idle ? c->input : -1;
		if (poll(fds, 2, -1) < 0)
			fds[0].revents = fds[1].revents = 0;
		if (fds[0].revents & POLLOUT)
			transmit(c);
		if (fds[1].revents)
			fill(c);
	} while (!(fds[0].revents & ~POLLOUT) || receive(c));
}

static void talk(struct client *c)
{
	char sentence[512];

	c->whole = true;
	c->wire.fd = ctl_connect(c->path, sentence, sizeof(sentence));
	if (c->wire.fd < 0) {
		c->status = complain(sentence);
		return;
	}
	run(c);
	if (c->unwritten) {
		snprintf(sentence, sizeof(sentence),
			 "cannot write the replies (%s): give stdout a place "
			 "that takes them",
			 strerror(c->unwritten));
		c->status = complain(sentence);
	} else if (c->more < 0) {
		c->status = complain(ctl_wire_error(c->more));
	} else if (c->replies < c->commands) {
		c->status = complain("the simulator ended before it "
				     "answered: see its own messages");
	}
}

/* The command line. */

static int apply_control(void *ctx, const char *arg)
{
	((struct client *)ctx)->path = arg;
	return 0;
}

static int apply_help(void *ctx, const char *arg)
{
	(void)arg;
	((struct client *)ctx)->help = true;
	return 1;
}

static const struct util_opt rows[] = {
	{ "control", 0, "PATH", "the control socket ($CANMCU_CONTROL)",
	  apply_control },
	{ "help", 'h', NULL, "print this help and exit", apply_help },
};
#define ROWS ARRAY_SIZE(rows)

static int help(void)
{
	fputs("Usage: canmcu ctl [OPTION]... [COMMAND [WORD]... | -]\n"
	      "Control a canmcu that was started with --control PATH: send one "
	      "command, or\n"
	      "those from standard input, and print each reply, one JSON "
	      "object per line.\n\n",
	      stdout);
	util_opts_print(stdout, rows, ROWS);
	fputs("\nCommands:\n", stdout);
	ctl_help(stdout);
	fputs("  watch [--json]\n"
	      "        show all MCUs and what is on them, as it changes\n",
	      stdout);
	fputs("\nExit status: 0 every command succeeded, 1 one did not, 2 wrong "
	      "usage.\n",
	      stdout);
	return util_opts_printed("canmcu ctl") ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* One command from the words of the command line. */
static bool join(struct client *c, char **words)
{
	size_t size = CHUNK_LEN;

	for (char **w = words; *w; w++)
		size += strlen(*w) + 1;
	c->out = calloc(1, size);
	if (!c->out)
		return false;
	for (; *words; words++) {
		size_t len = strlen(*words);

		memcpy(c->out + c->out_len, *words, len);
		c->out_len += len + 1;
		c->out[c->out_len - 1] = words[1] ? ' ' : '\n';
	}
	c->input = c->out_len ? -1 : STDIN_FILENO;
	return true;
}

static int usage(const char *sentence)
{
	complain(sentence);
	util_say(STDERR_FILENO, "Try 'canmcu ctl --help'.");
	return EXIT_USAGE;
}

static int begin(struct client *c, char **words)
{
	if (!c->path || !*c->path)
		return usage("no control socket is named: give --control PATH, "
			     "or set CANMCU_CONTROL");
	if (*words && !strcmp(*words, "watch"))
		return ctl_watch_main(c->path, words);
	if (*words && !words[1] && !strcmp(*words, "-"))
		words++;
	for (char **w = words; *w; w++)
		if (strchr(*w, '\n'))
			return usage("a command is one line: give several on "
				     "standard input");
	if (!join(c, words))
		return complain("out of memory");
	talk(c);
	return c->status;
}

int ctl_client_main(int argc, char **argv)
{
	struct client c = { .path = getenv("CANMCU_CONTROL"), .wire.fd = -1 };
	const struct util_opts how = { .table = rows,
				       .len = ROWS,
				       .ctx = &c,
				       .command = true,
				       .error = c.error,
				       .error_size = sizeof(c.error) };
	int operand = util_opts_parse(&how, argc, argv);
	int status;

	if (operand < 0)
		return usage(c.error);
	if (c.help)
		return help();
	status = begin(&c, argv + operand);
	ctl_wire_close(&c.wire);
	free(c.out);
	return status;
}
