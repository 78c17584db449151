/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The office's fiscal year 2564, made by rule: its 289 parliamentary and 534 Cabinet matters, by
 * when each was due and what became of it. What the office counted is in fy_counted; which clerk
 * wrote what on which day is invented. The same every time. */
#ifndef TESTS_FLOW_FY2564_H
#define TESTS_FLOW_FY2564_H

#include "base/arena.h"
#include "base/buf.h"
#include <stdbool.h>
#include <stdint.h>

enum { FY_QUARTERS = 4, FY_MATTERS = 823, FY_AGENCIES = 9, FY_MAILS_MAX = 2 };

/* Counted by the office (domain §9): presented, and of them late; Parliament and Cabinet. */
struct fy_count {
    int parliament, cabinet, cabinet_late;
    int reported, score, weighted; /* hundredths */
};
extern const struct fy_count fy_counted[FY_QUARTERS];

enum fy_rule { FY_INSTANT, FY_DAY, FY_SENTENCE, FY_WITHIN, FY_OVERRIDE, FY_MEETING, FY_N_RULES };
enum fy_fate { FY_IN_TIME, FY_LATE, FY_MISSING, FY_INCOMPLETE, FY_N_FATES };

struct fy_matter {
    int no, year; /* "12/2564" */
    bool is_cabinet;
    const char *class_name;
    int agency; /* of fy_agencies */
    int64_t asked_us;
    enum fy_rule rule;
    int64_t due_us;     /* of the agency */
    int64_t meeting_us; /* FY_MEETING: its start */
    enum fy_fate fate;
    struct {
        int64_t entered_us;
        bool is_repeat;  /* the same mail again */
        bool is_partial; /* an officer finds that something is missing */
    } mail[FY_MAILS_MAX];
    int n_mails;
    int quarter; /* in which the office presented it, 1 to 4 */
    int64_t present_due_us, presented_us;
    bool is_late; /* the office was */
};

struct fy_agency {
    const char *code, *domain, *prefix;
};
extern const struct fy_agency fy_agencies[FY_AGENCIES];

/* All of them, in the order in which they were asked for; lives in a. */
struct fy_matter *fy_year(struct arena *a);

/* Rows of the files that thanwela imports, of what was asked, or presented, after from_us and up to
 * to_us; false: there are none. */
bool fy_matters_csv(const struct fy_matter *all, int64_t from_us, int64_t to_us, struct buf *out);
bool fy_deadlines_csv(const struct fy_matter *all, int64_t from_us, int64_t to_us, struct buf *out);
bool fy_presented_csv(const struct fy_matter *all, int64_t from_us, int64_t to_us, struct buf *out);
/* Cabinet meetings of the year: every Tuesday. */
void fy_meetings_csv(struct buf *out);

/* The mail with its document, as our mail server hands it over. m NULL: a letter that names no
 * matter, of which only `entered_us` is known. */
void fy_mail(const struct fy_matter *m, int which, int64_t entered_us, struct buf *out);

#endif
