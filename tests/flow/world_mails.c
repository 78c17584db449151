/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The mails of a world. See world_mails.h. */
#include "tests/flow/world_mails.h"

#include "base/buf.h"
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

const char *const world_senders[WORLD_SENDERS] = {"saraban@customs.go.th", "saraban@excise.go.th",
                                                  "saraban@rd.go.th", "saraban@cgd.go.th",
                                                  "saraban@treasury.go.th"};
static const char stranger_addr[] = "stranger@gmail.com";

static void read_document(struct buf *out)
{
    char bytes[65536];
    int fd CLEANUP(fd_closep) = open(TESTS_DATA "/documents/vec-000.pdf", O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    for (ssize_t n; (n = read(fd, bytes, sizeof bytes)) > 0;)
        buf_add(out, bytes, (size_t)n);
}

static void add_base64(struct buf *out, const struct buf *bytes)
{
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < bytes->len; i += 3) {
        size_t left = bytes->len - i;
        unsigned v = (unsigned)(unsigned char)bytes->data[i] << 16;
        v |= left > 1 ? (unsigned)(unsigned char)bytes->data[i + 1] << 8 : 0;
        v |= left > 2 ? (unsigned char)bytes->data[i + 2] : 0;
        char four[] = {alphabet[v >> 18], alphabet[v >> 12 & 63],
                       left > 1 ? alphabet[v >> 6 & 63] : '=', left > 2 ? alphabet[v & 63] : '='};
        buf_add(out, four, sizeof four);
        if (i % 57 == 54)
            buf_adds(out, "\r\n");
    }
    buf_adds(out, "\r\n");
}

/* A letter as our mail server hands it over; hop makes trace headers differ, and nothing else. */
static void compose_letter(int i, int hop, const char *extra, const struct buf *file,
                           struct buf *out)
{
    const char *from = world_senders[(size_t)i % WORLD_SENDERS];
    buf_clear(out);
    buf_addf(out, "Received: from relay%d by mx.mof.example; Sun, 4 Oct 2020 09:00:%02d +0700\r\n",
             hop, hop);
    buf_addf(out,
             "Authentication-Results: mx.mof.example; auth=pass; spf=pass smtp.mailfrom=%s\r\n",
             from);
    buf_addf(out, "From: %s\r\nTo: %s\r\nMessage-ID: <letter-%d@test>\r\n", from, WORLD_ADDR, i);
    buf_addf(out, "Date: Sun, 4 Oct 2020 09:00:00 +0700\r\nSubject: letter %d\r\n%s", i, extra);
    buf_adds(out, "MIME-Version: 1.0\r\n");
    if (!file->len) {
        buf_addf(out, "Content-Type: text/plain\r\n\r\nbody %d\r\n", i);
        return;
    }
    buf_addf(out,
             "Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: "
             "text/plain\r\n\r\nbody %d\r\n",
             i);
    buf_adds(out, "--x\r\nContent-Type: application/pdf; "
                  "name=letter.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n");
    add_base64(out, file);
    buf_adds(out, "--x--\r\n");
}

static void deliver(struct world *w, const struct buf *mail)
{
    office_deliver(w->daemon->office, WORLD_ADDR, mail->data, mail->len);
    if (w->scenario->both_mailboxes)
        office_deliver(w->daemon->office, WORLD_SECOND_ADDR, mail->data, mail->len);
}

static void deliver_letters(struct world *w, const struct buf *document, const struct buf *large)
{
    const struct scenario *s = w->scenario;
    struct buf mail CLEANUP(buf_fini) = {0}, poison CLEANUP(buf_fini) = {0};
    const struct buf none = {0};
    buf_add(&poison, document->data, document->len);
    buf_adds(&poison, "\n" WORLD_POISON "\n");
    for (int i = 0; i < s->n_letters; i++) {
        const struct buf *file = i < s->n_documents                       ? document
                                 : i < s->n_documents + s->n_poison_files ? &poison
                                                                          : &none;
        file = i == 0 && large->len ? large : file;
        compose_letter(i, 0, "", file, &mail);
        deliver(w, &mail);
        if (i < s->n_duplicates) {
            compose_letter(i, 7, "", file, &mail);
            deliver(w, &mail);
        }
    }
}

void world_deliver_letter(struct world *w, int i, int hop)
{
    const struct buf none = {0};
    struct buf mail CLEANUP(buf_fini) = {0};
    compose_letter(i, hop, "", &none, &mail);
    deliver(w, &mail);
}

/* Numbered from `first`, so that no two kinds share a Message-ID. */
static void deliver_others(struct world *w, int first, int n, const char *extra)
{
    const struct buf none = {0};
    struct buf mail CLEANUP(buf_fini) = {0};
    for (int i = 0; i < n; i++) {
        compose_letter(first + i, 0, extra, &none, &mail);
        deliver(w, &mail);
    }
}

static void deliver_stranger(struct world *w, int i)
{
    struct buf mail CLEANUP(buf_fini) = {0};
    buf_addf(&mail,
             "From: %s\r\nMessage-ID: <stranger-%d@test>\r\nSubject: stranger %d\r\n\r\nhello\r\n",
             stranger_addr, i, i);
    deliver(w, &mail);
}

void world_deliver(struct world *w)
{
    const struct scenario *s = w->scenario;
    struct buf document CLEANUP(buf_fini) = {0}, large CLEANUP(buf_fini) = {0};
    read_document(&document);
    for (size_t i = 0; i < s->large_bytes; i++)
        buf_addc(&large, (char)(i * 2654435761u >> 24));
    deliver_letters(w, &document, &large);
    deliver_others(w, 500, s->n_automatic, "Auto-Submitted: auto-replied\r\n");
    deliver_others(w, 700, s->n_poison_mails, "X-Note: " WORLD_POISON "\r\n");
    for (int i = 0; i < s->n_strangers; i++)
        deliver_stranger(w, i);
}

/* ---- in portions */

/* Of n mails of a kind, how many come before letter i. */
static int n_before(const struct scenario *s, int i, int n)
{
    assert_true(s->n_letters > 0);
    return (int)((int64_t)i * n / s->n_letters);
}

static bool is_of(const struct scenario *s, int i, int n)
{
    return n_before(s, i + 1, n) > n_before(s, i, n);
}

static void deliver_spread(struct world *w, int i, const struct buf *document)
{
    const struct scenario *s = w->scenario;
    struct buf mail CLEANUP(buf_fini) = {0}, file CLEANUP(buf_fini) = {0};
    if (is_of(s, i, s->n_documents)) {
        buf_add(&file, document->data, document->len);
        buf_addf(&file, "\n%% %d\n", i);
    }
    compose_letter(i, 0, "", &file, &mail);
    deliver(w, &mail);
    if (is_of(s, i, s->n_duplicates)) {
        compose_letter(i, 7, "", &file, &mail);
        deliver(w, &mail);
    }
    if (is_of(s, i, s->n_automatic)) {
        compose_letter(s->n_letters + i, 0, "Auto-Submitted: auto-replied\r\n", &(struct buf){0},
                       &mail);
        deliver(w, &mail);
    }
    if (is_of(s, i, s->n_strangers))
        deliver_stranger(w, i);
}

void world_deliver_portion(struct world *w, int first, int end)
{
    struct buf document CLEANUP(buf_fini) = {0};
    read_document(&document);
    for (int i = first; i < end; i++)
        deliver_spread(w, i, &document);
}
