/* SPDX-License-Identifier: AGPL-3.0-or-later
 * What the parsing child tells its parent, frame by frame: fields in any order, then the leaves one
 * after another, then one FRAME_DONE. Numbers are little endian. */
#ifndef MAIL_FRAME_H
#define MAIL_FRAME_H

#include <stddef.h>
#include <stdint.h>

enum mail_frame {
    FRAME_FIELD = 'F',    /* enum mail_field (1 byte), text */
    FRAME_TEXT = 'T',     /* the first text/plain of the mail itself, UTF-8 */
    FRAME_LEAF = 'L',     /* depth (4), attachment (1), type, NUL, name as sent, NUL */
    FRAME_DATA = 'D',     /* decoded bytes of the leaf that is open */
    FRAME_LEAF_END = 'E', /* sniffed type */
    FRAME_DONE = 'Z',     /* flags (4), nested messages (4), enum mail_trait (1) */
};

enum mail_field {
    FIELD_SUBJECT,
    FIELD_FROM, /* all of the From header, decoded */
    FIELD_FROM_ADDR,
    FIELD_FROM_NAME,
    FIELD_DATE,    /* microseconds, decimal */
    FIELD_DATE_AS, /* the Date header as sent */
    FIELD_MESSAGE_ID,
    FIELD_IN_REPLY_TO,
    FIELD_REFERENCES,
    FIELD_RETURN_PATH,
    FIELD_AUTH_RESULT, /* one frame each, topmost first */
    FIELD_SENSITIVITY,
    FIELD_N
};

enum mail_trait { TRAIT_AUTO = 1, TRAIT_LIST = 2, TRAIT_BOUNCE = 4 };

enum {
    FIELD_BYTES_MAX = 32 << 10, /* of one field; a longer one is cut at a whole letter */
    AUTH_RESULTS_MAX = 64,      /* headers that are kept */
    TEXT_BYTES_MAX = 64 << 10,  /* of mail.text */
    DATA_BYTES_MAX = 96 << 10,  /* of one FRAME_DATA */
};

/* Where the child's frames go: child_send in the sandbox, a buffer in tests. */
struct mail_sink {
    void (*send)(void *user, uint8_t type, const void *p, size_t n);
    void *user;
};

#endif
