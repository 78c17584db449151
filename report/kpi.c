/* SPDX-License-Identifier: AGPL-3.0-or-later
 * KPI สร.1 as a report. See kpi.h. A formula is never tuned to a reported figure: where the two
 * differ the report says so. */
#include "report/kpi.h"

#include "db/kpi.h"
#include "report/kpi_score.h"
#include <string.h>

struct count {
    int64_t n, of; /* in time, presented */
};

struct kpi { /* what the sheets are made from */
    const struct kpi_rows *rows;
    int quarter; /* 0: the whole year */
    struct count counts[KPI_N_POPULATIONS][KPI_QUARTERS];
};

static const char *const population_th[] = {"รัฐสภา", "คณะรัฐมนตรี", "รวม"};
static const char *const scope_th[] = {"ไตรมาส", "ครึ่งปี", "สะสม"};
static const char *const scoring_th[] = {"ขั้นบันได", "เทียบสัดส่วน"};

static bool is_presented(const struct kpi_matter *m)
{
    return m->presented_us != TIME_NONE;
}

static bool in_time(const struct kpi_matter *m)
{
    return is_presented(m) && m->presented_us <= m->due_us;
}

static bool succeeds(const struct kpi_matter *m, const struct kpi_definition *d)
{
    return in_time(m) && (m->is_correct || !d->wants_correct);
}

static void count_all(struct kpi *k)
{
    for (int i = 0; i < k->rows->n_matters; i++) {
        const struct kpi_matter *m = &k->rows->matters[i];
        if (!is_presented(m))
            continue;
        struct count *own = &k->counts[m->population][m->quarter - 1];
        struct count *both = &k->counts[KPI_COMBINED][m->quarter - 1];
        bool ok = succeeds(m, &k->rows->definition);
        own->of++, both->of++;
        own->n += ok, both->n += ok;
    }
}

/* A half of a year up to a quarter begins with its first. */
static struct count count_of(const struct kpi *k, enum kpi_population population,
                             enum kpi_scope scope, int quarter)
{
    struct count sum = {0};
    int first = scope == KPI_QUARTER ? quarter : scope == KPI_HALF ? (quarter > 2 ? 3 : 1) : 1;
    for (int q = first; q <= quarter; q++) {
        sum.n += k->counts[population][q - 1].n;
        sum.of += k->counts[population][q - 1].of;
    }
    return sum;
}

/* ---- the figures */

static const char *decimal(struct arena *a, int64_t ten_thousandths)
{
    char *text = arena_printf(a, "%lld.%04lld", (long long)(ten_thousandths / 10000),
                              (long long)(ten_thousandths % 10000));
    for (size_t n = strlen(text); text[n - 1] == '0' && text[n - 2] != '.'; n--)
        text[n - 1] = 0;
    return text;
}

static const struct book_column result_columns[] = {
    {.key = "quarter", .title = "ไตรมาส", .kind = CELL_TEXT},
    {.key = "population", .title = "กลุ่มเรื่อง", .kind = CELL_TEXT},
    {.key = "scope", .title = "ช่วง", .kind = CELL_TEXT},
    {.key = "in_time", .title = "ทันเวลา", .kind = CELL_INT},
    {.key = "presented", .title = "เสนอ", .kind = CELL_INT},
    {.key = "percent", .title = "ร้อยละ", .kind = CELL_PERCENT},
    {.key = "step_score", .title = "ขั้นบันได", .kind = CELL_TEXT},
    {.key = "step_weighted", .title = "น้ำหนัก", .kind = CELL_TEXT},
    {.key = "interpolated_score", .title = "สัดส่วน", .kind = CELL_TEXT},
    {.key = "interpolated_weighted", .title = "น้ำหนัก", .kind = CELL_TEXT},
    {.key = "is_official", .title = "ใช้", .kind = CELL_TEXT},
};

static void add_result(struct sheet *s, const struct kpi *k, enum kpi_population population,
                       enum kpi_scope scope, int quarter)
{
    const struct kpi_definition *d = &k->rows->definition;
    struct count c = count_of(k, population, scope, quarter);
    sheet_text(s, arena_printf(s->a, "%d/%d", quarter, k->rows->fiscal_year));
    sheet_text(s, population_th[population]);
    sheet_text(s, scope_th[scope]);
    sheet_number(s, c.n);
    sheet_number(s, c.of);
    sheet_percent(s, c.n, c.of);
    for (int i = 0; i < KPI_N_SCORINGS; i++) {
        struct kpi_score score = {0};
        if (c.of)
            score = kpi_score(c.n, c.of, d, (enum kpi_scoring)i);
        sheet_text(s, c.of ? decimal(s->a, score.score) : "");
        sheet_text(s, c.of ? decimal(s->a, score.weighted) : "");
    }
    sheet_text(s, population == d->population && scope == d->scope ? "✓" : "");
}

static void result_sheet(struct book *b, const struct kpi *k)
{
    struct sheet *s = book_sheet(b, "results", "ผลคำนวณทุกกลุ่มเรื่อง ทุกช่วง และทุกวิธีให้คะแนน", "",
                                 result_columns, ARRAY_LEN(result_columns));
    s->note = "ร้อยละ = เรื่องที่เสนอทันเวลา ÷ เรื่องที่เสนอ × 100; ✓ คือนิยามที่ใช้ของปีนี้";
    for (int q = 1; q <= KPI_QUARTERS; q++)
        for (int p = 0; p < KPI_N_POPULATIONS && (!k->quarter || k->quarter == q); p++)
            for (int scope = 0; scope < KPI_N_SCOPES; scope++)
                add_result(s, k, (enum kpi_population)p, (enum kpi_scope)scope, q);
}

/* ---- computed beside reported */

static const struct book_column reported_columns[] = {
    {.key = "quarter", .title = "ไตรมาส", .kind = CELL_TEXT},
    {.key = "computed", .title = "คำนวณ", .kind = CELL_PERCENT},
    {.key = "computed_score", .title = "คะแนน", .kind = CELL_TEXT},
    {.key = "reported", .title = "รายงานไว้", .kind = CELL_TEXT},
    {.key = "reported_score", .title = "คะแนน", .kind = CELL_TEXT},
    {.key = "reported_weighted", .title = "ถ่วงน้ำหนัก", .kind = CELL_TEXT},
    {.key = "agrees", .title = "ผลเทียบ", .kind = CELL_TEXT, .shrinks = true},
    {.key = "who", .title = "โดย", .kind = CELL_TEXT},
    {.key = "at", .title = "เมื่อ", .kind = CELL_TIME},
    {.key = "why", .title = "เหตุ", .kind = CELL_TEXT, .shrinks = true, .extra = true},
};

/* Reported figures may be rounded to a whole percent: what rounds to them agrees. */
static bool agrees(const struct count *c, int reported)
{
    if (c->of == 0)
        return false;
    int64_t computed = percent_hundredths(c->n, c->of);
    return computed == reported || (reported % 100 == 0 && (computed + 50) / 100 * 100 == reported);
}

static const char *hundredths(struct arena *a, int n)
{
    return n < 0 ? "" : decimal(a, (int64_t)n * 100);
}

static bool add_reported(struct sheet *s, const struct kpi *k, int quarter)
{
    const struct kpi_definition *d = &k->rows->definition;
    const struct kpi_reported *r = &k->rows->reported[quarter - 1];
    struct count c = count_of(k, d->population, d->scope, quarter);
    bool differs = r->is_there && !agrees(&c, r->percent);
    sheet_text(s, arena_printf(s->a, "%d/%d", quarter, k->rows->fiscal_year));
    sheet_percent(s, c.n, c.of);
    sheet_text(s, c.of ? decimal(s->a, kpi_score(c.n, c.of, d, d->scoring).score) : "");
    sheet_text(s, r->is_there ? hundredths(s->a, r->percent) : "");
    sheet_text(s, r->is_there ? hundredths(s->a, r->score) : "");
    sheet_text(s, r->is_there ? hundredths(s->a, r->weighted) : "");
    sheet_text(s, !r->is_there ? "ยังไม่รายงาน" : differs ? "ไม่ตรงกับจำนวนเรื่อง" : "ตรงกัน");
    sheet_text(s, r->who);
    sheet_number(s, r->is_there ? r->created_us : TIME_NONE);
    sheet_text(s, r->why);
    return differs;
}

static void reported_sheet(struct book *b, const struct kpi *k)
{
    int n_differ = 0;
    struct sheet *s = book_sheet(b, "reported", "ค่าที่คำนวณเทียบกับค่าที่รายงานไว้", "", reported_columns,
                                 ARRAY_LEN(reported_columns));
    for (int q = 1; q <= KPI_QUARTERS; q++)
        if (!k->quarter || k->quarter == q)
            n_differ += add_reported(s, k, q);
    book_count(b, "mismatches", "ค่าที่รายงานไว้ไม่ตรงกับจำนวนเรื่อง", n_differ, NULL, true);
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
    return !is_presented(m) ? "ยังไม่เสนอ"
           : !in_time(m)    ? "ไม่ทัน"
           : !m->is_correct ? "ทันแต่ไม่ถูกต้อง"
                            : "ทัน";
}

static void add_matter(struct sheet *s, const struct kpi_matter *m)
{
    sheet_text(s, m->matter_no);
    sheet_text(s, population_th[m->population]);
    sheet_text(s, m->title);
    sheet_number(s, m->quarter);
    sheet_number(s, m->due_us);
    sheet_number(s, m->presented_us);
    sheet_text(s, result_of(m));
    sheet_text(s, !in_time(m) && !*m->late_why ? "ยังไม่ระบุเหตุ" : m->late_why);
    sheet_text(s, m->register_nos);
    sheet_text(s, m->source);
    sheet_text(s, m->class_name);
    sheet_text(s, m->who);
}

static bool is_late(const struct kpi_matter *m, const struct kpi_definition *d)
{
    return is_presented(m) && !succeeds(m, d);
}
static bool is_open(const struct kpi_matter *m, const struct kpi_definition *d)
{
    (void)d;
    return !is_presented(m);
}
static bool is_counted(const struct kpi_matter *m, const struct kpi_definition *d)
{
    (void)d;
    return is_presented(m);
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

static void matter_sheets(struct book *b, const struct kpi *k)
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
}

/* ---- the definition */

static void definition_facts(struct book *b, const struct kpi_definition *d)
{
    book_fact(b, "definition", "นิยาม",
              arena_printf(b->a, "ปีงบประมาณ %d ฉบับที่ %d: %s", d->fiscal_year, d->version, d->why));
    book_fact(b, "counts", "วิธีนับ",
              arena_printf(b->a, "%s ราย%s คะแนน%s %s", population_th[d->population],
                           scope_th[d->scope], scoring_th[d->scoring],
                           d->wants_correct ? "ทันเวลาและถูกต้อง" : "ทันเวลา"));
    book_fact(b, "levels", "ระดับคะแนน 1-5",
              arena_printf(b->a, "%s %s %s %s %s  น้ำหนัก %s  เป้าหมาย %s",
                           hundredths(b->a, d->levels[0]), hundredths(b->a, d->levels[1]),
                           hundredths(b->a, d->levels[2]), hundredths(b->a, d->levels[3]),
                           hundredths(b->a, d->levels[4]), hundredths(b->a, d->weight),
                           hundredths(b->a, d->target)));
}

bool kpi_gather(struct arena *a, struct db *db, const struct config *c, int fiscal_year,
                int quarter, int64_t as_of_us, struct book **out, struct err *err)
{
    struct kpi_rows rows;
    struct kpi k = {.rows = &rows, .quarter = quarter};
    if (!kpi_read(a, db, fiscal_year, as_of_us, &rows, err))
        return false;
    count_all(&k);
    const char *title =
        quarter ? arena_printf(a, "ตัวชี้วัด สร.1 ไตรมาสที่ %d ปีงบประมาณ พ.ศ. %d", quarter, fiscal_year)
                : arena_printf(a, "ตัวชี้วัด สร.1 ปีงบประมาณ พ.ศ. %d", fiscal_year);
    struct book *b = book_new(a, "kpi", c->office_name, title, as_of_us);
    definition_facts(b, &rows.definition);
    reported_sheet(b, &k);
    result_sheet(b, &k);
    matter_sheets(b, &k);
    b->csv = matter_columns;
    *out = b;
    return true;
}
