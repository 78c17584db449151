/* SPDX-License-Identifier: AGPL-3.0-or-later
 * What a subject says about its letter. See letter.h; numbers are in letter_number.c. All reading
 * is on folded text, so that digits, blanks and zero-width letters make no difference. */
#include "mail/letter.h"

#include "base/thai.h"
#include "base/thai_date.h"
#include "mail/letter_number.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define OFFICE_CLOSES_US                                                                           \
    (16 * 60 * US_PER_MIN + 30 * US_PER_MIN) /* a day's end: domain, deadlines */

enum {
    MATTER_DIGITS_MAX = 6,
    DATE_BYTES_MAX = 240, /* "เวลา ๑๒.๐๐ น. ของวันพฤหัสบดีที่ ๑๑ พฤศจิกายน พ.ศ. ๒๕๖๔" */
};

/* A word that marks the whole letter where it stands by itself. */
struct mark {
    const char *word;
    int value;
};

static const struct mark urgencies[] = {
    {"ด่วนที่สุด", URGENCY_MOST},  {"ด่วน ที่สุด", URGENCY_MOST},    {"ด่วนมาก", URGENCY_VERY},
    {"ด่วน มาก", URGENCY_VERY}, {"ด่วนภายใน", URGENCY_WITHIN}, {"ด่วน ภายใน", URGENCY_WITHIN},
    {"ด่วน", URGENCY_URGENT},
};
static const struct mark secrecies[] = {
    {"ลับที่สุด", SECRECY_MOST},  {"ลับ ที่สุด", SECRECY_MOST},    {"ลับมาก", SECRECY_VERY},
    {"ลับ มาก", SECRECY_VERY}, {"ลับเฉพาะ", SECRECY_SECRET}, {"ลับ", SECRECY_SECRET},
};

static int mark_find(const char *text, const struct mark *marks, size_t n);
static void read_number(struct arena *a, const char *text, struct letter *out);
static int64_t read_within(const char *text);
static int64_t read_meeting(const char *text);
static const char *read_matter(struct arena *a, const char *text);

const char *letter_urgency_name(enum letter_urgency u)
{
    static const char *const names[] = {"", "ด่วน", "ด่วนมาก", "ด่วนที่สุด", "ด่วนภายใน"};
    return (size_t)u < ARRAY_LEN(names) ? names[u] : "";
}

const char *letter_secrecy_name(enum letter_secrecy s)
{
    static const char *const names[] = {"", "ลับ", "ลับมาก", "ลับที่สุด"};
    return (size_t)s < ARRAY_LEN(names) ? names[s] : "";
}

void letter_read(struct arena *a, const char *subject, const char *sensitivity, struct letter *out)
{
    const char *text = thai_fold(a, subject);
    *out = (struct letter){.letter_date_us = TIME_NONE};
    read_number(a, text, out);
    out->urgency = (enum letter_urgency)mark_find(text, urgencies, ARRAY_LEN(urgencies));
    out->secrecy = (enum letter_secrecy)mark_find(text, secrecies, ARRAY_LEN(secrecies));
    if (out->secrecy == SECRECY_NONE && sensitivity &&
        strcasecmp(sensitivity, "company-confidential") == 0)
        out->secrecy = SECRECY_SECRET;
    out->within_us = read_within(text);
    out->meeting_date_us = read_meeting(text);
    out->matter_ref = read_matter(a, text);
}

static int64_t first_instant(int64_t us)
{
    struct civil day = civil_from(us);
    day.hour = day.minute = day.second = day.micros = 0;
    return civil_to(&day);
}

static bool starts(const char *p, const char *word)
{
    return strncmp(p, word, strlen(word)) == 0;
}

static bool ends_with_one_of(const char *text, const char *p, const char *const *words, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        size_t len = strlen(words[i]);
        if ((size_t)(p - text) >= len && strncmp(p - len, words[i], len) == 0)
            return true;
    }
    return false;
}

/* A date right at p. Only so much is looked at: a subject of nothing but "ภายใน" is not read again
 * and again to its end. */
static bool date_at(const char *p, struct thai_when *out)
{
    char near[DATE_BYTES_MAX + 1];
    size_t n = strnlen(p, DATE_BYTES_MAX);
    memcpy(near, p, n);
    near[n] = 0;
    return thai_date_find(near, out) && out->start == near;
}

/* Thai puts no blanks between words: these may touch a mark, and nothing else may. */
static bool stands_alone(const char *text, const char *p, const char *end)
{
    static const char *const before[] = {"ชั้น",     "หนังสือ", "เอกสาร", "ด่วนที่สุด",
                                         "ด่วนมาก", "ด่วน",   "ลับที่สุด",  "ลับมาก"};
    static const char *const after[] = {"ที่", "ด่วน", "ลับ", "เรื่อง", "ภายใน"};
    bool free = !thai_ends_before(text, p) || ends_with_one_of(text, p, before, ARRAY_LEN(before));
    bool open = !thai_starts_at(end) && !starts(end, "ๆ");
    for (size_t i = 0; !open && i < ARRAY_LEN(after); i++)
        open = starts(end, after[i]);
    return free && open;
}

/* The first mark in the text; at one place the longest counts, which the tables put first. */
static int mark_find(const char *text, const struct mark *marks, size_t n)
{
    for (const char *p = text; *p; p++) {
        for (size_t i = 0; i < n; i++) {
            if (!starts(p, marks[i].word))
                continue;
            bool within = marks[i].value == URGENCY_WITHIN && marks == urgencies;
            const char *end = p + strlen(marks[i].word);
            if (stands_alone(text, p, within ? "" : end))
                return marks[i].value;
        }
    }
    return 0;
}

/* Is what stands in text up to p about another letter? */
static bool refers(const char *text, const char *p)
{
    static const char *const words[] = {"อ้างถึง", "ตามหนังสือ", "ตอบหนังสือ", "ตามที่หนังสือ", "ต่อหนังสือ"};
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (memmem(text, (size_t)(p - text), words[i], strlen(words[i])))
            return true;
    return false;
}

/* "ลงวันที่ <date>" from p on, the date right behind it; TIME_NONE where it is another letter's, or
 * impossible. */
static int64_t read_letter_date(const char *p)
{
    static const char *const words[] = {"ลงวันที่", "ลง วันที่", "ลว.", "ลว "};
    for (const char *at = p; *at; at++) {
        for (size_t i = 0; i < ARRAY_LEN(words); i++) {
            struct thai_when when;
            if (!starts(at, words[i]))
                continue;
            const char *date = at + strlen(words[i]);
            date += strspn(date, " ");
            bool found = !refers(p, at) && date_at(date, &when);
            return found ? first_instant(when.at_us) : TIME_NONE;
        }
    }
    return TIME_NONE;
}

/* Once a subject refers to another letter, the numbers behind that are not told apart. */
static void read_number(struct arena *a, const char *text, struct letter *out)
{
    struct letter_number n;
    if (!letter_number_find(text, text, &n)) {
        out->letter_date_us = read_letter_date(text);
        return;
    }
    if (refers(text, n.start))
        return;
    out->number = arena_strndup(a, n.start, (size_t)(n.end - n.start));
    out->prefix = arena_printf(a, "%.*s %.*s", (int)n.n_code, n.code, (int)n.n_digits, n.digits);
    out->letter_date_us = read_letter_date(n.end);
}

/* Past blanks, brackets and the words that lead to a date; "วันศุกร์ที่" among them. */
static const char *skip_to_date(const char *p, const char *const *words, size_t n)
{
    static const char *const leads[] = {"วันจันทร์ที่", "วันอังคารที่", "วันพุธที่",    "วันพฤหัสบดีที่", "วันพฤหัสฯ ที่",
                                        "วันศุกร์ที่",  "วันเสาร์ที่",  "วันอาทิตย์ที่", "วันที่",       "ใน"};
    for (;;) {
        const char *start = p;
        p += strspn(p, " (:,");
        for (size_t i = 0; i < ARRAY_LEN(leads); i++)
            p += starts(p, leads[i]) ? strlen(leads[i]) : 0;
        for (size_t i = 0; i < n; i++)
            p += starts(p, words[i]) ? strlen(words[i]) : 0;
        if (starts(p, "ครั้งที่")) {
            p += strlen("ครั้งที่");
            p += strspn(p, " 0123456789/");
        }
        if (p == start)
            return p;
    }
}

/* "ด่วนภายใน …", "ภายในวันที่ …": a date without a time ends with office hours. */
static int64_t read_within(const char *text)
{
    static const char *const words[] = {"ภายใน", "ไม่เกินวันที่"};
    for (const char *p = text; *p; p++) {
        for (size_t i = 0; i < ARRAY_LEN(words); i++) {
            struct thai_when when;
            if (!starts(p, words[i]))
                continue;
            const char *date = skip_to_date(p + strlen(words[i]), NULL, 0);
            if (date_at(date, &when))
                return when.has_time ? when.at_us : when.at_us + OFFICE_CLOSES_US;
        }
    }
    return TIME_NONE;
}

/* The meeting that is to come: a resolution's ("มติ…", "เมื่อวันที่") is none. */
static int64_t read_meeting(const char *text)
{
    static const char *const bodies[] = {"ประชุมคณะรัฐมนตรี", "ประชุม คณะรัฐมนตรี",   "ประชุมครม.",
                                         "ประชุม ครม.",     "ประชุมสภาผู้แทนราษฎร", "ประชุมวุฒิสภา",
                                         "ประชุมรัฐสภา",     "ประชุมร่วมกันของรัฐสภา"};
    static const char *const between[] = {"สัญจร",  "นอกสถานที่", "อย่างเป็นทางการ",
                                          "ประจำ", "ในวันที่",    "พิเศษ"};
    static const char *const past[] = {"มติ", "มติที่", "มติการ", "มติที่การ"};
    for (const char *p = text; *p; p++) {
        for (size_t i = 0; i < ARRAY_LEN(bodies); i++) {
            struct thai_when when;
            if (!starts(p, bodies[i]) || ends_with_one_of(text, p, past, ARRAY_LEN(past)))
                continue;
            const char *date = skip_to_date(p + strlen(bodies[i]), between, ARRAY_LEN(between));
            if (date_at(date, &when))
                return first_instant(when.at_us);
        }
    }
    return TIME_NONE;
}

/* "tw-2564-0012" or "เรื่องที่ 12/2564" at p; false where it is neither. */
static bool matter_at(const char *text, const char *p, long *no_out, long *year_out)
{
    bool slip = starts(p, "tw-") && (p == text || !isalnum((unsigned char)p[-1]));
    if (!slip && !starts(p, "เรื่องที่"))
        return false;
    p += slip ? strlen("tw-") : strlen("เรื่องที่");
    p += slip ? 0 : strspn(p, " ");
    size_t first = strspn(p, "0123456789");
    const char *rest = p + first;
    if (first == 0 || first > MATTER_DIGITS_MAX || *rest != (slip ? '-' : '/'))
        return false;
    size_t second = strspn(rest + 1, "0123456789");
    if (second == 0 || second > MATTER_DIGITS_MAX)
        return false;
    *(slip ? year_out : no_out) = strtol(p, NULL, 10);
    *(slip ? no_out : year_out) = strtol(rest + 1, NULL, 10);
    return *no_out > 0 && *year_out >= 2400 && *year_out < 2700;
}

static const char *read_matter(struct arena *a, const char *text)
{
    long no = 0, year = 0;
    for (const char *p = text; *p; p++) {
        long this_no, this_year;
        if (!matter_at(text, p, &this_no, &this_year))
            continue;
        if (no != 0 && (this_no != no || this_year != year))
            return NULL;
        no = this_no;
        year = this_year;
    }
    return no ? arena_printf(a, "%ld/%ld", no, year) : NULL;
}
