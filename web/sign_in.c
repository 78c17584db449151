/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Who is there. See sign_in.h. The proxy's word needs no cookie of ours. Forms without a session
 * (the proxy's people, signing in) have a token that hangs on a key of this process alone. */
#include "web/sign_in.h"

#include "db/person.h"
#include <sodium.h>
#include <string.h>

static enum web_rank rank_of(const char *name)
{
    static const char *const names[] = {
        [WEB_READER] = "reader", [WEB_OFFICER] = "officer", [WEB_ADMIN] = "admin"};
    for (size_t i = WEB_READER; i < ARRAY_LEN(names); i++)
        if (strcmp(names[i], name) == 0)
            return (enum web_rank)i;
    return WEB_PUBLIC;
}

static void let_in(struct web_request *r, const struct person *p, const char *csrf)
{
    struct web_person *person = arena_alloc(r->a, sizeof *person);
    *person = (struct web_person){
        .id = p->id, .login = p->login, .name = p->name, .rank = rank_of(p->rank)};
    r->person = person;
    r->csrf = csrf;
}

/* A form's token where there is no session: of a login, or of a visitor's address. */
static const char *token_of(struct web_request *r, const char *whose)
{
    unsigned char hash[crypto_generichash_BYTES];
    char *text = arena_alloc(r->a, 2 * sizeof hash + 1);
    crypto_generichash(hash, sizeof hash, (const unsigned char *)whose, strlen(whose),
                       r->site->csrf_key, sizeof r->site->csrf_key);
    return sodium_bin2hex(text, 2 * sizeof hash + 1, hash, sizeof hash);
}

static bool read_proxy(struct web_request *r, struct err *err)
{
    enum session_fate fate;
    struct person p;
    if (!session_by_proxy(r->a, r->db, r->proxy_login, r->address, &fate, &p, err))
        return false;
    if (fate == SESSION_OPEN)
        let_in(r, &p, token_of(r, p.login));
    return true;
}

bool sign_in_read(struct web_request *r, struct err *err)
{
    enum session_fate fate;
    struct session s;
    r->csrf = token_of(r, arena_printf(r->a, "visitor %s", r->address));
    if (r->proxy_login)
        return read_proxy(r, err);
    r->session = web_find(&r->cookies, SESSION_COOKIE);
    if (!r->session)
        return true;
    if (!session_find(r->a, r->db, r->session, &fate, &s, err))
        return false;
    if (fate == SESSION_OPEN)
        let_in(r, &s.person, s.csrf);
    return true;
}

const char *sign_in_location(struct web_request *r)
{
    return arena_printf(r->a, "/login?to=%s", web_escape(r->a, r->path));
}
