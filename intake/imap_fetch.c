/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Listing and fetching. See imap.h. Sizes are asked before mails; mails stream through a memfd; the
 * shape of a mail (BODYSTRUCTURE, ENVELOPE) is never asked, because libetpan recurses over what its
 * sender wrote. */
#include "intake/imap.h"
#include "intake/imap_impl.h"

#include "base/clock.h"
#include <assert.h>
#include <errno.h>
#include <libetpan/libetpan.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum {
    FETCH_MAX = 50,      /* UIDs in one command: the set stays far under 8 KB */
    LIST_MAX = 200000,   /* mails in one listing; the others come when these are moved */
    LIST_BYTES = 512,    /* at most so many bytes to list one mail */
    LIST_UNKNOWN = 1024, /* mails that may have come since the folder was opened */
};

struct found {                /* what one FETCH response said */
    uint32_t uid, size_bytes; /* uid 0: it did not say */
    int64_t internaldate_us;
    bool is_deleted, has_size, has_body;
    const char *body; /* short mails may come as a quoted string */
    size_t n_body;
};

typedef void fetched_fn(void *user, const struct found *f);

struct listener {
    fetched_fn *fn;
    void *user;
};

static bool fetch(struct imap *c, struct mailimap_set *set, const char *items, fetched_fn *fn,
                  void *user, mailimap_msg_body_handler *body, const char *words, struct err *err);

/* INTERNALDATE: the server's own clock, with its zone. TIME_NONE where there is no such instant. */
static int64_t date_us(const struct mailimap_date_time *d)
{
    enum { ZONE_MAX = 1459 };
    const int64_t bangkok_us = 7 * 3600 * US_PER_S;
    const struct civil c = {.year = d->dt_year,
                            .month = d->dt_month,
                            .day = d->dt_day,
                            .hour = d->dt_hour,
                            .minute = d->dt_min,
                            .second = d->dt_sec < 60 ? d->dt_sec : 59}; /* a leap second */
    if (!civil_valid(&c) || d->dt_zone < -ZONE_MAX || d->dt_zone > ZONE_MAX)
        return TIME_NONE;
    int zone = abs(d->dt_zone), minutes = zone / 100 * 60 + zone % 100;
    return civil_to(&c) + bangkok_us - (d->dt_zone < 0 ? -minutes : minutes) * US_PER_MIN;
}

static bool has_deleted(const struct mailimap_msg_att_dynamic *d)
{
    if (!d || !d->att_list)
        return false;
    for (clistiter *i = clist_begin(d->att_list); i; i = clist_next(i)) {
        const struct mailimap_flag_fetch *f = clist_content(i);
        if (f->fl_type == MAILIMAP_FLAG_FETCH_OTHER && f->fl_flag &&
            f->fl_flag->fl_type == MAILIMAP_FLAG_DELETED)
            return true;
    }
    return false;
}

static void take_static(const struct mailimap_msg_att_static *s, struct found *f)
{
    switch (s->att_type) {
    case MAILIMAP_MSG_ATT_UID:
        f->uid = s->att_data.att_uid;
        break;
    case MAILIMAP_MSG_ATT_RFC822_SIZE:
        f->size_bytes = s->att_data.att_rfc822_size;
        f->has_size = true;
        break;
    case MAILIMAP_MSG_ATT_INTERNALDATE:
        if (s->att_data.att_internal_date)
            f->internaldate_us = date_us(s->att_data.att_internal_date);
        break;
    case MAILIMAP_MSG_ATT_BODY_SECTION:
        f->has_body = s->att_data.att_body_section != NULL;
        if (f->has_body) {
            f->body = s->att_data.att_body_section->sec_body_part;
            f->n_body = f->body ? s->att_data.att_body_section->sec_length : 0;
        }
        break;
    default:
        break;
    }
}

/* libetpan calls this for each FETCH response, asked for or not. */
static void on_response(struct mailimap_msg_att *att, void *user)
{
    const struct listener *l = user;
    struct found f = {.internaldate_us = TIME_NONE};
    for (clistiter *i = clist_begin(att->att_list); i; i = clist_next(i)) {
        const struct mailimap_msg_att_item *item = clist_content(i);
        if (item->att_type == MAILIMAP_MSG_ATT_ITEM_STATIC && item->att_data.att_static)
            take_static(item->att_data.att_static, &f);
        else if (item->att_type == MAILIMAP_MSG_ATT_ITEM_DYNAMIC)
            f.is_deleted = has_deleted(item->att_data.att_dyn);
    }
    l->fn(l->user, &f);
}

/* libetpan ignores the handler above where no progress callback is set. */
static void on_progress(size_t now, size_t all, void *user)
{
    (void)now, (void)all, (void)user;
}

static struct mailimap_fetch_att *wanted_item(char item)
{
    switch (item) {
    case 'u':
        return mailimap_fetch_att_new_uid();
    case 'f':
        return mailimap_fetch_att_new_flags();
    case 'd':
        return mailimap_fetch_att_new_internaldate();
    case 's':
        return mailimap_fetch_att_new_rfc822_size();
    default:
        return mailimap_fetch_att_new_body_peek_section(mailimap_section_new(NULL));
    }
}

static struct mailimap_fetch_type *wanted_items(const char *items)
{
    struct mailimap_fetch_type *type = mailimap_fetch_type_new_fetch_att_list_empty();
    if (!type)
        abort();
    for (; *items; items++) {
        struct mailimap_fetch_att *att = wanted_item(*items);
        if (!att || mailimap_fetch_type_new_fetch_att_list_add(type, att) != MAILIMAP_NO_ERROR)
            abort();
    }
    return type;
}

/* UID FETCH; items: u UID, f FLAGS, d INTERNALDATE, s RFC822.SIZE, b BODY.PEEK[]. Limits are set by
 * the caller. */
static bool fetch(struct imap *c, struct mailimap_set *set, const char *items, fetched_fn *fn,
                  void *user, mailimap_msg_body_handler *body, const char *words, struct err *err)
{
    struct listener listener = {.fn = fn, .user = user};
    struct mailimap_fetch_type *type = wanted_items(items);
    clist *rest = NULL; /* dangles after an error: freed only after success */
    mailimap_set_progress_callback(c->session, on_progress, on_progress, NULL);
    mailimap_set_msg_att_handler(c->session, on_response, &listener);
    mailimap_set_msg_body_handler(c->session, body, user);
    int rc = mailimap_uid_fetch(c->session, set, type, &rest);
    mailimap_set_msg_body_handler(c->session, NULL, NULL);
    mailimap_set_msg_att_handler(c->session, NULL, NULL);
    mailimap_set_progress_callback(c->session, NULL, NULL, NULL);
    mailimap_fetch_type_free(type);
    if (rc == MAILIMAP_NO_ERROR && rest)
        mailimap_fetch_list_free(rest);
    return imap_check(c, rc, ERR_RETRY, words, err);
}

static void set_freep(struct mailimap_set **set)
{
    if (*set)
        mailimap_set_free(*set);
}

struct listing {
    struct imap_entry *entries; /* on the heap while it grows */
    uint32_t n, room;
};

static void list_one(void *user, const struct found *f)
{
    struct listing *l = user;
    if (f->uid == 0 || !f->has_size || l->n == LIST_MAX)
        return; /* a change of flags that nobody asked for, or enough */
    if (l->n == l->room) {
        l->room = l->room ? 2 * l->room : 64;
        l->entries = reallocarray(l->entries, l->room, sizeof *l->entries);
        if (!l->entries)
            abort();
    }
    l->entries[l->n++] = (struct imap_entry){.uid = f->uid,
                                             .size_bytes = f->size_bytes,
                                             .internaldate_us = f->internaldate_us,
                                             .is_deleted = f->is_deleted};
}

static int by_uid(const void *a, const void *b)
{
    uint32_t x = ((const struct imap_entry *)a)->uid, y = ((const struct imap_entry *)b)->uid;
    return (x > y) - (x < y);
}

bool imap_list(struct imap *c, struct arena *a, struct imap_entry **entries_out, uint32_t *n_out,
               struct err *err)
{
    struct listing l = {0};
    CLEANUP(set_freep)
    struct mailimap_set *set = mailimap_set_new_interval(1, 0); /* 1:* */
    uint64_t expected = c->session->imap_selection_info->sel_exists;
    c->seen_exists = c->vet.n_exists;
    c->seen_gone = c->vet.n_gone;
    imap_begin(c, ((expected < LIST_MAX ? expected : LIST_MAX) + LIST_UNKNOWN) * LIST_BYTES);
    bool ok = fetch(c, set, "ufds", list_one, &l, NULL, "mail cannot be listed", err);
    if (ok && l.n > 0) {
        qsort(l.entries, l.n, sizeof *l.entries, by_uid);
        uint32_t n = 1;
        for (uint32_t i = 1; i < l.n; i++)
            if (l.entries[i].uid != l.entries[n - 1].uid)
                l.entries[n++] = l.entries[i];
        *entries_out = arena_memdup(a, l.entries, n * sizeof *l.entries);
        *n_out = n;
    } else if (ok) {
        *entries_out = NULL;
        *n_out = 0;
    }
    free(l.entries);
    return ok;
}

static void note_presence(void *user, const struct found *f)
{
    bool *is_there = user;
    *is_there = *is_there || f->uid != 0;
}

bool imap_is_there(struct imap *c, struct mailimap_set *set, bool *out, struct err *err)
{
    *out = false;
    imap_begin(c, 0);
    return fetch(c, set, "uf", note_presence, out, NULL, "mail cannot be looked up", err);
}

struct wanted {
    uint32_t uid, size_bytes;
    bool is_there, is_done;
};

struct job {
    struct imap *c;
    struct wanted wanted[FETCH_MAX];
    uint32_t n_wanted;
    imap_mail_fn *fn;
    void *user;
    int fd;           /* the memfd being filled; -1 none */
    uint64_t n_bytes; /* in it */
    struct err why;   /* of fn, or our own: the connection is then given up */
};

static struct wanted *find_wanted(struct job *j, uint32_t uid)
{
    for (uint32_t i = 0; i < j->n_wanted; i++)
        if (j->wanted[i].uid == uid)
            return &j->wanted[i];
    return NULL;
}

static void note_size(void *user, const struct found *f)
{
    struct wanted *w = find_wanted(user, f->uid);
    if (w && f->has_size) {
        w->is_there = true;
        w->size_bytes = f->size_bytes;
    }
}

static bool spool(struct job *j, const char *p, size_t n)
{
    if (j->fd < 0)
        j->fd = memfd_create("mail", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (j->fd < 0)
        return err_set(&j->why, ERR_RETRY, "no memory file for a mail (%s)", strerror(errno));
    while (n > 0) {
        ssize_t wrote = write(j->fd, p, n);
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote < 0)
            return err_set(&j->why, ERR_RETRY, "a mail cannot be kept in memory (%s)",
                           strerror(errno));
        p += wrote;
        n -= (size_t)wrote;
        j->n_bytes += (uint64_t)wrote;
    }
    return true;
}

static bool on_body(int att_type, struct mailimap_msg_att_body_section *section, const char *p,
                    size_t n, void *user)
{
    (void)att_type, (void)section;
    struct job *j = user;
    return j->why.kind == ERR_NONE && spool(j, p, n);
}

static void forget_spool(struct job *j)
{
    fd_closep(&j->fd);
    j->n_bytes = 0;
}

/* One response is whole: its mail goes to the caller while the next one is on its way. */
static void on_mail(void *user, const struct found *f)
{
    struct job *j = user;
    struct wanted *w = find_wanted(j, f->uid);
    if (j->why.kind != ERR_NONE || !f->has_body)
        return;
    if (!w || w->is_done) {
        err_set(&j->why, ERR_RETRY, "imap %s sends a mail that was not asked for",
                stream_peer(j->c->s));
        return;
    }
    if (f->n_body > 0 && !spool(j, f->body, f->n_body))
        return;
    if (j->fd < 0 && !spool(j, "", 0))
        return;
    w->is_done = true;
    lseek(j->fd, 0, SEEK_SET);
    int64_t before = clock_mono_ms();
    bool ok = j->fn(j->user, w->uid, j->fd, j->n_bytes, &j->why);
    stream_extend(j->c->s, clock_mono_ms() - before);
    if (!ok && j->why.kind == ERR_NONE)
        err_set(&j->why, ERR_RETRY, "stopped");
    forget_spool(j);
}

/* The UIDs that are there and small enough; NULL where there is none. */
static struct mailimap_set *fetchable(struct job *j, uint64_t max_bytes, uint64_t *sum_out)
{
    struct mailimap_set *set = mailimap_set_new_empty();
    bool any = false;
    *sum_out = 0;
    for (uint32_t i = 0; i < j->n_wanted; i++) {
        const struct wanted *w = &j->wanted[i];
        if (!w->is_there || w->size_bytes > max_bytes)
            continue;
        if (!set || mailimap_set_add_single(set, w->uid) != MAILIMAP_NO_ERROR)
            abort();
        *sum_out += w->size_bytes;
        any = true;
    }
    if (any)
        return set;
    mailimap_set_free(set);
    return NULL;
}

static bool ask_sizes(struct job *j, const uint32_t *uids, uint32_t n_uids, struct err *err)
{
    CLEANUP(set_freep)
    struct mailimap_set *set = mailimap_set_new_empty();
    for (uint32_t i = 0; i < n_uids; i++) {
        j->wanted[j->n_wanted++] = (struct wanted){.uid = uids[i]};
        if (!set || mailimap_set_add_single(set, uids[i]) != MAILIMAP_NO_ERROR)
            abort();
    }
    imap_begin(j->c, 0);
    return fetch(j->c, set, "us", note_size, j, NULL, "sizes cannot be asked", err);
}

bool imap_fetch(struct imap *c, const uint32_t *uids, uint32_t n_uids, uint64_t max_bytes,
                imap_mail_fn *fn, void *user, struct err *err)
{
    assert(n_uids <= FETCH_MAX);
    struct job j = {.c = c, .fn = fn, .user = user, .fd = -1};
    uint64_t sum = 0;
    if (n_uids == 0)
        return true;
    if (!ask_sizes(&j, uids, n_uids, err))
        return false;
    if (n_uids == 1 && j.wanted[0].is_there && j.wanted[0].size_bytes > max_bytes)
        return err_set(err, ERR_REFUSE, "the mail has %u bytes: %llu are the limit",
                       j.wanted[0].size_bytes, (unsigned long long)max_bytes);
    CLEANUP(set_freep)
    struct mailimap_set *set = fetchable(&j, max_bytes, &sum);
    if (!set)
        return true;
    /* Some servers only estimate RFC822.SIZE: what holds is the limit and each literal's length. */
    c->vet.literal_max = max_bytes < UINT32_MAX ? max_bytes : UINT32_MAX;
    imap_begin(c, 2 * sum);
    bool ok = fetch(c, set, "ub", on_mail, &j, on_body, "mail cannot be fetched", err);
    c->vet.literal_max = IMAP_LITERAL_MAX;
    forget_spool(&j);
    if (j.why.kind != ERR_NONE) {
        c->lost = (struct err){.kind = ERR_RETRY, .text = "the fetch was stopped"};
        if (err)
            *err = j.why;
        return false;
    }
    return ok;
}
