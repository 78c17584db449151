/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The receipt (ใบรับหนังสืออิเล็กทรอนิกส์): one set of facts → PDF, PNG, and the mail that carries
 * them. The same facts give the same bytes. */
#ifndef REPORT_RECEIPT_H
#define REPORT_RECEIPT_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include <stdint.h>

struct receipt_file {
    const char *filename; /* cleaned; NULL where the sender gave none */
    uint64_t size_bytes;
    uint8_t sha256[32];
    int n_pages;      /* 0: not a paged document, or not readable */
    const char *note; /* "เข้ารหัสไว้ เปิดอ่านไม่ได้" …; NULL: nothing to say */
};

struct receipt { /* NULL or "" of what was not found: the receipt says so, it never guesses */
    const char *office_name, *office_addr;
    const char *series;
    int year; /* Buddhist */
    int64_t no;
    int64_t entered_at_us, registered_at_us, deemed_at_us;
    bool basis_deemed;
    const char *agency; /* name; NULL: not known */
    const char *from_name, *from_addr;
    bool sender_unverified; /* says so beside the sender */
    bool by_hand;           /* brought over the counter: there may be no address */
    const char *letter_no;  /* NULL: none found */
    int64_t letter_date_us; /* TIME_NONE: none found */
    const char *subject;    /* secret items: "(ลับ)" */
    const char *secrecy;    /* "ลับ" …: marks every page, and the files are only counted */
    const char *class_name; /* "CAB-OPINION", shown with its Thai words */
    const char *urgency;
    const struct receipt_file *files;
    uint32_t n_files;
    int n_claimed;     /* files that the letter claims; -1: it does not say */
    int64_t due_at_us; /* TIME_NONE: ยังไม่กำหนด */
    const char *due_basis;
    const char *judgement;       /* "ON_TIME" … */
    const char *judgement_label; /* its Thai words where they are finer; NULL: the usual ones */
    const char *judgement_why;
    const char *url;   /* of the QR */
    const char *token; /* in text below it */
};

/* One A4 page or more, Laksaman, Thai digits but in data and codes. */
bool receipt_pdf(const struct receipt *r, struct buf *out, struct err *err) MUST_CHECK;
/* Its first page as a picture. */
bool receipt_png(const struct receipt *r, int dpi, struct buf *out, struct err *err) MUST_CHECK;

struct receipt_mail {
    const char *to;
    const char *message_id;               /* ours, with brackets */
    const char *in_reply_to, *references; /* of the mail that is answered; may be NULL */
    int64_t date_us;
};

/* The whole mail: text, HTML with the QR inline as PNG, the PDF attached; null return-path is the
 * envelope's, Auto-Submitted: auto-replied is here. */
bool receipt_mail(const struct receipt *r, const struct receipt_mail *m, struct buf *out,
                  struct err *err) MUST_CHECK;

#endif
