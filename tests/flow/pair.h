/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Two database servers of an office, one behind the other: "postgres", the office's own, and
 * "second". See script/lib/office-pair. */
#ifndef TESTS_FLOW_PAIR_H
#define TESTS_FLOW_PAIR_H

#include "tests/flow/office.h"

/* "follow second postgres", "kill postgres", "promote second" ...; fails the test where it cannot.
 */
void pair_run(const struct office *o, const char *words);

/* The folder of its socket: what conninfo calls host. */
char *pair_host(struct arena *a, const struct office *o, const char *name);

/* How the service connects to the servers named, in this order: "postgres,second". */
char *pair_conninfo(struct arena *a, const struct office *o, const char *first, const char *second);

#endif
