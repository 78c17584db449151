/* SPDX-License-Identifier: AGPL-3.0-or-later
 * One request and its answer: what libmicrohttpd hands over piece by piece becomes a web_request,
 * the dispatched web_answer becomes its response. Every byte here is a stranger's; what is too much
 * is refused before it is kept. */
#include "web/server_impl.h"

#include "base/clock.h"
#include "web/routes.h"
#include "web/sign_in.h"
#include "web/stream.h"
#include "web/upload.h"
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct exchange {
    struct web_request request;
    struct web_answer answer; /* when is_answered */
    struct server *server;
    struct MHD_Connection *connection;
    struct upload *upload; /* the form that is coming; NULL without one */
    bool is_head, is_answered;
    int refused; /* the status that it will be refused with; 0: none */
};

/* ---------------------------------------------------------------- reading */

struct gathering {
    struct arena *a;
    struct web_fields *to;
};

static enum MHD_Result gather(void *user, enum MHD_ValueKind kind, const char *key,
                              const char *value)
{
    struct gathering *g = user;
    (void)kind;
    if (g->to->n == WEB_FIELDS_MAX)
        return MHD_NO;
    g->to->field[g->to->n++] =
        (struct web_field){web_text(g->a, key), web_text(g->a, value ? value : "")};
    return MHD_YES;
}

static void read_fields(struct web_request *r, struct MHD_Connection *c)
{
    struct gathering query = {r->a, &r->query}, cookies = {r->a, &r->cookies};
    MHD_get_connection_values(c, MHD_GET_ARGUMENT_KIND, gather, &query);
    MHD_get_connection_values(c, MHD_COOKIE_KIND, gather, &cookies);
}

static const char *header(struct web_request *r, struct MHD_Connection *c, const char *name)
{
    return arena_strdup(r->a, MHD_lookup_connection_value(c, MHD_HEADER_KIND, name));
}

/* The last address of the list is what the proxy itself saw; those before it are the visitor's
 * word. */
static const char *last_of(const char *list)
{
    const char *comma = strrchr(list, ',');
    list = comma ? comma + 1 : list;
    return list + strspn(list, " ");
}

/* Headers that only the proxy may send count only from the proxy's address. */
static void read_proxy(struct web_request *r, struct MHD_Connection *c)
{
    const struct config *config = r->site->config;
    if (!server_is_proxy(config, r->address))
        return;
    const char *forwarded = header(r, c, "X-Forwarded-For"),
               *proto = header(r, c, "X-Forwarded-Proto");
    if (*config->web_trusted_header)
        r->proxy_login = header(r, c, config->web_trusted_header);
    if (forwarded)
        r->address = last_of(forwarded);
    r->is_https |= proto && strcasecmp(proto, "https") == 0;
}

static bool reads_english(struct web_request *r, struct MHD_Connection *c)
{
    const char *asked = web_find(&r->query, "lang");
    if (!asked)
        asked = web_find(&r->cookies, "lang");
    if (!asked)
        asked = header(r, c, "Accept-Language");
    const char *th = asked ? strcasestr(asked, "th") : NULL,
               *en = asked ? strcasestr(asked, "en") : NULL;
    return en && (!th || en < th);
}

static const struct {
    const char *name;
    enum web_method method;
    bool is_head;
} methods[] = {{"GET", WEB_GET, false}, {"HEAD", WEB_GET, true}, {"POST", WEB_POST, false}};

static bool read_method(struct exchange *x, const char *name)
{
    for (size_t i = 0; i < ARRAY_LEN(methods); i++)
        if (strcmp(methods[i].name, name) == 0) {
            x->request.method = methods[i].method;
            x->is_head = methods[i].is_head;
            return true;
        }
    return false;
}

/* ---------------------------------------------------------------- beginning */

static struct exchange *exchange_new(struct server *s, struct MHD_Connection *c, const char *url)
{
    struct arena *a = arena_new();
    char address[INET6_ADDRSTRLEN];
    struct exchange *x = arena_alloc(a, sizeof *x);
    struct web_request *r = &x->request;
    x->server = s;
    x->connection = c;
    x->answer.status = 200;
    r->a = a;
    r->site = s->site;
    r->now_us = clock_now_us();
    r->path = web_text(a, url);
    r->csrf = "";
    server_peer(c, address);
    r->address = arena_strdup(a, address);
    r->is_https = s->cert != NULL;
    read_fields(r, c);
    read_proxy(r, c);
    r->english = reads_english(r, c);
    r->range = header(r, c, "Range");
    r->if_range = header(r, c, "If-Range");
    r->if_none_match = header(r, c, "If-None-Match");
    return x;
}

static enum MHD_Result count_length(void *user, enum MHD_ValueKind kind, const char *key,
                                    const char *value)
{
    int *n = user;
    (void)kind, (void)value;
    *n += strcasecmp(key, "Content-Length") == 0 || strcasecmp(key, "Transfer-Encoding") == 0;
    return MHD_YES;
}

/* Where a request ends is said once. Twice is a smuggler's: libmicrohttpd goes by the first, and
 * what stands before it may go by the other. */
static bool has_two_lengths(struct MHD_Connection *c)
{
    int n = 0;
    MHD_get_connection_values(c, MHD_HEADER_KIND, count_length, &n);
    return n > 1;
}

static bool has_too_large_a_head(struct MHD_Connection *c)
{
    const union MHD_ConnectionInfo *size =
        MHD_get_connection_info(c, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
    return !size || size->header_size > WEB_HEADER_MAX ||
           MHD_get_connection_values(c, MHD_HEADER_KIND, NULL, NULL) > WEB_HEADERS_MAX;
}

/* Files lie in our memory until the last has come, so who sends them is asked for first: 0, or the
 * status to refuse with. The dispatch asks again when they are there. */
static int refuse_stranger(struct web_request *r, struct server *s, enum web_rank wanted)
{
    struct err err = {0};
    if (!pool_take(s->pool, &r->db, &err))
        return 503;
    bool known = sign_in_read(r, &err);
    pool_give(s->pool, r->db);
    r->db = NULL;
    if (!known)
        return 503;
    return r->person && r->person->rank >= wanted ? 0 : 403;
}

/* How much of a form is taken: by its route. */
static void expect_form(struct exchange *x, struct server *s, struct MHD_Connection *c)
{
    const char *params[WEB_PARAMS_MAX] = {0}, *allow;
    const struct web_route *route =
        web_route_find(x->request.a, WEB_POST, x->request.path, params, &allow);
    bool takes_files = route && route->takes_files;
    uint64_t limit = takes_files ? WEB_UPLOAD_MAX : WEB_FORM_MAX;
    const char *length = header(&x->request, c, "Content-Length");
    if (length && strtoull(length, NULL, 10) > limit)
        x->refused = 413;
    else if (takes_files)
        x->refused = refuse_stranger(&x->request, s, route->rank);
    if (!x->refused && !upload_new(&x->request, c, limit, takes_files, &x->upload))
        x->refused = 415;
    guard_await(s->guard, server_guard_id(c), takes_files ? SERVER_UPLOAD_WAIT_MS : SERVER_WAIT_MS);
}

static void begin(struct exchange *x, struct server *s, struct MHD_Connection *c,
                  const char *method)
{
    if (guard_is_surplus(s->guard, server_guard_id(c)))
        x->refused = 503;
    else if (has_too_large_a_head(c))
        x->refused = 431;
    else if (has_two_lengths(c))
        x->refused = 400;
    else if (!read_method(x, method))
        x->refused = 405;
    else if (strlen(x->request.path) > WEB_PATH_MAX)
        x->refused = 414;
    else if (x->request.method == WEB_POST)
        expect_form(x, s, c);
}

/* ---------------------------------------------------------------- answering */

static const struct {
    int status;
    const char *th, *en;
} refusals[] = {
    {400, "คำขอผิดรูป", "A malformed request"},
    {403, "ไม่มีสิทธิ์ส่งแฟ้ม เข้าสู่ระบบก่อน", "Files are taken from officers who signed in"},
    {405, "ใช้วิธีนี้กับหน้านี้ไม่ได้", "Not this way"},
    {413, "ข้อมูลใหญ่เกินไป ส่งเป็นหลายครั้ง", "Too large: send it in parts"},
    {414, "ที่อยู่ยาวเกินไป", "The address is too long"},
    {415, "แบบฟอร์มชนิดนี้อ่านไม่ได้", "This kind of form cannot be read"},
    {431, "คำขอยาวเกินไป", "The request is too long"},
    {503, "ระบบไม่พร้อมชั่วคราว ลองใหม่ในอีกสักครู่", "Not available for a moment: try again"},
};

static void refuse(struct web_request *r, struct web_answer *out, int status)
{
    for (size_t i = 0; i < ARRAY_LEN(refusals); i++)
        if (refusals[i].status == status)
            web_say(r, out, status, web_tr(r, refusals[i].th, refusals[i].en), "");
    if (status == 405)
        out->allow = "GET, HEAD, POST";
}

/* ?lang=… is remembered; it says nothing about the visitor. */
static void keep_language(struct web_request *r, struct web_answer *out)
{
    if (web_find(&r->query, "lang") && !out->set_cookie && !out->is_asset)
        out->set_cookie = arena_printf(r->a, "lang=%s; Path=/; Max-Age=31536000; SameSite=Lax%s",
                                       r->english ? "en" : "th", r->is_https ? "; Secure" : "");
}

static struct MHD_Response *response_of(struct server *s, struct web_answer *out)
{
    if (out->blob)
        return stream_response(s->pool, out->blob, out->from, out->n_bytes);
    return MHD_create_response_from_buffer(out->body.len, out->body.data, MHD_RESPMEM_MUST_COPY);
}

static enum MHD_Result respond(struct exchange *x, struct server *s, struct MHD_Connection *c,
                               struct web_answer *out)
{
    keep_language(&x->request, out);
    struct MHD_Response *response = response_of(s, out);
    if (!response)
        return MHD_NO;
    const char *const *pair = web_headers(x->request.a, &x->request, out);
    for (; *pair; pair += 2)
        MHD_add_response_header(response, pair[0], pair[1]);
    if (x->refused) /* what follows may be no request, but the rest of this one */
        MHD_add_response_header(response, "Connection", "close");
    enum MHD_Result queued = MHD_queue_response(c, (unsigned)out->status, response);
    MHD_destroy_response(response);
    guard_sending(s->guard, server_guard_id(c), SERVER_FLOOR_BYTES, SERVER_FLOOR_SPAN_MS);
    return queued;
}

static void refuse_with(struct exchange *x, int status)
{
    refuse(&x->request, &x->answer, status);
    x->is_answered = true;
}

/* What somebody typed is not thrown away, however long it waited. */
void exchange_work(void *exchange, bool is_late)
{
    struct exchange *x = exchange;
    struct err err = {0};
    if (is_late && x->request.method == WEB_GET) {
        refuse(&x->request, &x->answer, 503);
    } else if (!pool_take(x->server->pool, &x->request.db, &err)) {
        web_trouble(&x->request, &x->answer, &err);
    } else {
        web_dispatch(&x->request, &x->answer);
        pool_give(x->server->pool, x->request.db);
    }
    x->is_answered = true;
    MHD_resume_connection(x->connection);
}

/* The request is whole: it is answered at once where that is a refusal, else it gets in line, and
 * we are called again when it is answered. */
static enum MHD_Result finish(struct exchange *x)
{
    struct server *s = x->server;
    guard_answering(s->guard, server_guard_id(x->connection));
    if (!x->refused && x->upload)
        x->refused = upload_end(x->upload);
    if (x->refused) {
        refuse_with(x, x->refused);
        return respond(x, s, x->connection, &x->answer);
    }
    MHD_suspend_connection(x->connection);
    if (!queue_put(s->queue, x)) {
        refuse_with(x, 503);
        MHD_resume_connection(x->connection);
    }
    return MHD_YES;
}

enum MHD_Result exchange_take(void *server, struct MHD_Connection *c, const char *url,
                              const char *method, const char *version, const char *data,
                              size_t *n_data, void **state)
{
    struct server *s = server;
    struct exchange *x = *state;
    (void)version;
    if (!x) {
        *state = x = exchange_new(s, c, url);
        begin(x, s, c, method);
        return x->refused ? finish(x) : MHD_YES;
    }
    if (x->is_answered)
        return respond(x, s, c, &x->answer);
    if (*n_data == 0)
        return finish(x);
    if (x->upload)
        upload_take(x->upload, data, *n_data);
    else
        x->refused = 413; /* a GET with a body */
    *n_data = 0;
    return MHD_YES;
}

void exchange_end(void *server, struct MHD_Connection *c, void **state,
                  enum MHD_RequestTerminationCode why)
{
    struct server *s = server;
    struct exchange *x = *state;
    (void)why;
    guard_await(s->guard, server_guard_id(c), SERVER_WAIT_MS);
    if (!x)
        return;
    upload_free(x->upload);
    buf_fini(&x->answer.body);
    arena_free(x->request.a);
    *state = NULL;
}
