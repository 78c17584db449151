/* SPDX-License-Identifier: AGPL-3.0-or-later
 * LINE's Messaging API. See line.h. LINE's answers are a stranger's bytes: at most ANSWER_MAX of
 * them are kept, and what an operator is shown of them is cleaned. */
#include "intake/line.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/secret.h"
#include "base/step.h"
#include "base/thai.h"
#include <ctype.h>
#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

enum {
    ANSWER_MAX = 64 << 10,
    CONNECT_MAX_S = 10,
    FILE_MAX = 64 << 20, /* bytes of the file of mode = file that are looked through */
    SAID_MAX = 200,
};

struct line {
    CURL *curl;
    struct curl_slist *headers;
    const char *endpoint, *group, *file; /* of the configuration; file NULL: real */
    char *authorization;
    struct buf answer;
    bool plain_refused, is_too_long;
    char why[CURL_ERROR_SIZE];
};

/* ---------------------------------------------------------------- opening */

static size_t take_answer(char *bytes, size_t size, size_t n, void *user)
{
    struct line *l = user;
    if (l->answer.len + size * n > ANSWER_MAX) {
        l->is_too_long = true;
        return 0;
    }
    buf_add(&l->answer, bytes, size * n);
    return size * n;
}

/* Plain text, and the token in it, go to this machine only: decided by the address, not by the
 * name. */
static curl_socket_t open_socket(void *user, curlsocktype purpose, struct curl_sockaddr *a)
{
    struct line *l = user;
    const struct sockaddr_in *in = (const void *)&a->addr;
    const struct sockaddr_in6 *in6 = (const void *)&a->addr;
    bool is_loopback = (a->family == AF_INET && ntohl(in->sin_addr.s_addr) >> 24 == 127) ||
                       (a->family == AF_INET6 && IN6_IS_ADDR_LOOPBACK(&in6->sin6_addr));
    (void)purpose;
    if (strncmp(l->endpoint, "http://", 7) == 0 && !is_loopback) {
        l->plain_refused = true;
        return CURL_SOCKET_BAD;
    }
    return socket(a->family, a->socktype | SOCK_CLOEXEC, a->protocol);
}

static bool set_options(struct line *l, const struct config *c, struct err *err)
{
    int timeout_s = c->line_timeout_s;
    long connect_s = timeout_s < CONNECT_MAX_S ? timeout_s : CONNECT_MAX_S;
    CURLcode rc = CURLE_OK;
    rc |= curl_easy_setopt(l->curl, CURLOPT_PROTOCOLS_STR, "http,https");
    rc |= curl_easy_setopt(l->curl, CURLOPT_FOLLOWLOCATION, 0L);
    rc |= curl_easy_setopt(l->curl, CURLOPT_PROXY, "");
    rc |= curl_easy_setopt(l->curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    if (c->line_ca_file)
        rc |= curl_easy_setopt(l->curl, CURLOPT_CAINFO, c->line_ca_file);
    rc |= curl_easy_setopt(l->curl, CURLOPT_NOSIGNAL, 1L);
    rc |= curl_easy_setopt(l->curl, CURLOPT_CONNECTTIMEOUT, connect_s);
    rc |= curl_easy_setopt(l->curl, CURLOPT_TIMEOUT, (long)timeout_s);
    rc |= curl_easy_setopt(l->curl, CURLOPT_ERRORBUFFER, l->why);
    rc |= curl_easy_setopt(l->curl, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    rc |= curl_easy_setopt(l->curl, CURLOPT_OPENSOCKETDATA, l);
    rc |= curl_easy_setopt(l->curl, CURLOPT_WRITEFUNCTION, take_answer);
    rc |= curl_easy_setopt(l->curl, CURLOPT_WRITEDATA, l);
    return rc == CURLE_OK ||
           err_set(err, ERR_FATAL, "LINE: libcurl refuses an option: %s", curl_easy_strerror(rc));
}

/* A token with a blank or a control in it would end the header that it stands in. */
static bool take_token(struct line *l, const struct config *c, struct err *err)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    char *token = NULL;
    if (!c->line_token_file)
        return err_set(err, ERR_FATAL, "[line] mode = real wants a token_file");
    if (!secret_read(a, c->line_token_file, &token, err))
        return err_add(err, "[line] token_file");
    bool is_clean = true;
    for (const char *p = token; *p; p++)
        is_clean &= isgraph((unsigned char)*p) != 0;
    size_t room = strlen(token) + sizeof "Authorization: Bearer ";
    l->authorization = malloc(room);
    if (!l->authorization)
        abort();
    snprintf(l->authorization, room, "Authorization: Bearer %s", token);
    explicit_bzero(token, strlen(token));
    return is_clean ||
           err_set(err, ERR_FATAL, "[line] token_file: its first line is no channel access token");
}

bool line_open(const struct config *c, struct line **out, struct err *err)
{
    bool is_file = strcmp(c->line_mode, "file") == 0;
    *out = NULL;
    if (strcmp(c->line_mode, "off") == 0)
        return true;
    struct line *l CLEANUP(line_closep) = calloc(1, sizeof *l);
    if (!l)
        abort();
    l->endpoint = c->line_endpoint;
    l->group = c->line_to;
    if (is_file && !c->line_file)
        return err_set(err, ERR_FATAL, "[line] mode = file wants a file");
    if (is_file) {
        l->file = c->line_file;
        *out = TAKE(l);
        return true;
    }
    if (!c->line_to || !*c->line_to)
        return err_set(err, ERR_FATAL, "[line] mode = real wants to: the group's id");
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK || !(l->curl = curl_easy_init()))
        return err_set(err, ERR_FATAL, "LINE: libcurl does not start");
    if (!take_token(l, c, err) || !set_options(l, c, err))
        return false;
    *out = TAKE(l);
    return true;
}

void line_close(struct line *l)
{
    if (!l)
        return;
    if (l->authorization)
        explicit_bzero(l->authorization, strlen(l->authorization));
    free(l->authorization);
    curl_slist_free_all(l->headers);
    curl_easy_cleanup(l->curl);
    buf_fini(&l->answer);
    free(l);
}

void line_closep(struct line **l)
{
    line_close(*l);
    *l = NULL;
}

/* ---------------------------------------------------------------- asking */

/* LINE says {"message": "…"}; a proxy in between may say anything. */
static const char *said(struct arena *a, const struct line *l)
{
    json_t *answer = json_loads(buf_str(&l->answer), 0, NULL);
    const char *message = json_string_value(json_object_get(answer, "message"));
    const char *text = message ? message : buf_str(&l->answer);
    char *clean = text_clean(a, text, strnlen(text, SAID_MAX));
    json_decref(answer);
    return clean;
}

/* The month's messages used up: "You have reached your monthly limit." Any other 429 passes by
 * itself. */
static bool judge(struct line *l, const char *what, CURLcode rc, long status, struct err *err)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    const char *text = said(a, l);
    if (l->plain_refused)
        return err_set(
            err, ERR_REFUSE,
            "LINE %s: %s is plain text to another machine and nothing was sent: use https", what,
            l->endpoint);
    if (rc == CURLE_PEER_FAILED_VERIFICATION)
        return err_set(err, ERR_RETRY,
                       "LINE %s: the certificate of %s was refused and nothing was sent: %s", what,
                       l->endpoint, l->why);
    if (rc == CURLE_SSL_CACERT_BADFILE)
        return err_set(err, ERR_RETRY, "LINE %s: ca_file of [line] cannot be read", what);
    if (rc != CURLE_OK)
        return err_set(err, ERR_RETRY, "LINE %s: no whole answer from %s (%s)", what, l->endpoint,
                       l->is_too_long ? "its answer is too long" : curl_easy_strerror(rc));
    if (status >= 200 && status < 300)
        return true;
    if (status == 429 && strstr(text, "monthly limit"))
        return err_set(err, ERR_REFUSE,
                       "LINE %s: the month's messages are used up (429 %s): nothing can be told by "
                       "LINE until the first of next month",
                       what, text);
    bool is_final = status >= 300 && status < 500 && status != 429 && status != 408;
    const char *hint = status == 401 || status == 403 ? "; check token_file of [line]" : "";
    return err_set(err, is_final ? ERR_REFUSE : ERR_RETRY, "LINE %s: %ld %s%s", what, status, text,
                   hint);
}

static CURLcode perform(struct line *l, const char *path, const char *retry_key, const void *body,
                        size_t n_body, long *status_out)
{
    char url[1200], key[80];
    snprintf(url, sizeof url, "%s%s", l->endpoint, path);
    curl_slist_free_all(l->headers);
    l->headers = curl_slist_append(NULL, l->authorization);
    buf_clear(&l->answer);
    l->plain_refused = l->is_too_long = false;
    l->why[0] = 0;
    CURLcode rc = curl_easy_setopt(l->curl, CURLOPT_URL, url);
    if (body) {
        snprintf(key, sizeof key, "X-Line-Retry-Key: %s", retry_key);
        l->headers = curl_slist_append(l->headers, "Content-Type: application/json");
        l->headers = curl_slist_append(l->headers, key);
        rc |= curl_easy_setopt(l->curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)n_body);
        rc |= curl_easy_setopt(l->curl, CURLOPT_POSTFIELDS, body);
    } else {
        rc |= curl_easy_setopt(l->curl, CURLOPT_HTTPGET, 1L);
    }
    rc |= curl_easy_setopt(l->curl, CURLOPT_HTTPHEADER, l->headers);
    step();
    rc = rc == CURLE_OK ? curl_easy_perform(l->curl) : rc;
    step();
    curl_easy_getinfo(l->curl, CURLINFO_RESPONSE_CODE, status_out);
    return rc;
}

/* A number of the answer's object; LINE writes totalUsage as a number, older documents as text. */
static bool ask(struct line *l, const char *what, const char *path, const char *name, int64_t *out,
                struct err *err)
{
    long status = 0;
    CURLcode rc = perform(l, path, NULL, NULL, 0, &status);
    if (!judge(l, what, rc, status, err))
        return false;
    json_t *answer = json_loads(buf_str(&l->answer), 0, NULL);
    json_t *number = json_object_get(answer, name);
    bool is_known = json_is_integer(number) || json_is_string(number) || !*name;
    *out = json_is_string(number) ? strtoll(json_string_value(number), NULL, 10)
                                  : json_integer_value(number);
    bool is_object = json_is_object(answer);
    json_decref(answer);
    if (!is_object)
        return err_set(err, ERR_RETRY, "LINE %s: the answer is not LINE's", what);
    if (!is_known)
        *out = -1; /* a quota of type "none" has no value */
    return true;
}

/* A group, a room or one person. */
static bool ask_members(struct line *l, const char *group, int64_t *out, struct err *err)
{
    char path[400];
    char *escaped = curl_easy_escape(l->curl, group, 0);
    snprintf(path, sizeof path, "/v2/bot/%s/%.200s/members/count",
             group[0] == 'R' ? "room" : "group", escaped ? escaped : "");
    curl_free(escaped);
    *out = 1;
    return group[0] == 'U' || ask(l, "members", path, "count", out, err);
}

bool line_quota(struct line *l, const char *group, struct err *err)
{
    int64_t quota, used, members;
    if (l->file)
        return true;
    if (!ask(l, "quota", "/v2/bot/message/quota", "value", &quota, err))
        return false;
    if (quota < 0)
        return true;
    if (!ask(l, "quota", "/v2/bot/message/quota/consumption", "totalUsage", &used, err) ||
        !ask_members(l, group, &members, err))
        return false;
    if (used + members <= quota)
        return true;
    return err_set(err, ERR_REFUSE,
                   "LINE quota: %lld of this month's %lld messages are used and one to the group "
                   "counts %lld: not sent",
                   (long long)used, (long long)quota, (long long)members);
}

/* ---------------------------------------------------------------- telling */

static bool push_to_file(struct line *l, const char *retry_key, const void *body, size_t n_body,
                         struct err *err)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct buf text CLEANUP(buf_fini) = {0};
    int fd CLEANUP(fd_closep) = open(l->file, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (fd < 0 || flock(fd, LOCK_EX) != 0)
        return err_set(err, ERR_RETRY, "[line] file %s cannot be written: %s", l->file,
                       strerror(errno));
    char bytes[4096];
    for (ssize_t n; text.len < FILE_MAX && (n = read(fd, bytes, sizeof bytes)) > 0;)
        buf_add(&text, bytes, (size_t)n);
    if (strstr(buf_str(&text), retry_key))
        return true;
    char *row =
        arena_printf(a, "%s%s %.*s\n", text.len && text.data[text.len - 1] != '\n' ? "\n" : "",
                     retry_key, (int)n_body, (const char *)body);
    size_t n_row = strlen(row);
    if (write(fd, row, n_row) != (ssize_t)n_row || fsync(fd) != 0)
        return err_set(err, ERR_RETRY, "[line] file %s cannot be written: %s", l->file,
                       strerror(errno));
    return true;
}

bool line_push(struct line *l, const char *retry_key, const void *body, size_t n_body,
               char *reply_out, size_t n_reply, struct err *err)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    long status = 0;
    snprintf(reply_out, n_reply, "written to %s", l->file ? l->file : "");
    if (l->file)
        return push_to_file(l, retry_key, body, n_body, err);
    CURLcode rc = perform(l, "/v2/bot/message/push", retry_key, body, n_body, &status);
    snprintf(reply_out, n_reply, "%ld %s", status, status == 409 ? "accepted before" : said(a, l));
    return (rc == CURLE_OK && status == 409) || judge(l, "push", rc, status, err);
}

bool line_check(const struct config *c, struct err *err)
{
    struct line *l CLEANUP(line_closep) = NULL;
    int64_t ignored;
    if (!line_open(c, &l, err))
        return false;
    return !l || l->file ||
           (ask(l, "token", "/v2/bot/info", "", &ignored, err) &&
            ask_members(l, c->line_to, &ignored, err));
}
