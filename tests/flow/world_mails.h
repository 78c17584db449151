/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The mails of a world: what agencies, strangers and automata send to the office. */
#ifndef TESTS_FLOW_WORLD_MAILS_H
#define TESTS_FLOW_WORLD_MAILS_H

#include "tests/flow/world.h"

#define WORLD_ADDR        "saraban@mof.example"
#define WORLD_SECOND_ADDR "sapha@mof.example"
/* What kills the child that opens it, while THANWELA_POISON says so (base/child.h). */
#define WORLD_POISON "kills-who-opens-it"

enum { WORLD_SENDERS = 5 };
extern const char *const world_senders[WORLD_SENDERS];

/* Every mail of the scenario, into the mailbox or both. */
void world_deliver(struct world *w);

/* Letters first to end - 1, and with them their share of every kind but poison and large ones:
 * spread over all letters, not one kind after the other, and no two documents the same. */
void world_deliver_portion(struct world *w, int first, int end);

/* Letter i alone, without a file: <letter-i@test>. Another hop differs in its trace header. */
void world_deliver_letter(struct world *w, int i, int hop);

#endif
