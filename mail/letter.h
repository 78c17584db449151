/* SPDX-License-Identifier: AGPL-3.0-or-later
 * What a subject line says about a letter: its number, urgency, secrecy, the matter and meeting it
 * names. What is not there stays empty; nothing is guessed. */
#ifndef MAIL_LETTER_H
#define MAIL_LETTER_H

#include "base/arena.h"
#include "base/clock.h"
#include <stdbool.h>

enum letter_urgency { URGENCY_NONE, URGENCY_URGENT, URGENCY_VERY, URGENCY_MOST, URGENCY_WITHIN };
enum letter_secrecy { SECRECY_NONE, SECRECY_SECRET, SECRECY_VERY, SECRECY_MOST };

/* "ด่วน" …, "ลับ" …; "" for none. */
const char *letter_urgency_name(enum letter_urgency u);
const char *letter_secrecy_name(enum letter_secrecy s);

struct letter {
    const char *number;     /* as written, folded digits: "กค 0416.2/ว 393"; NULL where none */
    const char *prefix;     /* its office code, one blank inside, "(กวจ)" left out: "กค 0416.2" */
    int64_t letter_date_us; /* "ลงวันที่ …"; TIME_NONE where none */
    enum letter_urgency urgency;
    enum letter_secrecy secrecy;
    int64_t within_us; /* the instant of "ด่วนภายใน …" or "ภายในวันที่ …"; a date without a time ends
                          16:30; TIME_NONE where none */
    int64_t meeting_date_us; /* "ประชุมคณะรัฐมนตรี วันที่ …", first instant of that day; TIME_NONE */
    const char *matter_ref;  /* "[TW-2564-0012]" or "เรื่องที่ 12/2564": "2564-0012" and "2564-12" are
                                both "12/2564"; NULL where none */
};

/* Read a decoded subject. sensitivity is that header or NULL: Company-Confidential is the sender's
 * mark for ลับ, Personal and Private are about people, not about the state, and mark nothing.
 *
 * A number, a date behind "อ้างถึง" or "ตามหนังสือ" is another letter's. Marks are read where they
 * stand alone ("ลับ ที่ กค …", "[ด่วนมาก]"), never inside a word (ความลับ, ลับแล, กลับ, ทางด่วน).
 * Impossible dates, several different matters, a meeting that was ("เมื่อวันที่"): empty. */
void letter_read(struct arena *a, const char *subject, const char *sensitivity, struct letter *out);

#endif
