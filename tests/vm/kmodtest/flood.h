/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KMODTEST_FLOOD_H
#define KMODTEST_FLOOD_H

/* The exit status; -1: the arguments ask for nothing of flood.c. */
int flood_main(int argc, char **argv);

#endif
