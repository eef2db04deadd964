/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANMCU_WIRE_H
#define CANMCU_WIRE_H

#include <linux/can.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * Classic CAN frames as bits (Bosch, CAN Specification 2.0, parts A and B;
 * ISO 11898-1). Any can_frame may be given: a length above 8 is 8, and
 * len8_dlc and CAN_ERR_FLAG are not looked at.
 */

/* An extended frame with 8 bytes has 118 bits, and 29 stuff bits at most. */
#define WIRE_STUFFED_MAX (118 + 29)
#define WIRE_WORDS ((WIRE_STUFFED_MAX + 31) / 32)

/** Bit times between the end of a frame and the next one. */
#define WIRE_INTERMISSION_BITS 3

/** Return: bytes of data on the wire, 0..8, if it is no remote frame. */
uint8_t wire_data_len(const struct can_frame *f);

/**
 * Return: bit times from the start of frame to the end of the intermission, with
 * exactly the stuff bits that this frame has; 47..160.
 */
unsigned int wire_frame_bits(const struct can_frame *f);

/**
 * Return: the arbitration field as a number; of frames that start together the
 * lowest one wins. Equal: arbitration does not tell them apart.
 */
uint32_t wire_priority(const struct can_frame *f);

/** What is stuffed: from the start of frame to the last bit of the CRC. */
struct wire_bits {
	uint32_t word[WIRE_WORDS]; /* the first bit is the highest; dominant: 0 */
	uint8_t len;
	uint8_t arbitration_end;
	uint8_t frame_bits; /* see wire_frame_bits() */
};

/** To be kept by who needs it more than once. */
void wire_encode(struct wire_bits *w, const struct can_frame *f);

/** Where two frames that started together part. */
struct wire_difference {
	unsigned int bit; /* the start of frame is 0; stuff bits count */
	bool a_dominant;  /* there @a sends the dominant bit, else @b does */
	bool arbitration; /* the recessive one loses there; else: bit error */
};

/** Return: false when both are the same on the wire; then *@d is not set. */
bool wire_first_difference(struct wire_difference *d, const struct wire_bits *a,
			   const struct wire_bits *b);

/** Room for wire_text() with its NUL. */
#define WIRE_TEXT_MAX 32

/** Write a standard data frame as cansend(1) takes it: "3F0#00". */
void wire_text(char out[static WIRE_TEXT_MAX], const struct can_frame *f);

#endif
