/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The order of the first words with an IMAP server. See imap_login.h. Until the certificate is
 * verified, whoever answers may be anyone. */
#include "intake/imap_login.h"

#include "base/thai.h"
#include "intake/imap_talk.h"
#include <stdio.h>
#include <string.h>
#include <strings.h>

static bool greet(struct talk *t, struct err *err);
static bool upgrade(struct talk *t, struct err *err);
static bool ask_capabilities(struct talk *t, struct err *err);

static const struct {
    const char *word;
    size_t at;
} capabilities[] = {
    {"STARTTLS", offsetof(struct imap_caps, starttls)},
    {"LOGINDISABLED", offsetof(struct imap_caps, logindisabled)},
    {"SASL-IR", offsetof(struct imap_caps, sasl_ir)},
    {"AUTH=PLAIN", offsetof(struct imap_caps, plain)},
    {"AUTH=SCRAM-SHA-256", offsetof(struct imap_caps, scram_sha_256)},
    {"AUTH=XOAUTH2", offsetof(struct imap_caps, xoauth2)},
    {"IDLE", offsetof(struct imap_caps, idle)},
    {"MOVE", offsetof(struct imap_caps, move)},
    {"UIDPLUS", offsetof(struct imap_caps, uidplus)},
};

void imap_caps_add(struct imap_caps *c, const char *words)
{
    for (size_t n = 0; *words; words += n + (words[n] == ' ')) {
        n = strcspn(words, " ]");
        for (size_t i = 0; i < ARRAY_LEN(capabilities); i++)
            if (strlen(capabilities[i].word) == n &&
                strncasecmp(words, capabilities[i].word, n) == 0)
                *(bool *)((char *)c + capabilities[i].at) = true;
        if (words[n] == ']')
            return;
    }
}

bool imap_login(struct stream *s, const struct config_mailbox *m, int answer_ms,
                struct imap_caps *caps_out, struct err *err)
{
    CLEANUP(arena_freep)
    struct arena *a = arena_new();
    struct talk t = {.s = s, .a = a, .m = m, .answer_ms = answer_ms};
    if (!greet(&t, err))
        return false;
    if (m->tls == TLS_STARTTLS && !upgrade(&t, err))
        return false;
    if (!ask_capabilities(&t, err) || !imap_auth(&t, err) || !ask_capabilities(&t, err))
        return false;
    *caps_out = t.caps;
    return true;
}

/* What the server said, made safe for a sentence. */
static const char *said(struct talk *t, const char *text)
{
    text += strspn(text, " ");
    size_t n = strlen(text);
    return text_clean(t->a, text, n < 200 ? n : 200);
}

static bool greet(struct talk *t, struct err *err)
{
    const char *line = NULL;
    stream_limit(t->s, t->answer_ms, TALK_BYTES_MAX);
    if (!stream_line(t->s, &line, err))
        return err_add(err, "imap greeting");
    if (strncasecmp(line, "* OK", 4) == 0 && (line[4] == ' ' || !line[4]))
        return true;
    if (strncasecmp(line, "* BYE", 5) == 0)
        return err_set(err, ERR_RETRY, "imap %s turns us away: %s", stream_peer(t->s),
                       said(t, line + 5));
    if (strncasecmp(line, "* PREAUTH", 9) == 0)
        return err_set(
            err, ERR_FATAL,
            "imap %s takes us for somebody already signed in (PREAUTH): refused, because "
            "mail would be read without a password and, with STARTTLS, without TLS",
            stream_peer(t->s));
    return err_set(err, ERR_FATAL,
                   "imap %s does not speak IMAP: check host, port and tls (got: %s)",
                   stream_peer(t->s), said(t, line));
}

/* Nothing that was said in plain text is believed: capabilities are asked again afterwards. */
static bool upgrade(struct talk *t, struct err *err)
{
    enum answer answer = ANSWER_BAD;
    const char *text = "";
    if (!talk_send(t, err, "STARTTLS") || !talk_answer(t, &answer, &text, err))
        return err_add(err, "imap STARTTLS");
    if (answer != ANSWER_OK)
        return err_set(err, ERR_FATAL,
                       "imap %s refuses STARTTLS (%s): somebody on the way may have stripped it; "
                       "use tls = implicit, or ask the server's operator; no password was sent",
                       stream_peer(t->s), said(t, text));
    return stream_handshake(t->s, err);
}

static bool ask_capabilities(struct talk *t, struct err *err)
{
    enum answer answer = ANSWER_BAD;
    const char *text = "";
    t->caps = (struct imap_caps){0};
    if (!talk_send(t, err, "CAPABILITY") || !talk_answer(t, &answer, &text, err))
        return err_add(err, "imap CAPABILITY");
    if (answer != ANSWER_OK)
        return err_set(err, ERR_RETRY, "imap %s does not tell its capabilities: %s",
                       stream_peer(t->s), said(t, text));
    return true;
}

bool talk_more(struct talk *t, const char *line, struct err *err)
{
    char *text = arena_printf(t->a, "%s\r\n", line);
    size_t n = strlen(text);
    stream_limit(t->s, t->answer_ms, TALK_BYTES_MAX);
    bool ok = stream_write(t->s, text, n, err);
    explicit_bzero(text, n);
    return ok;
}

bool talk_send(struct talk *t, struct err *err, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    char *command = arena_vprintf(t->a, fmt, args);
    va_end(args);
    char *line = arena_printf(t->a, "t%u %s", ++t->tag, command);
    bool ok = talk_more(t, line, err);
    explicit_bzero(command, strlen(command)); /* it may hold a password */
    explicit_bzero(line, strlen(line));
    return ok;
}

static bool is_answer(const char *line, const char *tag, enum answer *out, const char **text_out)
{
    static const struct {
        const char *word;
        enum answer answer;
    } words[] = {{"OK", ANSWER_OK}, {"NO", ANSWER_NO}, {"BAD", ANSWER_BAD}};
    size_t n = strlen(tag);
    if (strncmp(line, tag, n) != 0 || line[n] != ' ')
        return false;
    line += n + 1;
    *out = ANSWER_BAD;
    *text_out = line;
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        n = strlen(words[i].word);
        if (strncasecmp(line, words[i].word, n) == 0 && (line[n] == ' ' || !line[n])) {
            *out = words[i].answer;
            *text_out = line + n + (line[n] == ' ');
        }
    }
    return true;
}

bool talk_answer(struct talk *t, enum answer *out, const char **text_out, struct err *err)
{
    char tag[16];
    snprintf(tag, sizeof tag, "t%u", t->tag);
    for (int i = 0; i < TALK_LINES_MAX; i++) {
        const char *line = NULL;
        if (!stream_line(t->s, &line, err))
            return false;
        bool done = is_answer(line, tag, out, text_out);
        if (*line == '+') {
            *out = ANSWER_MORE;
            *text_out = line + 1 + (line[1] == ' ');
            done = true;
        }
        if (done) {
            *text_out = arena_strdup(t->a, *text_out);
            return true;
        }
        if (strncasecmp(line, "* BYE", 5) == 0)
            return err_set(err, ERR_RETRY, "imap %s ends the connection: %s", stream_peer(t->s),
                           said(t, line + 5));
        if (strncasecmp(line, "* CAPABILITY ", 13) == 0)
            imap_caps_add(&t->caps, line + 13);
    }
    return err_set(err, ERR_RETRY, "imap %s sends %d lines instead of an answer", stream_peer(t->s),
                   TALK_LINES_MAX);
}
