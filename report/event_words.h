/* SPDX-License-Identifier: AGPL-3.0-or-later
 * What happened to a document or a matter, as an officer reads it: the words of events are the
 * database's, in English and stable. */
#ifndef REPORT_EVENT_WORDS_H
#define REPORT_EVENT_WORDS_H

/* "assign" → "มอบเรื่อง"; what has no Thai word stays as it is. */
const char *event_words(const char *what);

#endif
