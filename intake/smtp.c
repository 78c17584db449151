/* SPDX-License-Identifier: AGPL-3.0-or-later
 * One mail, fully rendered, by libcurl. See smtp.h. What decides about a failure is how far the
 * conversation came: a refusal of the recipient or of the data is the mail's, anything before it is
 * the world's or the configuration's, and silence after the last byte leaves us unsure. */
#include "intake/smtp.h"

#include "base/arena.h"
#include "base/secret.h"
#include "base/step.h"
#include "base/thai.h"
#include <curl/curl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
    ADDRESS_MAX = 254,   /* RFC 5321 4.5.3.1.3 less the angle brackets */
    REPLY_MAX = 1000,    /* bytes of a reply that are kept */
    RATE_MIN = 16 << 10, /* bytes a second: slower than this is given up */
    CONNECT_MAX_S = 20,
};

enum stage { AT_START, AT_MAIL, AT_RCPT, AT_DATA, AT_END /* every byte was handed over */ };

struct smtp {
    CURL *curl;
    struct curl_slist *rcpt, *connect_to;
    char peer[300];
    bool loopback_only;
    int timeout_s;
    char why[CURL_ERROR_SIZE];
    /* of the mail under way */
    const char *body;
    size_t n_body, sent;
    enum stage stage;
    bool is_answered;          /* the server spoke at AT_END */
    bool plain_refused;        /* an address that is not loopback was refused */
    char reply[REPLY_MAX + 1]; /* the server's last line */
};

static bool configure(struct smtp *s, const struct config *c, struct err *err);
static bool sign_in(struct smtp *s, const struct config *c, struct err *err);
static bool is_address(const char *text);
static bool judge(const struct smtp *s, CURLcode rc, struct err *err);

bool smtp_open(const struct config *c, struct smtp **out, struct err *err)
{
    struct smtp *s CLEANUP(smtp_closep) = calloc(1, sizeof *s);
    if (!s)
        abort();
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        abort();
    s->curl = curl_easy_init();
    if (!s->curl)
        abort();
    if (!configure(s, c, err) || !sign_in(s, c, err))
        return false;
    *out = TAKE(s);
    return true;
}

void smtp_close(struct smtp *s)
{
    if (!s)
        return;
    curl_easy_cleanup(s->curl);
    curl_slist_free_all(s->rcpt);
    curl_slist_free_all(s->connect_to);
    curl_global_cleanup();
    free(s);
}

void smtp_closep(struct smtp **s)
{
    smtp_close(*s);
    *s = NULL;
}

static size_t give_body(char *to, size_t size, size_t n, void *user)
{
    struct smtp *s = user;
    size_t room = size * n, left = s->n_body - s->sent, take = left < room ? left : room;
    memcpy(to, s->body + s->sent, take);
    s->sent += take;
    if (s->sent == s->n_body)
        s->stage = AT_END;
    return take;
}

/* The conversation as it passes: how far it came, and the server's last line. What we send is only
 * compared, never kept: a password is in it. */
static int follow(CURL *curl, curl_infotype type, char *text, size_t n, void *user)
{
    static const struct {
        const char *word;
        enum stage stage;
    } commands[] = {{"MAIL FROM", AT_MAIL}, {"RCPT TO", AT_RCPT}, {"DATA", AT_DATA}};
    struct smtp *s = user;
    (void)curl;
    if (type == CURLINFO_HEADER_OUT || type == CURLINFO_HEADER_IN)
        step();
    if (type == CURLINFO_HEADER_OUT)
        for (size_t i = 0; i < ARRAY_LEN(commands); i++)
            if (n > strlen(commands[i].word) &&
                strncasecmp(text, commands[i].word, strlen(commands[i].word)) == 0)
                s->stage = commands[i].stage;
    if (type == CURLINFO_HEADER_IN) {
        s->is_answered = s->stage == AT_END;
        snprintf(s->reply, sizeof s->reply, "%.*s", n < REPLY_MAX ? (int)n : REPLY_MAX, text);
        s->reply[strcspn(s->reply, "\r\n")] = 0;
    }
    return 0;
}

/* Plain text goes to this machine only: decided by the address, not by the name. */
static curl_socket_t open_socket(void *user, curlsocktype purpose, struct curl_sockaddr *a)
{
    struct smtp *s = user;
    (void)purpose;
    const struct sockaddr_in *in = (const void *)&a->addr;
    const struct sockaddr_in6 *in6 = (const void *)&a->addr;
    bool is_loopback = (a->family == AF_INET && ntohl(in->sin_addr.s_addr) >> 24 == 127) ||
                       (a->family == AF_INET6 && IN6_IS_ADDR_LOOPBACK(&in6->sin6_addr));
    if (s->loopback_only && !is_loopback) {
        s->plain_refused = true;
        return CURL_SOCKET_BAD;
    }
    return socket(a->family, a->socktype | SOCK_CLOEXEC, a->protocol);
}

static int default_port(enum tls_mode tls)
{
    return tls == TLS_IMPLICIT ? 465 : tls == TLS_STARTTLS ? 587 : 25;
}

static bool configure(struct smtp *s, const struct config *c, struct err *err)
{
    CURL *curl = s->curl;
    char url[600], elsewhere[900];
    int port = c->smtp_port ? c->smtp_port : default_port(c->smtp_tls);
    const char *name = c->smtp_verify_name ? c->smtp_verify_name : c->smtp_host;
    snprintf(s->peer, sizeof s->peer, "%s:%d", c->smtp_host, port);
    snprintf(url, sizeof url, "%s://%s:%d", c->smtp_tls == TLS_IMPLICIT ? "smtps" : "smtp", name,
             port);
    snprintf(elsewhere, sizeof elsewhere, "%s:%d:%s:%d", name, port, c->smtp_host, port);
    s->connect_to = curl_slist_append(NULL, elsewhere);
    s->loopback_only = c->smtp_tls == TLS_NONE && !c->smtp_allow_plain;
    s->timeout_s = c->smtp_timeout_s;
    long use_ssl = c->smtp_tls == TLS_NONE ? CURLUSESSL_NONE : CURLUSESSL_ALL;
    long connect_s = s->timeout_s < CONNECT_MAX_S ? s->timeout_s : CONNECT_MAX_S;
    CURLcode rc = CURLE_OK;
    rc |= curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    rc |= curl_easy_setopt(curl, CURLOPT_URL, url);
    rc |= curl_easy_setopt(curl, CURLOPT_CONNECT_TO, s->connect_to);
    rc |= curl_easy_setopt(curl, CURLOPT_PROXY, "");
    rc |= curl_easy_setopt(curl, CURLOPT_USE_SSL, use_ssl);
    rc |= curl_easy_setopt(curl, CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2);
    if (c->smtp_ca_file)
        rc |= curl_easy_setopt(curl, CURLOPT_CAINFO, c->smtp_ca_file);
    rc |= curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, connect_s);
    rc |= curl_easy_setopt(curl, CURLOPT_SERVER_RESPONSE_TIMEOUT, (long)s->timeout_s);
    rc |= curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    rc |= curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, s->why);
    rc |= curl_easy_setopt(curl, CURLOPT_VERBOSE, 1L); /* into follow(), nowhere else */
    rc |= curl_easy_setopt(curl, CURLOPT_DEBUGFUNCTION, follow);
    rc |= curl_easy_setopt(curl, CURLOPT_DEBUGDATA, s);
    rc |= curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    rc |= curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, s);
    rc |= curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
    rc |= curl_easy_setopt(curl, CURLOPT_READFUNCTION, give_body);
    rc |= curl_easy_setopt(curl, CURLOPT_READDATA, s);
    return rc == CURLE_OK || err_set(err, ERR_FATAL, "smtp %s: libcurl refuses an option: %s",
                                     s->peer, curl_easy_strerror(rc));
}

static bool sign_in(struct smtp *s, const struct config *c, struct err *err)
{
    if (!c->smtp_login)
        return true;
    struct arena *a CLEANUP(arena_freep) = arena_new();
    char *password = NULL;
    if (!c->smtp_password_file)
        return err_set(err, ERR_FATAL, "[smtp] has a login but no password_file");
    if (!secret_read(a, c->smtp_password_file, &password, err))
        return err_add(err, "[smtp] password_file");
    CURLcode rc = curl_easy_setopt(s->curl, CURLOPT_USERNAME, c->smtp_login);
    rc |= curl_easy_setopt(s->curl, CURLOPT_PASSWORD, password);
    explicit_bzero(password, strlen(password));
    return rc == CURLE_OK || err_set(err, ERR_FATAL, "smtp %s: libcurl refuses the login", s->peer);
}

/* One part of an address: dots between words of letters, digits, UTF-8 and the marks given. */
static bool is_dotted(const char *p, size_t n, const char *marks)
{
    if (n == 0 || p[0] == '.' || p[n - 1] == '.')
        return false;
    for (size_t i = 0; i < n; i++) {
        unsigned char b = (unsigned char)p[i];
        bool is_word = b >= 0x80 || (b >= '0' && b <= '9') || ((b | 32) >= 'a' && (b | 32) <= 'z');
        if (!is_word && b != '.' && !strchr(marks, b))
            return false;
        if (b == '.' && p[i + 1] == '.')
            return false;
    }
    return true;
}

/* libcurl sends an address as it is: only what cannot end the command may pass. */
static bool is_address(const char *text)
{
    size_t n = strlen(text);
    const char *at = strrchr(text, '@');
    return at && n <= ADDRESS_MAX && utf8_valid(text, n) &&
           is_dotted(text, (size_t)(at - text), "!#$%&'*+-/=?^_`{|}~") &&
           is_dotted(at + 1, strlen(at + 1), "-");
}

static bool prepare(struct smtp *s, const char *from, const char *rcpt, size_t n_body,
                    struct err *err)
{
    curl_slist_free_all(s->rcpt);
    s->rcpt = curl_slist_append(NULL, rcpt);
    long whole_s = s->timeout_s + (long)(n_body / RATE_MIN);
    CURLcode rc = curl_easy_setopt(s->curl, CURLOPT_MAIL_FROM, from);
    rc |= curl_easy_setopt(s->curl, CURLOPT_MAIL_RCPT, s->rcpt);
    rc |= curl_easy_setopt(s->curl, CURLOPT_INFILESIZE_LARGE, (curl_off_t)n_body);
    rc |= curl_easy_setopt(s->curl, CURLOPT_TIMEOUT, whole_s);
    return rc == CURLE_OK || err_set(err, ERR_FATAL, "smtp %s: libcurl refuses an option", s->peer);
}

static CURLcode attempt(struct smtp *s)
{
    s->sent = 0;
    s->stage = AT_START;
    s->is_answered = s->plain_refused = false;
    s->reply[0] = s->why[0] = 0;
    return curl_easy_perform(s->curl);
}

/* A kept connection that the server has closed meanwhile shows only when it is used. */
static bool was_stale(const struct smtp *s, CURLcode rc)
{
    long n_new = 0;
    curl_easy_getinfo(s->curl, CURLINFO_NUM_CONNECTS, &n_new);
    return rc != CURLE_OK && n_new == 0 && s->stage <= AT_MAIL &&
           (!s->reply[0] || strncmp(s->reply, "421", 3) == 0);
}

bool smtp_send(struct smtp *s, const char *envelope_from, const char *rcpt, const void *body,
               size_t n_body, char *reply_out, size_t n_reply, struct err *err)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    if (!is_address(rcpt) || (*envelope_from && !is_address(envelope_from)))
        return err_set(err, ERR_REFUSE, "\"%s\" is no address that mail can be sent to",
                       text_clean(a, rcpt, strnlen(rcpt, ADDRESS_MAX)));
    if (!prepare(s, envelope_from, rcpt, n_body, err))
        return false;
    s->body = body;
    s->n_body = n_body;
    CURLcode rc = attempt(s);
    if (was_stale(s, rc))
        rc = attempt(s);
    char *reply = text_clean(a, s->reply, strlen(s->reply));
    snprintf(s->reply, sizeof s->reply, "%s", reply);
    snprintf(reply_out, n_reply, "%s", s->reply);
    return rc == CURLE_OK || judge(s, rc, err);
}

bool smtp_check(const struct config *c, struct err *err)
{
    struct smtp *s CLEANUP(smtp_closep) = NULL;
    if (!smtp_open(c, &s, err))
        return false;
    CURLcode rc = curl_easy_setopt(s->curl, CURLOPT_UPLOAD, 0L);
    rc |= curl_easy_setopt(s->curl, CURLOPT_NOBODY, 1L);
    rc |= curl_easy_setopt(s->curl, CURLOPT_CUSTOMREQUEST, "NOOP");
    rc |= curl_easy_setopt(s->curl, CURLOPT_TIMEOUT, (long)s->timeout_s);
    if (rc != CURLE_OK)
        return err_set(err, ERR_FATAL, "smtp %s: libcurl refuses an option", s->peer);
    rc = attempt(s);
    return rc == CURLE_OK || judge(s, rc, err);
}

/* Failures before any mail: one sentence each, by libcurl's code. */
static const struct {
    CURLcode code;
    const char *what;
} causes[] = {
    {CURLE_COULDNT_RESOLVE_HOST, "no such host: check host of [smtp]"},
    {CURLE_COULDNT_CONNECT, "cannot be reached"},
    {CURLE_OPERATION_TIMEDOUT, "does not answer in time"},
    {CURLE_PEER_FAILED_VERIFICATION,
     "its certificate was refused and nothing was sent: check host, verify_name and ca_file of "
     "[smtp]"},
    {CURLE_SSL_CONNECT_ERROR, "the TLS handshake failed: it may speak no TLS 1.2 or newer"},
    {CURLE_SSL_CACERT_BADFILE, "ca_file of [smtp] cannot be read"},
    {CURLE_USE_SSL_FAILED,
     "offers no STARTTLS (somebody on the way may have stripped it) and nothing was sent"},
    {CURLE_LOGIN_DENIED, "refuses login and password of [smtp]"},
};

static bool judge(const struct smtp *s, CURLcode rc, struct err *err)
{
    int digit = s->reply[0] - '0';
    if (s->plain_refused)
        return err_set(err, ERR_FATAL,
                       "smtp %s: plain text to a host that is not this machine is refused: use "
                       "tls = starttls or implicit, or say allow_plain = yes",
                       s->peer);
    if (s->stage == AT_END && !s->is_answered)
        return err_set(err, ERR_UNSURE, "smtp %s took the mail and did not say so (%s)", s->peer,
                       curl_easy_strerror(rc));
    bool is_final = s->stage >= AT_RCPT || strncmp(s->reply, "552", 3) == 0;
    if (s->stage >= AT_MAIL && digit == 5)
        return err_set(err, is_final ? ERR_REFUSE : ERR_RETRY, "smtp %s refuses the %s: %s",
                       s->peer,
                       s->stage == AT_RCPT   ? "recipient"
                       : s->stage == AT_MAIL ? "sender"
                                             : "mail",
                       s->reply);
    if (s->stage >= AT_MAIL && digit == 4)
        return err_set(err, ERR_RETRY, "smtp %s: not now: %s", s->peer, s->reply);
    for (size_t i = 0; i < ARRAY_LEN(causes); i++)
        if (causes[i].code == rc)
            return err_set(err, ERR_RETRY, "smtp %s: %s (%s)", s->peer, causes[i].what,
                           s->reply[0] ? s->reply : s->why);
    return err_set(err, ERR_RETRY, "smtp %s: %s (%s)", s->peer, curl_easy_strerror(rc),
                   s->reply[0] ? s->reply : s->why);
}
