/* SPDX-License-Identifier: AGPL-3.0-or-later
 * What a slip says of its matter: the request, and who is expected to answer by when. */
#ifndef DB_SLIP_H
#define DB_SLIP_H

#include "db/db.h"

struct slip_party {
    const char *agency;
    int64_t due_us;    /* TIME_NONE: ยังไม่กำหนด */
    const char *basis; /* "" where there is none */
};

struct slip_matter {
    int year, no;
    const char *title, *class_name;
    const char *urgency, *secrecy, *letter_no; /* "" none */
    struct slip_party *parties;                /* by name; the exempt are left out */
    int n_parties;
};

/* found_out false: there is no such matter; nothing else is filled. */
bool slip_find(struct arena *a, struct db *db, int year, int no, int64_t as_of_us,
               struct slip_matter *out, bool *found_out, struct err *err) MUST_CHECK;

/* The same, where the matter must be there. err  REFUSE there is no such matter */
bool slip_gather(struct arena *a, struct db *db, int year, int no, int64_t as_of_us,
                 struct slip_matter *out, struct err *err) MUST_CHECK;

#endif
