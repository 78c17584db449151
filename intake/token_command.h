/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A token that a command prints: how XOAUTH2 tokens, which live an hour, are kept fresh. */
#ifndef INTAKE_TOKEN_COMMAND_H
#define INTAKE_TOKEN_COMMAND_H

#include "base/arena.h"
#include "base/err.h"

enum {
    TOKEN_MAX = 16384,        /* bytes of output */
    TOKEN_COMMAND_MS = 30000, /* before the command is killed */
};

/* Run the command by /bin/sh and take the first line that it prints.
 * err  RETRY it failed, was too slow, or printed nothing or too much */
bool token_command(struct arena *a, const char *command, char **out, struct err *err) MUST_CHECK;

#endif
