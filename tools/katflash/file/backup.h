/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef KATFLASH_BACKUP_H
#define KATFLASH_BACKUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <kcan/chip.h>
#include <kcan/image.h>
#include <kcan/kat.h>

/**
 * The application that is in the flash of a board, on its way into a file that
 * katflash can be given again.
 *
 * Nothing tells how long an application is (flashing.md, section 2). So all is
 * read from its start to the end of the flash that Klipper gives a chip of that
 * name, as a board may stop that is read behind its flash (katapult-protocol.md,
 * section 4.4). But a Klipper has ended where 4 KiB of FF follow its dictionary: no
 * image of it has so much FF. FF at the end is not kept, as an erased flash has
 * that anyway.
 */
struct backup {
	const char *path; /* NULL: nothing is to be kept */
	bool force;	  /* replace what has that name */
	const struct kcan_chip *chip;
	uint32_t start; /* address of the application */
	uint8_t *bytes;
	size_t room; /* bytes that may be read */
	size_t read; /* bytes that were */
	size_t size; /* of the application; 0: there is none */
	bool looked; /* for @dictionary, in front of 4 KiB of FF */
	bool saved;  /* it is in the file */
	struct kcan_image_dictionary dictionary; /* all zero: none was found */
	char error[320];			 /* a clause, any bytes */
};

/**
 * backup_prepare() - can a file of that name be made?
 * @b:    to be released with backup_free(), after an error, too
 * @path: has to stay
 *
 * One is made under another name, and gone when this returns: nothing else tells
 * whether its folder takes it, and a name as long.
 *
 * Return: 0, or a negative errno and why in @b->error.
 */
int backup_prepare(struct backup *b, const char *path, bool force);

/**
 * backup_begin() - get ready to read a board
 * @ident: what its Katapult says of itself
 *
 * Return: 0 and @b->room, or a negative errno and why in @b->error.
 */
int backup_begin(struct backup *b, const struct kcan_kat_ident *ident);

/**
 * backup_take() - the next block; as struct kcan_flash_cfg has it
 * @ctx: the backup
 */
uint32_t backup_take(void *ctx, uint32_t address, const uint8_t *data,
		     size_t len);

/** All was taken: set @b->size and @b->dictionary. */
void backup_end(struct backup *b);

/**
 * backup_save() - put it into its file, all of it or nothing
 *
 * It is on the disk when this returns.
 *
 * Return: 0, or a negative errno and why in @b->error.
 */
int backup_save(struct backup *b);

void backup_free(struct backup *b);

/**
 * backup_replaces() - would it be put in the place of that file?
 * @path: what is there, by any name
 */
bool backup_replaces(const struct backup *b, const char *path);

/** Return: whether both are to get the same place, by any name. */
bool backup_is_same_place(const struct backup *a, const struct backup *b);

/**
 * backup_room() - how much of a flash is there for an application?
 * @start: its address; any
 *
 * Return: bytes from @start to the end of the flash; 0: that cannot be.
 */
size_t backup_room(const struct kcan_chip *chip, uint32_t start);

/**
 * backup_has_application() - does Katapult take that for one?
 * @first_block: 4 bytes at least
 *
 * It looks at the first word: can-admin-channel.md, section 8.3.
 */
bool backup_has_application(const uint8_t *first_block);

/** Return: whether all @len bytes, 1 at least, are those of an erased flash. */
bool backup_is_blank(const uint8_t *bytes, size_t len);

#endif
