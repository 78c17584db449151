/* SPDX-License-Identifier: AGPL-3.0-or-later
 * T2: mails become items with a register number. All of a batch in one transaction, numbers last.
 */
#ifndef DB_REGISTRY_H
#define DB_REGISTRY_H

#include "db/db.h"

struct registry_part {     /* one leaf of the mail */
    uint64_t offset, size; /* in parts_fd */
    const uint8_t *sha256;
    const char *filename; /* NULL where none */
    const char *label_type, *type;
    bool is_attachment;
    bool is_scanned; /* gets a scan job */
    int depth;
};

/* One mail, read and weighed by intake/register.c; or a document that came by hand. Text NULL is
 * "not there". */
struct registry_mail {
    int64_t message_id;         /* the ledger's row; 0: it came by hand; one of the same content_key
                                   that was not cancelled makes it a duplicate */
    const char *who, *why;      /* by hand: the officer who took it, and what is said of it */
    const uint8_t *content_key; /* 32 bytes: the identity, and the item's digest */
    int64_t sent_at_us, entered_at_us;
    int mailbox_id; /* 0: by hand */
    const char *from_addr, *from_name;
    int agency_id;          /* 0: not known */
    const char *agency_how; /* "", "address", "domain", "prefix" */
    bool is_verified;
    const char *check_why; /* "" or what an officer should look at */
    const char *subject, *subject_fold;
    const char *letter_no;
    int64_t letter_date_us;
    const char *urgency, *secrecy;
    int64_t within_us;
    int64_t meeting_date_us;
    const char *matter_ref; /* "12/2564" */
    const char *rfc_message_id, *in_reply_to, *references;
    const char *no_receipt_why; /* "" or why this mail gets no answer */
    int n_claimed;              /* files that the letter says it brings; < 0: it does not say */
    int parts_fd;
    const struct registry_part *parts; /* what is kept as attachments */
    uint32_t n_parts;
};

enum registry_fate {
    REGISTRY_NUMBERED,
    REGISTRY_DUPLICATE, /* of another mail: linked to it */
    REGISTRY_SETTLED,   /* no longer waiting: someone else was faster */
};

struct registry_result {
    enum registry_fate fate;
    int64_t item_id; /* of the number; of a duplicate the first one's, 0 where that has none */
    int year;
    int64_t no;
};

/* Register n mails, in order, committed together.
 * err  RETRY nothing happened; UNSURE the commit's answer was lost: ask ledger_state for each;
 *      FATAL a rule of the database was broken: register them one by one to find which */
bool registry_add(struct db *db, const char *series, const struct registry_mail *mails, uint32_t n,
                  struct registry_result *results_out, struct err *err) MUST_CHECK;

#endif
