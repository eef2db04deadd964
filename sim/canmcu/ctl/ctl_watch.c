// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/*
 * A look at all MCUs, as it changes. Events tell at once that something has; what
 * moves by itself, as a temperature does, is looked at again the sooner, the later
 * it did.
 */
#include "ctl_watch.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "ctl_connect.h"
#include "ctl_view.h"
#include "ctl_wire.h"
#include "util/array.h"
#include "util/clean.h"

#define EXIT_USAGE 2
#define SOON_MS 200 /* as often as the screen changes, at most */
#define IDLE_MS 1000
#define SCREEN_LEN 65536 /* that is written in one piece */
#define ASK "look\n"

struct watch {
	struct ctl_wire wire;
	int signals;
	bool json;
	bool terminal;
	bool asked; /* an answer is to come */
	bool stale; /* events came, which are not shown yet */
	bool heard; /* an answer came: the simulator has let us in */
	int64_t asked_ms;
	int64_t next_ms; /* to ask again */
	json_t *mcus;	 /* as they were seen last; NULL: not yet */
	struct ctl_view_events events;
	int status;	    /* -1: go on */
	const char *reason; /* of a failure; NULL: there was none */
	char sentence[512];
};

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* To be told when the terminal is as it was. */
static void complain(struct watch *w, const char *sentence)
{
	w->reason = sentence;
	w->status = EXIT_FAILURE;
}

/* What is shown. */

static struct ctl_view_size size_of_terminal(void)
{
	struct winsize size = { 0 };

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) || !size.ws_row ||
	    !size.ws_col)
		return (struct ctl_view_size){ 24, 80 };
	return (struct ctl_view_size){ size.ws_row, size.ws_col };
}

static void draw(struct watch *w)
{
	if (w->terminal)
		ctl_view_screen(stdout, w->mcus, &w->events,
				size_of_terminal());
	fflush(stdout);
}

static void take_look(struct watch *w, const json_t *look)
{
	json_t *mcus = json_object_get(look, "mcus");
	bool changed = !json_equal(mcus, w->mcus);

	w->asked = false;
	w->next_ms = now_ms() + (changed ? SOON_MS : IDLE_MS);
	if (changed && w->json)
		ctl_view_json(stdout, look);
	else if (changed && !w->terminal)
		ctl_view_changes(stdout, w->mcus, mcus);
	json_decref(w->mcus);
	w->mcus = json_incref(mcus);
	if (changed || w->stale)
		draw(w);
	w->stale = false;
}

/* What comes in. */

static void take_event(struct watch *w, const json_t *event)
{
	ctl_view_event(&w->events, event);
	w->stale = true;
	w->next_ms = w->asked_ms + SOON_MS;
}

/* One that answers, and does not know what it was asked, is an old one. */
static void take_refusal(struct watch *w, const json_t *answer)
{
	const char *error = json_string_value(json_object_get(answer, "error"));

	if (w->heard || !error)
		error = "this simulator cannot be watched: use the 'canmcu "
			"ctl' that came with it";
	snprintf(w->sentence, sizeof(w->sentence), "%s", error);
	complain(w, w->sentence);
}

static void take_line(void *arg, char *line, size_t len)
{
	struct watch *w = arg;
	json_t *o = json_loadb(line, len, 0, NULL);
	json_t *ok = json_object_get(o, "ok");

	if (json_object_get(o, "event"))
		take_event(w, o);
	else if (json_object_get(o, "mcus"))
		take_look(w, o);
	else if (json_is_true(ok))
		w->heard = true;
	else
		take_refusal(w, o);
	json_decref(o);
}

/* One that does not take it has gone, maybe with a last word that is to be read. */
static void send_text(struct watch *w, const char *text)
{
	w->asked = true;
	w->asked_ms = now_ms();
	(void)!send(w->wire.fd, text, strlen(text), MSG_NOSIGNAL);
}

static void begin(const struct watch *w)
{
	if (w->terminal)
		fputs(CTL_VIEW_BEGIN, stdout);
}

static void end(const struct watch *w)
{
	if (w->terminal)
		fputs(CTL_VIEW_END, stdout);
	fflush(stdout);
}

static void take_signal(struct watch *w)
{
	struct signalfd_siginfo info;

	if (read(w->signals, &info, sizeof(info)) != sizeof(info))
		return;
	if (info.ssi_signo == SIGTSTP) {
		end(w);
		raise(SIGSTOP);
		begin(w);
	} else if (info.ssi_signo != SIGWINCH) {
		w->status = EXIT_SUCCESS;
		return;
	}
	draw(w);
}

static void turn(struct watch *w)
{
	struct pollfd fds[] = { { .fd = w->wire.fd, .events = POLLIN },
				{ .fd = w->signals, .events = POLLIN },
				/* a reader that goes is seen at once */
				{ .fd = STDOUT_FILENO } };
	int64_t left_ms = w->next_ms - now_ms();
	int more = 1;

	if (!w->asked && left_ms <= 0)
		send_text(w, ASK);
	if (w->asked)
		left_ms = -1;
	if (poll(fds, 3, (int)left_ms) <= 0)
		return;
	if (fds[1].revents)
		take_signal(w);
	if (fds[0].revents)
		more = ctl_wire_receive(&w->wire, take_line, w);
	if (more < 0)
		complain(w, ctl_wire_error(more));
	else if (!more && !w->mcus)
		complain(w, "the simulator ended before it answered: see its "
			    "own messages");
	else if (!more || fds[2].revents)
		w->status = EXIT_SUCCESS;
	if (ferror(stdout))
		complain(w, "cannot write what is seen: give stdout a place "
			    "that takes it");
}

/* Blocked, so that each is seen in its turn, and none while something is written. */
static int open_signals(void)
{
	static const int wanted[] = { SIGINT,  SIGTERM, SIGHUP,
				      SIGQUIT, SIGTSTP, SIGWINCH };
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < ARRAY_SIZE(wanted); i++)
		sigaddset(&set, wanted[i]);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	return signalfd(-1, &set, SFD_CLOEXEC);
}

static int refuse(const char *word)
{
	util_say(STDERR_FILENO,
		 "canmcu ctl: watch '%s': give nothing behind it, or --json",
		 word);
	util_say(STDERR_FILENO, "Try 'canmcu ctl --help'.");
	return EXIT_USAGE;
}

int ctl_watch_main(const char *path, char **words)
{
	struct watch w = { .status = -1 };

	if (words[1] && (words[2] || strcmp(words[1], "--json") != 0))
		return refuse(words[1]);
	w.json = words[1];
	w.terminal = !w.json && isatty(STDOUT_FILENO);
	w.signals = open_signals();
	setvbuf(stdout, NULL, _IOFBF, SCREEN_LEN);
	w.wire.fd = ctl_connect(path, w.sentence, sizeof(w.sentence));
	if (w.wire.fd < 0)
		complain(&w, w.sentence);
	if (w.status < 0) {
		begin(&w);
		send_text(&w, "subscribe\n" ASK);
		while (w.status < 0)
			turn(&w);
		end(&w);
	}
	if (w.reason)
		util_say(STDERR_FILENO, "canmcu ctl: %s", w.reason);
	ctl_wire_close(&w.wire);
	close(w.signals);
	json_decref(w.mcus);
	return w.status;
}
