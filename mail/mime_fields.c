/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The mail's own header fields → frames. See mime_walk.h. What a field may mean for answering
 * (automatic, list, bounce) is decided here, once. */
#include "mail/mime_walk.h"

#include "base/clock.h"
#include "mail/address.h"
#include "mail/charset.h"
#include "mail/date.h"
#include "mail/header.h"
#include <gmime/gmime.h>
#include <string.h>
#include <strings.h>

static void send_field(struct walk *w, enum mail_field field, const char *text);
static void send_from(struct walk *w, GMimeHeaderList *headers);
static void send_date(struct walk *w, GMimeHeaderList *headers);
static void send_message_id(struct walk *w, GMimeHeaderList *headers);
static void send_return_path(struct walk *w, GMimeHeaderList *headers);
static void send_auth_results(struct walk *w, GMimeHeaderList *headers);
static void read_traits(struct walk *w, GMimeMessage *m);

const char *raw_header(GMimeHeaderList *headers, const char *name, size_t *n_out)
{
    int n = g_mime_header_list_get_count(headers);
    for (int i = 0; i < n; i++) {
        GMimeHeader *h = g_mime_header_list_get_header_at(headers, i);
        const char *raw = g_mime_header_get_raw_value(h);
        if (raw && strcasecmp(g_mime_header_get_name(h), name) == 0) {
            *n_out = strlen(raw);
            return raw;
        }
    }
    *n_out = 0;
    return NULL;
}

static unsigned count_header(GMimeHeaderList *headers, const char *name)
{
    unsigned found = 0;
    int n = g_mime_header_list_get_count(headers);
    for (int i = 0; i < n; i++)
        found +=
            !strcasecmp(g_mime_header_get_name(g_mime_header_list_get_header_at(headers, i)), name);
    return found;
}

/* A value with its folding undone and nothing decoded but its charset. NULL for NULL. */
static char *plain_value(struct walk *w, const char *raw)
{
    struct buf line CLEANUP(buf_fini) = {0}, text CLEANUP(buf_fini) = {0};
    for (const char *p = raw; p && *p; p++)
        if (*p != '\r' && *p != '\n' && ((*p != ' ' && *p != '\t') || line.len > 0))
            buf_addc(&line, *p);
    while (line.len > 0 && strchr(" \t", line.data[line.len - 1]))
        line.len--;
    charset_decode(&text, NULL, buf_str(&line), line.len, CHARSET_HEADER);
    return raw ? arena_strdup(w->a, buf_str(&text)) : NULL;
}

static char *plain_header(struct walk *w, GMimeHeaderList *headers, const char *name)
{
    size_t n;
    return plain_value(w, raw_header(headers, name, &n));
}

void fields_send(struct walk *w, GMimeMessage *m)
{
    static const struct {
        const char *name;
        enum mail_field field;
    } plain[] = {
        {"In-Reply-To", FIELD_IN_REPLY_TO},
        {"References", FIELD_REFERENCES},
        {"Sensitivity", FIELD_SENSITIVITY},
    };
    GMimeHeaderList *headers = g_mime_object_get_header_list(GMIME_OBJECT(m));
    size_t n;
    const char *subject = raw_header(headers, "Subject", &n);
    send_field(w, FIELD_SUBJECT, subject ? header_decode(w->a, subject, n) : "");
    w->flags |= count_header(headers, "Subject") > 1 ? MAIL_FLAG_SUBJECT_MANY : 0;
    send_from(w, headers);
    send_date(w, headers);
    send_message_id(w, headers);
    send_return_path(w, headers);
    send_auth_results(w, headers);
    for (size_t i = 0; i < ARRAY_LEN(plain); i++)
        send_field(w, plain[i].field, plain_header(w, headers, plain[i].name));
    read_traits(w, m);
}

/* NULL sends nothing. */
static void send_field(struct walk *w, enum mail_field field, const char *text)
{
    if (!text)
        return;
    size_t n = strlen(text);
    if (n > FIELD_BYTES_MAX) {
        for (n = FIELD_BYTES_MAX; ((unsigned char)text[n] & 0xC0) == 0x80;)
            n--;
        w->flags |= MAIL_FLAG_HEADER;
    }
    char *frame = arena_alloc(w->a, n + 1);
    frame[0] = (char)field;
    memcpy(frame + 1, text, n);
    w->sink->send(w->sink->user, FRAME_FIELD, frame, n + 1);
}

/* Who sent it is sure only when one mailbox stands in one From header: else no address is told. */
static void send_from(struct walk *w, GMimeHeaderList *headers)
{
    struct mailboxes from;
    size_t n;
    const char *raw = raw_header(headers, "From", &n);
    mailboxes_read(w->a, raw ? raw : "", n, &from);
    bool many = from.n > 1 || count_header(headers, "From") > 1;
    w->flags |= many ? MAIL_FLAG_FROM_MANY : from.addr ? 0 : MAIL_FLAG_FROM_BAD;
    send_field(w, FIELD_FROM, raw ? header_decode(w->a, raw, n) : NULL);
    send_field(w, FIELD_FROM_NAME, from.name);
    if (!many)
        send_field(w, FIELD_FROM_ADDR, from.addr);
    if (from.addr && strncasecmp(from.addr, "mailer-daemon@", 14) == 0)
        w->traits |= TRAIT_BOUNCE;
    if (from.addr && strncasecmp(from.addr, "postmaster@", 11) == 0)
        w->traits |= TRAIT_AUTO;
}

static void send_date(struct walk *w, GMimeHeaderList *headers)
{
    size_t n;
    int64_t us;
    const char *raw = raw_header(headers, "Date", &n);
    if (!raw || !mail_date_read(raw, n, &us))
        w->flags |= MAIL_FLAG_DATE_BAD;
    if (raw && us != TIME_NONE)
        send_field(w, FIELD_DATE, arena_printf(w->a, "%lld", (long long)us));
    send_field(w, FIELD_DATE_AS, plain_header(w, headers, "Date"));
}

/* The first <…>, blanks taken out: some mailers fold inside it. Without brackets it gets them. */
static void send_message_id(struct walk *w, GMimeHeaderList *headers)
{
    char *text = plain_header(w, headers, "Message-ID");
    if (!text)
        return;
    struct buf id CLEANUP(buf_fini) = {0};
    char *open = strchr(text, '<');
    for (const char *p = open ? open + 1 : text; *p && *p != '>'; p++)
        if (*p != ' ' && *p != '<')
            buf_addc(&id, *p);
    if (id.len > 0)
        send_field(w, FIELD_MESSAGE_ID, arena_printf(w->a, "<%s>", buf_str(&id)));
}

static void send_return_path(struct walk *w, GMimeHeaderList *headers)
{
    char *text = plain_header(w, headers, "Return-Path");
    if (!text)
        return;
    char *open = strchr(text, '<'), *close = open ? strchr(open, '>') : NULL;
    if (close) {
        *close = 0;
        text = open + 1;
    }
    /* Document systems of agencies send with <>, too: no answer, but no bounce by that alone. */
    if (!*text)
        w->traits |= w->traits & TRAIT_AUTO ? TRAIT_BOUNCE : TRAIT_AUTO;
    send_field(w, FIELD_RETURN_PATH, text);
}

static void send_auth_results(struct walk *w, GMimeHeaderList *headers)
{
    int n = g_mime_header_list_get_count(headers);
    for (int i = 0, kept = 0; i < n && kept < AUTH_RESULTS_MAX; i++) {
        GMimeHeader *h = g_mime_header_list_get_header_at(headers, i);
        const char *raw = g_mime_header_get_raw_value(h);
        if (!raw || strcasecmp(g_mime_header_get_name(h), "Authentication-Results") != 0)
            continue;
        send_field(w, FIELD_AUTH_RESULT, plain_value(w, raw));
        kept++;
    }
}

/* RFC 3834 2; the X- headers and Precedence words are what was there before it. */
static void read_traits(struct walk *w, GMimeMessage *m)
{
    static const struct {
        const char *name, *word; /* NULL: any word but "no" */
        uint8_t trait;
    } rules[] = {
        {"Auto-Submitted", NULL, TRAIT_AUTO},
        {"X-Autoreply", NULL, TRAIT_AUTO},
        {"X-Autorespond", NULL, TRAIT_AUTO},
        {"X-Autogenerated", NULL, TRAIT_AUTO},
        {"X-Auto-Response-Suppress", "all", TRAIT_AUTO},
        {"X-Auto-Response-Suppress", "autoreply", TRAIT_AUTO},
        {"Precedence", "bulk", TRAIT_AUTO},
        {"Precedence", "junk", TRAIT_AUTO},
        {"Precedence", "auto_reply", TRAIT_AUTO},
        {"Precedence", "list", TRAIT_LIST},
        {"List-Id", NULL, TRAIT_LIST},
        {"List-Unsubscribe", NULL, TRAIT_LIST},
        {"List-Post", NULL, TRAIT_LIST},
    };
    GMimeHeaderList *headers = g_mime_object_get_header_list(GMIME_OBJECT(m));
    for (size_t i = 0; i < ARRAY_LEN(rules); i++) {
        size_t n;
        const char *raw = raw_header(headers, rules[i].name, &n);
        const char *word = raw ? header_token(w->a, raw, n) : "no";
        if (rules[i].word ? strcmp(word, rules[i].word) == 0 : strcmp(word, "no") != 0)
            w->traits |= rules[i].trait;
    }
    GMimeObject *body = g_mime_message_get_mime_part(m);
    size_t n;
    const char *raw =
        body ? raw_header(g_mime_object_get_header_list(body), "Content-Type", &n) : NULL;
    if (raw && strcmp(header_token(w->a, raw, n), "multipart/report") == 0)
        w->traits |= TRAIT_BOUNCE;
}
