// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* "set": what a configuration file can say, said while the MCU is simulated. */
#include <errno.h>
#include <string.h>

#include "../setup/boards.h"
#include "ctl_command.h"

/* Whether it may have its UUID; what it has already is not asked about again. */
static int check_uuid(struct ctl_request *r, const struct keys_board *b)
{
	const struct mcu *twin = world_find(r->ctl->world, &b->cfg.uuid);
	const struct mcu_cfg *was = &r->mcu->cfg;

	if (!twin || twin == r->mcu || b->cfg.same_uuid ||
	    (kcan_uuid_equal(&b->cfg.uuid, &was->uuid) && !was->same_uuid))
		return 0;
	return ctl_refuse(r,
			  "%s '%s': another MCU has that UUID; "
			  "give one of its own, or set same_uuid",
			  r->args[1], r->args[2]);
}

static int set_fact(struct ctl_request *r, struct keys_board *b)
{
	if (check_uuid(r, b))
		return -EINVAL;
	world_configure(r->ctl->world, r->mcu, &b->cfg, r->now_us);
	return 0;
}

static int set_state(struct ctl_request *r, struct keys_board *b)
{
	if (!world_put(r->ctl->world, r->mcu, b->cfg.state, r->now_us))
		return 0;
	return ctl_refuse(r,
			  "%s has bootloader '%s': state 'katapult' needs "
			  "bootloader 'katapult'",
			  r->args[0], bootloader_name(b->cfg.bootloader));
}

static int set_nodeid(struct ctl_request *r, struct keys_board *b)
{
	if (!mcu_is_on_can(r->mcu))
		return ctl_refuse(r,
				  "%s is in state '%s': only Klipper and "
				  "Katapult on CAN have a nodeid",
				  r->args[0], mcu_state_name(r->mcu->state));
	world_assign(r->ctl->world, r->mcu, (uint8_t)b->cfg.nodeid, r->now_us);
	return 0;
}

static int set_fault(struct ctl_request *r, struct keys_board *b)
{
	(void)b;
	return ctl_add_fault(r, r->args[2]);
}

static int set_unplugged(struct ctl_request *r, struct keys_board *b)
{
	(void)b;
	return ctl_plug(r, r->args[2], false);
}

static int find_bus(struct ctl_request *r, struct keys_board *b)
{
	const struct ctl *ctl = r->ctl;
	const char *name = b->interface ? b->interface : b->canbus_interface;

	for (size_t i = 0; name && i < ctl->ifnames_len; i++) {
		if (strcmp(ctl->ifnames[i], name) != 0)
			continue;
		b->cfg.bus = (unsigned int)i;
		return 0;
	}
	if (!name)
		return 0;
	return ctl_refuse(r,
			  "interface '%s': no MCU was on it when canmcu was "
			  "started; give one of those, or start canmcu again",
			  name);
}

/* Whether there can be such a board, in this world. */
static int check_board(struct ctl_request *r, struct keys_board *b)
{
	struct board_group g = { .count = 1, .name = r->args[0] };
	char error[OPTS_ERROR_MAX];

	if (r->mcu->state != MCU_OFF)
		return ctl_refuse(
			r,
			"%s is in state '%s': its %s can be set when "
			"it is off, switch it off with 'power %s off'",
			r->args[0], mcu_state_name(r->mcu->state), r->args[1],
			r->args[0]);
	if (check_uuid(r, b))
		return -EINVAL;
	/* another chip comes with what is usual for it, as in a file */
	b->has_bootloader = b->cfg.type == r->mcu->cfg.type ||
			    b->cfg.bootloader != BOOTLOADER_KATAPULT ||
			    mcu_link_has_katapult(b->cfg.type, b->cfg.link);
	b->cfg.state = MCU_OFF;
	b->cfg.nodeid = -1;
	g.board = *b;
	if (boards_check(&g, error))
		return ctl_refuse(r, "%s", error);
	b->cfg = g.board.cfg;
	return find_bus(r, b);
}

static int open_image(struct ctl_request *r, struct mcu_cfg *cfg)
{
	const struct ctl_images *images = &r->ctl->images;
	char sentence[CTL_SENTENCE_MAX];

	if (!cfg->flash_image || (cfg->flash_image == r->mcu->cfg.flash_image &&
				  cfg->type == r->mcu->cfg.type))
		return 0;
	if (!images->open(images->arg, cfg, sentence, sizeof(sentence)))
		return 0;
	return ctl_refuse(r, "%s", sentence);
}

static void close_image(struct ctl_request *r, const struct mcu_cfg *cfg,
			const struct mcu_cfg *other)
{
	const struct ctl_images *images = &r->ctl->images;

	if (cfg->flash_store.arg != other->flash_store.arg)
		images->close(images->arg, cfg);
}

static int set_board(struct ctl_request *r, struct keys_board *b)
{
	struct mcu_cfg old = r->mcu->cfg;

	if (check_board(r, b) || open_image(r, &b->cfg))
		return -EINVAL;
	if (world_configure(r->ctl->world, r->mcu, &b->cfg, r->now_us)) {
		close_image(r, &b->cfg, &old);
		return ctl_refuse(r, "out of memory: simulate fewer MCUs");
	}
	close_image(r, &old, &b->cfg);
	return 0;
}

static int set_fixed(struct ctl_request *r, struct keys_board *b)
{
	(void)b;
	return ctl_refuse(r,
			  "%s: how an MCU is reached cannot be changed while "
			  "it is simulated; start canmcu again",
			  r->args[1]);
}

int ctl_cmd_set(struct ctl_request *r)
{
	static int (*const effects[])(struct ctl_request *,
				      struct keys_board *) = {
		[KEY_FACT] = set_fact,		 [KEY_BOARD] = set_board,
		[KEY_STATE] = set_state,	 [KEY_NODEID] = set_nodeid,
		[KEY_FAULT] = set_fault,	 [KEY_FIXED] = set_fixed,
		[KEY_UNPLUGGED] = set_unplugged,
	};
	struct keys_board b = { .cfg = r->mcu->cfg, .has_uuid = true };
	const struct key *key = keys_find(r->args[1]);
	char error[OPTS_ERROR_MAX];

	if (keys_apply(&b, r->args[1], r->args[2], error, sizeof(error)))
		return ctl_refuse(r, "%s", error);
	if (effects[key->effect](r, &b))
		return -EINVAL;
	json_object_set_new(r->reply, "mcu", ctl_describe(r->mcu));
	return 0;
}
