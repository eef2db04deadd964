// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "run.h"

#include <stdio.h>

#include "conclude.h"
#include "turns.h"

#define SHOW_FIRST_US 500000
#define SHOW_EVERY_US 1000000

/* All buses of a call. */
struct runs {
	struct run *const *list;
	size_t len;
	struct bus_group buses;
	FILE *progress;
	uint64_t start_us;
	uint64_t show_us; /* when to show progress next */
};

static void show_progress(struct runs *all, size_t running)
{
	uint64_t now_us = all->buses.list[0]->loop->now_us;
	size_t len = 0;

	if (!all->progress || now_us < all->show_us)
		return;
	for (size_t i = 0; i < all->len; i++)
		len += all->list[i]->len;
	all->show_us = now_us + SHOW_EVERY_US;
	fprintf(all->progress,
		"\rcanbootreq: %.1f s, waiting for %zu of %zu\033[K",
		(double)(now_us - all->start_us) / 1e6, running, len);
}

static void hide_progress(const struct runs *all)
{
	if (all->progress && all->show_us != all->start_us + SHOW_FIRST_US)
		fputs("\r\033[K", all->progress);
}

static uint64_t first_deadline(const struct runs *all)
{
	uint64_t deadline = all->progress ? all->show_us : UINT64_MAX;

	for (size_t i = 0; i < all->len; i++) {
		uint64_t due_us = turns_deadline(all->list[i]);

		if (due_us < deadline)
			deadline = due_us;
	}
	return deadline;
}

static void turn_all(struct runs *all)
{
	uint64_t deadline_us = first_deadline(all);
	int err = bus_group_wait(&all->buses, &deadline_us);

	for (size_t i = 0; i < all->len; i++) {
		if (err)
			all->list[i]->lost = err;
		turns_take(all->list[i], deadline_us);
	}
}

static int open_all(struct runs *all)
{
	for (size_t i = 0; i < all->len; i++) {
		struct run *run = all->list[i];

		run->start_us = run->bus->loop->now_us;
		all->buses.list[all->buses.len++] = run->bus;
	}
	all->start_us = all->list[0]->start_us;
	all->show_us = all->start_us + SHOW_FIRST_US;
	return bus_group_open(&all->buses);
}

static size_t settle_everything(const struct runs *all)
{
	size_t running = 0;

	for (size_t i = 0; i < all->len; i++)
		running += conclude_so_far(all->list[i]);
	return running;
}

int run_all(struct run *const *runs, size_t len, FILE *progress)
{
	struct runs all = { .list = runs, .len = len, .progress = progress };
	int err = open_all(&all);
	size_t running;

	if (err)
		return err;
	while ((running = settle_everything(&all))) {
		turn_all(&all);
		show_progress(&all, running);
	}
	hide_progress(&all);
	bus_group_close(&all.buses);
	for (size_t i = 0; i < len; i++)
		conclude_all(runs[i]);
	return 0;
}

void run_drop(struct run *run, struct job *job)
{
	job->needless = true;
	if (job_is_running(job))
		kcan_bootreq_abort(job->req, run->bus->loop->now_us);
}
