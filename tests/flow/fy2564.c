/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The office's year by rule. See fy2564.h. */
#include "tests/flow/fy2564.h"

#include "base/clock.h"
#include "base/thai.h"
#include <stdlib.h>
#include <string.h>

const struct fy_count fy_counted[FY_QUARTERS] = {{16, 122, 5, 8800, 200, 60},
                                                 {66, 153, 12, 9000, 300, 90},
                                                 {35, 126, 9, 8800, 200, 60},
                                                 {172, 133, 20, 9200, 400, 120}};

const struct fy_agency fy_agencies[FY_AGENCIES] = {
    {"MOF", "mof.go.th", "กค 02"},       {"TREASURY", "treasury.go.th", "กค 03"},
    {"CGD", "cgd.go.th", "กค 04"},       {"CUSTOMS", "customs.go.th", "กค 05"},
    {"EXCISE", "excise.go.th", "กค 06"}, {"RD", "rd.go.th", "กค 07"},
    {"SEPO", "sepo.go.th", "กค 08"},     {"PDMO", "pdmo.go.th", "กค 09"},
    {"FPO", "fpo.go.th", "กค 10"}};

static const int64_t hour_us = 60 * US_PER_MIN;

static int64_t day_of(int year, int month, int day)
{
    const struct civil c = {.year = year, .month = month, .day = day};
    return civil_to(&c);
}

/* First day of a fiscal quarter: 1 October 2563 (2020) is the first's. 5: the next year's. */
static int64_t quarter_start(int quarter)
{
    static const int months[] = {10, 1, 4, 7, 10};
    return day_of(quarter == 1 ? 2020 : 2021, months[quarter - 1], 1);
}

static int64_t weekday_before(int64_t day_us)
{
    int weekday = civil_from(day_us).weekday;
    return day_us - (weekday == 6 ? 1 : weekday == 0 ? 2 : 0) * US_PER_DAY;
}

static int64_t tuesday_before(int64_t day_us)
{
    return day_us - (civil_from(day_us).weekday + 5) % 7 * US_PER_DAY;
}

/* ---- what was asked, and what came */

static void set_due(struct fy_matter *m, int64_t day_us, int i)
{
    m->rule = (enum fy_rule)(i % FY_N_RULES);
    if (m->rule == FY_MEETING && !m->is_cabinet)
        m->rule = FY_INSTANT;
    m->due_us = weekday_before(day_us - 6 * US_PER_DAY);
    if (m->rule == FY_MEETING) { /* closed at noon of the Friday before */
        m->meeting_us = tuesday_before(day_us) + 9 * hour_us;
        m->due_us = m->meeting_us - 4 * US_PER_DAY + 3 * hour_us;
    } else if (m->rule == FY_DAY) {
        m->due_us += 16 * hour_us + 30 * US_PER_MIN;
    } else {
        m->due_us += (m->rule == FY_WITHIN ? 15 : 12) * hour_us;
    }
    m->asked_us = m->due_us - (10 + i % 9) * US_PER_DAY;
}

static void comes(struct fy_matter *m, int64_t entered_us, bool is_repeat)
{
    m->mail[m->n_mails].entered_us = entered_us;
    m->mail[m->n_mails++].is_repeat = is_repeat;
}

/* One second decides; the first whole receipt decides; a resend or a second letter changes nothing.
 */
static void set_fate(struct fy_matter *m, int i)
{
    const int64_t early = m->due_us - (1 + i % 4) * US_PER_DAY - i % 7 * hour_us;
    static const enum fy_fate fates[] = {
        [0] = FY_LATE, [1] = FY_LATE, [3] = FY_MISSING, [4] = FY_INCOMPLETE};
    int kind = i % 23;
    m->fate = kind < 5 ? fates[kind] : kind == 7 ? FY_LATE : FY_IN_TIME;
    switch (kind) {
    case 0:
        comes(m, m->due_us + US_PER_S, false);
        break;
    case 1:
        comes(m, m->due_us + US_PER_DAY + 3 * hour_us, false);
        break;
    case 2:
        comes(m, m->due_us, false);
        break;
    case 3:
        break;
    case 5:
        comes(m, early, false);
        comes(m, m->due_us + 2 * US_PER_DAY, true);
        break;
    case 6:
        comes(m, early, false);
        comes(m, m->due_us + US_PER_DAY, false);
        break;
    case 7:
    case 8:
        comes(m, early, false);
        comes(m, m->due_us + (kind == 7 ? US_PER_DAY : -hour_us), false);
        break;
    default:
        comes(m, early, false);
    }
    m->mail[0].is_partial = kind == 4 || kind == 7 || kind == 8;
}

/* ---- what the office did with it */

/* The last instant in time, or one of the days before; late by a second or by days. */
static void set_presented(struct fy_matter *m, int64_t day_us, int i, bool is_late)
{
    m->present_due_us = day_us + 12 * hour_us;
    m->is_late = is_late;
    m->presented_us = m->present_due_us;
    if (is_late)
        m->presented_us += i % 2 ? US_PER_S : (1 + i % 3) * US_PER_DAY;
    else if (i % 7)
        m->presented_us -= i % 3 * US_PER_DAY + i % 2 * hour_us;
}

static int fill(struct fy_matter *out, int quarter, bool is_cabinet, int n, int n_late)
{
    static const char *const cabinet[] = {"CAB-SUBMIT", "CAB-OPINION", "CAB-SUBMIT", "CAB-URGENT",
                                          "CAB-FOLLOWUP"};
    int64_t first = quarter_start(quarter) + 16 * US_PER_DAY;
    int64_t days = (quarter_start(quarter + 1) - 6 * US_PER_DAY - first) / US_PER_DAY;
    for (int i = 0; i < n; i++) {
        struct fy_matter *m = &out[i];
        int64_t day = weekday_before(first + i * days / n * US_PER_DAY);
        *m = (struct fy_matter){.is_cabinet = is_cabinet,
                                .class_name = is_cabinet ? cabinet[i % 5] : "PARL-CONSULT",
                                .agency = (i * 7 + quarter) % FY_AGENCIES,
                                .quarter = quarter};
        set_due(m, day, i);
        set_fate(m, i + quarter);
        set_presented(m, day, i, (i + 1) * n_late / n > i * n_late / n); /* spread evenly */
    }
    return n;
}

static int by_asked(const void *x, const void *y)
{
    const struct fy_matter *a = x, *b = y;
    if (a->asked_us != b->asked_us)
        return a->asked_us < b->asked_us ? -1 : 1;
    if (a->present_due_us != b->present_due_us)
        return a->present_due_us < b->present_due_us ? -1 : 1;
    return a->is_cabinet != b->is_cabinet ? a->is_cabinet - b->is_cabinet : a->agency - b->agency;
}

struct fy_matter *fy_year(struct arena *a)
{
    struct fy_matter *all = arena_array(a, FY_MATTERS, sizeof *all);
    int n = 0, last[2] = {0};
    for (int q = 1; q <= FY_QUARTERS; q++) {
        const struct fy_count *c = &fy_counted[q - 1];
        n += fill(all + n, q, false, c->parliament, 0);
        n += fill(all + n, q, true, c->cabinet, c->cabinet_late);
    }
    qsort(all, (size_t)n, sizeof *all, by_asked);
    for (int i = 0; i < n; i++) {
        all[i].year = civil_from(all[i].asked_us).year + 543;
        all[i].no = ++last[all[i].year - 2563];
    }
    return all;
}

/* ---- files */

static bool is_within(int64_t us, int64_t from_us, int64_t to_us)
{
    return us > from_us && us <= to_us;
}

bool fy_matters_csv(const struct fy_matter *all, int64_t from_us, int64_t to_us, struct buf *out)
{
    int n = 0;
    buf_adds(out, "no,class,title,letter_no,received_at,agencies\n");
    for (int i = 0; i < FY_MATTERS; i++) {
        const struct fy_matter *m = &all[i];
        char iso[40];
        if (!is_within(m->asked_us, from_us, to_us))
            continue;
        buf_addf(out, "%d/%d,%s,%s %d/%d,นร 0503/%d,%s,%s\n", m->no, m->year, m->class_name,
                 m->is_cabinet ? "ขอความเห็นประกอบการพิจารณาของคณะรัฐมนตรี ที่" : "ข้อหารือของสมาชิกสภา ที่",
                 m->no, m->year, m->no, time_format_iso(m->asked_us, iso),
                 fy_agencies[m->agency].code);
        n++;
    }
    return n > 0;
}

/* One column of: date, text, within, override, meeting. */
static void add_due(const struct fy_matter *m, struct buf *out)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    char iso[40];
    struct civil t = civil_from(m->due_us);
    time_format_iso(m->rule == FY_MEETING ? m->meeting_us : m->due_us, iso);
    if (m->rule == FY_DAY || m->rule == FY_MEETING)
        iso[10] = 0;
    if (m->rule == FY_SENTENCE) {
        const char *text = arena_printf(a, "ภายในวันที่ %d %s %d เวลา %02d.%02d น.", t.day,
                                        thai_month(t.month, false), t.year + 543, t.hour, t.minute);
        buf_addf(out, ",%s,,,,", thai_digits(a, text));
        return;
    }
    for (int i = 0; i < 5; i++) {
        static const enum fy_rule columns[] = {FY_DAY, FY_SENTENCE, FY_WITHIN, FY_OVERRIDE,
                                               FY_MEETING};
        bool is_here = m->rule == columns[i] || (i == 0 && m->rule == FY_INSTANT);
        buf_addf(out, "%s,", is_here ? iso : "");
    }
}

bool fy_deadlines_csv(const struct fy_matter *all, int64_t from_us, int64_t to_us, struct buf *out)
{
    int n = 0;
    buf_adds(out, "matter,agency,date,text,within,override,meeting,meeting_body,source,why\n");
    for (int i = 0; i < FY_MATTERS; i++) {
        const struct fy_matter *m = &all[i];
        if (!is_within(m->asked_us, from_us, to_us))
            continue;
        buf_addf(out, "%d/%d,%s,", m->no, m->year, fy_agencies[m->agency].code);
        add_due(m, out);
        buf_addf(out, "%s,นร 0503/%d,%s\n", m->rule == FY_MEETING ? "cabinet" : "", m->no,
                 m->rule == FY_OVERRIDE ? "ตกลงกับหน่วยงานทางโทรศัพท์" : "");
        n++;
    }
    return n > 0;
}

bool fy_presented_csv(const struct fy_matter *all, int64_t from_us, int64_t to_us, struct buf *out)
{
    int n = 0;
    buf_adds(out, "matter,due_at,presented_at,source\n");
    for (int i = 0; i < FY_MATTERS; i++) {
        const struct fy_matter *m = &all[i];
        char due[40], at[40];
        if (m->is_late || !is_within(m->presented_us, from_us, to_us))
            continue;
        buf_addf(out, "%d/%d,%s,%s,กค 0100/%d\n", m->no, m->year,
                 time_format_iso(m->present_due_us, due), time_format_iso(m->presented_us, at),
                 m->no);
        n++;
    }
    return n > 0;
}

void fy_meetings_csv(struct buf *out)
{
    buf_adds(out, "body,starts_at,kind,place,cutoff_at,source\n");
    for (int64_t day = tuesday_before(day_of(2020, 10, 7)); day < day_of(2021, 10, 1);
         day += 7 * US_PER_DAY) {
        char starts[40], closes[40];
        buf_addf(out, "cabinet,%s,regular,ทำเนียบรัฐบาล,%s,นร 0505/ว 1\n",
                 time_format_iso(day + 9 * hour_us, starts),
                 time_format_iso(day - 4 * US_PER_DAY + 12 * hour_us, closes));
    }
}

/* ---- mails */

/* One page that says nothing, each with bytes of its own. Lines as mail has them. */
static void add_document(const char *words, struct buf *out)
{
    static const char *const objects[] = {
        "<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<<>>>>"};
    size_t start = out->len, at[ARRAY_LEN(objects)];
    buf_addf(out, "%%PDF-1.4\r\n%% %s\r\n", words);
    for (size_t i = 0; i < ARRAY_LEN(objects); i++) {
        at[i] = out->len - start;
        buf_addf(out, "%zu 0 obj%s endobj\r\n", i + 1, objects[i]);
    }
    size_t xref = out->len - start;
    buf_addf(out, "xref\r\n0 %zu\r\n0000000000 65535 f\r\n", ARRAY_LEN(objects) + 1);
    for (size_t i = 0; i < ARRAY_LEN(objects); i++)
        buf_addf(out, "%010zu 00000 n\r\n", at[i]);
    buf_addf(out, "trailer<</Root 1 0 R/Size %zu>>\r\nstartxref\r\n%zu\r\n%%%%EOF\r\n",
             ARRAY_LEN(objects) + 1, xref);
}

static void add_date(const struct civil *t, struct buf *out)
{
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    buf_addf(out, "Date: %d %s %d %02d:%02d:%02d +0700\r\n", t->day, months[t->month - 1], t->year,
             t->hour, t->minute, t->second);
}

void fy_mail(const struct fy_matter *m, int which, int64_t entered_us, struct buf *out)
{
    const struct fy_agency *from = &fy_agencies[m ? m->agency : 3];
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct civil t = civil_from(m ? m->mail[which].entered_us : entered_us);
    int id = m ? m->no * 10 + which : (int)(entered_us / US_PER_S % 1000000);
    const char *words = arena_printf(a, "%s %d %d", from->code, m ? m->year : 0, id);
    buf_clear(out);
    buf_addf(out,
             "Received: from %s by mx.mof.example; %lld\r\n"
             "Authentication-Results: mx.mof.example; dmarc=pass header.from=%s\r\n"
             "From: =?UTF-8?B?4LiH4Liy4LiZ4Liq4Liy4Lij4Lia4Lij4Lij4LiT?= <saraban@%s>\r\n"
             "To: saraban@mof.example\r\nMessage-ID: <%d.%d@%s>\r\n",
             from->domain, (long long)entered_us, from->domain, from->domain, id, m ? m->year : 0,
             from->domain);
    add_date(&t, out);
    buf_addf(out, "Subject: ที่ %s01/%d ลงวันที่ %d %s %d ", from->prefix, id, t.day,
             thai_month(t.month, true), t.year + 543);
    if (m)
        buf_addf(out, "เรื่องที่ %d/%d ส่งความเห็น", m->no, m->year);
    else
        buf_adds(out, "ขอส่งรายงานประจำปี");
    buf_addf(out,
             "\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n"
             "--x\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n%s\r\n"
             "--x\r\nContent-Type: application/pdf; name=letter.pdf\r\n"
             "Content-Transfer-Encoding: 8bit\r\n"
             "Content-Disposition: attachment; filename=letter.pdf\r\n\r\n",
             words);
    add_document(words, out);
    buf_adds(out, "\r\n--x--\r\n");
}
