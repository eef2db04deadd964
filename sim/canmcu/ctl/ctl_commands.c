// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include <errno.h>
#include <string.h>

#include "ctl_command.h"
#include "util/array.h"

static int cmd_list(struct ctl_request *r)
{
	const struct world *w = r->ctl->world;
	json_t *mcus = json_array();

	for (size_t i = 0; i < world_len(w); i++)
		json_array_append_new(mcus, ctl_describe(world_at(w, i)));
	json_object_set_new(r->reply, "mcus", mcus);
	return 0;
}

static int cmd_show(struct ctl_request *r)
{
	json_object_set_new(r->reply, "mcu", ctl_describe(r->mcu));
	return 0;
}

static int cmd_shutdown(struct ctl_request *r)
{
	const char *reason = r->args_len > 1 ? r->args[1] :
					       "Shutdown by command";

	if (!world_shutdown(r->ctl->world, r->mcu, reason, r->now_us))
		return 0;
	return ctl_refuse(r,
			  "%s is in state '%s': only Klipper can be shut down",
			  r->args[0], mcu_state_name(r->mcu->state));
}

static int cmd_power(struct ctl_request *r)
{
	bool on = !strcmp(r->args[1], "on");

	if (!on && strcmp(r->args[1], "off") != 0)
		return ctl_refuse(r, "power '%s': give 'on' or 'off'",
				  r->args[1]);
	world_power(r->ctl->world, r->mcu, on, r->now_us);
	return 0;
}

static int cmd_reset(struct ctl_request *r)
{
	if (!world_reset(r->ctl->world, r->mcu, r->now_us))
		return 0;
	return ctl_refuse(r, "%s is off: switch it on with 'power %s on'",
			  r->args[0], r->args[0]);
}

static int cmd_fault(struct ctl_request *r)
{
	return ctl_add_fault(r, r->args[1]);
}

static int cmd_fault_clear(struct ctl_request *r)
{
	const char *name = r->args_len > 1 ? r->args[1] : NULL;
	size_t n = world_remove_faults(r->ctl->world, r->mcu, name);

	if (name && !n)
		return ctl_refuse(r,
				  "%s has no fault '%s': 'faults %s' lists "
				  "those that it has",
				  r->args[0], name, r->args[0]);
	json_object_set_new(r->reply, "cleared", json_integer((json_int_t)n));
	return 0;
}

static json_t *describe_fault(const struct fault *fault)
{
	char text[FAULT_TEXT_MAX];

	fault_format(text, fault);
	return json_pack("{s:s,s:I,s:I}", "fault", text, "met",
			 (json_int_t)fault->met, "struck",
			 (json_int_t)fault->struck);
}

static json_t *describe_kind(const struct fault_info *info)
{
	return json_pack("{s:s,s:s,s:s,s:s}", "name", info->name, "parameters",
			 info->parameters, "meaning", info->meaning,
			 "stands_for", info->stands_for);
}

static int cmd_faults(struct ctl_request *r)
{
	json_t *rows = json_array();
	const struct mcu *m;
	int err = 0;

	if (!r->args_len) {
		for (int i = 0; i < FAULT_COUNT; i++)
			json_array_append_new(
				rows,
				describe_kind(fault_info((enum fault_kind)i)));
		json_object_set_new(r->reply, "kinds", rows);
		return 0;
	}
	err = ctl_find_mcu(r, r->args[0], &m);
	for (size_t i = 0; !err && i < m->faults.len; i++)
		json_array_append_new(rows, describe_fault(&m->faults.list[i]));
	if (err)
		json_decref(rows);
	else
		json_object_set_new(r->reply, "faults", rows);
	return err;
}

static int cmd_seq(struct ctl_request *r)
{
	json_object_set_new(r->reply, "seq",
			    json_integer((json_int_t)r->ctl->log->last));
	return 0;
}

static int cmd_help(struct ctl_request *r)
{
	const struct ctl_command *cmd;
	json_t *rows = json_array();

	for (size_t i = 0; (cmd = ctl_command_at(i)); i++)
		json_array_append_new(rows,
				      json_pack("{s:s,s:s}", "usage",
						cmd->usage, "help", cmd->help));
	json_object_set_new(r->reply, "commands", rows);
	return 0;
}

static int cmd_quit(struct ctl_request *r)
{
	r->result->quit = true;
	return 0;
}

static const struct ctl_command commands[] = {
	{ "list", "list all MCUs", 0, 0, false, cmd_list },
	{ "show UUID", "show one MCU", 1, 1, true, cmd_show },
	{ "shutdown UUID [REASON]", "shut the Klipper application down", 1, 2,
	  true, cmd_shutdown },
	{ "power UUID on|off", "switch the supply", 2, 2, true, cmd_power },
	{ "reset UUID", "press the reset button", 1, 1, true, cmd_reset },
	{ "set UUID KEY VALUE", "set a key of the configuration file", 3, 3,
	  true, ctl_cmd_set },
	{ "pin UUID PIN [LEVEL|free]",
	  "measure a pin, set its level from 0 to 1, or end that", 2, 3, true,
	  ctl_cmd_pin },
	{ "devices UUID", "list what is on the pins and buses of an MCU", 1, 1,
	  true, ctl_cmd_devices },
	{ "look", "list all MCUs, and what is seen of their devices", 0, 0,
	  false, ctl_cmd_look },
	{ "unplug UUID SECTION", "disconnect what a section has there", 2, 2,
	  true, ctl_cmd_unplug },
	{ "plug UUID SECTION", "connect it again", 2, 2, true, ctl_cmd_plug },
	{ "fault UUID FAULT", "inject a fault from now on", 2, 2, true,
	  cmd_fault },
	{ "fault-clear UUID [NAME]",
	  "end all faults of an MCU, or those of that name", 1, 2, true,
	  cmd_fault_clear },
	{ "faults [UUID]", "list the faults of an MCU, or all kinds of faults",
	  0, 1, false, cmd_faults },
	{ "wait UUID STATE [TIMEOUT_MS]",
	  "reply when the MCU is in that state, or has a nodeid", 2, 3, true,
	  ctl_cmd_wait },
	{ "wait-event [UUID] EVENT [TIMEOUT_MS] [since=SEQ]",
	  "reply with the next such event, or the first after SEQ", 1, 4, false,
	  ctl_cmd_wait_event },
	{ "seq", "report the number of the last event, for since=SEQ", 0, 0,
	  false, cmd_seq },
	{ "subscribe [UUID ...] [since=SEQ]",
	  "send all events from now on, or after SEQ", 0, 1, false,
	  ctl_cmd_subscribe },
	{ "help", "list these commands", 0, 0, false, cmd_help },
	{ "quit", "end the simulator", 0, 0, false, cmd_quit },
};

const struct ctl_command *ctl_command_at(size_t index)
{
	bool there = index < ARRAY_SIZE(commands);

	return there ? &commands[index] : NULL;
}

void ctl_help(FILE *to)
{
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		fprintf(to, "  %s\n        %s\n", commands[i].usage,
			commands[i].help);
}
