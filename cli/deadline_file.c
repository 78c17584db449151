/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Deadlines in files: rows of matter, agency, and one deadline each. */
#include "cli/deadline.h"
#include "cli/import.h"
#include "cli/listing.h"
#include "cli/verbs.h"
#include "db/matter.h"

#include <stdlib.h>
#include <string.h>

static const char *const columns[] = {
    "matter",       "agency",       "date", "text", "within", "override",  "meeting",
    "meeting_body", "working_days", "days", "from", "source", "why|reason"};

/* ---------------------------------------------------------------- export */

static void export_row(struct cli *c, struct listing *l, const struct standing_deadline *d)
{
    enum deadline_level level = d->is_extension ? DEADLINE_EXPLICIT : d->level;
    const char *days = arena_printf(c->a, "%d", d->days);
    bool counted = level == DEADLINE_WORKING_DAYS || level == DEADLINE_CALENDAR_DAYS;
    listing_text(l, d->matter_no);
    listing_text(l, d->agency_code);
    listing_time(l, level == DEADLINE_EXPLICIT ? d->due_us : TIME_NONE);
    listing_time(l, level == DEADLINE_WITHIN ? d->due_us : TIME_NONE);
    listing_time(l, level == DEADLINE_OVERRIDE ? d->due_us : TIME_NONE);
    listing_time(l, level == DEADLINE_MEETING ? d->meeting_us : TIME_NONE);
    listing_text(l, level == DEADLINE_MEETING ? d->meeting_body : NULL);
    listing_text(l, level == DEADLINE_WORKING_DAYS ? days : NULL);
    listing_text(l, level == DEADLINE_CALENDAR_DAYS ? days : NULL);
    listing_time(l, counted ? d->from_us : TIME_NONE);
    listing_text(l, d->source);
    listing_text(l, d->reason);
}

int deadline_export_run(struct cli *c, int argc, char **argv)
{
    static const struct field fields[] = {
        {"matter", "", "", FIELD_TEXT, false, 0},
        {"agency", "", "", FIELD_TEXT, false, 0},
        {"date", "", "", FIELD_TIME, false, 0},
        {"within", "", "", FIELD_TIME, false, 0},
        {"override", "", "", FIELD_TIME, false, 0},
        {"meeting", "", "", FIELD_DAY, false, 0},
        {"meeting_body", "", "", FIELD_TEXT, false, 0},
        {"working_days", "", "", FIELD_TEXT, false, 0},
        {"days", "", "", FIELD_TEXT, false, 0},
        {"from", "", "", FIELD_DAY, false, 0},
        {"source", "", "", FIELD_TEXT, false, 0},
        {"why", "", "", FIELD_TEXT, false, 0},
    };
    int64_t as_of_us = clock_now_us();
    const struct opt opts[] = {{"--as-of", OPT_TIME, &as_of_us}};
    struct standing_deadlines list;
    struct err err = {0};
    if (!cli_options(&command_deadline, &argc, argv, opts, ARRAY_LEN(opts)))
        return EXIT_USAGE;
    if (argc != 1)
        return cli_usage(&command_deadline, "%s: not expected", argv[1]);
    struct db *db = cli_db(c);
    if (!db)
        return EXIT_USAGE;
    if (!deadline_standing(c->a, db, as_of_us, &list, &err))
        return cli_fail(&err);
    struct listing *l = listing_new(c, "deadlines", fields, ARRAY_LEN(fields));
    for (int i = 0; i < list.n; i++)
        export_row(c, l, &list.row[i]);
    return listing_print(l, true);
}

/* ---------------------------------------------------------------- import */

static const char *or_null(const char *text)
{
    return *text ? text : NULL;
}

static bool number_of(const char *text, int64_t *out, struct err *err)
{
    char *end;
    if (!*text)
        return true;
    *out = strtoll(text, &end, 10);
    return (*end == 0 && *out >= 0 && *out <= WORKING_DAYS_MAX) ||
           err_set(err, ERR_REFUSE, "%s: not a number of days", text);
}

/* An agency that the matter did not ask yet is asked. */
static bool owed_by(struct cli *c, struct db *db, const char *matter, const char *code,
                    int64_t *id_out, struct err *err)
{
    int agency_id;
    int64_t matter_id;
    return matter_of(db, matter, &matter_id, err) && agency_of(db, code, &agency_id, err) &&
           expectation_add(db, matter_id, agency_id, TIME_NONE, c->who, id_out, err);
}

static bool import_put(struct cli *c, void *user, const struct csv *t, const struct csv_row *row,
                       enum row_change *out, const char **said_out, struct err *err)
{
    (void)user;
    struct db *db = cli_db(c);
    struct deadline_words w = deadline_words_empty();
    struct deadline_rule rule;
    int64_t id;
    const char *matter = csv_get(t, row, "matter"), *agency = csv_get(t, row, "agency");
    w.date = or_null(csv_get(t, row, "date"));
    w.text = or_null(csv_get(t, row, "text"));
    w.within = or_null(csv_get(t, row, "within"));
    w.override = or_null(csv_get(t, row, "override"));
    w.meeting = or_null(csv_get(t, row, "meeting"));
    w.body = or_null(csv_get(t, row, "meeting_body"));
    w.source = csv_get(t, row, "source");
    w.why = csv_get(t, row, "why");
    *said_out = arena_printf(c->a, "%s %s", matter, agency);
    if (!number_of(csv_get(t, row, "working_days"), &w.working_days, err) ||
        !number_of(csv_get(t, row, "days"), &w.days, err) ||
        !time_of(csv_get(t, row, "from"), &w.from_us, NULL, err) ||
        !deadline_rule_of(db, &w, &rule, err) || !owed_by(c, db, matter, agency, &id, err))
        return false;
    return deadline_put(c->a, db, id, &rule, c->who, out, err);
}

int deadline_import_run(struct cli *c, int argc, char **argv)
{
    bool dry_run = false;
    const struct opt opts[] = {{"--dry-run", OPT_FLAG, &dry_run}};
    const struct importer im = {
        .columns = columns, .n_columns = ARRAY_LEN(columns), .put = import_put};
    if (!cli_options(&command_deadline, &argc, argv, opts, ARRAY_LEN(opts)))
        return EXIT_USAGE;
    if (argc != 2)
        return cli_usage(&command_deadline, "import wants one file");
    return import_run(c, &im, NULL, argv[1], dry_run);
}
