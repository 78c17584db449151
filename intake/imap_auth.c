/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Signing in: one row and one function a mechanism. Passwords and tokens are read just before they
 * are used, wiped after, and never part of a sentence. */
#include "base/secret.h"
#include "base/thai.h"
#include "intake/imap_talk.h"
#include "intake/scram.h"
#include "intake/token_command.h"

#include <sodium.h>
#include <string.h>
#include <strings.h>

static bool by_scram(struct talk *t, const char *secret, struct err *err);
static bool by_plain(struct talk *t, const char *secret, struct err *err);
static bool by_login(struct talk *t, const char *secret, struct err *err);
static bool by_xoauth2(struct talk *t, const char *secret, struct err *err);

static bool has_scram(const struct imap_caps *c)
{
    return c->scram_sha_256;
}

static bool has_plain(const struct imap_caps *c)
{
    return c->plain;
}

static bool has_login(const struct imap_caps *c)
{
    return !c->logindisabled;
}

static bool has_xoauth2(const struct imap_caps *c)
{
    return c->xoauth2;
}

/* The strongest first: "auto" takes the first one that the server offers. */
static const struct mechanism {
    const char *name;
    bool (*offered)(const struct imap_caps *c);
    bool (*run)(struct talk *t, const char *secret, struct err *err);
    bool by_token;
} mechanisms[] = {
    {"xoauth2", has_xoauth2, by_xoauth2, true},
    {"scram-sha-256", has_scram, by_scram, false},
    {"plain", has_plain, by_plain, false},
    {"login", has_login, by_login, false},
};

static bool choose(const struct talk *t, const struct mechanism **out, struct err *err)
{
    bool has_token = t->m->token_file || t->m->token_command,
         automatic = strcmp(t->m->auth, "auto") == 0;
    for (size_t i = 0; i < ARRAY_LEN(mechanisms); i++) {
        const struct mechanism *m = &mechanisms[i];
        bool wanted = automatic ? m->by_token == has_token : strcmp(t->m->auth, m->name) == 0;
        if (wanted && m->offered(&t->caps)) {
            *out = m;
            return true;
        }
    }
    return err_set(err, ERR_FATAL,
                   "imap %s does not offer to sign in by %s: choose another auth for [mailbox %s]; "
                   "no password was sent",
                   stream_peer(t->s), automatic ? "anything that we know" : t->m->auth, t->m->name);
}

/* Controls would end the command and begin another. */
static bool is_clean(const char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text < 0x20 || *text == 0x7F)
            return false;
    return true;
}

static bool read_secret(const struct talk *t, const struct mechanism *how, char **out,
                        struct err *err)
{
    const struct config_mailbox *m = t->m;
    if (how->by_token && m->token_command) {
        if (!token_command(t->a, m->token_command, out, err))
            return err_add(err, "[mailbox %s] token_command", m->name);
    } else {
        const char *path = how->by_token ? m->token_file : m->password_file;
        const char *option = how->by_token ? "token_file" : "password_file";
        if (!path)
            return err_set(err, ERR_FATAL, "[mailbox %s] has no %s", m->name, option);
        if (!secret_read(t->a, path, out, err))
            return err_add(err, "[mailbox %s] %s", m->name, option);
    }
    if (!is_clean(*out) || !is_clean(m->login))
        return err_set(err, ERR_FATAL, "[mailbox %s]: login or %s has a control character", m->name,
                       how->by_token ? "token" : "password");
    return true;
}

/* Response codes by which a server says that the password is not to blame. */
static bool is_passing(const char *text)
{
    static const char *const codes[] = {"[UNAVAILABLE]", "[INUSE]", "[LIMIT]", "[SERVERBUG]",
                                        "[CONTACTADMIN]"};
    for (size_t i = 0; i < ARRAY_LEN(codes); i++)
        if (strncasecmp(text, codes[i], strlen(codes[i])) == 0)
            return true;
    return false;
}

/* The end of every mechanism. */
static bool judge(struct talk *t, enum answer answer, const char *text, struct err *err)
{
    if (answer == ANSWER_OK)
        return true;
    size_t n = strlen(text);
    const char *said = text_clean(t->a, text, n < 200 ? n : 200);
    if (is_passing(text))
        return err_set(err, ERR_RETRY, "imap %s cannot sign us in now: %s", stream_peer(t->s),
                       said);
    return err_set(err, ERR_FATAL,
                   "imap %s refuses %s: wrong password or token? Check login and password_file of "
                   "[mailbox %s] (the server says: %s)",
                   stream_peer(t->s), t->m->login, t->m->name, said);
}

bool imap_auth(struct talk *t, struct err *err)
{
    const struct mechanism *how = NULL;
    char *secret = NULL;
    if (!choose(t, &how, err) || !read_secret(t, how, &secret, err))
        return false;
    bool ok = how->run(t, secret, err);
    explicit_bzero(secret, strlen(secret));
    return ok;
}

static char *encode(struct talk *t, const void *p, size_t n)
{
    size_t room = sodium_base64_encoded_len(n, sodium_base64_VARIANT_ORIGINAL);
    return sodium_bin2base64(arena_alloc(t->a, room), room, p, n, sodium_base64_VARIANT_ORIGINAL);
}

/* AUTHENTICATE with a first message, in the command where the server takes it there. */
static bool authenticate(struct talk *t, const char *mechanism, const void *first, size_t n,
                         enum answer *answer, const char **text, struct err *err)
{
    char *message = encode(t, first, n);
    bool ok;
    if (t->caps.sasl_ir) {
        ok = talk_send(t, err, "AUTHENTICATE %s %s", mechanism, message) &&
             talk_answer(t, answer, text, err);
    } else {
        ok = talk_send(t, err, "AUTHENTICATE %s", mechanism) && talk_answer(t, answer, text, err);
        if (ok && *answer == ANSWER_MORE)
            ok = talk_more(t, message, err) && talk_answer(t, answer, text, err);
    }
    explicit_bzero(message, strlen(message));
    return ok;
}

static bool by_plain(struct talk *t, const char *secret, struct err *err)
{
    size_t n_login = strlen(t->m->login), n_secret = strlen(secret), n = n_login + n_secret + 2;
    char *message = arena_alloc(t->a, n);
    memcpy(message + 1, t->m->login, n_login);
    memcpy(message + n_login + 2, secret, n_secret);
    enum answer answer = ANSWER_BAD;
    const char *text = "";
    bool ok = authenticate(t, "PLAIN", message, n, &answer, &text, err);
    explicit_bzero(message, n);
    return ok && judge(t, answer, text, err);
}

/* A quoted string holds ASCII only, and two of its characters are escaped. */
static bool quote(struct talk *t, const char *text, char **out, struct err *err)
{
    char *to = *out = arena_alloc(t->a, 2 * strlen(text) + 1);
    for (; *text; text++) {
        if ((unsigned char)*text > 0x7E)
            return err_set(err, ERR_FATAL,
                           "[mailbox %s]: login or password has letters that LOGIN cannot carry: "
                           "use auth = plain or scram-sha-256",
                           t->m->name);
        if (*text == '"' || *text == '\\')
            *to++ = '\\';
        *to++ = *text;
    }
    return true;
}

static bool by_login(struct talk *t, const char *secret, struct err *err)
{
    char *login = NULL, *password = NULL;
    enum answer answer = ANSWER_BAD;
    const char *text = "";
    if (!quote(t, t->m->login, &login, err) || !quote(t, secret, &password, err))
        return false;
    bool ok = talk_send(t, err, "LOGIN \"%s\" \"%s\"", login, password) &&
              talk_answer(t, &answer, &text, err);
    explicit_bzero(password, strlen(password));
    return ok && judge(t, answer, text, err);
}

static bool by_xoauth2(struct talk *t, const char *secret, struct err *err)
{
    char *message = arena_printf(t->a,
                                 "user=%s\x01"
                                 "auth=Bearer %s\x01\x01",
                                 t->m->login, secret);
    enum answer answer = ANSWER_BAD;
    const char *text = "";
    bool ok = authenticate(t, "XOAUTH2", message, strlen(message), &answer, &text, err);
    explicit_bzero(message, strlen(message));
    if (ok && answer == ANSWER_MORE) /* the reason, in JSON: acknowledge it and hear the NO */
        ok = talk_more(t, "", err) && talk_answer(t, &answer, &text, err);
    return ok && judge(t, answer, text, err);
}

/* The text of a "+ base64" line. */
static bool challenge(struct talk *t, const char *text, char **out, struct err *err)
{
    size_t room = strlen(text) + 1, n = 0;
    char *plain = arena_alloc(t->a, room);
    if (sodium_base642bin((unsigned char *)plain, room - 1, text, strlen(text), NULL, &n, NULL,
                          sodium_base64_VARIANT_ORIGINAL) != 0)
        return err_set(err, ERR_FATAL, "imap %s: its SCRAM message is not base64",
                       stream_peer(t->s));
    *out = plain;
    return true;
}

/* The server speaks its verdict before its proof: a NO stands, an OK does not. */
static bool unproven(struct talk *t, enum answer answer, const char *text, struct err *err)
{
    if (answer == ANSWER_OK)
        return err_set(err, ERR_FATAL,
                       "imap %s signs us in without proving that it knows the password: it is not "
                       "the server that it claims to be",
                       stream_peer(t->s));
    return judge(t, answer, text, err);
}

static bool by_scram(struct talk *t, const char *secret, struct err *err)
{
    struct scram s;
    enum answer answer = ANSWER_BAD;
    const char *text = "";
    char *message = NULL, *reply = NULL;
    char *first = scram_first(&s, t->a, t->m->login, secret, scram_nonce(t->a));
    if (!authenticate(t, "SCRAM-SHA-256", first, strlen(first), &answer, &text, err))
        return false;
    if (answer != ANSWER_MORE)
        return unproven(t, answer, text, err);
    if (!challenge(t, text, &message, err) || !scram_final(&s, message, &reply, err))
        return err_add(err, "imap %s", stream_peer(t->s));
    if (!talk_more(t, encode(t, reply, strlen(reply)), err) || !talk_answer(t, &answer, &text, err))
        return false;
    if (answer != ANSWER_MORE)
        return unproven(t, answer, text, err);
    if (!challenge(t, text, &message, err) || !scram_verify(&s, message, err))
        return err_add(err, "imap %s", stream_peer(t->s));
    return talk_more(t, "", err) && talk_answer(t, &answer, &text, err) &&
           judge(t, answer, text, err);
}
