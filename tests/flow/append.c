/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Mails of another day. See append.h. */
#include "tests/flow/append.h"

#include "base/clock.h"
#include "intake/imap_talk.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum { ANSWER_MS = 30000 };

struct append {
    struct arena *a;
    struct config_mailbox mailbox;
    struct talk talk;
};

struct append *append_open(const struct office *o, const char *address)
{
    struct arena *a = arena_new();
    struct append *s = arena_alloc(a, sizeof *s);
    struct err err = {0};
    *s = (struct append){.a = a, .mailbox = office_mailbox(a, o, address)};
    const struct stream_target target = {.host = s->mailbox.host,
                                         .port = s->mailbox.port,
                                         .tls = s->mailbox.tls,
                                         .ca_file = s->mailbox.ca_file,
                                         .connect_ms = ANSWER_MS,
                                         .silence_ms = ANSWER_MS};
    s->talk = (struct talk){.a = a, .m = &s->mailbox, .answer_ms = ANSWER_MS};
    if (!stream_open(&target, &s->talk.s, &err) ||
        !imap_login(s->talk.s, &s->mailbox, ANSWER_MS, &s->talk.caps, &err))
        fail_msg("%s", err.text);
    return s;
}

static void must_answer(struct append *s, enum answer wanted)
{
    enum answer got;
    const char *text;
    struct err err = {0};
    if (!talk_answer(&s->talk, &got, &text, &err))
        fail_msg("%s", err.text);
    if (got != wanted)
        fail_msg("APPEND: %s", text);
}

void append_mail(struct append *s, const void *bytes, size_t n, int64_t entered_us)
{
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    struct civil t = civil_from(entered_us);
    struct err err = {0};
    if (!talk_send(&s->talk, &err, "APPEND INBOX \"%2d-%s-%04d %02d:%02d:%02d +0700\" {%zu}", t.day,
                   months[t.month - 1], t.year, t.hour, t.minute, t.second, n))
        fail_msg("%s", err.text);
    must_answer(s, ANSWER_MORE);
    if (!stream_write(s->talk.s, bytes, n, &err) || !stream_write(s->talk.s, "\r\n", 2, &err))
        fail_msg("%s", err.text);
    must_answer(s, ANSWER_OK);
}

void append_close(struct append *s)
{
    if (!s)
        return;
    stream_close(s->talk.s);
    arena_free(s->a);
}
