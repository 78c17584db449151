/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Holidays in iCalendar files. libical takes them apart; what it takes apart is an operator's own
 * file, not a stranger's. */
#include "cli/ical.h"

#include <libical/ical.h>
#include <string.h>

enum { DATE, NAME, KIND, REGION, SOURCE, ANNOUNCED, REVOKED };

const char *const holiday_columns[] = {"date",   "name|name_th", "kind",      "region",
                                       "source", "announced_at", "revoked_at"};
const size_t n_holiday_columns = ARRAY_LEN(holiday_columns);

static void component_freep(icalcomponent **c)
{
    if (*c)
        icalcomponent_free(*c);
}

static const char *property_text(icalcomponent *event, icalproperty_kind kind)
{
    icalproperty *p = icalcomponent_get_first_property(event, kind);
    const char *text = p ? icalproperty_get_value_as_string(p) : NULL;
    return text ? text : "";
}

static const char *iso_day(struct arena *a, struct icaltimetype t)
{
    return arena_printf(a, "%04d-%02d-%02d", t.year, t.month, t.day);
}

/* The days from DTSTART up to, not including, DTEND; one where there is no DTEND. */
static int days_of(icalcomponent *event, struct icaltimetype start)
{
    struct icaltimetype end = icalcomponent_get_dtend(event);
    if (icaltime_is_null_time(end))
        return 1;
    start.is_date = end.is_date = 1;
    int n = 0;
    while (icaltime_compare_date_only(start, end) < 0 && n <= ICAL_EVENT_DAYS_MAX) {
        icaltime_adjust(&start, 1, 0, 0, 0);
        n++;
    }
    return n ? n : 1;
}

static const char **event_row(struct arena *a, icalcomponent *event)
{
    const char **cell = arena_array(a, n_holiday_columns, sizeof *cell);
    icalproperty *status = icalcomponent_get_first_property(event, ICAL_STATUS_PROPERTY);
    struct icaltimetype changed = {0};
    icalproperty *modified = icalcomponent_get_first_property(event, ICAL_LASTMODIFIED_PROPERTY);
    if (modified)
        changed = icalproperty_get_lastmodified(modified);
    cell[NAME] = arena_strdup(a, icalcomponent_get_summary(event));
    cell[KIND] = arena_strdup(a, property_text(event, ICAL_CATEGORIES_PROPERTY));
    cell[REGION] = arena_strdup(a, property_text(event, ICAL_LOCATION_PROPERTY));
    cell[SOURCE] = arena_strdup(a, property_text(event, ICAL_DESCRIPTION_PROPERTY));
    cell[ANNOUNCED] = "";
    cell[REVOKED] = "";
    if (status && icalproperty_get_status(status) == ICAL_STATUS_CANCELLED)
        cell[REVOKED] = modified ? iso_day(a, changed) : "";
    return cell;
}

static bool event_ok(icalcomponent *event, struct icaltimetype start, int number, int days,
                     struct err *err)
{
    const char *name = icalcomponent_get_summary(event);
    icalproperty *status = icalcomponent_get_first_property(event, ICAL_STATUS_PROPERTY);
    if (!name || !*name)
        return err_set(err, ERR_REFUSE, "event %d: it has no SUMMARY", number);
    if (icaltime_is_null_time(start) || !icaltime_is_valid_time(start))
        return err_set(err, ERR_REFUSE, "event %d, %s: it has no DTSTART", number, name);
    if (icalcomponent_get_first_property(event, ICAL_RRULE_PROPERTY))
        return err_set(err, ERR_REFUSE,
                       "event %d, %s: it repeats (RRULE); a holiday is announced for one year",
                       number, name);
    if (days > ICAL_EVENT_DAYS_MAX)
        return err_set(err, ERR_REFUSE, "event %d, %s: longer than %d days", number, name,
                       ICAL_EVENT_DAYS_MAX);
    if (status && icalproperty_get_status(status) == ICAL_STATUS_CANCELLED &&
        !icalcomponent_get_first_property(event, ICAL_LASTMODIFIED_PROPERTY))
        return err_set(err, ERR_REFUSE,
                       "event %d, %s: cancelled, but LAST-MODIFIED does not say when", number,
                       name);
    return true;
}

static bool add_event(struct arena *a, icalcomponent *event, int number, struct csv *t,
                      struct err *err)
{
    struct icaltimetype start = icalcomponent_get_dtstart(event);
    int days = days_of(event, start);
    if (!event_ok(event, start, number, days, err))
        return false;
    struct csv_row *rows = arena_array(a, (size_t)(t->n + days), sizeof *rows);
    if (t->n)
        memcpy(rows, t->row, (size_t)t->n * sizeof *rows);
    for (int i = 0; i < days; i++) {
        const char **cell = event_row(a, event);
        cell[DATE] = iso_day(a, start);
        icaltime_adjust(&start, 1, 0, 0, 0);
        rows[t->n++] = (struct csv_row){.line = number, .cell = cell};
    }
    t->row = rows;
    return true;
}

bool ical_read(struct arena *a, const char *text, size_t n, struct csv *out, struct err *err)
{
    struct csv t = {.columns = holiday_columns, .n_columns = n_holiday_columns};
    const char *whole = arena_strndup(a, text, n);
    icalcomponent *root CLEANUP(component_freep) = icalparser_parse_string(whole);
    if (!root)
        return err_set(err, ERR_REFUSE, "not an iCalendar file");
    int number = 0;
    for (icalcomponent *event = icalcomponent_get_first_component(root, ICAL_VEVENT_COMPONENT);
         event; event = icalcomponent_get_next_component(root, ICAL_VEVENT_COMPONENT))
        if (!add_event(a, event, ++number, &t, err))
            return false;
    if (number == 0)
        return err_set(err, ERR_REFUSE, "the iCalendar file has no event");
    *out = t;
    return true;
}
