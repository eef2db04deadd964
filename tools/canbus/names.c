// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "names.h"

#include <ctype.h>
#include <net/if.h>
#include <string.h>

#include "config/mcus.h"

#define say(error, ...) snprintf(error, OPTS_ERROR_LEN, __VA_ARGS__)

int canbus_take_interface(const char **out, const char *arg,
			  char error[static OPTS_ERROR_LEN])
{
	if (config_is_ifname(arg)) {
		*out = arg;
		return 0;
	}
	say(error,
	    "-i '%.40s' is no interface name: 1 to %d characters without '/' "
	    "and blanks, like can0",
	    arg, IF_NAMESIZE - 1);
	return -EINVAL;
}

/* What people paste; a bare "wrong" would let them guess. */
int canbus_take_uuid(struct kcan_uuid *out, const char *arg,
		     const char *instead, char error[static OPTS_ERROR_LEN])
{
	size_t len = strlen(arg);
	size_t hex = strspn(arg, "0123456789abcdefABCDEF");

	if (!kcan_uuid_parse(out, arg))
		return 0;
	if (!strncmp(arg, "/dev/", 5))
		say(error,
		    "-u '%.80s' is a device path: %s: " CANBUS_UUID_FORM
		    " (canbus_uuid in printer.cfg)",
		    arg, instead);
	else if (!strncasecmp(arg, "0x", 2))
		say(error, "-u '%.40s': leave out the 0x; " CANBUS_UUID_FORM,
		    arg);
	else if (hex < len)
		say(error,
		    "-u '%.40s': '%c' is no hex digit; " CANBUS_UUID_FORM, arg,
		    isprint((unsigned char)arg[hex]) ? arg[hex] : '?');
	else if (len == 10 || len == 11)
		say(error,
		    "-u '%s' has %zu digits; leading zeros may be missing, try "
		    "-u %0*d%s; " CANBUS_UUID_FORM,
		    arg, len, KCAN_UUID_STR_LEN - (int)len, 0, arg);
	else
		say(error, "-u '%.40s' has %zu digit%s; " CANBUS_UUID_FORM, arg,
		    len, len == 1 ? "" : "s");
	return -EINVAL;
}
