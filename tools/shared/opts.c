// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "opts.h"

#include "util/number.h"

#define TIMEOUT_FORM "seconds from 0.1 to 3600, like 5 or 0.5"
#define BAUD_FORM "bits per second from 1200 to 4000000, like 250000"
#define BAUD_MIN 1200
#define BAUD_MAX 4000000

int opts_parse_timeout(uint64_t *out_us, const char *arg,
		       char error[static OPTS_ERROR_LEN])
{
	int err = util_parse_seconds(arg, out_us);

	if (err)
		snprintf(error, OPTS_ERROR_LEN,
			 "--timeout '%.40s' is %s: " TIMEOUT_FORM, arg,
			 err == -EINVAL ? "no number" : "out of range");
	return err ? -EINVAL : 0;
}

int opts_parse_baud(uint32_t *out, const char *what, const char *arg,
		    char error[static OPTS_ERROR_LEN])
{
	uint64_t value = BAUD_MAX + 1; /* or beyond every number */
	int err = util_parse_number(arg, &value);

	if (err == -EINVAL || value < BAUD_MIN || value > BAUD_MAX) {
		snprintf(error, OPTS_ERROR_LEN, "%s '%.40s' is %s: " BAUD_FORM,
			 what, arg,
			 err == -EINVAL ? "no number" : "out of range");
		return -EINVAL;
	}
	*out = (uint32_t)value;
	return 0;
}

int opts_take_config(const char **out, const char *arg,
		     char error[static OPTS_ERROR_LEN])
{
	if (!*arg || *out) {
		snprintf(error, OPTS_ERROR_LEN,
			 "-c '%.80s': give the path of one file", arg);
		return -EINVAL;
	}
	*out = arg;
	return 0;
}

int opts_apply(const struct util_opts *how, int argc, char **argv,
	       const char *form)
{
	int operand = util_opts_parse(how, argc, argv);

	if (operand > 0 && operand < argc)
		return refuse(how, "'%.40s' belongs to no option; %s",
			      argv[operand], form);
	return operand < 0 ? operand : 0;
}

static void print_outcomes(FILE *to, bool (*has)(enum kcan_outcome outcome),
			   bool failures)
{
	for (int i = 0; i < KCAN_OUTCOME_COUNT; i++) {
		const struct kcan_outcome_info *info =
			kcan_outcome_get((enum kcan_outcome)i);

		if (has((enum kcan_outcome)i) && (info->code > 0) == failures)
			fprintf(to, "  %3d  %-17s %s\n", info->code, info->name,
				info->meaning);
	}
}

void opts_print_outcomes(FILE *to, bool (*has)(enum kcan_outcome outcome))
{
	print_outcomes(to, has, false);
	print_outcomes(to, has, true);
}
