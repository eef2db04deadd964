// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/ctl/ctl_client.c sim/canmcu/ctl/ctl_view.c
// needs: sim/canmcu/ctl/ctl_watch.c sim/canmcu/ctl/ctl_wire.c
/*
 * Whatever has the control socket may say anything to "canmcu ctl": it ends with the
 * simulator, its status tells whether every command succeeded, and nothing that is
 * shown commands the terminal, but what draws the table.
 */
#include <jansson.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../../sim/canmcu/ctl/ctl_client.h"
#include "../../sim/canmcu/ctl/ctl_command.h"
#include "../../sim/canmcu/ctl/ctl_connect.h"
#include "../../sim/canmcu/ctl/ctl_view.h"
#include "fuzz.h"
#include "util/array.h"

#define WORD_BASE 0x80
#define TEXT_MAX (100 * 1024) /* less than a socket holds */

void __sanitizer_set_report_fd(void *fd);

/* Bytes from WORD_BASE on are these, so that a random input gets somewhere. */
static const char *const words[] = {
	"{\"ok\":true}\n",
	"{\"ok\":true,\"mcus\":[",
	"{\"ok\":false,\"error\":\"",
	"{\"event\":\"",
	"{\"uuid\":\"112233445566\",\"state\":\"klipper\",\"nodeid\":4,",
	"\"devices\":[",
	"{\"section\":\"heater_bed\",\"shows\":\"",
	"60.0 C",
	"\"}",
	"]}",
	"},",
	"]}\n",
	"\"}\n",
	"\"name\":\"",
	"\",\"reason\":\"",
	"\\u001b[2J",
	"\\n",
	"[[[[[[[[[[[[[[[[",
	"long long long long long long long long long long long long ",
	"112233445566",
	"null",
	"-1",
	"1e999",
	"\xc3\xa4",
};

/* What is said, and what the client has of it. */
static struct simulator {
	char *text;
	size_t len;
	int peer; /* of the last connection; -1: there was none */
} simulator;

int ctl_connect(const char *path, char *sentence, size_t size)
{
	int pair[2];

	(void)sentence;
	(void)size;
	check(*path);
	check(!socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair));
	check(send(pair[1], simulator.text, simulator.len, MSG_DONTWAIT) ==
	      (ssize_t)simulator.len);
	check(!shutdown(pair[1], SHUT_WR));
	simulator.peer = pair[1];
	return pair[0];
}

void ctl_help(FILE *to)
{
	(void)to;
}

static void write_text(const uint8_t *data, size_t size)
{
	size_t room = TEXT_MAX;
	char *at = malloc(room);

	check(at);
	simulator = (struct simulator){ .text = at, .peer = -1 };
	for (size_t i = 0; i < size && room > 128; i++) {
		size_t n = 1;

		*at = (char)data[i];
		if (data[i] >= WORD_BASE) {
			const char *word = words[data[i] % ARRAY_SIZE(words)];

			n = strlen(word);
			memcpy(at, word, n);
		}
		at += n;
		room -= n;
	}
	simulator.len = TEXT_MAX - room;
}

/* What it should make of that. */

static bool is_success(const char *line, size_t len, size_t *replies)
{
	json_t *o = json_loadb(line, len, 0, NULL);
	json_t *ok = json_object_get(o, "ok");
	bool good = o && (!ok || json_is_true(ok));

	*replies += ok ? 1 : 0;
	json_decref(o);
	return good;
}

static int status_of_command(void)
{
	const char *at = simulator.text, *end = at + simulator.len, *next;
	size_t replies = 0;
	bool good = true;

	for (; (next = memchr(at, '\n', (size_t)(end - at))); at = next)
		good &= is_success(at, (size_t)(++next - at), &replies);
	return good && replies ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* Standard output and error are files meanwhile. */

struct streams {
	int file[2];  /* instead of these two */
	int saved[2]; /* what they were */
};

static void swap_streams(struct streams *s)
{
	fflush(stdout);
	for (int i = 0; i < 2; i++) {
		s->file[i] = memfd_create("stream", MFD_CLOEXEC);
		s->saved[i] = dup(STDOUT_FILENO + i);
		check(s->file[i] >= 0 && s->saved[i] >= 0);
		check(dup2(s->file[i], STDOUT_FILENO + i) >= 0);
	}
	__sanitizer_set_report_fd((void *)(intptr_t)s->saved[1]);
}

static void swap_back(const struct streams *s)
{
	fflush(stdout);
	for (int i = 0; i < 2; i++) {
		check(dup2(s->saved[i], STDOUT_FILENO + i) >= 0);
		close(s->saved[i]);
	}
	__sanitizer_set_report_fd((void *)(intptr_t)STDERR_FILENO);
}

/* Return: how many bytes there were; @json: each line is an object. */
static size_t check_output(int fd, bool json)
{
	size_t len = (size_t)lseek(fd, 0, SEEK_END);
	char *text = calloc(1, len + 1);

	check(text && pread(fd, text, len, 0) == (ssize_t)len);
	check(strlen(text) == len && (!len || text[len - 1] == '\n'));
	for (size_t i = 0; i < len; i++)
		check((text[i] >= ' ' && text[i] <= '~') || text[i] == '\n' ||
		      text[i] == '\t');
	for (char *line = strtok(text, "\n"); json && line;
	     line = strtok(NULL, "\n")) {
		json_t *o = json_loads(line, 0, NULL);

		check(json_object_get(o, "mcus"));
		json_decref(o);
	}
	free(text);
	close(fd);
	return len;
}

/* A "watch" blocks the signals that end it; the fuzzer has to have them. */
static int run_client(const char *command, size_t len)
{
	struct fuzz_line line;
	sigset_t before;
	int status;

	fuzz_line_read(&line, "ctl", (const uint8_t *)command, len);
	sigprocmask(SIG_SETMASK, NULL, &before);
	status = ctl_client_main(line.argc, line.argv);
	sigprocmask(SIG_SETMASK, &before, NULL);
	free(line.text);
	close(simulator.peer);
	return status;
}

static void check_client(uint8_t how)
{
	static const struct {
		const char *words;
		size_t len;
		bool watch, json;
	} commands[] = {
#define COMMAND(words) words, sizeof(words) - 1
		{ COMMAND("--control\0x\0look"), false, false },
		{ COMMAND("--control\0x\0watch"), true, false },
		{ COMMAND("--control\0x\0watch\0--json"), true, true },
	};
	size_t i = how % ARRAY_SIZE(commands);
	struct streams s;
	size_t said;
	int status;

	swap_streams(&s);
	status = run_client(commands[i].words, commands[i].len);
	swap_back(&s);
	check(status == EXIT_SUCCESS || status == EXIT_FAILURE);
	check_output(s.file[0], commands[i].json);
	said = check_output(s.file[1], false);
	if (!commands[i].watch)
		check(status == status_of_command());
	else
		check(!said == !status);
}

/* The table, on a terminal of any size. */

static void check_screen(char *text, struct ctl_view_size size)
{
	unsigned int rows = 1, column = 0;

	for (char *c = text; *c; c++) {
		if (*c == '\033') {
			check(c[1] == '[' && c[2] && strchr("HKJ", c[2]));
			c += 2;
			continue;
		}
		column = *c == '\n' ? 0 : column + 1;
		rows += *c == '\n';
		check(*c == '\n' || (*c >= ' ' && *c <= '~'));
		check(column <= size.columns);
	}
	check(rows <= size.rows);
}

static void draw(const json_t *mcus, const struct ctl_view_events *events,
		 struct ctl_view_size size)
{
	char *text = NULL;
	size_t len;
	FILE *to = open_memstream(&text, &len);

	check(to);
	ctl_view_screen(to, mcus, events, size);
	fclose(to);
	check_screen(text, size);
	free(text);
}

static void check_table(struct ctl_view_size size)
{
	const char *at = simulator.text, *end = at + simulator.len, *next;
	struct ctl_view_events events = { 0 };

	for (; (next = memchr(at, '\n', (size_t)(end - at))); at = next + 1) {
		json_t *o = json_loadb(at, (size_t)(next - at), 0, NULL);

		if (json_object_get(o, "event"))
			ctl_view_event(&events, o);
		draw(json_object_get(o, "mcus"), &events, size);
		json_decref(o);
	}
}

/* a byte of how; the size of the terminal; what is said */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 3)
		return 0;
	write_text(data + 3, size - 3);
	if (data[0] & 0x80)
		check_table(
			(struct ctl_view_size){ 1u + data[1], 1u + data[2] });
	else
		check_client(data[0]);
	free(simulator.text);
	return 0;
}
