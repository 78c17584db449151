/* SPDX-License-Identifier: AGPL-3.0-or-later
 * See secrecy.h. What follows from the word (links close, items follow their matter) is promised by
 * the triggers of 0080. */
#include "db/secrecy.h"

#include "base/refusals.h"
#include "db/event.h"
#include "db/query.h"
#include <string.h>

static const char *const words[] = {"ลับ", "ลับมาก", "ลับที่สุด"};

const char *const *secrecy_words(size_t *n_out)
{
    *n_out = ARRAY_LEN(words);
    return words;
}

static bool check(const char *number, const char *word, const char *why, struct err *err)
{
    bool is_known = !*word;
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        is_known |= strcmp(words[i], word) == 0;
    if (!is_known)
        return err_say(err, REFUSE_SECRECY_WORD, word);
    if (!why || !*why)
        return err_say(err, REFUSE_SECRECY_WHY, number);
    return true;
}

struct marked { /* what is marked, locked */
    int64_t id, matter_id;
    const char *secrecy;
};

static bool hold(struct arena *a, struct db *db, const char *sql, bool is_item, const char *number,
                 struct marked *out, struct err *err)
{
    struct params p = {0};
    struct rows r CLEANUP(rows_fini) = {0};
    param_text(&p, number);
    if (!db_query(db, sql, &p, &r, err))
        return false;
    if (r.n == 0)
        return is_item ? err_say(err, REFUSE_ITEM_UNKNOWN, number)
                       : err_say(err, REFUSE_MATTER_UNKNOWN, number);
    *out = (struct marked){row_int(&r, 0, 0), row_int(&r, 0, 1), row_dup(a, &r, 0, 2)};
    return true;
}

static bool tell(struct db *db, const struct marked *m, bool is_item, const char *word,
                 const char *who, const char *why, struct err *err)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    /* the words are constants of ours: nothing in them must be escaped */
    const struct event e = {
        .who = who,
        .item_id = is_item ? m->id : 0,
        .matter_id = m->matter_id,
        .what = *word ? "secret" : "no longer secret",
        .why = why,
        .detail_json = arena_printf(a, "{\"from\":\"%s\",\"to\":\"%s\"}", m->secrecy, word)};
    return event_append(db, &e, err);
}

/* ---------------------------------------------------------------- an item */

static const char hold_item_sql[] = "select id, coalesce(matter_id, 0), secrecy from item"
                                    " where no || '/' || year = $1 order by series for update";
static const char mark_item_sql[] =
    "update item set secrecy = $2 where id = $1 returning secrecy = $2";

bool item_secrecy(struct db *db, const char *register_no, const char *word, const char *who,
                  const char *why, struct err *err)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct rows r CLEANUP(rows_fini) = {0};
    struct params p = {0};
    struct marked m;
    if (!check(register_no, word, why, err) || !db_begin(db, err))
        return false;
    struct db *open CLEANUP(db_rollbackp) = db;
    if (!hold(a, db, hold_item_sql, true, register_no, &m, err))
        return false;
    if (strcmp(m.secrecy, word) == 0)
        return err_say(err, REFUSE_SECRECY_SAME, register_no);
    param_int(&p, m.id);
    param_text(&p, word);
    if (!db_query(db, mark_item_sql, &p, &r, err))
        return false;
    if (!row_bool(&r, 0, 0))
        return err_say(err, REFUSE_SECRECY_OF_MATTER, register_no);
    return tell(db, &m, true, word, who, why, err) && db_commit(db, err);
}

/* ---------------------------------------------------------------- a matter */

static const char hold_items_sql[] =
    "select i.id from item i join matter m on m.id = i.matter_id"
    " where m.no || '/' || m.year = $1 order by i.id for update of i";
static const char hold_matter_sql[] =
    "select id, id, secrecy from matter where no || '/' || year = $1 for update";
static const char mark_matter_sql[] = "update matter set secrecy = $2 where id = $1";
static const char mark_items_sql[] =
    "update item set secrecy = $2 where matter_id = $1 and secrecy = '' returning id";

static bool mark_items(struct db *db, const struct marked *m, const struct params *p,
                       const char *word, const char *who, const char *why, struct err *err)
{
    struct rows r CLEANUP(rows_fini) = {0};
    if (!*word)
        return true;
    if (!db_query(db, mark_items_sql, p, &r, err))
        return false;
    for (int i = 0; i < r.n; i++) {
        const struct marked item = {row_int(&r, i, 0), m->id, ""};
        if (!tell(db, &item, true, word, who, why, err))
            return false;
    }
    return true;
}

/* Items are locked before their matter, as whoever assigns one does; one that is assigned in
 * between waits for the matter and finds it secret. */
bool matter_secrecy(struct db *db, const char *matter_no, const char *word, const char *who,
                    const char *why, struct err *err)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct params number = {0}, p = {0};
    struct marked m;
    if (!check(matter_no, word, why, err) || !db_begin(db, err))
        return false;
    struct db *open CLEANUP(db_rollbackp) = db;
    param_text(&number, matter_no);
    if (!db_query(db, hold_items_sql, &number, NULL, err) ||
        !hold(a, db, hold_matter_sql, false, matter_no, &m, err))
        return false;
    if (strcmp(m.secrecy, word) == 0)
        return err_say(err, REFUSE_SECRECY_SAME_MATTER, matter_no);
    param_int(&p, m.id);
    param_text(&p, word);
    return db_query(db, mark_matter_sql, &p, NULL, err) &&
           mark_items(db, &m, &p, word, who, why, err) &&
           tell(db, &m, false, word, who, why, err) && db_commit(db, err);
}
