/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A matter and its parties in one statement. See slip.h. */
#include "db/slip.h"

#include "base/refusals.h"
#include "db/query.h"

static const char gather_sql[] =
    "select m.title, m.class, m.urgency, m.secrecy, m.letter_no, g.name_th, us(j.due_at), j.basis "
    "from matter m "
    "left join expectation_judgement(from_us($3::bigint)) j "
    "       on j.matter_id = m.id and j.verdict <> 'EXEMPT' "
    "left join agency g on g.id = j.agency_id "
    "where m.year = $1 and m.no = $2 order by g.name_th, g.id";

enum { TITLE, CLASS, URGENCY, SECRECY, LETTER_NO, AGENCY, DUE, BASIS };

bool slip_find(struct arena *a, struct db *db, int year, int no, int64_t as_of_us,
               struct slip_matter *out, bool *found_out, struct err *err)
{
    struct rows r CLEANUP(rows_fini) = {0};
    struct params p = {0};
    param_int(&p, year);
    param_int(&p, no);
    param_time(&p, as_of_us);
    if (!db_query(db, gather_sql, &p, &r, err))
        return false;
    *found_out = r.n > 0;
    if (r.n == 0)
        return true;
    *out = (struct slip_matter){.year = year,
                                .no = no,
                                .title = row_dup(a, &r, 0, TITLE),
                                .class_name = row_dup(a, &r, 0, CLASS),
                                .urgency = row_dup(a, &r, 0, URGENCY),
                                .secrecy = row_dup(a, &r, 0, SECRECY),
                                .letter_no = row_dup(a, &r, 0, LETTER_NO),
                                .parties = arena_array(a, (size_t)r.n, sizeof *out->parties)};
    for (int i = 0; i < r.n && !row_null(&r, i, AGENCY); i++)
        out->parties[out->n_parties++] = (struct slip_party){.agency = row_dup(a, &r, i, AGENCY),
                                                             .due_us = row_time(&r, i, DUE),
                                                             .basis = row_dup(a, &r, i, BASIS)};
    return true;
}

bool slip_gather(struct arena *a, struct db *db, int year, int no, int64_t as_of_us,
                 struct slip_matter *out, struct err *err)
{
    bool found;
    if (!slip_find(a, db, year, no, as_of_us, out, &found, err))
        return false;
    if (!found)
        return err_say(err, REFUSE_MATTER_NO_UNKNOWN, no, year);
    return true;
}
