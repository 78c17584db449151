/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The words of a receipt, for its page and its mail alike. Arabic digits; paper turns them. */
#ifndef REPORT_RECEIPT_WORDS_H
#define REPORT_RECEIPT_WORDS_H

#include "report/paper.h"
#include "report/receipt.h"

#define RECEIPT_TITLE  "ใบรับหนังสืออิเล็กทรอนิกส์"
#define RECEIPT_CAVEAT "ใบรับนี้ยืนยันการได้รับข้อมูล มิได้รับรองความถูกต้องครบถ้วนของเนื้อหา"

enum {
    RECEIPT_FIELD_MAX = 1500, /* bytes of a field that are shown; what is longer ends in "…" */
    RECEIPT_WHY_MAX = 600,    /* of a reason */
    RECEIPT_HASH_DIGITS = 12,
    RECEIPT_CODE_GROUP = 5, /* letters of the code between blanks */
};

bool is_given(const char *text); /* neither NULL nor "" */
/* The text, cleaned, at most max bytes; fallback where there is none. */
const char *receipt_cut(struct arena *a, const char *text, size_t max, const char *fallback);
/* The same with RECEIPT_FIELD_MAX. */
const char *receipt_field(struct arena *a, const char *text, const char *fallback);
const char *receipt_number(struct arena *a, const struct receipt *r);
const char *receipt_sender(struct arena *a, const struct receipt *r);
const char *receipt_class(const struct receipt *r);
const char *receipt_due(struct arena *a, const struct receipt *r);
const char *receipt_judgement(const struct receipt *r);
enum paper_ink receipt_judgement_ink(const struct receipt *r);
/* "ได้รับ 3 ไฟล์ หนังสือแจ้งว่าส่งมา 4 รายการ" */
const char *receipt_count(struct arena *a, const struct receipt *r);
bool receipt_count_differs(const struct receipt *r);
/* When it came in, was registered and is deemed received, a line each, where they differ. */
const char *receipt_times(struct arena *a, const struct receipt *r);
const char *receipt_hash(struct arena *a, const struct receipt_file *f);
/* "1,234,567" */
const char *receipt_size(struct arena *a, uint64_t bytes);
/* The code in groups of five letters. */
const char *receipt_groups(struct arena *a, const char *token);

#endif
