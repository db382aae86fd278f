/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pinned programs. The program of each hook stays pinned as prog_<hook>, and a
 * new loader with the same program takes the pinned one over instead of its
 * own copy: then "is the attached program ours" is a comparison of two program
 * IDs, which unlike opening a program by ID needs no CAP_SYS_ADMIN, and a
 * restart replaces nothing. Its constants are pinned beside it for the same
 * reason: to be compared.
 */
#pragma once

#include "datapath/datapath.h"

struct bpf_object;

/*
 * Keeps the program of a loaded object for the hook: the pinned one when its
 * instructions (tag), maps and constants are the same, else the object's,
 * which is pinned in its place.
 */
int ob_program_adopt(struct ob_datapath *dp, enum ob_hook hook,
		     const struct bpf_object *obj, struct ob_status *status);
/* Keeps the pinned program, if there is one. */
void ob_program_open(struct ob_datapath *dp, enum ob_hook hook);
