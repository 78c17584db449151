/* SPDX-License-Identifier: AGPL-3.0-or-later
 * What a role needs before it can start, and what options mean together. */
#include "config/config.h"

#include <stdio.h>
#include <string.h>

static bool has_word(const char *words, const char *word)
{
    size_t n = strlen(word);
    for (const char *p = words; (p = strstr(p, word)); p += n)
        if ((p == words || p[-1] == ' ') && (p[n] == 0 || p[n] == ' '))
            return true;
    return false;
}

bool config_has_role(const struct config *c, const char *role)
{
    for (uint32_t i = 0; i < c->roles.n; i++)
        if (strcmp(c->roles.item[i], role) == 0)
            return true;
    return false;
}

static bool missing(const struct config *c, const char *section, const char *name, const char *why,
                    struct err *err)
{
    return err_set(err, ERR_FATAL, "%s: [%s] %s is missing: %s", c->path, section, name, why);
}

/* Whether every option that the table says the role needs is set, in one owner's fields. */
static bool check_needs(const struct config *c, const struct config_mailbox *box, const char *role,
                        struct err *err)
{
    size_t n;
    const struct config_option *o = config_options(&n);
    for (size_t i = 0; i < n; i++) {
        bool of_box = strcmp(o[i].section, "mailbox") == 0;
        if (!o[i].needed_by || of_box != (box != NULL) || !has_word(o[i].needed_by, role))
            continue;
        const char *field = (of_box ? (const char *)box : (const char *)c) + o[i].offset;
        const char *value;
        memcpy(&value, field, sizeof value); /* all of these are texts: see test_config_options */
        if (value && *value)
            continue;
        char section[64], why[64];
        snprintf(section, sizeof section, of_box ? "mailbox %s" : "%s",
                 of_box ? box->name : o[i].section);
        snprintf(why, sizeof why, "the role %s needs it", role);
        return missing(c, section, o[i].name, why, err);
    }
    return true;
}

static bool is_loopback(const char *host)
{
    return strcmp(host, "localhost") == 0 || strcmp(host, "::1") == 0 ||
           (strncmp(host, "127.", 4) == 0 && strspn(host, "0123456789.") == strlen(host));
}

static bool check_plain(const struct config *c, const char *section, const char *host,
                        enum tls_mode tls, bool allow_plain, struct err *err)
{
    if (tls != TLS_NONE || allow_plain || is_loopback(host))
        return true;
    return err_set(err, ERR_FATAL,
                   "%s: [%s] tls = none would send the password readable to %s: use implicit or "
                   "starttls, or say allow_plain = yes",
                   c->path, section, host);
}

static bool check_box(const struct config *c, const struct config_mailbox *box, struct err *err)
{
    char section[64];
    snprintf(section, sizeof section, "mailbox %s", box->name);
    if (!check_needs(c, box, "mailbox", err))
        return false;
    if (strcmp(box->auth, "xoauth2") == 0 ? !box->token_file && !box->token_command
                                          : !box->password_file)
        return strcmp(box->auth, "xoauth2") == 0
                   ? missing(c, section, "token_file", "auth = xoauth2 needs it or token_command",
                             err)
                   : missing(c, section, "password_file", "a login needs a password", err);
    if (box->token_file && box->token_command)
        return err_set(err, ERR_FATAL, "%s: [%s] token_file and token_command: keep one of them",
                       c->path, section);
    return check_plain(c, section, box->host, box->tls, box->allow_plain, err);
}

static bool check_mailbox(const struct config *c, struct err *err)
{
    if (c->n_mailboxes == 0)
        return err_set(err, ERR_FATAL,
                       "%s: no [mailbox NAME] section: add one, or take mailbox out of [daemon] "
                       "roles",
                       c->path);
    for (uint32_t i = 0; i < c->n_mailboxes; i++)
        if (!check_box(c, &c->mailbox[i], err))
            return false;
    return true;
}

static bool check_deliver(const struct config *c, struct err *err)
{
    bool line_real = strcmp(c->line_mode, "real") == 0;
    if (c->smtp_login && !c->smtp_password_file)
        return missing(c, "smtp", "password_file", "login needs a password", err);
    if (line_real && !c->line_token_file)
        return missing(c, "line", "token_file", "mode = real needs it", err);
    if (line_real && !c->line_to)
        return missing(c, "line", "to", "mode = real needs it", err);
    if (strcmp(c->line_mode, "file") == 0 && !c->line_file)
        return missing(c, "line", "file", "mode = file needs it", err);
    return check_plain(c, "smtp", c->smtp_host, c->smtp_tls, c->smtp_allow_plain, err);
}

static bool check_web(const struct config *c, struct err *err)
{
    if (!c->web_cert_file == !c->web_key_file)
        return true;
    return missing(c, "web", c->web_cert_file ? "key_file" : "cert_file",
                   "certificate and key come together", err);
}

bool config_check_role(const struct config *c, const char *role, struct err *err)
{
    static const struct {
        const char *role;
        bool (*check)(const struct config *c, struct err *err);
    } more[] = {{"mailbox", check_mailbox}, {"deliver", check_deliver}, {"web", check_web}};
    if (!check_needs(c, NULL, role, err))
        return false;
    for (size_t i = 0; i < ARRAY_LEN(more); i++)
        if (strcmp(more[i].role, role) == 0)
            return more[i].check(c, err);
    return true;
}
