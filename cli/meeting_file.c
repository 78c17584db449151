/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Meetings in files, and the words for them. */
#include "cli/meeting.h"

#include "base/thai.h"
#include "cli/import.h"
#include "cli/verbs.h"

#include <stdlib.h>
#include <string.h>

struct word {
    const char *ours, *thai;
};
static const struct word bodies[] = {{"cabinet", "ครม."}, {"parliament", "สภา"}};
static const struct word kinds[] = {{"regular", "ปกติ"}, {"special", "พิเศษ"}, {"mobile", "สัญจร"}};
static const struct word statuses[] = {
    {"planned", "นัด"}, {"postponed", "เลื่อน"}, {"cancelled", "ยกเลิก"}, {"replaced", "แก้เวลาปิดรับ"}};

/* What a user wrote in Thai becomes ours; anything else stays, for the database to refuse. */
static const char *ours(const struct word *words, size_t n, const char *said)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(words[i].thai, said) == 0)
            return words[i].ours;
    return said;
}

static const char *shown(const struct cli *c, const struct word *words, size_t n, const char *word)
{
    for (size_t i = 0; i < n && !c->json && !c->english; i++)
        if (strcmp(words[i].ours, word) == 0)
            return words[i].thai;
    return word;
}

const char *meeting_body(const char *said)
{
    return ours(bodies, ARRAY_LEN(bodies), said);
}

const char *meeting_kind(const char *said)
{
    return ours(kinds, ARRAY_LEN(kinds), said);
}

const char *meeting_body_shown(const struct cli *c, const char *body)
{
    return shown(c, bodies, ARRAY_LEN(bodies), body);
}

const char *meeting_kind_shown(const struct cli *c, const char *kind)
{
    return shown(c, kinds, ARRAY_LEN(kinds), kind);
}

const char *meeting_status_shown(const struct cli *c, const char *status)
{
    return shown(c, statuses, ARRAY_LEN(statuses), status);
}

/* ---------------------------------------------------------------- the cut-off */

bool meeting_cutoff_read(const struct meeting_cutoff *said, int *days, int *minute, int64_t *at_us,
                         struct err *err)
{
    *days = said->days < 0 || said->days > INT32_MAX ? -1 : (int)said->days;
    *minute = 0;
    *at_us = said->at_us;
    if (*days >= 0 && said->at_us != TIME_NONE)
        return err_set(err, ERR_REFUSE,
                       "a cut-off is a number of working days or an instant, not both");
    if (*days >= 0 && !said->time)
        return err_set(err, ERR_REFUSE,
                       "the time of day of the cut-off is missing: --cutoff-time 12:00");
    return *days < 0 || minute_of(said->time, minute, err);
}

/* ---------------------------------------------------------------- export, import */

static const char *clock_words(struct cli *c, int minute)
{
    return arena_printf(c->a, "%02d:%02d", minute / 60, minute % 60);
}

/* Planned ones only: a file has no way to say that one was moved to another. */
struct listing *meeting_file(struct cli *c, const struct meetings *list)
{
    static const struct field fields[] = {
        {"body", "", "", FIELD_TEXT, false, 0},
        {"starts_at", "", "", FIELD_TIME, false, 0},
        {"kind", "", "", FIELD_TEXT, false, 0},
        {"place", "", "", FIELD_TEXT, false, 0},
        {"cutoff_days", "", "", FIELD_TEXT, false, 0},
        {"cutoff_time", "", "", FIELD_TEXT, false, 0},
        {"cutoff_at", "", "", FIELD_TIME, false, 0},
        {"source", "", "", FIELD_TEXT, false, 0},
    };
    struct listing *l = listing_new(c, "meetings", fields, ARRAY_LEN(fields));
    for (int i = 0; i < list->n; i++) {
        const struct meeting *m = &list->meeting[i];
        bool counted = m->cutoff_days >= 0;
        if (strcmp(m->status, "planned") != 0)
            continue;
        listing_text(l, m->body);
        listing_time(l, m->starts_us);
        listing_text(l, m->kind);
        listing_text(l, m->place);
        listing_text(l, counted ? arena_printf(c->a, "%d", m->cutoff_days) : NULL);
        listing_text(l, counted ? clock_words(c, m->cutoff_minute) : NULL);
        listing_time(l, counted ? TIME_NONE : m->cutoff_us);
        listing_text(l, m->source);
    }
    return l;
}

static const char *const columns[] = {"body",        "starts_at|start", "kind",      "place",
                                      "cutoff_days", "cutoff_time",     "cutoff_at", "source"};

static bool import_put(struct cli *c, void *user, const struct csv *t, const struct csv_row *row,
                       enum row_change *out, const char **said_out, struct err *err)
{
    (void)user;
    const char *body = csv_get(t, row, "body"), *kind = csv_get(t, row, "kind");
    const char *days = csv_get(t, row, "cutoff_days"), *time = csv_get(t, row, "cutoff_time");
    struct meeting m = {.body = meeting_body(*body ? body : "cabinet"),
                        .kind = meeting_kind(*kind ? kind : "regular"),
                        .place = csv_get(t, row, "place"),
                        .source = csv_get(t, row, "source"),
                        .created_us = TIME_NONE};
    struct meeting_cutoff cutoff = {.days = -1, .time = *time ? time : NULL};
    bool has_time;
    char *end;
    if (*days) {
        cutoff.days = strtoll(days, &end, 10);
        if (*end || cutoff.days < 0)
            return err_set(err, ERR_REFUSE, "%s: not a number of working days", days);
    }
    if (!time_of(csv_get(t, row, "starts_at"), &m.starts_us, &has_time, err) ||
        !time_of(csv_get(t, row, "cutoff_at"), &cutoff.at_us, NULL, err))
        return false;
    if (m.starts_us == TIME_NONE || !has_time)
        return err_set(err, ERR_REFUSE, "the start, with its time, is missing");
    *said_out = arena_printf(c->a, "%s %s", meeting_body_shown(c, m.body),
                             thai_time(c->a, m.starts_us, THAI_DATE_TIME));
    if (!meeting_cutoff_read(&cutoff, &m.cutoff_days, &m.cutoff_minute, &m.cutoff_us, err))
        return false;
    return meeting_put(cli_db(c), &m, c->who, out, err);
}

int meeting_import_run(struct cli *c, int argc, char **argv)
{
    bool dry_run = false;
    const struct opt opts[] = {{"--dry-run", OPT_FLAG, &dry_run}};
    const struct importer im = {
        .columns = columns, .n_columns = ARRAY_LEN(columns), .put = import_put};
    if (!cli_options(&command_meeting, &argc, argv, opts, ARRAY_LEN(opts)))
        return EXIT_USAGE;
    if (argc != 2)
        return cli_usage(&command_meeting, "import wants one file");
    return import_run(c, &im, NULL, argv[1], dry_run);
}
