/* SPDX-License-Identifier: AGPL-3.0-or-later
 * thanwela item list: items of the register, or mails without a number. */
#include "cli/item.h"

#include "base/thai.h"
#include "report/table.h"
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

enum { LIMIT_DEFAULT = 50 };

static bool is_mail_state(const char *state)
{
    static const char *const states[] = {"quarantined", "duplicate", "ignored", "stored"};
    for (size_t i = 0; i < ARRAY_LEN(states); i++)
        if (strcmp(states[i], state) == 0)
            return true;
    return false;
}

/* An English word that is no state is a slip of the pen; statuses are Thai. */
static bool state_known(const char *state)
{
    size_t n;
    const char *const *names = item_states(&n);
    for (size_t i = 0; i < n; i++)
        if (strcmp(names[i], state) == 0)
            return true;
    if (is_mail_state(state) || !*state || (unsigned char)*state >= 0x80)
        return true;
    const char *near = cli_nearest(state, names, n);
    cli_usage(&command_item, "--state %s: no such state%s%s", state, near ? "; did you mean " : "",
              near ? near : "");
    return false;
}

int item_print_json(json_t *root)
{
    char *text = json_dumps(root, JSON_INDENT(1));
    json_decref(root);
    puts(text);
    free(text);
    return EXIT_DONE;
}

json_t *item_time_json(int64_t us)
{
    char iso[40];
    return us == TIME_NONE ? json_null() : json_string(time_format_iso(us, iso));
}

/* ---- items */

struct json_t *item_row_json(const struct item_row *r)
{
    json_t *o =
        json_pack("{s:s, s:s, s:o, s:o, s:o, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, "
                  "s:s, s:s, s:b}",
                  "register_no", r->register_no, "series", r->series, "entered_at",
                  item_time_json(r->entered_us), "registered_at", item_time_json(r->registered_us),
                  "sent_at_claimed", item_time_json(r->sent_us), "from", r->from_addr, "from_name",
                  r->from_name, "agency", r->agency_code, "agency_how", r->agency_how, "subject",
                  r->subject, "letter_no", r->letter_no, "urgency", r->urgency, "secrecy",
                  r->secrecy, "class", r->class_name, "matter", r->matter_no, "status", r->status,
                  "check", r->check_why, "verified", r->is_verified);
    json_object_update_new(
        o, json_pack("{s:s, s:s, s:s, s:o, s:I, s:s, s:s, s:s}", "verdict", r->verdict, "label",
                     r->label, "why", r->why, "due_at", item_time_json(r->due_us), "late_minutes",
                     (json_int_t)r->late_min, "incomplete", r->incomplete_why, "no_receipt",
                     r->no_receipt_why, "cancelled", r->cancelled_why));
    return o;
}

static int items_json(const struct item_rows *rows)
{
    json_t *items = json_array();
    for (int i = 0; i < rows->n; i++)
        json_array_append_new(items, item_row_json(&rows->item[i]));
    return item_print_json(
        json_pack("{s:I, s:o}", "total", (json_int_t)rows->total, "items", items));
}

static struct table *items_table(struct cli *c, const struct item_rows *rows, bool narrow)
{
    struct column *columns = arena_array(c->a, 7, sizeof *columns);
    const struct column all[] = {{.title = tr(c, "เลขรับ", "no"), .right = true},
                                 {.title = tr(c, "รับเมื่อ", "received")},
                                 {.title = tr(c, "หน่วยงาน", "agency"), .shrinks = true, .min = 8},
                                 {.title = tr(c, "เรื่อง", "subject"), .shrinks = true, .min = 10},
                                 {.title = tr(c, "กำหนด", "due")},
                                 {.title = tr(c, "ผล", "judgement"), .shrinks = true, .min = 8},
                                 {.title = tr(c, "สถานะ", "status")}};
    int n = 0;
    for (int i = 0; i < 7; i++)
        if (!narrow || (i != 4 && i != 6))
            columns[n++] = all[i];
    struct table *t = table_new(c->a, columns, n);
    for (int i = 0; i < rows->n; i++) {
        const struct item_row *r = &rows->item[i];
        table_cell(t, r->register_no);
        table_cell(t, thai_time(c->a, r->entered_us, thai_form_beside(r->entered_us, r->due_us)));
        table_cell(t, *r->agency ? r->agency : r->from_addr);
        table_cell(t, r->subject);
        if (!narrow)
            table_cell(t, item_time(c->a, r->due_us));
        table_cell(t, c->english ? r->verdict : r->label);
        if (!narrow)
            table_cell(t, r->status);
    }
    return t;
}

static void add_foot(struct cli *c, int n, int64_t total, const struct item_filter *f,
                     struct buf *out)
{
    if (n == 0)
        buf_adds(out, tr(c, "ไม่มีรายการ\n", "nothing\n"));
    else if (total > n)
        buf_addf(out, "%d-%d / %lld%s\n", f->offset + 1, f->offset + n, (long long)total,
                 tr(c, " รายการ (หน้าถัดไป: --page)", " (next page: --page)"));
}

static int print_items(struct cli *c, struct db *db, const struct item_filter *f)
{
    struct item_rows rows;
    struct err err = {0};
    struct buf out CLEANUP(buf_fini) = {0};
    if (!item_list(c->a, db, f, &rows, &err))
        return cli_fail(&err);
    if (c->json)
        return items_json(&rows);
    struct table *t = items_table(c, &rows, false);
    if (table_least(t) > c->columns)
        t = items_table(c, &rows, true);
    if (rows.n)
        table_print(t, c->columns, c->color, &out);
    add_foot(c, rows.n, rows.total, f, &out);
    return cli_print(&out);
}

/* ---- mails */

static int mails_json(const struct mail_rows *rows)
{
    json_t *mails = json_array();
    for (int i = 0; i < rows->n; i++) {
        const struct mail_row *m = &rows->mail[i];
        json_array_append_new(mails, json_pack("{s:I, s:s, s:o, s:I, s:i, s:s, s:s, s:s}", "id",
                                               (json_int_t)m->id, "mailbox", m->mailbox,
                                               "entered_at", item_time_json(m->entered_us),
                                               "size_bytes", (json_int_t)m->size_bytes, "attempts",
                                               m->attempts, "message_id", m->message_id, "why",
                                               m->why, "duplicate_of", m->duplicate_of));
    }
    return item_print_json(
        json_pack("{s:I, s:o}", "total", (json_int_t)rows->total, "mails", mails));
}

static int print_mails(struct cli *c, struct db *db, const struct item_filter *f)
{
    struct mail_rows rows;
    struct err err = {0};
    struct buf out CLEANUP(buf_fini) = {0};
    if (!mail_list(c->a, db, f, &rows, &err))
        return cli_fail(&err);
    if (c->json)
        return mails_json(&rows);
    const struct column columns[] = {{.title = tr(c, "รหัส", "id"), .right = true},
                                     {.title = tr(c, "กล่องจดหมาย", "mailbox")},
                                     {.title = tr(c, "เข้าเมื่อ", "entered")},
                                     {.title = tr(c, "ซ้ำกับ", "same as")},
                                     {.title = tr(c, "เหตุ", "why"), .shrinks = true, .min = 20}};
    struct table *t = table_new(c->a, columns, ARRAY_LEN(columns));
    for (int i = 0; i < rows.n; i++) {
        table_cell(t, arena_printf(c->a, "%lld", (long long)rows.mail[i].id));
        table_cell(t, rows.mail[i].mailbox);
        table_cell(t, item_time(c->a, rows.mail[i].entered_us));
        table_cell(t, rows.mail[i].duplicate_of);
        table_cell(t, rows.mail[i].why);
    }
    if (rows.n)
        table_print(t, c->columns, c->color, &out);
    add_foot(c, rows.n, rows.total, f, &out);
    return cli_print(&out);
}

int item_list_run(struct cli *c, int argc, char **argv)
{
    int64_t limit = LIMIT_DEFAULT, page = 1, to = TIME_NONE;
    struct item_filter f = {
        .state = "", .from_us = TIME_NONE, .to_us = TIME_NONE, .as_of_us = TIME_NONE};
    const struct opt opts[] = {
        {"--state", OPT_TEXT, &f.state},
        {"--from", OPT_DAY, &f.from_us},
        {"--to", OPT_DAY, &to},
        {"--agency", OPT_TEXT, &f.agency},
        {"--matter", OPT_TEXT, &f.matter},
        {"--search", OPT_TEXT, &f.search},
        {"--as-of", OPT_TIME, &f.as_of_us},
        {"--limit", OPT_INT, &limit},
        {"--page", OPT_INT, &page},
    };
    if (!cli_options(&command_item, &argc, argv, opts, ARRAY_LEN(opts)) || !state_known(f.state))
        return EXIT_USAGE;
    if (argc != 1)
        return cli_usage(&command_item, "list takes no words, only options");
    if (limit < 1 || limit > ITEM_PAGE_MAX || page < 1 || page > INT32_MAX / ITEM_PAGE_MAX)
        return cli_usage(&command_item, "--limit is 1 to %d, --page from 1 on", ITEM_PAGE_MAX);
    struct db *db = cli_db(c);
    if (!db)
        return EXIT_USAGE;
    f.to_us = to == TIME_NONE ? to : to + US_PER_DAY;
    f.search = f.search ? thai_fold(c->a, f.search) : NULL;
    f.as_it_stood = f.as_of_us != TIME_NONE;
    if (!f.as_it_stood)
        f.as_of_us = clock_now_us();
    f.limit = (int)limit;
    f.offset = (int)((page - 1) * limit);
    return is_mail_state(f.state) ? print_mails(c, db, &f) : print_items(c, db, &f);
}
