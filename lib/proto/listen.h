/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef PROTO_LISTEN_H
#define PROTO_LISTEN_H

#include <linux/can.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <kcan/admin.h>
#include <kcan/kat.h>
#include <kcan/uuid.h>

/**
 * struct kcan_listen - who lives on a bus, by listening alone
 *
 * Pure: feed it every frame that is heard, read what it made of them at any
 * time. It never has a frame to send. Not thread safe.
 *
 * A nodeid is alive when a frame came from it. Which program sent it is told
 * by whole blocks only, CRC included; a frame can be anybody's.
 */
struct kcan_listen;

/*
 * Every living Klipper node with a nodeid is heard in this time, since it
 * reports every 5 s: can-admin-channel.md, section 6.
 */
#define KCAN_LISTEN_MIN_US 6000000

enum kcan_listen_program {
	KCAN_LISTEN_UNKNOWN, /* no whole block came from the node */
	KCAN_LISTEN_KLIPPER,
	KCAN_LISTEN_KATAPULT,
};

/**
 * Whether a Klipper node is in shutdown, by what it said last.
 *
 * Each build numbers its messages in its own way, so what they say is known
 * only with the data dictionary of the node, which passes by when a host
 * connects to it: see kcan_listen_learn(). Without it, a message is told by its
 * shape, which is likely and no more (klipper-mcu-protocol.md, section 13.5).
 */
enum kcan_listen_shutdown {
	KCAN_LISTEN_UNTOLD,
	KCAN_LISTEN_RUNNING,  /* config says so */
	KCAN_LISTEN_LIKELY,   /* something like shutdown, or like is_shutdown */
	KCAN_LISTEN_SHUTDOWN, /* shutdown, is_shutdown or config say so */
};

enum kcan_listen_life {
	KCAN_LISTEN_NOT_HEARD, /* or silent, and may be: it is no Klipper */
	KCAN_LISTEN_ALIVE,     /* heard within KCAN_LISTEN_MIN_US */
	KCAN_LISTEN_GONE,      /* a Klipper node that no longer reports */
};

/* Bytes of the longest compressed dictionary that is taken down. */
#define KCAN_LISTEN_DICTIONARY_MAX 32768

/** Numbers of messages in a data dictionary, 0 for one that it lacks. */
struct kcan_listen_ids {
	int shutdown;	 /* clock=%u static_string_id=%hu */
	int is_shutdown; /* static_string_id=%hu */
	int config;	 /* is_config=%c crc=%u is_shutdown=%c move_count=%hu */
	int ends[3];	 /* commands: clear_shutdown, reset, config_reset */
};

/* Katapult's commands, KCAN_KAT_CONNECT to KCAN_KAT_GET_CANBUS_ID. */
#define KCAN_LISTEN_COMMANDS 6

/**
 * struct kcan_listen_node - what was heard of one nodeid
 * @program:  by the node's last whole block
 * @uuid:     told by Katapult itself, or named in the last SET for this nodeid
 *            and @program that was followed by a block of the node
 * @frames:   that came from it, on 101 + 2N; 0: not heard. Empty ones are no
 *            node's and not counted
 * @last_us:  when the last of these came
 * @shutdown: forgotten when the nodeid is given anew, or a host ends it
 * @shutdown_us: when that was said, unless it is UNTOLD
 * @asked:    frames to it, on 100 + 2N
 * @asked_here: of @asked, sent by this computer
 * @commands: Katapult commands to it, [code - KCAN_KAT_CONNECT]
 */
struct kcan_listen_node {
	uint8_t nodeid;
	enum kcan_listen_program program;
	bool has_uuid;
	struct kcan_uuid uuid;
	uint32_t frames;
	uint64_t last_us;
	enum kcan_listen_shutdown shutdown;
	uint64_t shutdown_us;
	uint32_t asked;
	uint32_t asked_here;
	uint32_t commands[KCAN_LISTEN_COMMANDS];
};

/** One admin message, and how often the same was heard. */
struct kcan_listen_admin {
	struct kcan_admin_msg msg;
	uint32_t count;
	uint32_t here; /* of these, sent by this computer */
};

/** All frames, whatever they are. */
struct kcan_listen_totals {
	uint64_t frames;    /* error frames apart */
	uint64_t elsewhere; /* of these, sent by another computer */
	uint64_t bytes;	    /* of data */
	/*
	 * The least that they took on the wire, intermission included: stuff
	 * bits, up to a fifth more, are not counted.
	 */
	uint64_t bits;
	uint64_t errors;   /* error frames of the local controller */
	uint64_t bus_offs; /* of these, it went bus-off */
	/* of these, nobody acknowledged a frame of it */
	uint64_t unacknowledged;
	uint64_t unlisted; /* admin messages beyond what can be listed */
};

/**
 * kcan_listen_new() - nothing heard yet
 * @out: set on success only; release with kcan_listen_free()
 *
 * Return: 0 or -ENOMEM.
 */
int kcan_listen_new(struct kcan_listen **out);

/** NULL is allowed. */
void kcan_listen_free(struct kcan_listen *l);

/**
 * kcan_listen_rx() - one frame was heard
 * @frame:  anything, error frames too
 * @here:   this computer sent it
 * @now_us: monotonic, any origin, must not go backwards between calls
 */
void kcan_listen_rx(struct kcan_listen *l, const struct can_frame *frame,
		    bool here, uint64_t now_us);

/**
 * kcan_listen_dictionary() - the dictionary that the last frame has completed
 *
 * Return: @*len bytes that are @l's until the next frame, compressed, as they
 * came from a node: anything at all; NULL: it completed none.
 */
const uint8_t *kcan_listen_dictionary(const struct kcan_listen *l, size_t *len);

/** What kcan_listen_dictionary() has held; for the node that it came from. */
void kcan_listen_learn(struct kcan_listen *l,
		       const struct kcan_listen_ids *ids);

/** Never NULL; valid as long as @l, and kept up to date. */
const struct kcan_listen_totals *
kcan_listen_totals(const struct kcan_listen *l);

/** Return: NULL when no frame came from this nodeid, nor one to it. */
const struct kcan_listen_node *kcan_listen_node(const struct kcan_listen *l,
						uint8_t nodeid);

/**
 * kcan_listen_admin() - admin messages, each distinct one once
 * @i: counts from 0, in the order in which they were heard first
 *
 * Return: NULL beyond the last one.
 */
const struct kcan_listen_admin *kcan_listen_admin(const struct kcan_listen *l,
						  size_t i);

/** Is it alive at @now_us? */
enum kcan_listen_life kcan_listen_life(const struct kcan_listen_node *node,
				       uint64_t now_us);

/**
 * kcan_listen_is_flash() - was @node sent what only flashing and leaving have?
 *
 * CONNECT and GET_CANBUS_ID alone are questions.
 */
bool kcan_listen_is_flash(const struct kcan_listen_node *node);

#endif
