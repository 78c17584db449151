/* SPDX-License-Identifier: AGPL-3.0-or-later
 * What agencies owe, as a list. See judged.h. */
#include "cli/judged.h"

#include "cli/listing.h"

static const struct field fields[] = {
    {"matter", "เลขเรื่อง", "matter", FIELD_TEXT, false, 0},
    {"title", "เรื่อง", "title", FIELD_TEXT, true, 12},
    {"class", NULL, NULL, FIELD_TEXT, false, 0},
    {"agency", "หน่วยงาน", "agency", FIELD_TEXT, false, 0},
    {"due_at", "กำหนด", "due", FIELD_TIME, false, 0},
    {"received_at", "รับ", "received", FIELD_TIME, false, 0},
    {"verdict", NULL, NULL, FIELD_TEXT, false, 0},
    {"label", "ผล", "judgement", FIELD_TEXT, false, 0},
    {"late_minutes", NULL, NULL, FIELD_NUMBER, false, 0},
    {"late_work_minutes", NULL, NULL, FIELD_NUMBER, false, 0},
    {"basis", NULL, NULL, FIELD_TEXT, false, 0},
    {"why", "เหตุ", "why", FIELD_TEXT, true, 20},
};

int judged_print(struct cli *c, struct db *db, const struct judged_filter *f)
{
    struct judged_list list;
    struct err err = {0};
    if (!judge_list(db, c->a, f, &list, &err))
        return cli_fail(&err);
    struct listing *l = listing_new(c, "deadlines", fields, ARRAY_LEN(fields));
    for (int i = 0; i < list.n; i++) {
        const struct judged *r = &list.row[i];
        listing_text(l, r->matter_no);
        listing_text(l, r->title);
        listing_text(l, r->class_name);
        listing_text(l, r->agency_code);
        listing_time(l, r->j.due_at_us);
        listing_time(l, r->received_us);
        listing_text(l, r->j.verdict);
        listing_text(l, c->english ? r->j.verdict : r->j.label);
        listing_number(l, r->j.late_min);
        listing_number(l, r->j.late_work_min);
        listing_text(l, r->j.basis);
        listing_text(l, r->j.why);
    }
    int status = listing_print(l, false);
    for (int i = 0; f->matter_id && i < list.n && !c->json; i++)
        printf("%s%s: %s\n", i ? "" : "\n", list.row[i].agency_code, list.row[i].j.why);
    if (list.total > list.n && !c->json)
        printf("%d-%d / %lld%s\n", f->offset + 1, f->offset + list.n, (long long)list.total,
               tr(c, " (หน้าถัดไป: --page)", " (next page: --page)"));
    return status;
}
