/* SPDX-License-Identifier: AGPL-3.0-or-later
 * What happened to a document or a matter, as an officer reads it: the words of events are the
 * database's, in English and stable. */
#ifndef REPORT_EVENT_WORDS_H
#define REPORT_EVENT_WORDS_H

#include <stdbool.h>

/* "assign" → "มอบเรื่อง"; what has no Thai word stays as it is. */
const char *event_words(const char *what);

/* Why a document was not answered: "cap" → "ออกใบรับให้ที่อยู่นี้ครบจำนวนของวันแล้ว"; NULL is "". */
const char *no_receipt_words(const char *why, bool english);

/* An event's reason: an officer's own words, or those above. */
const char *event_why(const char *what, const char *why, bool english);

#endif
