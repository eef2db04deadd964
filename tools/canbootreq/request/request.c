// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "request.h"

#include <errno.h>
#include <stdlib.h>

#include "../commands.h"
#include "../look/interfaces.h"
#include "anywhere.h"

static void say_proof(void *ctx, struct words_facts *facts)
{
	report_early(ctx, facts);
}

/* Where it is asked only there, what it proved can be told at once. */
static void prepare(struct asking *q, struct call *c)
{
	c->part.proven = q->anywhere ? NULL : say_proof;
	c->part.ended = q->anywhere ? anywhere_ended : NULL;
	c->part.ctx = q->anywhere ? (void *)q : q->r;
}

/* Some calls, at the same time. */
static void ask(struct asking *q, struct call *calls, size_t len,
		enum call_turn turn)
{
	struct run *runs[BUS_GROUP_MAX];
	struct call *asked[BUS_GROUP_MAX];
	size_t n = 0;
	int err = 0;

	for (size_t i = 0; i < len; i++) {
		if (!call_start(&calls[i], turn))
			continue;
		prepare(q, &calls[i]);
		asked[n] = &calls[i];
		runs[n++] = &calls[i].part;
	}
	if (n)
		err = run_all(runs, n,
			      calls->opts->verify ? q->r->streams.progress :
						    NULL);
	for (size_t i = 0; i < n; i++)
		if (err)
			call_fail(asked[i], err);
		else
			call_conclude(asked[i]);
}

static void report(const struct asking *q, struct call *c)
{
	if (!q->anywhere)
		call_report(c);
}

static void ask_all(struct asking *q)
{
	ask(q, q->calls, q->len, CALL_OTHERS);
	for (size_t i = 0; i < q->len; i++)
		report(q, &q->calls[i]);
	for (size_t i = 0; i < q->len; i++) {
		struct call *c = &q->calls[i];

		if (c->failed || c->done == c->run.len)
			continue;
		ask(q, c, 1, CALL_ADAPTER);
		report(q, c);
	}
}

void request_on(const struct opts *list, size_t len, struct report *r)
{
	struct asking q = { .len = len, .r = r };
	struct loop loop;
	int err = loop_init(&loop, &r->streams, list->verbose);

	q.anywhere = list->anywhere;
	q.calls = calloc(len, sizeof(*q.calls));
	if (!err && !q.calls)
		err = -ENOMEM;
	if (err) {
		interfaces_fail(list, r, err);
		free(q.calls);
		return;
	}
	for (size_t i = 0; i < len; i++)
		call_begin(&q.calls[i], &list[i], r, &loop);
	if (q.anywhere)
		anywhere_begin(&q);
	ask_all(&q);
	if (q.anywhere)
		anywhere_report(&q);
	for (size_t i = 0; i < len; i++)
		call_end(&q.calls[i]);
	free(q.calls);
}

void cmd_request(const struct opts *opts, struct report *r)
{
	struct interfaces on;

	if (!interfaces_open(&on, opts, r))
		return;
	request_on(on.list, on.len, r);
	interfaces_close(&on);
}

void cmd_dry_run(const struct opts *opts, struct report *r)
{
	for (size_t i = 0; i < opts->uuids_len; i++)
		report_dry_run(r, &opts->uuids[i]);
}
