/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Meetings of the Cabinet and of Parliament: when they start and until when papers are taken. */
#ifndef DB_MEETING_H
#define DB_MEETING_H

#include "db/calendar.h"

struct meeting {
    int id;
    const char *body; /* "cabinet", "parliament" */
    int64_t starts_us;
    const char *kind; /* "regular", "special", "mobile" */
    const char *place;
    /* The cut-off: N working days before the day of the meeting at a time of day, or an instant. */
    int cutoff_days;   /* -1: cutoff_us is the rule */
    int cutoff_minute; /* of the day, Bangkok; read with cutoff_days */
    int64_t cutoff_us; /* filled from the rule when read */
    const char *cutoff_rule, *source;
    const char *status;     /* "planned", "postponed", "cancelled", "replaced"; filled when read */
    const char *status_why; /* likewise */
    int moved_to;           /* likewise; 0: no other */
    int64_t created_us;     /* TIME_NONE when adding: now */
};

/* err  REFUSE no such body or kind, a cut-off behind the start, or one is planned for that instant
 */
bool meeting_add(struct db *db, const struct meeting *m, const char *who, int *id_out,
                 struct err *err) MUST_CHECK;

/* As meeting_add for an import: the same meeting (body, start, cut-off) that is planned already
 * stays. err  REFUSE also: it is planned with another cut-off; move it with a reason */
bool meeting_put(struct db *db, const struct meeting *m, const char *who, enum row_change *out,
                 struct err *err) MUST_CHECK;

struct meeting_change {
    int id;
    int64_t starts_us;    /* the new start; cancel: not read */
    int cutoff_days;      /* -1 and cutoff_us TIME_NONE: the old rule */
    int cutoff_minute;    /* */
    int64_t cutoff_us;    /* */
    const char *why;      /* not "" */
    const char *source;   /* the document, or "" */
    bool erases_lateness; /* said on record: who missed the old cut-off is not late */
    const char *who;
};

/* The meeting takes place at another time (or has another cut-off): a new row, and a new version of
 * every open deadline that followed the old one. Matters follow.
 * out  the new id, and how many deadlines moved. err  REFUSE not planned any more */
bool meeting_move(struct db *db, const struct meeting_change *c, int *id_out, int *n_moved_out,
                  struct err *err) MUST_CHECK;

/* It does not take place: its open deadlines fall back to what stood behind, or to ยังไม่กำหนด. */
bool meeting_cancel(struct db *db, const struct meeting_change *c, int *n_moved_out,
                    struct err *err) MUST_CHECK;

/* The meeting of a body on a day: the planned one, else where one of that day was moved to (SQL:
 * meeting_on).
 * out  0: none */
bool meeting_find(struct db *db, const char *body, int64_t day_us, int *id_out,
                  struct err *err) MUST_CHECK;

struct meetings {
    struct meeting *meeting;
    int n;
};
/* By start, those that start from from_us on and before to_us; body NULL: both. */
bool meeting_list(struct arena *a, struct db *db, const char *body, int64_t from_us, int64_t to_us,
                  struct meetings *out, struct err *err) MUST_CHECK;
/* One; REFUSE there is none. */
bool meeting_get(struct arena *a, struct db *db, int id, struct meeting *out,
                 struct err *err) MUST_CHECK;

struct meeting_proposal {
    int64_t day_us;
    const char *holiday; /* its name where the day is off; NULL: a working day */
    const char *planned; /* what the body has that week already; NULL: nothing */
};
struct meeting_proposals {
    struct meeting_proposal *day;
    int n;
};
/* The Tuesdays of a period. */
bool meeting_propose(struct arena *a, struct db *db, const char *body, int64_t from_us,
                     int64_t to_us, struct meeting_proposals *out, struct err *err) MUST_CHECK;

#endif
