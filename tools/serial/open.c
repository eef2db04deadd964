// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "ask.h"

#include <errno.h>
#include <string.h>

static enum cause cause_of(int err, const struct words_facts *facts)
{
	switch (err) {
	case -ENOENT:
	case -ENODEV:
	case -ENXIO:
	case -EIO: /* a serial line of the board that is not fitted */
		return CAUSE_NO_DEVICE;
	case -ENOTTY:
		return CAUSE_NOT_TTY;
	case -EACCES:
	case -EPERM:
		return facts->group[0] ? CAUSE_PERMISSION :
					 CAUSE_PERMISSION_ROOT;
	case -EBUSY:
		return facts->holder.pid ? CAUSE_HELD : CAUSE_HELD_UNSEEN;
	default:
		return CAUSE_LOCAL;
	}
}

struct kcan_tty *ask_open(struct words_facts *facts)
{
	struct kcan_tty *tty = NULL;
	int err = kcan_tty_open(&tty, facts->device, &facts->holder);

	if (!err)
		return tty;
	if (err == -EACCES || err == -EPERM)
		kcan_tty_group(facts->group, sizeof(facts->group),
			       facts->device);
	snprintf(facts->detail, sizeof(facts->detail), "%s", strerror(-err));
	facts->cause = cause_of(err, facts);
	return NULL;
}
