// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "app.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <systemd/sd-daemon.h>
#include <systemd/sd-event.h>
#include <unistd.h>

#include "ctl/ctl_server.h"
#include "klipper/program.h"
#include "mcu/event.h"
#include "mcu/katapult.h"
#include "ports/images.h"
#include "ports/ports.h"
#include "util/clean.h"
#include "world/world.h"

/* A reader that has stopped reading: look so often whether a signal came. */
#define UNREAD_MS 100

struct app {
	const struct opts *opts;
	sd_event *loop;
	struct images images;
	uint64_t seed;
	struct mcu_software software;
	struct world *world;
	struct ports *ports;
	struct ctl_server *ctl;
	uint64_t seq; /* number of the last event */
	bool mute;    /* no event is written any more */
};

static int complain(const char *sentence)
{
	util_say(STDERR_FILENO, "canmcu: %s", sentence);
	return -1;
}

/* Return: false when a signal came first, which the loop will see. */
static bool wait_for_reader(void)
{
	struct pollfd out = { .fd = STDOUT_FILENO, .events = POLLOUT };
	sigset_t pending;

	while (poll(&out, 1, UNREAD_MS) <= 0) {
		sigpending(&pending);
		if (sigismember(&pending, SIGINT) ||
		    sigismember(&pending, SIGTERM))
			return false;
	}
	return true;
}

/* A reader that has gone ends all: nobody would see how it goes on. */
static void give_up_events(struct app *app)
{
	int err = errno;
	char sentence[256];

	app->mute = true;
	if (err == EPIPE)
		snprintf(sentence, sizeof(sentence),
			 "the reader of the events has gone: give stdout a "
			 "reader, or /dev/null");
	else
		snprintf(sentence, sizeof(sentence),
			 "cannot write the events (%s): give stdout a place "
			 "that takes them, or /dev/null",
			 strerror(err));
	complain(sentence);
	sd_event_exit(app->loop, EXIT_FAILURE);
}

static void print(struct app *app, char *line)
{
	util_clean(line);
	if (!wait_for_reader())
		app->mute = true;
	else if (puts(line) == EOF || fflush(stdout) == EOF)
		give_up_events(app);
}

static void emit(void *arg, const struct event *event)
{
	struct app *app = arg;
	struct event numbered = *event;
	char line[EVENT_LINE_MAX];

	numbered.seq = ++app->seq;
	if (!app->mute && event_format(line, &numbered, app->opts->json))
		print(app, line);
	if (app->ctl)
		ctl_server_event(app->ctl, &numbered);
}

static void on_command(void *arg)
{
	struct app *app = arg;

	ports_kick(app->ports);
}

/*
 * Started with a standard stream closed, its number is free, and no bus may come
 * to sit where text is written to.
 */
static void fill_streams(void)
{
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	while (fd >= 0 && fd <= STDERR_FILENO)
		fd = dup(fd);
	close(fd);
}

static int open_loop(struct app *app)
{
	sigset_t signals;

	fill_streams();
	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	signal(SIGPIPE, SIG_IGN);
	/* 'ulimit -f': a write that fails, and not the end */
	signal(SIGXFSZ, SIG_IGN);
	/* NULL: the loop ends, with status 0 */
	if (sd_event_new(&app->loop) < 0 ||
	    sd_event_add_signal(app->loop, NULL, SIGINT, NULL, NULL) < 0 ||
	    sd_event_add_signal(app->loop, NULL, SIGTERM, NULL, NULL) < 0)
		return complain("no event loop: is /proc/sys/fs/file-max, or "
				"the limit of 'ulimit -n', reached?");
	return 0;
}

static int open_images(struct app *app)
{
	const struct opts *opts = app->opts;
	char sentence[PATH_MAX + 256];

	for (size_t i = 0; i < opts->mcus_len; i++)
		if (opts->mcus[i].flash_image &&
		    images_open(&app->images, &opts->mcus[i], sentence,
				sizeof(sentence)))
			return complain(sentence);
	return 0;
}

static int open_image(void *arg, struct mcu_cfg *cfg, char *sentence,
		      size_t size)
{
	return images_open(arg, cfg, sentence, size);
}

static void close_image(void *arg, const struct mcu_cfg *cfg)
{
	images_close(arg, cfg);
}

static size_t write_serial(void *arg, const struct mcu *m, const uint8_t *bytes,
			   size_t len, uint64_t now_us)
{
	struct app *app = arg;

	return ports_write(app->ports, m, bytes, len, now_us);
}

static int open_world(struct app *app)
{
	const struct opts *opts = app->opts;
	struct world_cfg cfg = { .mcus = opts->mcus,
				 .mcus_len = opts->mcus_len,
				 .buses_len = app->opts->ifnames_len,
				 .bitrate_bps = opts->bitrate_bps,
				 .collisions = opts->collisions,
				 .seed = app->seed,
				 .events = { emit, app },
				 .serial = { write_serial, app } };

	sd_event_now(app->loop, CLOCK_MONOTONIC, &cfg.start_us);
	app->software.bootloader = katapult_programs;
	if (klipper_install(&app->software, app->opts->lateness_us))
		return complain("out of memory: stop other programs");
	cfg.software = app->software;
	if (world_new(&app->world, &cfg))
		return complain("out of memory: ask for fewer MCUs");
	return 0;
}

static int open_ports(struct app *app)
{
	struct ports_cfg cfg = { .loop = app->loop,
				 .world = app->world,
				 .ifnames = app->opts->ifnames,
				 .len = app->opts->ifnames_len,
				 .events = { emit, app } };
	char sentence[512];

	if (!ports_open(&app->ports, &cfg, sentence, sizeof(sentence)))
		return 0;
	return complain(sentence);
}

static int open_ctl(struct app *app)
{
	struct ctl_server_cfg cfg = {
		.loop = app->loop,
		.path = app->opts->control,
		.ctl = { .world = app->world,
			 .ifnames = app->opts->ifnames,
			 .ifnames_len = app->opts->ifnames_len,
			 .images = { open_image, close_image, &app->images } },
		.on_command = on_command,
		.arg = app,
	};
	char sentence[512];

	if (!cfg.path)
		return 0;
	if (!ctl_server_open(&app->ctl, &cfg, sentence, sizeof(sentence)))
		return 0;
	return complain(sentence);
}

/* Chances that nobody set are told, so that the run can be repeated. */
static int choose_seed(struct app *app)
{
	uint32_t random = 1;

	app->seed = app->opts->seed;
	if (app->opts->has_seed)
		return 0;
	if (getrandom(&random, sizeof(random), 0) != sizeof(random))
		return complain("no random seed is to be had here: give one "
				"with --seed");
	app->seed = random;
	return 0;
}

static void print_seed(struct app *app)
{
	struct event seed = { .type = EVENT_SEED, .count = app->seed };

	if (!app->opts->has_seed && !app->opts->faults_len)
		return;
	sd_event_now(app->loop, CLOCK_MONOTONIC, &seed.now_us);
	emit(app, &seed);
}

static void join_names(char *out, size_t size, const struct opts *opts)
{
	size_t used = 0;

	for (size_t i = 0; i < opts->ifnames_len && used < size; i++)
		used += (size_t)snprintf(out + used, size - used, "%s%s",
					 i ? "," : "", opts->ifnames[i]);
}

static void say_ready(struct app *app)
{
	char names[OPTS_BUSES_MAX * (IFNAMSIZ + 1)] = "";
	struct event ready = { .type = EVENT_READY,
			       .text = names,
			       .count = world_len(app->world) };

	join_names(names, sizeof(names), app->opts);
	sd_event_now(app->loop, CLOCK_MONOTONIC, &ready.now_us);
	emit(app, &ready);
	sd_notify(0, "READY=1");
}

int app_run(const struct opts *opts)
{
	struct app app = { .opts = opts };
	int status = EXIT_FAILURE;

	if (!choose_seed(&app) && !open_loop(&app) && !open_images(&app) &&
	    !open_world(&app) && !open_ports(&app) && !open_ctl(&app)) {
		print_seed(&app);
		say_ready(&app);
		status = sd_event_loop(app.loop);
	}
	ctl_server_close(app.ctl);
	ports_close(app.ports);
	world_free(app.world);
	klipper_uninstall(&app.software);
	images_fini(&app.images);
	sd_event_unref(app.loop);
	return status < 0 ? EXIT_FAILURE : status;
}
