/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANMCU_IMAGE_CMD_H
#define CANMCU_IMAGE_CMD_H

/**
 * image_cmd_main() - the program that 'canmcu image' is
 * @argv: "image" first, then its options
 *
 * It writes an image for a flashing tool to its standard output.
 *
 * Return: its exit status.
 */
int image_cmd_main(int argc, char **argv);

#endif
