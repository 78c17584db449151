/* SPDX-License-Identifier: AGPL-3.0-or-later
 * What a signed code's page begins with: whether the office made it, in large words and one colour.
 * Whatever a visitor brings, one signature is checked, so that time tells nothing but the answer.
 */
#ifndef WEB_SEAL_H
#define WEB_SEAL_H

#include "web/web.h"

enum seal_kind { SEAL_GENUINE, SEAL_FALSE, SEAL_UNKNOWN, SEAL_KINDS };

struct seal { /* the words of one kind */
    const char *class_name, *th, *en, *th_more, *en_more;
};

/* A token is capitals; a phone may have made small letters of it, and who types it from the paper
 * types the blanks between its groups too. */
char *seal_token(struct arena *a, const char *text);

/* As token_verify, and a token of another kind is not ours. out is filled only when genuine. */
enum token_verdict seal_verify(const struct verifier *keys, const char *token, enum token_kind kind,
                               struct token *out);

/* is_found: the register has what the token names. */
enum seal_kind seal_of(enum token_verdict v, bool is_found);

void part_seal(struct web_request *r, struct html *h, const struct seal *words);

#endif
