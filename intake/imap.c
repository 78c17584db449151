/* SPDX-License-Identifier: AGPL-3.0-or-later
 * IMAP for one mailbox: opening, moving, waiting. See imap.h. Listing and fetching are in
 * imap_fetch.c, signing in is in imap_login.c. What the server says is believed as far as it
 * decides about its own mailbox, and no further. */
#include "intake/imap.h"
#include "intake/imap_impl.h"

#include "base/clock.h"
#include "base/thai.h"
#include "intake/utf7.h"
#include <libetpan/libetpan.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* What the server says of a folder today it may take back tomorrow (a restore, a quota, a right
 * that someone mends): never a reason to stop for good. */
static bool open_folder(struct imap *c, struct arena *a, const struct config_mailbox *m,
                        struct imap_folder *folder_out, struct err *err);
static bool make_folder(struct imap *c, struct arena *a, const char *name, struct err *err);
static bool move_by_copy(struct imap *c, struct mailimap_set *set, const char *folder,
                         bool *moved_out, struct err *err);
static bool idle_once(struct imap *c, int wake_fd, int64_t ms, enum stream_event *event,
                      struct err *err);

enum {
    IDLE_MAX_MS = 29 * 60 * 1000, /* RFC 2177: servers may hang up after 30 minutes */
    LOGOUT_MS = 3000,
    CONNECT_MAX_MS = 20000,
};

bool imap_open(const struct config_mailbox *m, struct imap **out, struct imap_folder *folder_out,
               struct err *err)
{
    int ms = m->timeout_s * 1000;
    const struct imap_times times = {
        .connect_ms = ms < CONNECT_MAX_MS ? ms : CONNECT_MAX_MS, .silence_ms = ms, .answer_ms = ms};
    return imap_open_within(m, &times, out, folder_out, err);
}

static struct stream_target target(const struct config_mailbox *m, const struct imap_times *times)
{
    return (struct stream_target){
        .host = m->host,
        .port = m->port                  ? m->port
                : m->tls == TLS_IMPLICIT ? 993
                                         : 143,
        .tls = m->tls,
        .allow_plain = m->allow_plain,
        .ca_file = m->ca_file,
        .name = m->verify_name,
        .connect_ms = times->connect_ms,
        .silence_ms = times->silence_ms,
    };
}

bool imap_open_within(const struct config_mailbox *m, const struct imap_times *times,
                      struct imap **out, struct imap_folder *folder_out, struct err *err)
{
    CLEANUP(arena_freep)
    struct arena *a = arena_new();
    CLEANUP(imap_closep)
    struct imap *c = calloc(1, sizeof *c);
    if (!c)
        abort();
    c->times = *times;
    imap_vet_init(&c->vet);
    struct stream_target t = target(m, times);
    if (!stream_open(&t, &c->s, err))
        return err_add(err, "imap");
    if (!imap_login(c->s, m, times->answer_ms, &c->caps, err))
        return false;
    c->session = mailimap_new(0, NULL);
    if (!c->session)
        abort();
    if (mailimap_connect(c->session, imap_low_stream(c)) != MAILIMAP_NO_ERROR_AUTHENTICATED)
        return err_set(err, ERR_FATAL, "imap: libetpan does not take our greeting");
    if (!open_folder(c, a, m, folder_out, err))
        return false;
    *out = TAKE(c);
    return true;
}

void imap_close(struct imap *c)
{
    if (!c)
        return;
    if (c->session) {
        c->vet.may_end = true;
        if (c->lost.kind == ERR_NONE) {
            stream_limit(c->s, LOGOUT_MS, IMAP_COMMAND_BYTES);
            mailimap_logout(c->session);
        }
        err_set(&c->lost, ERR_RETRY, "closed"); /* mailimap_free would say LOGOUT once more */
        mailimap_free(c->session);
    }
    stream_close(c->s);
    free(c);
}

void imap_closep(struct imap **c)
{
    imap_close(*c);
    *c = NULL;
}

void imap_begin(struct imap *c, uint64_t bytes)
{
    int64_t ms = c->times.answer_ms + (int64_t)(bytes / IMAP_RATE_MIN) * 1000;
    stream_limit(c->s, ms, IMAP_COMMAND_BYTES + bytes);
}

/* libetpan's codes for "the server answered NO or BAD" stand behind DONT_ACCEPT_CONNECTION; all up
 * to it mean that the conversation itself broke. */
bool imap_check(struct imap *c, int rc, enum err_kind kind, const char *words, struct err *err)
{
    if (rc == MAILIMAP_NO_ERROR && c->lost.kind == ERR_NONE)
        return true;
    bool refused = c->lost.kind == ERR_NONE && rc > MAILIMAP_ERROR_DONT_ACCEPT_CONNECTION &&
                   rc != MAILIMAP_ERROR_SSL && rc != MAILIMAP_ERROR_NEEDS_MORE_DATA;
    if (refused) {
        CLEANUP(arena_freep)
        struct arena *a = arena_new();
        const char *said = c->session->imap_response ? c->session->imap_response : "";
        size_t n = strlen(said);
        return err_set(err, kind, "imap %s: %s: %s", stream_peer(c->s), words,
                       text_clean(a, said, n < 200 ? n : 200));
    }
    if (c->lost.kind == ERR_NONE)
        err_set(&c->lost, ERR_RETRY, "%s answers what cannot be understood (%d)", stream_peer(c->s),
                rc);
    return err_set(err, ERR_RETRY, "imap: %s: %s", words, c->lost.text);
}

static bool open_folder(struct imap *c, struct arena *a, const struct config_mailbox *m,
                        struct imap_folder *folder_out, struct err *err)
{
    char *name = NULL;
    if (!utf7_encode(a, m->folder, &name, err))
        return err_add(err, "[mailbox %s] folder", m->name);
    if (m->done_folder && !make_folder(c, a, m->done_folder, err))
        return err_add(err, "[mailbox %s] done_folder", m->name);
    if (m->aside_folder && !make_folder(c, a, m->aside_folder, err))
        return err_add(err, "[mailbox %s] aside_folder", m->name);
    imap_begin(c, 0);
    if (!imap_check(c, mailimap_select(c->session, name), ERR_RETRY, "the folder cannot be opened",
                    err))
        return err_add(err, "[mailbox %s] folder %s", m->name, m->folder);
    const struct mailimap_selection_info *info = c->session->imap_selection_info;
    if (info->sel_perm == MAILIMAP_MAILBOX_READONLY)
        return err_set(err, ERR_RETRY,
                       "[mailbox %s] folder %s may only be read: registered mail could not be "
                       "moved; ask the server's operator",
                       m->name, m->folder);
    *folder_out = (struct imap_folder){.uidvalidity = info->sel_uidvalidity,
                                       .n_messages = info->sel_exists,
                                       .has_move = c->caps.move,
                                       .has_uidplus = c->caps.uidplus,
                                       .has_idle = c->caps.idle};
    return true;
}

/* LIST first: servers word the refusal of a CREATE in many ways. */
static bool make_folder(struct imap *c, struct arena *a, const char *folder, struct err *err)
{
    char *name = NULL;
    clist *found = NULL;
    if (strpbrk(folder, "*%"))
        return err_set(err, ERR_FATAL, "\"%s\" has a * or %%, which IMAP takes for any name",
                       folder);
    if (!utf7_encode(a, folder, &name, err))
        return false;
    imap_begin(c, 0);
    int rc = mailimap_list(c->session, "", name, &found);
    bool is_there = rc == MAILIMAP_NO_ERROR && found && clist_begin(found) != NULL;
    if (found)
        mailimap_list_result_free(found);
    if (!imap_check(c, rc, ERR_RETRY, "folders cannot be listed", err))
        return false;
    if (is_there)
        return true;
    imap_begin(c, 0);
    if (!imap_check(c, mailimap_create(c->session, name), ERR_RETRY,
                    "the folder cannot be made: make it by hand, or give its full name (some "
                    "servers want INBOX. before it)",
                    err))
        return false;
    imap_begin(c, 0);
    return imap_check(c, mailimap_subscribe(c->session, name), ERR_RETRY,
                      "the folder cannot be subscribed", err);
}

static void set_freep(struct mailimap_set **set)
{
    if (*set)
        mailimap_set_free(*set);
}

/* A connection that broke inside a move may have moved. */
static bool unsure(const struct imap *c, struct err *err)
{
    if (c->lost.kind != ERR_NONE)
        err->kind = ERR_UNSURE;
    return false;
}

bool imap_move(struct imap *c, uint32_t uid, const char *folder, bool *moved_out, struct err *err)
{
    CLEANUP(arena_freep)
    struct arena *a = arena_new();
    CLEANUP(set_freep)
    struct mailimap_set *set = mailimap_set_new_single(uid), *from = NULL, *to = NULL;
    char *name = NULL;
    struct err mine = {0};
    uint32_t uidvalidity = 0, gone = c->vet.n_gone;
    bool ok;
    if (!utf7_encode(a, folder, &name, err))
        return err_add(err, "imap move");
    *moved_out = false;
    if (c->caps.move) {
        imap_begin(c, 0);
        int rc = mailimap_uidplus_uid_move(c->session, set, name, &uidvalidity, &from, &to);
        ok = imap_check(c, rc, ERR_RETRY, "mail cannot be moved", &mine) || unsure(c, &mine);
        *moved_out = ok && (c->caps.uidplus ? from != NULL : c->vet.n_gone != gone);
    } else {
        ok = move_by_copy(c, set, name, moved_out, &mine) || unsure(c, &mine);
    }
    c->seen_gone += c->vet.n_gone - gone; /* our own doing is no news */
    if (mine.text[0] && err)
        *err = mine;
    return ok;
}

static bool mark_deleted(struct imap *c, struct mailimap_set *set, struct err *err)
{
    struct mailimap_flag_list *flags = mailimap_flag_list_new_empty();
    if (!flags || mailimap_flag_list_add(flags, mailimap_flag_new_deleted()) != 0)
        abort();
    struct mailimap_store_att_flags *store = mailimap_store_att_flags_new_add_flags_silent(flags);
    if (!store)
        abort();
    imap_begin(c, 0);
    int rc = mailimap_uid_store(c->session, set, store);
    mailimap_store_att_flags_free(store);
    return imap_check(c, rc, ERR_RETRY, "the moved mail cannot be marked", err);
}

static bool remove_original(struct imap *c, struct mailimap_set *set, struct err *err)
{
    if (!mark_deleted(c, set, err))
        return false;
    if (!c->caps.uidplus) {
        err_set(err, ERR_NONE,
                "imap %s has no UIDPLUS: the mail was copied and marked as deleted, and stays in "
                "its folder until somebody expunges it",
                stream_peer(c->s));
        return true;
    }
    imap_begin(c, 0);
    return imap_check(c, mailimap_uid_expunge(c->session, set), ERR_RETRY,
                      "the moved mail cannot be removed", err);
}

/* COPY answers OK for a UID that is gone: with UIDPLUS the answer names what was copied, without it
 * we look first. */
static bool move_by_copy(struct imap *c, struct mailimap_set *set, const char *folder,
                         bool *moved_out, struct err *err)
{
    CLEANUP(set_freep)
    struct mailimap_set *from = NULL, *to = NULL;
    uint32_t uidvalidity = 0;
    bool is_there = c->caps.uidplus;
    if (!is_there && !imap_is_there(c, set, &is_there, err))
        return false;
    if (!is_there)
        return true;
    imap_begin(c, 0);
    int rc = mailimap_uidplus_uid_copy(c->session, set, folder, &uidvalidity, &from, &to);
    if (!imap_check(c, rc, ERR_RETRY, "mail cannot be copied", err))
        return false;
    if (c->caps.uidplus && !from)
        return true;
    *moved_out = true;
    return remove_original(c, set, err);
}

bool imap_remove(struct imap *c, uint32_t uid, struct err *err)
{
    struct mailimap_set *set CLEANUP(set_freep) = mailimap_set_new_single(uid);
    if (!set)
        abort();
    uint32_t gone = c->vet.n_gone;
    bool ok = remove_original(c, set, err);
    c->seen_gone += c->vet.n_gone - gone;
    return ok;
}

bool imap_noop(struct imap *c, struct err *err)
{
    imap_begin(c, 0);
    return imap_check(c, mailimap_noop(c->session), ERR_RETRY, "NOOP", err);
}

static bool has_news(const struct imap *c)
{
    return c->vet.n_exists != c->seen_exists || c->vet.n_gone != c->seen_gone;
}

bool imap_idle(struct imap *c, int wake_fd, int ms, bool *news_out, struct err *err)
{
    int64_t end = clock_mono_ms() + ms;
    enum stream_event event = STREAM_DATA;
    while (event == STREAM_DATA && !has_news(c)) {
        int64_t left = end - clock_mono_ms();
        if (left <= 0)
            break;
        if (!idle_once(c, wake_fd, left, &event, err))
            return false;
        if (event == STREAM_QUIET && clock_mono_ms() < end)
            event = STREAM_DATA; /* only IDLE's own limit is over */
    }
    *news_out = has_news(c);
    return true;
}

/* Some servers' keep-alive lines are no news: the caller looks and comes again. */
static bool idle_once(struct imap *c, int wake_fd, int64_t ms, enum stream_event *event,
                      struct err *err)
{
    if (ms > IDLE_MAX_MS)
        ms = IDLE_MAX_MS;
    if (c->caps.idle) {
        imap_begin(c, 0);
        if (!imap_check(c, mailimap_idle(c->session), ERR_RETRY, "IDLE", err))
            return false;
    }
    *event = STREAM_DATA;
    bool is_read = c->line_at < c->line_end || c->session->imap_stream->read_buffer_len > 0;
    if (!is_read && !stream_wait(c->s, wake_fd, ms, event, err))
        return err_add(err, "imap");
    if (!c->caps.idle)
        return imap_noop(c, err);
    imap_begin(c, 0);
    return imap_check(c, mailimap_idle_done(c->session), ERR_RETRY, "IDLE", err);
}
