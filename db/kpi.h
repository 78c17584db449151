/* SPDX-License-Identifier: AGPL-3.0-or-later
 * What KPI สร.1 is made of (domain §9): presentations of matters, definitions, reported figures. */
#ifndef DB_KPI_H
#define DB_KPI_H

#include "db/db.h"

enum { KPI_LEVELS = 5, KPI_QUARTERS = 4 };
enum kpi_population { KPI_PARLIAMENT, KPI_CABINET, KPI_COMBINED, KPI_N_POPULATIONS };
enum kpi_scope { KPI_QUARTER, KPI_HALF, KPI_CUMULATIVE, KPI_N_SCOPES };
enum kpi_scoring { KPI_STEP, KPI_INTERPOLATED, KPI_N_SCORINGS };

struct kpi_definition {
    int fiscal_year, version; /* of the definition: it may be an earlier year's */
    enum kpi_population population;
    enum kpi_scope scope;
    enum kpi_scoring scoring;
    bool wants_correct;             /* success is "in time and correct" */
    int levels[KPI_LEVELS], target; /* hundredths of a percent */
    int weight;                     /* hundredths */
    const char *why, *who;
    int64_t created_us;
};

/* The words of the database and of the command line. */
extern const char *const kpi_population_names[KPI_N_POPULATIONS];
extern const char *const kpi_scope_names[KPI_N_SCOPES];
extern const char *const kpi_scoring_names[KPI_N_SCORINGS];

struct kpi_matter {
    const char *matter_no, *title, *class_name;
    enum kpi_population population; /* cabinet or parliament */
    int64_t due_us, presented_us;   /* presented TIME_NONE: not yet */
    int quarter;                    /* fiscal, of the presentation, or of the due where not yet */
    bool is_correct;
    const char *late_why, *source, *who;
    const char *register_nos; /* "3/2564, 7/2564": its letters */
};

struct kpi_reported {
    bool is_there;
    int percent, score, weighted; /* hundredths; score and weighted -1: not reported */
    const char *why, *who;
    int64_t created_us;
};

struct kpi_rows {
    int fiscal_year;
    struct kpi_definition definition;
    struct kpi_matter *matters; /* by presentation, then number; those not presented last */
    int n_matters;
    struct kpi_reported reported[KPI_QUARTERS];
};

/* A fiscal year as of an instant, from one snapshot.
 * err  REFUSE no definition covers the year */
bool kpi_read(struct arena *a, struct db *db, int fiscal_year, int64_t as_of_us,
              struct kpi_rows *out, struct err *err) MUST_CHECK;

/* ---- entries; each in the caller's transaction with its event, last */

struct kpi_presentation {
    const char *matter; /* "12/2564" */
    int64_t due_us, presented_us;
    bool is_correct;
    const char *late_why, *source;
};
/* An entry replaces the matter's former one. changed_out false: it said the same already.
 * err  REFUSE no such matter, or one that no KPI counts; a presentation still to come */
bool kpi_present(struct db *db, const struct kpi_presentation *p, const char *who,
                 bool *changed_out, struct err *err) MUST_CHECK;

/* version, who and when are filled by the database. */
bool kpi_define(struct db *db, const struct kpi_definition *d, const char *who,
                struct err *err) MUST_CHECK;
bool kpi_report(struct db *db, int fiscal_year, int quarter, const struct kpi_reported *r,
                const char *who, struct err *err) MUST_CHECK;

#endif
