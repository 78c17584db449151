/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Whose mail is this? Three signs are asked: the address, its domain, the prefix of the letter
 * number. The sender chose all of them; where they do not agree an officer decides, never we. */
#include "db/agency.h"

#include "base/thai.h"
#include "db/query.h"
#include <ctype.h>
#include <string.h>

/* All marks that fit, the longest of each kind first. A prefix is compared without blanks: letters
 * write "กค 0518" and "กค0518". */
static const char match_sql[] =
    "select m.kind, m.agency_id, g.name_th, length(m.value)"
    " from agency_mark m join agency g on g.id = m.agency_id,"
    " (select bangkok_date(from_us($4::bigint)) as day) d"
    " where d.day between m.valid_from and coalesce(m.valid_to, 'infinity')"
    " and d.day between g.valid_from and coalesce(g.valid_to, 'infinity')"
    " and case m.kind when 'address' then m.value = $1"
    "  when 'domain' then m.value = $2 or right($2, length(m.value) + 1) = '.' || m.value"
    "  else $3 <> '' and starts_with($3, replace(m.value, ' ', '')) end"
    " order by m.kind, length(m.value) desc, m.agency_id";

enum sign { SIGN_ADDRESS, SIGN_DOMAIN, SIGN_PREFIX, N_SIGNS };

static const struct {
    const char *kind, *words;
} signs[N_SIGNS] = {
    [SIGN_ADDRESS] = {"address", "ที่อยู่ผู้ส่ง"},
    [SIGN_DOMAIN] = {"domain", "โดเมนผู้ส่ง"},
    [SIGN_PREFIX] = {"prefix", "เลขที่หนังสือ"},
};

struct found { /* the best answer of one sign */
    int agency_id;
    const char *name;
    int64_t length;
    const char *other; /* another agency with the very same mark, or NULL */
};

bool agency_free_mail(const char *domain)
{
    static const char *const free_mail[] = {
        "gmail.com",      "googlemail.com", "hotmail.com", "hotmail.co.th", "outlook.com",
        "outlook.co.th",  "live.com",       "msn.com",     "yahoo.com",     "yahoo.co.th",
        "ymail.com",      "rocketmail.com", "icloud.com",  "me.com",        "mac.com",
        "aol.com",        "mail.com",       "gmx.com",     "gmx.net",       "proton.me",
        "protonmail.com", "zoho.com",       "yandex.com",  "thaimail.com",  "qq.com",
    };
    for (size_t i = 0; i < ARRAY_LEN(free_mail); i++)
        if (strcasecmp(domain, free_mail[i]) == 0)
            return true;
    return false;
}

static char *without_blanks(char *text)
{
    char *to = text;
    for (const char *from = text; *from; from++)
        if (*from != ' ')
            *to++ = *from;
    *to = 0;
    return text;
}

static const char *domain_of(const char *addr)
{
    const char *at = strrchr(addr, '@');
    return at ? at + 1 : "";
}

static void best_of_each(struct arena *a, const struct rows *r, struct found best[N_SIGNS])
{
    for (int i = 0; i < r->n; i++) {
        enum sign s = SIGN_ADDRESS;
        while (s < SIGN_PREFIX && strcmp(signs[s].kind, row_text(r, i, 0)) != 0)
            s++;
        int id = (int)row_int(r, i, 1);
        if (!best[s].agency_id)
            best[s] = (struct found){id, row_dup(a, r, i, 2), row_int(r, i, 3), NULL};
        else if (best[s].length == row_int(r, i, 3) && best[s].agency_id != id)
            best[s].other = row_dup(a, r, i, 2);
    }
}

/* The sentence of the first two answers that name different agencies; NULL: all agree. */
static const char *disagreement(struct arena *a, const struct found best[N_SIGNS])
{
    for (int i = 0; i < N_SIGNS; i++) {
        if (best[i].other)
            return arena_printf(a, "%sเป็นของทั้ง%s และ%s", signs[i].words, best[i].name,
                                best[i].other);
        for (int j = i + 1; j < N_SIGNS; j++)
            if (best[i].agency_id && best[j].agency_id && best[i].agency_id != best[j].agency_id)
                return arena_printf(a, "%sเป็นของ%s แต่%sเป็นของ%s", signs[i].words, best[i].name,
                                    signs[j].words, best[j].name);
    }
    return NULL;
}

static const char *unknown_words(struct arena *a, const char *addr, bool has_prefix)
{
    const char *domain = domain_of(addr);
    if (agency_free_mail(domain))
        return arena_printf(a, "ส่งจากอีเมลสาธารณะ %s ผู้ส่งยังไม่ยืนยัน", domain);
    return has_prefix ? "ไม่รู้จักที่อยู่ผู้ส่ง ทราบหน่วยงานจากเลขที่หนังสือเท่านั้น" : "ไม่รู้จักผู้ส่ง";
}

static struct agency_match weigh(struct arena *a, const struct found best[N_SIGNS],
                                 const char *addr)
{
    struct agency_match m = {.how = "", .check_why = ""};
    m.known = best[SIGN_ADDRESS].agency_id || best[SIGN_DOMAIN].agency_id;
    if (!m.known)
        m.check_why = unknown_words(a, addr, best[SIGN_PREFIX].agency_id != 0);
    const char *odd = disagreement(a, best);
    if (odd) {
        m.check_why = odd;
        return m;
    }
    for (int s = 0; s < N_SIGNS && !m.agency_id; s++) {
        if (!best[s].agency_id)
            continue;
        m.agency_id = best[s].agency_id;
        m.how = signs[s].kind;
        m.name = best[s].name;
    }
    return m;
}

bool agency_resolve(struct arena *a, struct db *db, const char *from_addr, const char *letter_no,
                    int64_t as_of_us, struct agency_match *out, struct err *err)
{
    struct rows r CLEANUP(rows_fini) = {0};
    struct params p = {0};
    struct found best[N_SIGNS] = {0};
    char *addr = thai_fold(a, from_addr ? from_addr : "");
    const char *domain = domain_of(addr);
    param_text(&p, addr);
    param_text(&p, agency_free_mail(domain) ? "" : domain);
    param_text(&p, without_blanks(thai_fold(a, letter_no ? letter_no : "")));
    param_time(&p, as_of_us);
    if (!db_query(db, match_sql, &p, &r, err))
        return false;
    best_of_each(a, &r, best);
    *out = weigh(a, best, addr);
    return true;
}
