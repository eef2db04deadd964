// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "nodelist.h"

#include <inttypes.h>

static const struct nodelist_program programs[] = {
	[KCAN_LISTEN_UNKNOWN] = { "an unknown program", "unknown" },
	[KCAN_LISTEN_KLIPPER] = { "Klipper", "klipper" },
	[KCAN_LISTEN_KATAPULT] = { "Katapult", "katapult" },
};

static const char *const commands[KCAN_LISTEN_COMMANDS] = {
	[KCAN_KAT_CONNECT - KCAN_KAT_CONNECT] = "CONNECT",
	[KCAN_KAT_SEND_BLOCK - KCAN_KAT_CONNECT] = "SEND_BLOCK",
	[KCAN_KAT_SEND_EOF - KCAN_KAT_CONNECT] = "SEND_EOF",
	[KCAN_KAT_REQUEST_BLOCK - KCAN_KAT_CONNECT] = "REQUEST_BLOCK",
	[KCAN_KAT_COMPLETE - KCAN_KAT_CONNECT] = "COMPLETE",
	[KCAN_KAT_GET_CANBUS_ID - KCAN_KAT_CONNECT] = "GET_CANBUS_ID",
};

/* Every command that kcan_admin_decode() knows. */
static const char *const admins[] = {
	[KCAN_ADMIN_QUERY_UNASSIGNED] = "QUERY_UNASSIGNED",
	[KCAN_ADMIN_SET_KLIPPER_NODEID] = "SET_KLIPPER_NODEID",
	[KCAN_ADMIN_REQUEST_BOOTLOADER] = "REQUEST_BOOTLOADER",
	[KCAN_ADMIN_SET_CANBOOT_NODEID] = "SET_CANBOOT_NODEID",
	[KCAN_ADMIN_CLEAR_CANBOOT_NODEID] = "CLEAR_CANBOOT_NODEID",
	[KCAN_ADMIN_NEED_NODEID] = "NEED_NODEID",
};

static const struct {
	const char *text;
	const char *key;
} shutdowns[] = {
	[KCAN_LISTEN_UNTOLD] = { NULL, NULL },
	[KCAN_LISTEN_RUNNING] = { "not in shutdown", "no" },
	[KCAN_LISTEN_LIKELY] = { "likely in shutdown", "likely" },
	[KCAN_LISTEN_SHUTDOWN] = { "in shutdown", "yes" },
};

const struct nodelist_program *
nodelist_program(enum kcan_listen_program program)
{
	return &programs[program];
}

const struct nodelist_program *nodelist_app(uint8_t app)
{
	if (app == KCAN_ADMIN_APP_KLIPPER)
		return &programs[KCAN_LISTEN_KLIPPER];
	if (app == KCAN_ADMIN_APP_KATAPULT)
		return &programs[KCAN_LISTEN_KATAPULT];
	return &programs[KCAN_LISTEN_UNKNOWN];
}

const char *nodelist_shutdown(enum kcan_listen_shutdown shutdown)
{
	return shutdowns[shutdown].key;
}

const char *nodelist_command(unsigned int i)
{
	return commands[i];
}

const char *nodelist_admin(enum kcan_admin_cmd cmd)
{
	return admins[cmd];
}

bool nodelist_is_set(enum kcan_admin_cmd cmd)
{
	return cmd == KCAN_ADMIN_SET_KLIPPER_NODEID ||
	       cmd == KCAN_ADMIN_SET_CANBOOT_NODEID;
}

bool nodelist_has_uuid(enum kcan_admin_cmd cmd)
{
	return cmd != KCAN_ADMIN_QUERY_UNASSIGNED &&
	       cmd != KCAN_ADMIN_CLEAR_CANBOOT_NODEID;
}

double nodelist_rate(const struct nodelist *h, uint64_t amount)
{
	/* a signal may end it before it has begun */
	return (double)amount * 1e6 / (double)(h->elapsed_us + !h->elapsed_us);
}

double nodelist_load(const struct nodelist *h)
{
	uint64_t bits = kcan_listen_totals(h->listen)->bits;

	if (!h->link.bitrate_bps)
		return 0;
	return nodelist_rate(h, bits) * 100 / h->link.bitrate_bps;
}

static void print_uuid(FILE *to, const struct kcan_uuid *uuid)
{
	char text[KCAN_UUID_STR_LEN + 1];

	kcan_uuid_format(uuid, text);
	fprintf(to, " %s", text);
}

static const char *origin(uint32_t count, uint32_t here)
{
	if (!here)
		return "from elsewhere";
	return here == count ? "from this computer" : "from here and elsewhere";
}

static const char *plural(uint64_t n)
{
	return n == 1 ? "" : "s";
}

static void print_bus(FILE *to, const struct nodelist *h)
{
	const struct kcan_listen_totals *t = kcan_listen_totals(h->listen);
	const struct kcan_link *link = &h->link;

	fprintf(to,
		"%s: state %s, %" PRIu64 " frame%s in %.1f s: %.1f frames/s, "
		"%.1f bytes/s",
		link->name, kcan_link_state_name(link->state), t->frames,
		plural(t->frames), (double)h->elapsed_us / 1e6,
		nodelist_rate(h, t->frames), nodelist_rate(h, t->bytes));
	if (link->bitrate_bps)
		fprintf(to, ", load at least %.2f %% of %" PRIu32 " bit/s",
			nodelist_load(h), link->bitrate_bps);
	fprintf(to, ", %" PRIu64 " error frame%s", t->errors,
		plural(t->errors));
	if (t->bus_offs)
		fprintf(to, ", %" PRIu64 " x bus-off", t->bus_offs);
	if (t->unacknowledged)
		fprintf(to, ", %" PRIu64 " x unacknowledged",
			t->unacknowledged);
	if (link->has_counters)
		fprintf(to, ", error counters tx %u rx %u", link->tx_errors,
			link->rx_errors);
	fprintf(to, ", queue of %u frame%s", link->txqueuelen,
		plural(link->txqueuelen));
	if (h->dropped)
		fprintf(to, ", %u frame%s lost here (too fast)", h->dropped,
			plural(h->dropped));
	fputc('\n', to);
}

static void print_commands(FILE *to, const struct kcan_listen_node *node)
{
	const char *head = kcan_listen_is_flash(node) ? "; flash traffic: " :
							"; asked: ";

	for (unsigned int i = 0; i < KCAN_LISTEN_COMMANDS; i++) {
		if (!node->commands[i])
			continue;
		fprintf(to, "%s%" PRIu32 " x %s", head, node->commands[i],
			commands[i]);
		head = ", ";
	}
}

static void print_state(FILE *to, const struct nodelist *h,
			const struct kcan_listen_node *node)
{
	const char *text = shutdowns[node->shutdown].text;

	if (kcan_listen_life(node, h->end_us) == KCAN_LISTEN_GONE)
		fputs(", so it is likely gone", to);
	if (text)
		fprintf(to, ", %s by what it said %.1f s ago", text,
			(double)(h->end_us - node->shutdown_us) / 1e6);
}

static void print_node(FILE *to, const struct nodelist *h,
		       const struct kcan_listen_node *node)
{
	fprintf(to, "nodeid %u: ", node->nodeid);
	if (node->frames)
		fputs(programs[node->program].text, to);
	else
		fputs("not heard", to);
	if (node->has_uuid)
		print_uuid(to, &node->uuid);
	if (node->frames)
		fprintf(to, ", %" PRIu32 " frame%s, the last %.1f s ago",
			node->frames, plural(node->frames),
			(double)(h->end_us - node->last_us) / 1e6);
	print_state(to, h, node);
	if (node->asked)
		fprintf(to, ", %" PRIu32 " to it %s", node->asked,
			origin(node->asked, node->asked_here));
	print_commands(to, node);
	fputc('\n', to);
}

static void print_admin(FILE *to, const struct kcan_listen_admin *a)
{
	fprintf(to, "admin: %" PRIu32 " x %s", a->count, admins[a->msg.cmd]);
	if (nodelist_has_uuid(a->msg.cmd))
		print_uuid(to, &a->msg.uuid);
	if (nodelist_is_set(a->msg.cmd))
		fprintf(to, " -> nodeid %u", a->msg.nodeid);
	if (a->msg.cmd == KCAN_ADMIN_NEED_NODEID)
		fprintf(to, " (%s)", nodelist_app(a->msg.app)->text);
	fprintf(to, " %s\n", origin(a->count, a->here));
}

void nodelist_print(FILE *to, const struct nodelist *h)
{
	const struct kcan_listen_totals *t = kcan_listen_totals(h->listen);
	const struct kcan_listen_admin *admin;
	const struct kcan_listen_node *node;

	print_bus(to, h);
	for (unsigned int n = 0; n < NODELIST_NODEIDS; n++) {
		node = kcan_listen_node(h->listen, (uint8_t)n);
		if (node)
			print_node(to, h, node);
	}
	for (size_t i = 0; (admin = kcan_listen_admin(h->listen, i)); i++)
		print_admin(to, admin);
	if (t->unlisted)
		fprintf(to, "admin: %" PRIu64 " more\n", t->unlisted);
}
