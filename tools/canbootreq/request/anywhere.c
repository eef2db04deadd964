// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "anywhere.h"

#include <kcan/outcome.h>

#include "../look/interfaces.h"

/* What one bus tells of an MCU, the more the higher. */
enum rank {
	RANK_SILENT,
	RANK_HALF_ASKED, /* by Katapult's half, that is */
	RANK_TROUBLE,
	RANK_ANSWERED,
	RANK_PROVEN,
};

static enum rank rank_of(const struct words_facts *facts)
{
	static const enum rank ranks[KCAN_OUTCOME_COUNT] = {
		[KCAN_OUTCOME_IN_BOOTLOADER] = RANK_PROVEN,
		[KCAN_OUTCOME_REQUESTED] = RANK_TROUBLE,
		[KCAN_OUTCOME_LEFT_BOOTLOADER] = RANK_PROVEN,
		[KCAN_OUTCOME_LOCAL_ERROR] = RANK_TROUBLE,
		[KCAN_OUTCOME_NO_ANSWER] = RANK_TROUBLE,
		[KCAN_OUTCOME_STILL_APPLICATION] = RANK_ANSWERED,
		[KCAN_OUTCOME_NOT_SENT] = RANK_TROUBLE,
		[KCAN_OUTCOME_BUSY] = RANK_TROUBLE,
		[KCAN_OUTCOME_UNPROVEN] = RANK_ANSWERED,
		[KCAN_OUTCOME_NO_APPLICATION] = RANK_ANSWERED,
		[KCAN_OUTCOME_INTERRUPTED] = RANK_TROUBLE,
	};

	if (facts->cause == CAUSE_SILENT ||
	    facts->cause == CAUSE_LEAVE_SILENT ||
	    facts->cause == CAUSE_BOTH_SILENT)
		return RANK_SILENT;
	if (facts->cause == CAUSE_NO_DIAGNOSIS)
		return RANK_HALF_ASKED;
	return ranks[words_of(facts->cause)->outcome];
}

static bool is_decided(const struct words_facts *facts)
{
	return rank_of(facts) == RANK_PROVEN;
}

static struct job *twin_of(const struct call *c, const struct job *job)
{
	struct job *twin = call_job(c, &job->facts.uuid);

	return twin && twin != job && !twin->needless ? twin : NULL;
}

/* Return: NULL when none is to be asked there. */
static const struct job *adapter_of(const struct call *c)
{
	const struct run *run = &c->run;

	return run->len && run->jobs[run->len - 1].is_adapter ?
		       &run->jobs[run->len - 1] :
		       NULL;
}

void anywhere_begin(struct asking *q)
{
	for (size_t i = 0; i < q->len; i++) {
		const struct job *job = adapter_of(&q->calls[i]);
		struct job *twin;

		for (size_t j = 0; job && j < q->len; j++)
			if ((twin = twin_of(&q->calls[j], job)))
				twin->needless = true;
	}
}

void anywhere_ended(void *ctx, const struct job *job)
{
	struct asking *q = ctx;

	if (job->needless || !is_decided(&job->facts))
		return;
	for (size_t i = 0; i < q->len; i++) {
		struct job *twin = twin_of(&q->calls[i], job);

		if (twin && !twin->ended && !is_decided(&twin->facts))
			run_drop(&q->calls[i].part, twin);
	}
}

/* Return: false when that bus tells nothing of it. */
static bool explain(const struct call *c, size_t index, struct words_facts *out)
{
	const struct job *job = call_job(c, &c->opts->uuids[index]);

	call_explain(c, index, out);
	return !job || !job->needless;
}

/* Return: on how many buses it was proven. */
static size_t choose(const struct asking *q, size_t index,
		     struct words_facts *out)
{
	struct words_facts one;
	size_t proofs = 0;
	bool any = false;

	for (size_t i = 0; i < q->len; i++) {
		if (!explain(&q->calls[i], index, &one))
			continue;
		proofs += is_decided(&one);
		if (any && rank_of(&one) <= rank_of(out))
			continue;
		any = true;
		*out = one;
	}
	return proofs;
}

/* All interfaces that tell as much as @facts do. */
static void list_interfaces(const struct asking *q, size_t index,
			    struct words_facts *facts)
{
	struct words_facts one;

	for (size_t i = 0; i < q->len; i++)
		if (explain(&q->calls[i], index, &one) &&
		    rank_of(&one) == rank_of(facts))
			interfaces_add(facts, one.ifname);
}

/* None of them, and so no nodeid of one. */
static void end_as_any(struct words_facts *facts)
{
	facts->ifname = "any";
	facts->nodeid = 0;
}

static void report_one(const struct asking *q, size_t index)
{
	struct words_facts facts = { 0 };
	size_t proofs = choose(q, index, &facts);

	*facts.others = '\0'; /* those were asked, too */
	list_interfaces(q, index, &facts);
	if (proofs > 1 || rank_of(&facts) == RANK_SILENT ||
	    facts.cause == CAUSE_INTERRUPTED)
		end_as_any(&facts);
	if (proofs > 1) {
		facts.cause = CAUSE_TWICE;
		facts.said = false;
	}
	report_end(q->r, &facts);
}

void anywhere_report(const struct asking *q)
{
	for (size_t i = 0; i < q->calls->opts->uuids_len; i++)
		report_one(q, i);
}
