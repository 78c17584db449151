/* SPDX-License-Identifier: AGPL-3.0-or-later
 * What libetpan's parser may see. It recurses as deep as a response nests, reads a BYE inside a
 * command as something else, trusts the size of a literal and crashes on malformed response codes;
 * so every line of the server passes here first. */
#ifndef INTAKE_IMAP_VET_H
#define INTAKE_IMAP_VET_H

#include "base/err.h"
#include <stdint.h>

enum {
    IMAP_DEPTH_MAX = 8,          /* nested parentheses in a response */
    IMAP_LITERAL_MAX = 64 << 10, /* bytes of a literal that no mail is expected in */
};

struct imap_vet {
    uint64_t literal_max; /* bytes; raised while mails are fetched */
    uint64_t literal;     /* bytes that follow the last line as they are; 0 none */
    uint32_t n_exists;    /* "* n EXISTS" seen: mail came */
    uint32_t n_gone;      /* "* n EXPUNGE" and VANISHED seen */
    int depth;            /* of the response that a literal interrupted */
    bool may_end;         /* a BYE is expected: LOGOUT was sent */
    bool inside;          /* the next line goes on after a literal */
    bool is_bare;         /* the last line was a status without its text, which libetpan wants */
};

void imap_vet_init(struct imap_vet *v);

/* One line without its line end. The brackets of a response code that we do not need, or that is
 * malformed, are blanked: the code becomes part of the text.
 * err  RETRY the server says BYE, nests too deep, or announces too large a literal: the connection
 * is of no use any more */
bool imap_vet_line(struct imap_vet *v, char *line, struct err *err) MUST_CHECK;

#endif
