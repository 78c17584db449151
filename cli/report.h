/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Between the files of `thanwela report`: what was asked, and one function a report. */
#ifndef CLI_REPORT_H
#define CLI_REPORT_H

#include "cli/cli.h"
#include "report/book.h"

struct report_ask {
    int64_t as_of_us;
    enum report_format format;
    const char *out, *list, *agency; /* NULL: not given */
    const char *population, *scope;  /* of the KPI; NULL: not given */
    int year, quarter, month;        /* 0: not given */
    int64_t from_us, to_us;          /* days; TIME_NONE: not given */
    bool send, nightly;              /* nightly: send, and only where as_of_us is a working day */
};

int report_lateness(struct cli *c, const struct report_ask *ask);
int report_kpi(struct cli *c, const struct report_ask *ask);
int report_register(struct cli *c, const struct report_ask *ask);

/* Print or write to --out. */
int report_put(struct cli *c, const struct report_ask *ask, struct buf *bytes);
int report_book(struct cli *c, const struct report_ask *ask, const struct book *b);
int report_usage(const char *what);

#endif
