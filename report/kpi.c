/* SPDX-License-Identifier: AGPL-3.0-or-later
 * KPI สร.1 as a report. See kpi.h. A formula is never tuned to a reported figure: where the two
 * differ the report says so. */
#include "report/kpi.h"

#include "report/kpi_part.h"
#include "report/kpi_score.h"
#include <string.h>

const char *const kpi_population_th[KPI_N_POPULATIONS] = {"รัฐสภา", "คณะรัฐมนตรี", "รวม"};
static const char *const scope_th[] = {"ไตรมาส", "ครึ่งปี", "สะสม"};
static const char *const scoring_th[] = {"ขั้นบันได", "เทียบสัดส่วน"};

static void count_all(struct kpi *k)
{
    for (int i = 0; i < k->rows->n_matters; i++) {
        const struct kpi_matter *m = &k->rows->matters[i];
        if (!kpi_is_presented(m))
            continue;
        struct count *own = &k->counts[m->population][m->quarter - 1];
        struct count *both = &k->counts[KPI_COMBINED][m->quarter - 1];
        bool ok = kpi_succeeds(m, &k->rows->definition);
        own->of++, both->of++;
        own->n += ok, both->n += ok;
    }
}

/* A half of a year up to a quarter begins with its first. */
int kpi_first_of(enum kpi_scope scope, int quarter)
{
    return scope == KPI_QUARTER ? quarter : scope == KPI_HALF && quarter > 2 ? 3 : 1;
}

static struct count count_of(const struct kpi *k, enum kpi_population population,
                             enum kpi_scope scope, int quarter)
{
    struct count sum = {0};
    for (int q = kpi_first_of(scope, quarter); q <= quarter; q++) {
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
    {.key = "step_score", .title = "ขั้นบันได", .kind = CELL_TEXT, .right = true},
    {.key = "step_weighted", .title = "ถ่วง (ขั้นบันได)", .kind = CELL_TEXT, .right = true},
    {.key = "interpolated_score", .title = "สัดส่วน", .kind = CELL_TEXT, .right = true},
    {.key = "interpolated_weighted", .title = "ถ่วง (สัดส่วน)", .kind = CELL_TEXT, .right = true},
    {.key = "is_official", .title = "ใช้", .kind = CELL_TEXT},
};

static void add_result(struct sheet *s, const struct kpi *k, enum kpi_population population,
                       enum kpi_scope scope, int quarter)
{
    const struct kpi_definition *d = &k->rows->definition;
    struct count c = count_of(k, population, scope, quarter);
    sheet_text(s, arena_printf(s->a, "%d/%d", quarter, k->rows->fiscal_year));
    sheet_text(s, kpi_population_th[population]);
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

void kpi_result_row(int row, const char **population_out, const char **scope_out)
{
    *population_out = kpi_population_names[row / KPI_N_SCOPES % KPI_N_POPULATIONS];
    *scope_out = kpi_scope_names[row % KPI_N_SCOPES];
}

/* ---- computed beside reported */

static const struct book_column reported_columns[] = {
    {.key = "quarter", .title = "ไตรมาส", .kind = CELL_TEXT},
    {.key = "computed", .title = "คำนวณ", .kind = CELL_PERCENT},
    {.key = "computed_score", .title = "คะแนนคำนวณ", .kind = CELL_TEXT, .right = true},
    {.key = "reported", .title = "รายงานไว้", .kind = CELL_TEXT, .right = true},
    {.key = "reported_score", .title = "คะแนนรายงาน", .kind = CELL_TEXT, .right = true},
    {.key = "reported_weighted", .title = "ถ่วงน้ำหนัก", .kind = CELL_TEXT, .right = true},
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

static bool differs(const struct kpi *k, int quarter)
{
    const struct kpi_definition *d = &k->rows->definition;
    const struct kpi_reported *r = &k->rows->reported[quarter - 1];
    struct count c = count_of(k, d->population, d->scope, quarter);
    return r->is_there && !agrees(&c, r->percent);
}

static void add_reported(struct sheet *s, const struct kpi *k, int quarter)
{
    const struct kpi_definition *d = &k->rows->definition;
    const struct kpi_reported *r = &k->rows->reported[quarter - 1];
    struct count c = count_of(k, d->population, d->scope, quarter);
    sheet_text(s, arena_printf(s->a, "%d/%d", quarter, k->rows->fiscal_year));
    sheet_percent(s, c.n, c.of);
    sheet_text(s, c.of ? decimal(s->a, kpi_score(c.n, c.of, d, d->scoring).score) : "");
    sheet_text(s, r->is_there ? hundredths(s->a, r->percent) : "");
    sheet_text(s, r->is_there ? hundredths(s->a, r->score) : "");
    sheet_text(s, r->is_there ? hundredths(s->a, r->weighted) : "");
    sheet_text(s, !r->is_there ? "ยังไม่รายงาน" : differs(k, quarter) ? "ไม่ตรงกับจำนวนเรื่อง" : "ตรงกัน");
    sheet_text(s, r->who);
    sheet_number(s, r->is_there ? r->created_us : TIME_NONE);
    sheet_text(s, r->why);
}

static const char mismatches[] = "mismatches";

/* Of all quarters asked for, or of those alone that do not agree. */
static struct sheet *reported_sheet(struct book *b, const struct kpi *k, bool only_differing)
{
    struct sheet *s =
        book_sheet(b, only_differing ? mismatches : "reported",
                   only_differing ? "ค่าที่รายงานไว้ซึ่งไม่ตรงกับจำนวนเรื่อง" : "ค่าที่คำนวณเทียบกับค่าที่รายงานไว้",
                   "ไม่มี", reported_columns, ARRAY_LEN(reported_columns));
    for (int q = 1; q <= KPI_QUARTERS; q++)
        if ((!k->quarter || k->quarter == q) && (!only_differing || differs(k, q)))
            add_reported(s, k, q);
    return s;
}

static void mismatch_fact(struct book *b, const struct kpi *k)
{
    int n = 0;
    for (int q = 1; q <= KPI_QUARTERS; q++)
        n += (!k->quarter || k->quarter == q) && differs(k, q);
    book_count(b, mismatches, "ค่าที่รายงานไว้ไม่ตรงกับจำนวนเรื่อง", n, mismatches, true);
}

/* ---- the definition */

static void definition_facts(struct book *b, const struct kpi_definition *d)
{
    book_fact(b, "definition", "นิยาม",
              arena_printf(b->a, "ปีงบประมาณ %d ฉบับที่ %d: %s", d->fiscal_year, d->version, d->why));
    book_fact(b, "counts", "วิธีนับ",
              arena_printf(b->a, "%s ราย%s คะแนน%s %s", kpi_population_th[d->population],
                           scope_th[d->scope], scoring_th[d->scoring],
                           d->wants_correct ? "ทันเวลาและถูกต้อง" : "ทันเวลา"));
    book_fact(b, "levels", "ระดับคะแนน 1-5",
              arena_printf(b->a, "%s %s %s %s %s  น้ำหนัก %s  เป้าหมาย %s",
                           hundredths(b->a, d->levels[0]), hundredths(b->a, d->levels[1]),
                           hundredths(b->a, d->levels[2]), hundredths(b->a, d->levels[3]),
                           hundredths(b->a, d->levels[4]), hundredths(b->a, d->weight),
                           hundredths(b->a, d->target)));
}

static const char *title_of(struct arena *a, int fiscal_year, int quarter)
{
    return quarter
               ? arena_printf(a, "ตัวชี้วัด สร.1 ไตรมาสที่ %d ปีงบประมาณ พ.ศ. %d", quarter, fiscal_year)
               : arena_printf(a, "ตัวชี้วัด สร.1 ปีงบประมาณ พ.ศ. %d", fiscal_year);
}

static struct book *book_make(struct arena *a, const struct kpi *k, const struct config *c,
                              int64_t as_of_us)
{
    struct book *b =
        book_new(a, "kpi", c->office_name, title_of(a, k->rows->fiscal_year, k->quarter), as_of_us);
    definition_facts(b, &k->rows->definition);
    mismatch_fact(b, k);
    reported_sheet(b, k, false);
    result_sheet(b, k);
    kpi_matter_sheets(b, k);
    return b;
}

bool kpi_gather(struct arena *a, struct db *db, const struct config *c, int fiscal_year,
                int quarter, int64_t as_of_us, struct book **out, struct err *err)
{
    struct kpi_rows rows;
    struct kpi k = {.rows = &rows, .quarter = quarter};
    if (!kpi_read(a, db, fiscal_year, as_of_us, &rows, err))
        return false;
    count_all(&k);
    *out = book_make(a, &k, c, as_of_us);
    return true;
}

/* ---- the list behind a number */

bool kpi_list(struct arena *a, struct db *db, const struct config *c, int fiscal_year,
              const struct kpi_ask *ask, int64_t as_of_us, struct book **out, struct err *err)
{
    struct kpi_rows rows;
    struct kpi k = {.rows = &rows, .quarter = ask->quarter};
    if (!kpi_read(a, db, fiscal_year, as_of_us, &rows, err))
        return false;
    count_all(&k);
    struct book *whole = book_make(a, &k, c, as_of_us);
    const struct sheet *s = book_find(whole, ask->key);
    if (s && !ask->population && !ask->scope) {
        *out = book_only(whole, s);
        return true;
    }
    struct book *b = book_new(a, "kpi", whole->office, whole->title, as_of_us);
    if (strcmp(ask->key, mismatches) == 0)
        reported_sheet(b, &k, true);
    else if (!kpi_number_sheet(b, &rows, ask, err))
        return false;
    *out = b;
    return true;
}
