/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The inbox as it was last listed, and which of its mails this session has hashed. */
#ifndef INTAKE_INBOX_H
#define INTAKE_INBOX_H

#include "intake/imap.h"
#include "intake/seen.h"

struct inbox {                  /* zero-initialised; the owner reads and writes its fields */
    struct arena *a;            /* of the listing */
    struct imap_entry *entries; /* by UID */
    uint32_t n;
    uint32_t next;        /* the first one that this poll has not looked at */
    struct seen_set seen; /* by UID; what is done and gone is forgotten */
};

void inbox_fini(struct inbox *in);

/* List it anew, and look again at what was seen. */
bool inbox_list(struct inbox *in, struct imap *imap, uint64_t max_bytes,
                struct err *err) MUST_CHECK;

/* Hold what was seen against the listing. A human who took back the mark for which a mail was left
 * lets it be filed like any other; a mail of more than max_bytes stays where it is, marked or not.
 * What is done and gone is forgotten: while UIDVALIDITY lasts, no other mail gets its UID. */
void inbox_look_again(struct inbox *in, uint64_t max_bytes);

/* NULL: the listing does not have it. */
const struct imap_entry *inbox_find(const struct inbox *in, uint32_t uid);

#endif
