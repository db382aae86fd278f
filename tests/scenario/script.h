/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Scenario files, *.scn: what happens to a machine, and what octopus is going
 * to do about it. join.scn is the one to read first. Lines:
 *
 *   config {            the configuration file, until "}", one tab deep;
 *                       @NAME stands for the public key called NAME
 *   plan {              what octopus does now, exactly, in this order
 *   conditions {        what it says is wrong, by reason
 *   hub {               hub mode, see hub.h
 *   anything else       something happens: script_do() knows what
 *
 * After each plan it is applied to the model, and two more passes, one by the
 * same process and one by a new one, must have nothing to do.
 */
#pragma once

#include "model.h"

/* Runs a file; fails the cmocka test with file and line. */
void script_run(const char *path);

/* Where a line stands: for messages. */
struct script_place {
	const char *path;
	unsigned int line;
};

void script_fail(const struct script_place *at, const char *format, ...)
	__attribute__((format(printf, 2, 3), noreturn));
/* One event: words[0] says which. */
void script_do(const struct script_place *at, struct model *m, char **words,
	       size_t n);
