// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "proto/usbfollow.h"

#include <string.h>

void kcan_usbfollow_init(struct kcan_usbfollow *f,
			 const struct kcan_usbdev *before, uint64_t leave_us,
			 uint64_t end_us)
{
	*f = (struct kcan_usbfollow){ .before = *before,
				      .seen = *before,
				      .leave_us = leave_us,
				      .end_us = end_us };
}

static bool is_unchanged(const struct kcan_usbfollow *f)
{
	return f->seen.vendor == f->before.vendor &&
	       f->seen.product == f->before.product &&
	       !strcmp(f->seen.serial, f->before.serial);
}

/* What a look amounts to, were it the last one. */
static enum kcan_usbfollow_verdict judge(const struct kcan_usbfollow *f)
{
	static const enum kcan_usbfollow_verdict verdicts[] = {
		[KCAN_USBDEV_NONE] = KCAN_USBFOLLOW_EMPTY,
		[KCAN_USBDEV_OTHER] = KCAN_USBFOLLOW_OTHER,
		[KCAN_USBDEV_BRIDGE] = KCAN_USBFOLLOW_OTHER,
		[KCAN_USBDEV_KLIPPER] = KCAN_USBFOLLOW_OTHER,
		[KCAN_USBDEV_KATAPULT] = KCAN_USBFOLLOW_KATAPULT,
		[KCAN_USBDEV_DFU] = KCAN_USBFOLLOW_LOADER,
		[KCAN_USBDEV_ROM] = KCAN_USBFOLLOW_LOADER,
		[KCAN_USBDEV_LOADER] = KCAN_USBFOLLOW_LOADER,
	};
	enum kcan_usbdev_kind kind = kcan_usbdev_info(&f->seen)->kind;

	if (!f->left)
		return KCAN_USBFOLLOW_STAYED;
	if (kind != KCAN_USBDEV_NONE && is_unchanged(f))
		return KCAN_USBFOLLOW_BACK;
	/* somebody has plugged in another board */
	if (kind == KCAN_USBDEV_KATAPULT &&
	    kcan_usbdev_other_chip(&f->seen, &f->before))
		return KCAN_USBFOLLOW_OTHER;
	return verdicts[kind];
}

/* Names come after the device: what is needed next has to be there. */
static bool is_whole(const struct kcan_usbfollow *f,
		     enum kcan_usbfollow_verdict verdict)
{
	if (verdict == KCAN_USBFOLLOW_KATAPULT)
		return f->seen.tty[0];
	if (verdict == KCAN_USBFOLLOW_BACK)
		return (f->seen.tty[0] || !f->before.tty[0]) &&
		       (f->seen.ifname[0] || !f->before.ifname[0]);
	return true;
}

/* When this verdict may be told; UINT64_MAX: not before the end. */
static uint64_t reported_at(const struct kcan_usbfollow *f,
			    enum kcan_usbfollow_verdict verdict)
{
	static const struct {
		bool early;
		uint64_t after_us;
	} rules[] = {
		[KCAN_USBFOLLOW_KATAPULT] = { true, 0 },
		[KCAN_USBFOLLOW_LOADER] = { true, 0 },
		[KCAN_USBFOLLOW_BACK] = { true, KCAN_USBFOLLOW_SETTLE_US },
		[KCAN_USBFOLLOW_OTHER] = { true, KCAN_USBFOLLOW_SETTLE_US },
		[KCAN_USBFOLLOW_EMPTY] = { false, 0 },
	};

	if (verdict == KCAN_USBFOLLOW_STAYED)
		return f->leave_us;
	if (!rules[verdict].early || !is_whole(f, verdict))
		return UINT64_MAX;
	return f->since_us + rules[verdict].after_us;
}

static void note(struct kcan_usbfollow *f, const struct kcan_usbdev *seen,
		 uint64_t now_us)
{
	if (seen->devnum != f->seen.devnum) {
		f->left = true;
		f->since_us = now_us;
	}
	f->seen = *seen;
}

uint64_t kcan_usbfollow_deadline(const struct kcan_usbfollow *f)
{
	uint64_t at_us;

	if (f->verdict != KCAN_USBFOLLOW_PENDING)
		return UINT64_MAX;
	at_us = reported_at(f, judge(f));
	return at_us < f->end_us ? at_us : f->end_us;
}

enum kcan_usbfollow_verdict kcan_usbfollow_look(struct kcan_usbfollow *f,
						const struct kcan_usbdev *seen,
						uint64_t now_us)
{
	if (f->verdict != KCAN_USBFOLLOW_PENDING)
		return f->verdict;
	note(f, seen, now_us);
	if (now_us >= kcan_usbfollow_deadline(f))
		f->verdict = judge(f);
	return f->verdict;
}
