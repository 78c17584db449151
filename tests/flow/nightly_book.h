/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The nightly report of the seeded office, for the tests of what it says and of how it is written.
 */
#ifndef TESTS_FLOW_NIGHTLY_BOOK_H
#define TESTS_FLOW_NIGHTLY_BOOK_H

#include "report/lateness.h"
#include "tests/flow/seeded.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const char evening[] = "2021-04-09T18:00";

static inline struct lateness *gather(struct seeded *s, const char *as_of)
{
    struct lateness *l = NULL;
    struct err err = {0};
    if (!lateness_gather(s->a, s->db, &s->config, seeded_at(as_of), &l, &err))
        fail_msg("%s", err.text);
    return l;
}

static inline void write_as(const struct lateness *l, enum report_format f, struct buf *out)
{
    struct err err = {0};
    if (!lateness_write(l, f, 100, false, out, &err))
        fail_msg("%s", err.text);
}

static inline const struct fact *fact_of(const struct book *b, const char *key)
{
    for (int i = 0; i < b->n_facts; i++)
        if (strcmp(b->facts[i].key, key) == 0)
            return &b->facts[i];
    return NULL;
}

#endif
