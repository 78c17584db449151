/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The KPI's matters: the evidence, and the list behind each number. Numbers and lists are taken by
 * the same words, so that a number has as many rows as it says. */
#include "base/refusals.h"
#include "report/kpi_part.h"

#include <string.h>

bool kpi_is_presented(const struct kpi_matter *m)
{
    return m->presented_us != TIME_NONE;
}

static bool in_time(const struct kpi_matter *m)
{
    return kpi_is_presented(m) && m->presented_us <= m->due_us;
}

bool kpi_succeeds(const struct kpi_matter *m, const struct kpi_definition *d)
{
    return in_time(m) && (m->is_correct || !d->wants_correct);
}

/* ---- the matters */

static const struct book_column matter_columns[] = {
    {.key = "matter_no", .title = "เรื่องที่", .kind = CELL_TEXT},
    {.key = "population", .title = "กลุ่มเรื่อง", .kind = CELL_TEXT},
    {.key = "title", .title = "เรื่อง", .kind = CELL_TEXT, .shrinks = true},
    {.key = "quarter", .title = "ไตรมาส", .kind = CELL_INT},
    {.key = "due_at", .title = "กำหนดเสนอ", .kind = CELL_TIME},
    {.key = "presented_at", .title = "เสนอเมื่อ", .kind = CELL_TIME},
    {.key = "result", .title = "ผล", .kind = CELL_TEXT},
    {.key = "why", .title = "เหตุที่ล่าช้า", .kind = CELL_TEXT, .shrinks = true},
    {.key = "register_nos", .title = "เลขรับ", .kind = CELL_TEXT, .shrinks = true, .extra = true},
    {.key = "source", .title = "หลักฐาน", .kind = CELL_TEXT, .shrinks = true, .extra = true},
    {.key = "class", .title = "ประเภท", .kind = CELL_TEXT, .extra = true},
    {.key = "entered_by", .title = "บันทึกโดย", .kind = CELL_TEXT, .extra = true},
};

static const char *result_of(const struct kpi_matter *m)
{
    return !kpi_is_presented(m) ? "ยังไม่เสนอ"
           : !in_time(m)        ? "ไม่ทัน"
           : !m->is_correct     ? "ทันแต่ไม่ถูกต้อง"
                                : "ทัน";
}

static void add_matter(struct sheet *s, const struct kpi_matter *m)
{
    sheet_text(s, m->matter_no);
    sheet_text(s, kpi_population_th[m->population]);
    sheet_text(s, m->title);
    sheet_number(s, m->quarter);
    sheet_number(s, m->due_us);
    sheet_time_beside(s, m->presented_us, m->due_us);
    sheet_text(s, result_of(m));
    sheet_text(s, !in_time(m) && !*m->late_why ? "ยังไม่ระบุเหตุ" : m->late_why);
    sheet_text(s, m->register_nos);
    sheet_text(s, m->source);
    sheet_text(s, m->class_name);
    sheet_text(s, m->who);
}

static bool is_late(const struct kpi_matter *m, const struct kpi_definition *d)
{
    return kpi_is_presented(m) && !kpi_succeeds(m, d);
}
static bool is_open(const struct kpi_matter *m, const struct kpi_definition *d)
{
    (void)d;
    return !kpi_is_presented(m);
}
static bool is_success(const struct kpi_matter *m, const struct kpi_definition *d)
{
    return kpi_succeeds(m, d);
}
static bool is_counted(const struct kpi_matter *m, const struct kpi_definition *d)
{
    (void)d;
    return kpi_is_presented(m);
}

static const struct list {
    const char *key, *title, *empty;
    bool warns;
    bool (*has)(const struct kpi_matter *m, const struct kpi_definition *d);
} lists[] = {
    {"late", "เรื่องที่เสนอไม่ทันหรือไม่ถูกต้อง", "ไม่มี", true, is_late},
    {"open", "เลยกำหนดและยังไม่เสนอ", "ไม่มี (ตัวชี้วัดนับเฉพาะเรื่องที่เสนอแล้ว)", true, is_open},
    {"matters", "เรื่องที่เสนอทั้งหมด", "ไม่มีข้อมูล", false, is_counted},
};

void kpi_matter_sheets(struct book *b, const struct kpi *k)
{
    for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
        struct sheet *s = book_sheet(b, lists[i].key, lists[i].title, lists[i].empty,
                                     matter_columns, ARRAY_LEN(matter_columns));
        for (int j = 0; j < k->rows->n_matters; j++) {
            const struct kpi_matter *m = &k->rows->matters[j];
            if ((!k->quarter || m->quarter == k->quarter) && lists[i].has(m, &k->rows->definition))
                add_matter(s, m);
        }
        book_count(b, lists[i].key, lists[i].title, sheet_rows(s), s->key, lists[i].warns);
    }
    b->csv = matter_columns;
}

/* ---- the list behind a number */

static const struct list numbers[] = {
    /* of the sheet "results" */
    {"in_time", "เรื่องที่เสนอทันเวลา", "ไม่มี", false, is_success},
    {"late", "เรื่องที่เสนอไม่ทันหรือไม่ถูกต้อง", "ไม่มี", false, is_late},
    {"presented", "เรื่องที่เสนอ", "ไม่มีข้อมูล", false, is_counted},
};

static bool word_at(const char *const *words, int n, const char *word, int otherwise, int *out)
{
    *out = otherwise;
    for (int i = 0; word && i < n; i++) {
        *out = i;
        if (strcmp(words[i], word) == 0)
            return true;
    }
    return !word;
}

struct span {                    /* the matters that a number counted */
    int population, first, last; /* quarters */
};

static bool span_of(const struct kpi_ask *ask, struct span *out, struct err *err)
{
    int scope;
    if (!word_at(kpi_population_names, KPI_N_POPULATIONS, ask->population, KPI_COMBINED,
                 &out->population))
        return err_say(err, REFUSE_KPI_POPULATION, ask->population);
    if (!word_at(kpi_scope_names, KPI_N_SCOPES, ask->scope, KPI_QUARTER, &scope))
        return err_say(err, REFUSE_KPI_SCOPE, ask->scope);
    if (ask->scope && !ask->quarter)
        return err_say(err, REFUSE_KPI_SCOPE_QUARTER, ask->scope);
    out->first = ask->quarter ? kpi_first_of((enum kpi_scope)scope, ask->quarter) : 1;
    out->last = ask->quarter ? ask->quarter : KPI_QUARTERS;
    return true;
}

bool kpi_number_sheet(struct book *b, const struct kpi_rows *rows, const struct kpi_ask *ask,
                      struct err *err)
{
    size_t i = 0;
    struct span span;
    while (i < ARRAY_LEN(numbers) && strcmp(numbers[i].key, ask->key) != 0)
        i++;
    if (i == ARRAY_LEN(numbers))
        return err_say(err, REFUSE_KPI_LIST, ask->key);
    if (!span_of(ask, &span, err))
        return false;
    struct sheet *s = book_sheet(b, numbers[i].key, numbers[i].title, numbers[i].empty,
                                 matter_columns, ARRAY_LEN(matter_columns));
    for (int j = 0; j < rows->n_matters; j++) {
        const struct kpi_matter *m = &rows->matters[j];
        bool is_of = span.population == KPI_COMBINED || (int)m->population == span.population;
        if (is_of && m->quarter >= span.first && m->quarter <= span.last &&
            numbers[i].has(m, &rows->definition))
            add_matter(s, m);
    }
    return true;
}
