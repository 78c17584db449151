/* SPDX-License-Identifier: AGPL-3.0-or-later
 * An officer's word on an item: the change and its event are one transaction. See item.h. */
#include "db/item.h"

#include "base/buf.h"
#include "base/refusals.h"
#include "db/event.h"
#include "db/query.h"
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

struct held { /* the item, locked */
    int64_t id, matter_id;
    const char *status;
};

static const char hold_sql[] = "select id, coalesce(matter_id, 0), status from item"
                               " where no || '/' || year = $1 order by series for update";

static bool hold(struct arena *a, struct db *db, const char *register_no, struct held *out,
                 struct err *err)
{
    struct params p = {0};
    struct rows r CLEANUP(rows_fini) = {0};
    param_text(&p, register_no);
    if (!db_query(db, hold_sql, &p, &r, err))
        return false;
    if (r.n == 0)
        return err_say(err, REFUSE_ITEM_UNKNOWN, register_no);
    *out = (struct held){row_int(&r, 0, 0), row_int(&r, 0, 1), row_dup(a, &r, 0, 2)};
    if (strcmp(out->status, "ยกเลิก") == 0)
        return err_say(err, REFUSE_ITEM_CANCELLED, register_no);
    return true;
}

/* One row with one number, or REFUSE. */
static bool look_up(struct db *db, const char *sql, const char *word, const char *what,
                    int64_t *id_out, struct err *err)
{
    struct params p = {0};
    struct rows r CLEANUP(rows_fini) = {0};
    param_text(&p, word);
    if (!db_query(db, sql, &p, &r, err))
        return false;
    if (r.n == 0)
        return strcmp(what, "matter") == 0 ? err_say(err, REFUSE_MATTER_UNKNOWN, word)
                                           : err_say(err, REFUSE_AGENCY_UNKNOWN, word);
    *id_out = row_int(&r, 0, 0);
    return true;
}

static bool is_class(const char *name)
{
    static const char *const names[] = {"CAB-SUBMIT",   "CAB-OPINION",  "CAB-URGENT",
                                        "CAB-FOLLOWUP", "PARL-CONSULT", "PARL-QUESTION",
                                        "PARL-BILL",    "OTHER"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

static bool tell(struct db *db, const struct held *h, const char *who, const char *what,
                 const char *why, json_t *detail, struct err *err)
{
    char *text = json_dumps(detail, JSON_COMPACT);
    json_decref(detail);
    const struct event e = {.who = who,
                            .item_id = h->id,
                            .matter_id = h->matter_id,
                            .what = what,
                            .why = why,
                            .detail_json = text};
    bool told = event_append(db, &e, err);
    free(text);
    return told && db_commit(db, err);
}

static const char matter_sql[] = "select id from matter where no || '/' || year = $1";
static const char agency_sql[] = "select id from agency where code = $1";
static const char assign_sql[] =
    "update item set"
    " matter_id = coalesce(nullif($2::bigint, 0), matter_id),"
    " matter_how = case when $2::bigint = 0 then matter_how else 'officer' end,"
    " agency_id = coalesce(nullif($3::int, 0), agency_id),"
    " agency_how = case when coalesce(nullif($3::int, 0), agency_id) is null then agency_how"
    "  else 'officer' end,"
    " class = coalesce($4, (select class from matter where id = nullif($2::bigint, 0)), class),"
    " check_why = '' where id = $1";

bool item_assign(struct db *db, const char *register_no, const struct item_assign *to,
                 const char *who, const char *why, struct err *err)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct held h;
    int64_t matter = 0, agency = 0;
    if (to->class_name && !is_class(to->class_name))
        return err_say(err, REFUSE_CLASS_UNKNOWN, to->class_name);
    if (!db_begin(db, err))
        return false;
    struct db *open CLEANUP(db_rollbackp) = db;
    if (!hold(a, db, register_no, &h, err) ||
        (to->matter && !look_up(db, matter_sql, to->matter, "matter", &matter, err)) ||
        (to->agency && !look_up(db, agency_sql, to->agency, "agency", &agency, err)))
        return false;
    struct params p = {0};
    param_int(&p, h.id);
    param_int(&p, matter);
    param_int(&p, agency);
    param_text(&p, to->class_name);
    if (!db_query(db, assign_sql, &p, NULL, err))
        return false;
    h.matter_id = matter ? matter : h.matter_id;
    return tell(db, &h, who, "assign", why,
                json_pack("{s:s*, s:s*, s:s*}", "matter", to->matter, "agency", to->agency, "class",
                          to->class_name),
                err);
}

static const char rescan_jobs_sql[] =
    "update job set state = 'ready', attempts = 0, next_at = clock_timestamp(), claimed_until = "
    "null"
    " where state = 'done' and attachment_id in (select id from attachment where item_id = $1"
    "  and scan_state = 'poison')";
static const char rescan_files_sql[] = "update attachment set scan_state = null, scan_why = ''"
                                       " where item_id = $1 and scan_state = 'poison'";
static const char rescan_item_sql[] = "update item set scan_done_at = null where id = $1";
static const char rescan_notify_sql[] = "notify thanwela_job";

bool item_rescan(struct db *db, const char *register_no, const char *who, const char *why,
                 struct err *err)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct rows r CLEANUP(rows_fini) = {0};
    struct params p = {0};
    struct held h;
    if (!db_begin(db, err))
        return false;
    struct db *open CLEANUP(db_rollbackp) = db;
    if (!hold(a, db, register_no, &h, err))
        return false;
    param_int(&p, h.id);
    if (!db_query(db, rescan_jobs_sql, &p, &r, err))
        return false;
    if (r.touched == 0)
        return err_say(err, REFUSE_RESCAN_NONE, register_no);
    return db_query(db, rescan_files_sql, &p, NULL, err) &&
           db_query(db, rescan_item_sql, &p, NULL, err) &&
           db_query(db, rescan_notify_sql, NULL, NULL, err) &&
           tell(db, &h, who, "scan again", why, json_pack("{s:I}", "files", (json_int_t)r.touched),
                err);
}

static const char status_sql[] = "update item set status = $2, cancelled_why = $3 where id = $1";
static const char *const statuses[] = {
    "รับแล้ว",         "ตรวจสอบ", "ส่งกลับแก้ไข", "รับเพิ่มเติม", "เสนอรัฐมนตรี",
    "เสนอ สลค./สภา", "เข้าวาระ", "มีมติ",       "ปิด",       "ถอน"};

const char *const *item_statuses(size_t *n_out)
{
    *n_out = ARRAY_LEN(statuses);
    return statuses;
}

static bool set_status(struct db *db, const char *register_no, const char *status, const char *who,
                       const char *why, struct err *err)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct held h;
    bool cancels = strcmp(status, "ยกเลิก") == 0;
    if (!db_begin(db, err))
        return false;
    struct db *open CLEANUP(db_rollbackp) = db;
    if (!hold(a, db, register_no, &h, err))
        return false;
    struct params p = {0};
    param_int(&p, h.id);
    param_text(&p, status);
    param_text(&p, cancels ? why : "");
    return db_query(db, status_sql, &p, NULL, err) &&
           tell(db, &h, who, cancels ? "cancel" : "status", why,
                json_pack("{s:s, s:s}", "from", h.status, "to", status), err);
}

bool item_status(struct db *db, const char *register_no, const char *status, const char *who,
                 const char *why, struct err *err)
{
    struct buf known CLEANUP(buf_fini) = {0};
    for (size_t i = 0; i < ARRAY_LEN(statuses); i++) {
        if (strcmp(statuses[i], status) == 0)
            return set_status(db, register_no, status, who, why, err);
        buf_addf(&known, "%s%s", i ? ", " : "", statuses[i]);
    }
    return err_say(err, REFUSE_STATUS_UNKNOWN, status, buf_str(&known));
}

bool item_cancel(struct db *db, const char *register_no, const char *who, const char *why,
                 struct err *err)
{
    if (!why || !*why)
        return err_say(err, REFUSE_CANCEL_WHY, register_no);
    return set_status(db, register_no, "ยกเลิก", who, why, err);
}

static const char whole_sql[] =
    "update item set is_complete = $2, incomplete_why = $3 where id = $1 and"
    " (is_complete, incomplete_why) is distinct from ($2::bool, $3::text)";

bool item_mark_whole(struct db *db, const char *register_no, bool is_whole, const char *who,
                     const char *why, struct err *err)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct held h;
    struct rows done CLEANUP(rows_fini) = {0};
    if (!db_begin(db, err))
        return false;
    struct db *open CLEANUP(db_rollbackp) = db;
    if (!hold(a, db, register_no, &h, err))
        return false;
    struct params p = {0};
    param_int(&p, h.id);
    param_bool(&p, is_whole);
    param_text(&p, is_whole ? "" : why);
    if (!db_query(db, whole_sql, &p, &done, err))
        return false;
    return done.touched == 0 ||
           tell(db, &h, who, is_whole ? "complete" : "incomplete", why, json_object(), err);
}

static const char completes_sql[] =
    "update item set completes = $2 where id = $1 and is_complete and id <> $2 and entered_at >="
    " (select entered_at from item where id = $2 and not is_complete)";

bool item_completes(struct db *db, const char *register_no, const char *by, const char *who,
                    const char *why, struct err *err)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct held first, second;
    struct rows done CLEANUP(rows_fini) = {0};
    if (!db_begin(db, err))
        return false;
    struct db *open CLEANUP(db_rollbackp) = db;
    if (!hold(a, db, register_no, &first, err) || !hold(a, db, by, &second, err))
        return false;
    struct params p = {0};
    param_int(&p, second.id);
    param_int(&p, first.id);
    if (!db_query(db, completes_sql, &p, &done, err))
        return false;
    if (done.touched == 0)
        return err_say(err, REFUSE_COMPLETES_NOT, by, register_no, register_no);
    return tell(db, &first, who, "completed by", why, json_pack("{s:s}", "item", by), err);
}
