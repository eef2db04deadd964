// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: tools/vcan-run/relay/relay.c tools/vcan-run/relay/relay_rx.c
// needs: tools/vcan-run/relay/control.c tools/vcan-run/line/line.c
// needs: tools/vcan-run/line/pump.c tools/vcan-run/line/mux.c tools/vcan-run/relay/console.c
// needs: tools/vcan-run/reason.c tools/vcan-run/relay/watchdog.c
#include "../support/unit.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../tools/vcan-run/line/mux.h"
#include "../../tools/vcan-run/relay/relay.h"

#define NOT_STARTED 200 /* what relay_run() says as -1 */
#define HANG_S 20
#define START_LEN MUX_HEADER_LEN
#define PING_LEN (MUX_HEADER_LEN + 4)

struct said {
	enum mux_type type;
	enum mux_stream stream;
	uint8_t data[4];
	size_t len;
};

/* One guest each: what it says, what it does then, and what is made of it. */
static const struct guest {
	const char *name;
	struct said says[5]; /* type 0: no more */
	bool lives_on;	     /* its process, without the line */
	bool mute;	     /* likewise, with the line */
	bool pinged;	     /* it says no more than STARTED before a ping */
	bool typed;	     /* likewise, before a byte of stdin */
	bool ended;	     /* stdin is at its end */
	bool full;	     /* there is no room for what it writes */
	bool confirms;	     /* it ends with this code once it was heard */
	const char *console; /* what is on it; stderr is in front of the why */
	int verbose;
	int code;
	int status;
	const char *why;
} guests[] = {
	{ .name = "a status after the start is the command's",
	  .says = { { MUX_READY },
		    { MUX_STARTED },
		    { MUX_EXIT, 0, { MUX_EXITED, 7 }, 2 } },
	  .status = 7 },
	{ .name = "a signal is 128 and its number",
	  .says = { { MUX_READY },
		    { MUX_STARTED },
		    { MUX_EXIT, 0, { MUX_KILLED, 9 }, 2 } },
	  .status = 137 },
	{ .name = "a status before the start is no success",
	  .says = { { MUX_READY }, { MUX_EXIT, 0, { MUX_EXITED, 0 }, 2 } },
	  .status = NOT_STARTED,
	  .why = "the guest sent a damaged frame before" },
	{ .name = "a start nobody asked for is no success",
	  .says = { { MUX_STARTED }, { MUX_EXIT, 0, { MUX_EXITED, 0 }, 2 } },
	  .status = NOT_STARTED,
	  .why = "the guest sent a damaged frame before" },
	{ .name = "a guest that is ready twice is no success",
	  .says = { { MUX_READY },
		    { MUX_STARTED },
		    { MUX_READY },
		    { MUX_EXIT, 0, { MUX_EXITED, 0 }, 2 } },
	  .status = 125 },
	{ .name = "a signal number that exit() would cut to 0 is no success",
	  .says = { { MUX_READY },
		    { MUX_STARTED },
		    { MUX_EXIT, 0, { MUX_KILLED, 128 }, 2 } },
	  .status = 125 },
	{ .name = "a third way to end is no success",
	  .says = { { MUX_READY },
		    { MUX_STARTED },
		    { MUX_EXIT, 0, { MUX_KILLED + 1, 0 }, 2 } },
	  .status = 125 },
	{ .name = "a status without how is no success",
	  .says = { { MUX_READY }, { MUX_STARTED }, { MUX_EXIT, 0, { 0 }, 1 } },
	  .status = 125 },
	{ .name = "bytes from stdin are no success",
	  .says = { { MUX_READY },
		    { MUX_STARTED },
		    { MUX_DATA, MUX_STDIN, { 'x' }, 1 },
		    { MUX_EXIT, 0, { MUX_EXITED, 0 }, 2 } },
	  .status = 125 },
	{ .name = "output before the start is no success",
	  .says = { { MUX_READY },
		    { MUX_DATA, MUX_STDOUT, { 'x' }, 1 },
		    { MUX_STARTED },
		    { MUX_EXIT, 0, { MUX_EXITED, 0 }, 2 } },
	  .status = NOT_STARTED,
	  .why = "the guest sent a damaged frame before" },
	{ .name = "bytes that were never sent cannot be acknowledged",
	  .says = { { MUX_READY },
		    { MUX_STARTED },
		    { MUX_ACK, 0, { 0, 0, 1, 0 }, 4 },
		    { MUX_EXIT, 0, { MUX_EXITED, 0 }, 2 } },
	  .status = 125 },
	{ .name = "a reason why nothing was started is passed on",
	  .says = { { MUX_READY }, { MUX_FAIL, 0, { 'b', 'u', 's' }, 3 } },
	  .status = NOT_STARTED,
	  .why = "bus" },
	{ .name = "a reason without a word is no reason",
	  .says = { { MUX_READY }, { MUX_FAIL } },
	  .status = NOT_STARTED,
	  .why = "the guest sent a damaged frame before" },
	{ .name = "nor is one that ends at once",
	  .says = { { MUX_READY }, { MUX_FAIL, 0, { 0, 'b' }, 2 } },
	  .status = NOT_STARTED,
	  .why = "the guest sent a damaged frame before" },
	{ .name = "a reason after the start is no other engine's turn",
	  .says = { { MUX_READY },
		    { MUX_STARTED },
		    { MUX_FAIL, 0, { 'b', 'u', 's' }, 3 } },
	  .status = 125 },
	{ .name = "a guest that ends without a word was not started",
	  .status = NOT_STARTED,
	  .why = "the guest ended before" },
	{ .name = "with -v the console of a lost guest is told",
	  .console = "booting\n",
	  .verbose = 1,
	  .status = NOT_STARTED,
	  .why = "guest: booting\nthe guest ended before" },
	{ .name = "with -vv the console is shown as it is",
	  .console = "booting\n",
	  .verbose = 2,
	  .status = NOT_STARTED,
	  .why = "booting\nthe guest ended before" },
	{ .name = "a kernel panic is told",
	  .console = "Kernel panic - not syncing: VFS\n",
	  .verbose = 2,
	  .status = NOT_STARTED,
	  .why = "Kernel panic - not syncing: VFS\n"
		 "the guest had a kernel panic before" },
	/* User-Mode Linux 6.12.113 on a processor with AMX */
	{ .name = "that of a kernel without room for all registers has a cause",
	  .console = "userspace - ptrace set fp regs failed, errno = 14\n"
		     "Kernel panic - not syncing: Attempted to kill init!\n",
	  .verbose = 2,
	  .status = NOT_STARTED,
	  .why = "userspace - ptrace set fp regs failed, errno = 14\n"
		 "Kernel panic - not syncing: Attempted to kill init!\n"
		 "the guest has no room for all registers of this processor" },
	{ .name = "a guest that ends after the start is no success",
	  .says = { { MUX_READY }, { MUX_STARTED } },
	  .status = 125 },
	{ .name = "a status that the guest's end confirms is the command's",
	  .says = { { MUX_READY },
		    { MUX_STARTED },
		    { MUX_EXIT, 0, { MUX_EXITED, 7 }, 2 } },
	  .confirms = true,
	  .code = 2 * 7 + 1,
	  .status = 7 },
	{ .name = "an end that says otherwise is no success",
	  .says = { { MUX_READY },
		    { MUX_STARTED },
		    { MUX_EXIT, 0, { MUX_EXITED, 0 }, 2 } },
	  .confirms = true,
	  .code = 0,
	  .status = 125 },
	{ .name = "a guest that stops answering is lost",
	  .says = { { MUX_READY }, { MUX_STARTED } },
	  .mute = true,
	  .status = 125 },
	{ .name = "a guest that answers may be silent otherwise",
	  .says = { { MUX_READY },
		    { MUX_STARTED },
		    { MUX_ACK, 0, { START_LEN + PING_LEN }, 4 },
		    { MUX_EXIT, 0, { MUX_EXITED, 7 }, 2 } },
	  .pinged = true,
	  .status = 7 },
	{ .name = "a byte alone reaches the guest",
	  .says = { { MUX_READY },
		    { MUX_STARTED },
		    { MUX_EXIT, 0, { MUX_EXITED, 7 }, 2 } },
	  .typed = true,
	  .status = 7 },
	{ .name = "the end of stdin reaches the guest",
	  .says = { { MUX_READY },
		    { MUX_STARTED },
		    { MUX_EXIT, 0, { MUX_EXITED, 7 }, 2 } },
	  .ended = true,
	  .status = 7 },
	{ .name = "success is none when its output is lost",
	  .says = { { MUX_READY },
		    { MUX_STARTED },
		    { MUX_DATA, MUX_STDOUT, { 'a' }, 1 },
		    { MUX_EXIT, 0, { MUX_EXITED, 0 }, 2 } },
	  .full = true,
	  .status = 125 },
	{ .name = "a failure is what it is, and its output is lost, too",
	  .says = { { MUX_READY },
		    { MUX_STARTED },
		    { MUX_DATA, MUX_STDOUT, { 'a' }, 1 },
		    { MUX_EXIT, 0, { MUX_EXITED, 7 }, 2 } },
	  .full = true,
	  .status = 7 },
	{ .name = "a guest that hangs up and lives on is lost",
	  .says = { { MUX_READY }, { MUX_STARTED } },
	  .lives_on = true,
	  .status = 125 },
};

/* The end of stdin is heard too, at some time. */
static void hear(int line, enum mux_type type)
{
	struct mux_decoder d = { 0 };
	struct mux_frame f;
	uint8_t byte;

	do {
		if (read(line, &byte, 1) != 1)
			_exit(1);
	} while (mux_decode(&d, byte, &f) != 1 || f.type != type);
}

/* STARTED and all that follows waits for START; the setup is empty */
static void play_guest(const struct guest *g, int line)
{
	uint8_t out[MUX_FRAME_MAX];
	size_t len;

	for (const struct said *s = g->says; s->type; s++) {
		len = mux_encode(out, s->type, s->stream, s->data, s->len);
		if (write(line, out, len) < 0)
			_exit(1);
		if (s->type == MUX_READY && s == g->says)
			hear(line, MUX_START);
		if (s->type == MUX_STARTED && g->pinged)
			hear(line, MUX_CREDIT);
		if (s->type == MUX_STARTED && g->typed)
			hear(line, MUX_DATA);
		if (s->type == MUX_STARTED && g->ended)
			hear(line, MUX_CLOSE);
	}
	if (g->confirms)
		hear(line, MUX_EXIT);
	if (!g->mute)
		close(line);
	while (g->lives_on || g->mute)
		pause();
	_exit(g->code);
}

/* Return: where this is read, and not yet an end. */
static int say(const char *text)
{
	int fd[2];

	if (pipe2(fd, O_NONBLOCK | O_CLOEXEC) ||
	    write(fd[1], text, strlen(text)) < 0)
		_exit(1);
	return fd[0];
}

/* In a process of its own, whose stdin, stdout and stderr it uses up. */
static void be_vcan_run(const struct guest *g, int why_fd)
{
	struct setup_blob setup = { 0 };
	struct opts o = { .boot_timeout_s = 60,
			  .hang_timeout_s = 1,
			  .verbose = g->verbose };
	struct reason why = { "" };
	int line[2], null = open("/dev/null", O_RDWR), status;
	struct vm vm = { .console = -1, .confirms = g->confirms };
	sigset_t set;

	alarm(HANG_S);
	for (int i = 0; i <= STDERR_FILENO; i++)
		dup2(null, i);
	if (g->typed)
		dup2(say("x"), STDIN_FILENO);
	if (g->full)
		dup2(open("/dev/full", O_WRONLY), STDOUT_FILENO);
	if (g->console) {
		vm.console = say(g->console);
		dup2(why_fd, STDERR_FILENO);
	}
	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, line))
		_exit(1);
	vm.line = line[0];
	vm.pid = fork();
	if (!vm.pid) {
		close(line[0]);
		play_guest(g, line[1]);
	}
	close(line[1]);
	fcntl(vm.line, F_SETFL, O_NONBLOCK);
	status = relay_run(&vm, &o, &setup, signalfd(-1, &set, SFD_NONBLOCK),
			   &why);
	kill(vm.pid, SIGKILL);
	if (write(why_fd, why.text, strlen(why.text)) < 0)
		_exit(1);
	_exit(status < 0 ? NOT_STARTED : status);
}

static void test_guest(void **state)
{
	const struct guest *g = *state;
	char why[sizeof(((struct reason *)0)->text)] = "";
	int fd[2], status;
	pid_t pid;

	assert_int_equal(pipe(fd), 0);
	pid = fork();
	if (!pid)
		be_vcan_run(g, fd[1]);
	close(fd[1]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(read(fd[0], why, sizeof(why) - 1) >= 0);
	close(fd[0]);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), g->status);
	if (g->why)
		assert_memory_equal(why, g->why, strlen(g->why));
	else
		assert_string_equal(why, "");
}

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(guests)];
	size_t n = 0;

	ROWS(guests, test_guest);
	return cmocka_run_group_tests_name("vcanrun_relay", tests, NULL, NULL);
}
