/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Holidays in iCalendar files, as the rows that their CSV would have. */
#ifndef CLI_ICAL_H
#define CLI_ICAL_H

#include "cli/csv.h"

/* Columns of holidays, for csv_read and ical_read alike. */
extern const char *const holiday_columns[];
extern const size_t n_holiday_columns;

enum { ICAL_EVENT_DAYS_MAX = 60 }; /* of one event; a longer one is a mistake */

/* One row a day of each VEVENT: date and name from DTSTART, DTEND and SUMMARY; kind, region and
 * source from CATEGORIES, LOCATION and DESCRIPTION where they are there; STATUS:CANCELLED is
 * revoked at LAST-MODIFIED. A row's line is the number of its event. err  REFUSE not an iCalendar,
 * or an event without date or name, too long, or with a rule of repetition: the sentence names it
 */
bool ical_read(struct arena *a, const char *text, size_t n, struct csv *out,
               struct err *err) MUST_CHECK;

#endif
