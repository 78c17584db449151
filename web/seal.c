/* SPDX-License-Identifier: AGPL-3.0-or-later
 * See seal.h. */
#include "web/seal.h"

#include <ctype.h>

char *seal_token(struct arena *a, const char *text)
{
    char *out = arena_strdup(a, text), *to = out;
    for (const char *p = text; *p; p++)
        if (*p != ' ' && *p != '-')
            *to++ = (char)toupper((unsigned char)*p);
    *to = 0;
    return out;
}

/* One token that is whole: checked where the asked one is too broken to cost a signature
 * (token_verify itself checks one for a key that is unknown). */
static const char whole[] = "CEDRCUQKAR5QAYCOZ3RQAEJCGNCFKZTXRCM2VO6M3XXP7ERJ7W2QPZEFPFP34LRE4UQ6CM"
                            "N3OD7MPHSYZXFXKLP2ABWUFYVE2M"
                            "YQ4S2VNFDYB6XU5HGGT5DC3QQAZ3KSQZN3HYQRE7I46CTTHUCQ";

enum token_verdict seal_verify(const struct verifier *keys, const char *token, enum token_kind kind,
                               struct token *out)
{
    struct token t, ignored;
    enum token_verdict v = token_verify(keys, token, &t);
    if (v == TOKEN_NOT_OURS)
        (void)token_verify(keys, whole, &ignored);
    if (v == TOKEN_GENUINE && t.kind != kind)
        return TOKEN_NOT_OURS;
    if (v == TOKEN_GENUINE)
        *out = t;
    return v;
}

enum seal_kind seal_of(enum token_verdict v, bool is_found)
{
    if (v == TOKEN_GENUINE && is_found)
        return SEAL_GENUINE;
    return v == TOKEN_FORGED ? SEAL_FALSE : SEAL_UNKNOWN;
}

void part_seal(struct web_request *r, struct html *h, const struct seal *words)
{
    html_start(h, "section");
    html_attrf(h, "class", "seal %s", words->class_name);
    html_element(h, "p", web_tr(r, words->th, words->en));
    html_element(h, "p", web_tr(r, words->th_more, words->en_more));
    html_end(h);
}
