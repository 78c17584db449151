/* SPDX-License-Identifier: AGPL-3.0-or-later
 * What a receipt costs: CPU of each part, alone and as the whole mail.
 *   build/release/tests/bench_receipt [ROUNDS] */
#include "base/buf.h"
#include "base/clock.h"
#include "qr/draw.h"
#include "qr/token.h"
#include "report/receipt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum { ROUNDS_DEFAULT = 200, FILES_MANY = 500 };

struct bench {
    struct arena *a;
    struct signer *signer;
    struct verifier *verifier;
    struct receipt r, many;
    struct receipt_mail mail;
    struct token token;
    size_t n_bytes; /* of the last thing made */
};

static double cpu_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void must(bool ok, const struct err *err)
{
    if (ok)
        return;
    fprintf(stderr, "bench_receipt: %s\n", err->text);
    exit(1);
}

static void sign(struct bench *b)
{
    b->n_bytes = strlen(token_sign(b->a, b->signer, &b->token));
}

static void verify(struct bench *b)
{
    struct token t;
    if (token_verify(b->verifier, b->r.url, &t) != TOKEN_GENUINE)
        exit(1);
}

static void code(struct bench *b)
{
    struct qr_matrix m;
    struct err err;
    struct buf png CLEANUP(buf_fini) = {0};
    must(qr_encode(b->a, b->r.url, QR_ECC_M, &m, &err), &err);
    qr_png(&m, 8, &png);
    b->n_bytes = png.len;
}

static void page(struct bench *b)
{
    struct err err;
    struct buf pdf CLEANUP(buf_fini) = {0};
    must(receipt_pdf(&b->r, &pdf, &err), &err);
    b->n_bytes = pdf.len;
}

static void pages(struct bench *b)
{
    struct err err;
    struct buf pdf CLEANUP(buf_fini) = {0};
    must(receipt_pdf(&b->many, &pdf, &err), &err);
    b->n_bytes = pdf.len;
}

static void mail(struct bench *b)
{
    struct err err;
    struct buf out CLEANUP(buf_fini) = {0};
    must(receipt_mail(&b->r, &b->mail, &out, &err), &err);
    b->n_bytes = out.len;
}

static void set_up(struct bench *b)
{
    struct err err;
    char folder[] = "/tmp/thanwela-bench-XXXXXX";
    b->a = arena_new();
    must(mkdtemp(folder) != NULL, &(struct err){.text = "no folder"});
    char *secret = arena_printf(b->a, "%s/secret", folder);
    char *public_file = arena_printf(b->a, "%s/public", folder);
    must(signer_create(secret, public_file, 1, &err) && signer_open(secret, &b->signer, &err) &&
             verifier_open(public_file, &b->verifier, &err),
         &err);
    unlink(secret);
    unlink(public_file);
    rmdir(folder);
    b->token = (struct token){.kind = TOKEN_RECEIPT, .series = "R", .year = 2564, .number = 123};
    b->token.entered_at_us = INT64_C(1615777507) * US_PER_S;
}

static void make_facts(struct bench *b)
{
    struct receipt_file *files = arena_array(b->a, FILES_MANY, sizeof *files);
    for (int i = 0; i < FILES_MANY; i++)
        files[i] = (struct receipt_file){
            .filename = arena_printf(b->a, "สิ่งที่ส่งมาด้วย %d ร่างกฎกระทรวง.pdf", i + 1),
            .size_bytes = 245678};
    const char *token = token_sign(b->a, b->signer, &b->token);
    b->r = (struct receipt){
        .office_name = "สำนักงานรัฐมนตรี กระทรวงการคลัง",
        .office_addr = "saraban@minister.example.go.th",
        .series = "R",
        .year = 2564,
        .no = 123,
        .entered_at_us = b->token.entered_at_us,
        .registered_at_us = b->token.entered_at_us + US_PER_MIN,
        .deemed_at_us = b->token.entered_at_us,
        .agency = "กรมศุลกากร",
        .from_addr = "saraban@customs.example.go.th",
        .letter_no = "กค 0503/1234",
        .letter_date_us = b->token.entered_at_us - US_PER_DAY,
        .subject = "ขอส่งความเห็นประกอบการพิจารณาของคณะรัฐมนตรี เรื่อง ร่างกฎกระทรวง",
        .class_name = "CAB-OPINION",
        .files = files,
        .n_files = 3,
        .n_claimed = 3,
        .due_at_us = b->token.entered_at_us + US_PER_DAY,
        .due_basis = "การประชุมคณะรัฐมนตรี 23 มี.ค. 64",
        .judgement = "ON_TIME",
        .judgement_why = "ก่อนกำหนด 1 วัน",
        .url = token_url(b->a, "https://thanwela.example.go.th", TOKEN_RECEIPT, token),
        .token = token};
    b->many = b->r;
    b->many.n_files = FILES_MANY;
    b->mail = (struct receipt_mail){.to = "saraban@customs.example.go.th",
                                    .message_id = "<r-123-2564@minister.example.go.th>",
                                    .date_us = b->r.registered_at_us};
}

static void measure(struct bench *b, const char *name, void (*part)(struct bench *), int rounds)
{
    double first = cpu_ms();
    part(b);
    first = cpu_ms() - first;
    double all = cpu_ms();
    for (int i = 0; i < rounds; i++)
        part(b);
    all = cpu_ms() - all;
    printf("%-34s %9.3f ms  (first %8.3f ms)  %7zu bytes\n", name, all / rounds, first, b->n_bytes);
}

int main(int argc, char **argv)
{
    int rounds = argc > 1 ? atoi(argv[1]) : ROUNDS_DEFAULT;
    struct bench b = {0};
    struct rusage use;
    set_up(&b);
    make_facts(&b);
    measure(&b, "sign", sign, rounds);
    measure(&b, "verify", verify, rounds);
    measure(&b, "code, read back, PNG", code, rounds);
    measure(&b, "page (3 files)", page, rounds);
    measure(&b, "pages (500 files)", pages, rounds / 20 + 1);
    measure(&b, "mail (3 files)", mail, rounds);
    getrusage(RUSAGE_SELF, &use);
    printf("peak memory %ld kB\n", use.ru_maxrss);
    return 0;
}
