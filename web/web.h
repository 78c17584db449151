/* SPDX-License-Identifier: AGPL-3.0-or-later
 * What a page is: a function from a request to an answer, and a row in web/routes.c that says who
 * may ask for it. A new page is web/page_<name>.c, its prototype in web/pages.h and its row.
 *
 * Pages never see libmicrohttpd, and never write HTML but through report/html.h, so that nothing
 * a stranger sent can be markup. Everything of one request lives in its arena. */
#ifndef WEB_WEB_H
#define WEB_WEB_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "config/config.h"
#include "db/db.h"
#include "qr/token.h"
#include "report/html.h"

enum {
    WEB_HEADER_MAX = 16 * 1024,        /* bytes of a request's line and headers */
    WEB_HEADERS_MAX = 100,             /* headers of a request */
    WEB_FORM_MAX = 64 * 1024,          /* bytes of a form without files */
    WEB_UPLOAD_MAX = 64 * 1024 * 1024, /* bytes of a form with files */
    WEB_FIELDS_MAX = 64,               /* of the query, of the form, of the cookies: each */
    WEB_PARAMS_MAX = 3,                /* stars in a route's path */
    WEB_FILES_MAX = 20,                /* files of one form */
    WEB_PATH_MAX = 512,                /* bytes of a path */
};

enum web_method { WEB_GET, WEB_POST };

/* Who may ask: each includes those before it. */
enum web_rank { WEB_PUBLIC, WEB_READER, WEB_OFFICER, WEB_ADMIN };

struct web_person { /* who is signed in */
    int64_t id;
    const char *login, *name;
    enum web_rank rank;
};

struct web_asset {    /* a file of ours, built into the program */
    const char *name; /* "style.css" */
    const char *url;  /* "/a/style.0123456789ab.css": changes with its bytes */
    const char *type;
    const unsigned char *bytes;
    size_t n;
};
extern const struct web_asset web_assets[];
extern const size_t n_web_assets;
const char *web_asset_url(const char *name); /* the name must be there */

struct scanner;

struct web_site { /* what all requests share; nothing of it changes */
    const struct config *config;
    const struct verifier *keys;
    struct scanner *scanner; /* draws pages of strangers' files */
    uint8_t csrf_key[32];    /* of this process: tokens of forms without a session */
};

struct web_field {
    const char *name, *value;
};
struct web_fields {
    struct web_field field[WEB_FIELDS_MAX];
    int n;
};
struct web_file { /* of a form */
    const char *field, *filename;
    int fd; /* a memfd at its start; closed with the request */
    uint64_t size_bytes;
};

struct web_request {
    struct arena *a;
    struct db *db; /* a connection for this request alone */
    const struct web_site *site;
    enum web_method method;
    const char *path;                  /* decoded, begins with / */
    const char *param[WEB_PARAMS_MAX]; /* what stood for the stars of the route */
    struct web_fields query, form, cookies;
    struct web_file file[WEB_FILES_MAX];
    int n_files;
    const char *range;               /* the Range header, or NULL */
    const char *if_range;            /* the If-Range header, or NULL */
    const char *if_none_match;       /* the If-None-Match header, or NULL */
    const char *proxy_login;         /* who the trusted proxy says is there, or NULL */
    const char *address;             /* the client's */
    const char *csrf;                /* what a form of ours must bring back; "" when signed out */
    const char *session;             /* the session's token, or NULL */
    const struct web_person *person; /* NULL: nobody is signed in */
    int64_t now_us;
    bool is_https, english;
};

/* The first value of that name; NULL: there is none. */
const char *web_find(const struct web_fields *f, const char *name);
/* The same, "" where there is none. */
const char *web_get(const struct web_fields *f, const char *name);
/* A whole number from min to max; otherwise where there is none or it is none. */
int64_t web_int(const struct web_fields *f, const char *name, int64_t min, int64_t max,
                int64_t otherwise);

struct web_answer { /* zero-initialised, status 200 */
    int status;
    const char *type;        /* NULL: text/html; charset=utf-8 */
    struct buf body;         /* its own memory */
    const char *location;    /* of 303 */
    const char *set_cookie;  /* a whole Set-Cookie value, or NULL */
    const char *disposition; /* of a download */
    const char *allow;       /* of 405 */
    const char *etag;        /* of a stored file, with its quotes; or NULL */
    bool is_asset;           /* may be kept for ever: its URL changes with its bytes */
    bool is_sandboxed;       /* a stranger's bytes: nothing in it may run, nor reach our origin */
    /* Instead of body: bytes of a stored file, read chunk by chunk while they are sent. */
    int64_t blob;                  /* 0: none */
    uint64_t from, n_bytes, total; /* 416 says the total alone */
};

/* err  RETRY and UNSURE become "come back in a moment", REFUSE a page that says the sentence, FATAL
 * a page that says it is our fault; each is logged. */
typedef bool web_page_fn(struct web_request *r, struct web_answer *out, struct err *err);

/* ---- words and layout */

/* What a visitor sent, as text: bytes that are no UTF-8 become U+FFFD. The database takes nothing
 * else, and a page shall not fail of it. */
char *web_text(struct arena *a, const char *bytes);

/* A word as a part of a URL: what is not a letter, a digit or one of -_.~/ is escaped. */
char *web_escape(struct arena *a, const char *text);

/* Thai or English, as the visitor reads. */
const char *web_tr(const struct web_request *r, const char *th, const char *en);

/* The whole page around what the caller writes between the two. */
void web_page_start(struct web_request *r, struct web_answer *out, struct html *h,
                    const char *title);
void web_page_end(struct html *h);

/* A page with one sentence: status, title, text. */
void web_say(struct web_request *r, struct web_answer *out, int status, const char *title,
             const char *text);

/* <form method=post action=…> with its CSRF token inside; the caller ends it with html_end. */
void web_form_start(struct web_request *r, struct html *h, const char *action);
/* The same with files: multipart. */
void web_form_start_files(struct web_request *r, struct html *h, const char *action);

/* After a POST that did its work: go and look there. */
void web_see(struct web_answer *out, const char *location);

/* The same, and the page there begins with what was done: "saved", "released", "revoked",
 * "cancelled", "registered". */
void web_done(struct web_request *r, struct web_answer *out, const char *location,
              const char *what);

/* ---- answering */

/* Find the route, hold the visitor to its rank and its token, run the page; every outcome is an
 * answer. */
void web_dispatch(struct web_request *r, struct web_answer *out);

/* The page for an error, which is logged. */
void web_trouble(struct web_request *r, struct web_answer *out, const struct err *err);

/* The Content-Security-Policy and its like: name, value pairs ended by NULL; in a. */
const char *const *web_headers(struct arena *a, const struct web_request *r,
                               const struct web_answer *out);

#endif
