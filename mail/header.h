/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Raw header values → text: encoded words (RFC 2047), parameters (RFC 2045, 2231), tokens.
 *
 * A raw value is what stands behind the colon, folding included; a stranger wrote it and it may
 * hold any byte. What comes out is valid UTF-8 without controls. Nothing here fails: a value that
 * follows no rule comes out as near to what was meant as can be had without guessing. */
#ifndef MAIL_HEADER_H
#define MAIL_HEADER_H

#include "base/arena.h"

enum {
    HEADER_PARAMS_MAX = 256,    /* parameters of one value; more are passed over */
    HEADER_SEGMENTS_MAX = 1000, /* the highest number of an RFC 2231 segment */
};

/* An unstructured value (Subject, display name): encoded words decoded, adjacent ones of one
 * charset joined first, since mailers cut Thai letters in two; raw high bytes by charset.h's guess;
 * folding undone, blanks at both ends off. "" for none. */
char *header_decode(struct arena *a, const char *raw, size_t n);

/* The first token, in small letters, without quotes and comments: "text/plain", "base64",
 * "attachment". "" for none. */
char *header_token(struct arena *a, const char *raw, size_t n);

/* The value of a parameter, decoded: name*=, name*0*=… before name=; NULL where it is absent. */
char *header_param(struct arena *a, const char *raw, size_t n, const char *name);

/* Past blanks, line ends and comments (nested, with quoted pairs). */
const char *header_skip_cfws(const char *p, const char *end);

#endif
