/* SPDX-License-Identifier: AGPL-3.0-or-later
 * For tests of what is signed: a key of its own in a folder of its own, and one token of each kind.
 */
#ifndef TESTS_UNIT_SIGNED_H
#define TESTS_UNIT_SIGNED_H

#include "base/buf.h"
#include "base/clock.h"
#include "qr/token.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

struct bench {
    struct arena *a;
    char folder[64], secret[96], public_file[96];
    struct signer *signer;
    struct verifier *verifier;
};

static const char link_base[] = "https://thanwela.example.go.th";

static inline void write_file(const char *path, const char *text, mode_t mode)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_true(fputs(text, f) >= 0);
    assert_int_equal(fclose(f), 0);
    assert_int_equal(chmod(path, mode), 0);
}

static inline char *read_file(struct arena *a, const char *path)
{
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    char *text = arena_alloc(a, 1 << 16);
    assert_true(fread(text, 1, (1 << 16) - 1, f) > 0);
    assert_int_equal(fclose(f), 0);
    return text;
}

static inline int set_up(void **state)
{
    struct bench *b = test_calloc(1, sizeof *b);
    struct err err = {0};
    b->a = arena_new();
    strcpy(b->folder, "/tmp/thanwela-token-XXXXXX");
    assert_non_null(mkdtemp(b->folder));
    snprintf(b->secret, sizeof b->secret, "%s/secret", b->folder);
    snprintf(b->public_file, sizeof b->public_file, "%s/public", b->folder);
    assert_true(signer_create(b->secret, b->public_file, 7, &err));
    assert_true(signer_open(b->secret, &b->signer, &err));
    assert_true(verifier_open(b->public_file, &b->verifier, &err));
    *state = b;
    return 0;
}

static inline int tear_down(void **state)
{
    struct bench *b = *state;
    char *line = arena_printf(b->a, "rm -r '%s'", b->folder);
    assert_int_equal(system(line), 0);
    signer_free(b->signer);
    verifier_free(b->verifier);
    arena_free(b->a);
    test_free(b);
    return 0;
}

static inline struct token receipt_token(void)
{
    struct token t = {.kind = TOKEN_RECEIPT, .series = "R", .year = 2564, .number = 123};
    assert_true(time_parse_iso("2021-03-15T10:05:07", &t.entered_at_us));
    for (size_t i = 0; i < sizeof t.digest; i++)
        t.digest[i] = (uint8_t)(i * 17);
    return t;
}

static inline struct token slip_token(void)
{
    struct token t = receipt_token();
    t.kind = TOKEN_SLIP;
    memset(t.digest, 0, sizeof t.digest);
    return t;
}

#endif
