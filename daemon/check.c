/* SPDX-License-Identifier: AGPL-3.0-or-later
 * One table of checks in the order in which the service depends on them. A check that fails does
 * not hide the next: an operator mends all of them before the second try. */
#include "daemon/check.h"

#include "base/secret.h"
#include "base/thai.h"
#include "db/primary.h"
#include "intake/imap.h"
#include "intake/line.h"
#include "intake/smtp.h"
#include "qr/token.h"
#include <string.h>

struct checker {
    struct arena *a;
    const struct config *c;
    FILE *out;
    bool found; /* something is wrong */
};

static void tell(struct checker *k, const char *what, bool ok, const struct err *err)
{
    const char *why = ok ? "" : text_clean(k->a, err->text, strlen(err->text));
    fprintf(k->out, "%-5s  %s%s%s\n", ok ? "ok" : "WRONG", what, ok ? "" : ": ", why);
    k->found |= !ok;
}

static bool uses(const struct checker *k, const char *role)
{
    return config_has_role(k->c, role);
}

static void check_roles(struct checker *k)
{
    for (uint32_t i = 0; i < k->c->roles.n; i++) {
        struct err err = {0};
        bool ok = config_check_role(k->c, k->c->roles.item[i], &err);
        tell(k, arena_printf(k->a, "role %s", k->c->roles.item[i]), ok, &err);
    }
}

/* The secret key signs what the public keys can check: a receipt is tried. */
static bool try_keys(struct checker *k, struct err *err)
{
    struct signer *signer CLEANUP(signer_freep) = NULL;
    struct verifier *verifier CLEANUP(verifier_freep) = NULL;
    struct token token = {.kind = TOKEN_RECEIPT, .series = "R", .year = 2564, .number = 1}, seen;
    char *path;
    if (!k->c->key_file || !k->c->public_key_file)
        return err_set(err, ERR_FATAL,
                       "key_file or public_key_file is missing: make a pair with "
                       "`thanwela key new`");
    if (!secret_path(k->a, k->c->key_file, &path, err) || !signer_open(path, &signer, err) ||
        !verifier_open(k->c->public_key_file, &verifier, err))
        return false;
    token.key_id = signer_key_id(signer);
    if (token_verify(verifier, token_sign(k->a, signer, &token), &seen) == TOKEN_GENUINE)
        return true;
    return err_set(err, ERR_FATAL,
                   "the public keys of %s do not check what %s signs: add its "
                   "public key",
                   k->c->public_key_file, k->c->key_file);
}

static void check_keys(struct checker *k)
{
    struct err err = {0};
    if (uses(k, "mailbox") || uses(k, "scan"))
        tell(k, "keys of receipts", try_keys(k, &err), &err);
}

/* The pages' secrets; those of servers are read where the servers are asked. */
static void check_secrets(struct checker *k)
{
    const struct {
        const char *role, *name, *path;
    } secrets[] = {
        {"web", "[web] key_file", k->c->web_key_file},
    };
    for (size_t i = 0; i < ARRAY_LEN(secrets); i++) {
        struct err err = {0};
        char *secret = NULL;
        if (!secrets[i].path || !uses(k, secrets[i].role))
            continue;
        bool ok = secret_read(k->a, secrets[i].path, &secret, &err);
        tell(k, secrets[i].name, ok, &err);
    }
}

static void check_database(struct checker *k)
{
    struct db *db CLEANUP(db_closep) = NULL;
    struct err err = {0};
    bool ok = primary_open(k->c->db_conninfo, k->c->db_password_file, "thanwelad --check", NULL,
                           &db, &err);
    tell(k, "database and its schema", ok, &err);
}

static void check_mailboxes(struct checker *k)
{
    for (uint32_t i = 0; uses(k, "mailbox") && i < k->c->n_mailboxes; i++) {
        const struct config_mailbox *m = &k->c->mailbox[i];
        struct imap *imap CLEANUP(imap_closep) = NULL;
        struct imap_folder folder;
        struct err err = {0};
        bool ok = config_check_role(k->c, "mailbox", &err) && imap_open(m, &imap, &folder, &err);
        tell(k, arena_printf(k->a, "mailbox %s", m->name), ok, &err);
    }
}

static void check_smtp(struct checker *k)
{
    struct err err = {0};
    if (!uses(k, "deliver"))
        return;
    bool ok = config_check_role(k->c, "deliver", &err) && smtp_check(k->c, &err);
    tell(k, "mail server", ok, &err);
}

static void check_line(struct checker *k)
{
    struct err err = {0};
    if (!uses(k, "deliver") || strcmp(k->c->line_mode, "off") == 0)
        return;
    bool ok = line_check(k->c, &err);
    tell(k, "LINE token and group", ok, &err);
}

int check_run(const char *conf_path, FILE *out)
{
    static void (*const checks[])(struct checker *k) = {
        check_roles,     check_keys, check_secrets, check_database,
        check_mailboxes, check_smtp, check_line};
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct config *c = arena_alloc(a, sizeof *c);
    struct checker k = {.a = a, .c = c, .out = out};
    struct err err = {0};
    bool ok = config_read(a, conf_path, c, &err);
    tell(&k, arena_printf(a, "configuration %s", conf_path), ok, &err);
    if (!ok)
        return 2;
    for (size_t i = 0; i < ARRAY_LEN(checks); i++)
        checks[i](&k);
    return k.found;
}
