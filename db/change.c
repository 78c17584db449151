/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Changes of master data become events. */
#include "db/change.h"

#include "db/event.h"
#include <jansson.h>
#include <stdarg.h>
#include <stdlib.h>

static void json_freep(json_t **json)
{
    json_decref(*json);
}

bool change_record(struct db *db, struct err *err, const struct change *c, ...)
{
    json_t *facts CLEANUP(json_freep) = json_object();
    va_list pairs;
    va_start(pairs, c);
    for (const char *name; (name = va_arg(pairs, const char *));) {
        const char *text = va_arg(pairs, const char *);
        if (text)
            json_object_set_new(facts, name, json_string(text));
    }
    va_end(pairs);
    char *detail CLEANUP(mem_freep) = json_dumps(facts, JSON_SORT_KEYS | JSON_COMPACT);
    struct event e = {.who = c->who,
                      .matter_id = c->matter_id,
                      .what = c->what,
                      .why = c->why,
                      .detail_json = detail};
    return event_append(db, &e, err);
}

const char *change_time(struct arena *a, int64_t us)
{
    char text[40];
    return us == TIME_NONE ? NULL : arena_strdup(a, time_format_iso(us, text));
}

const char *change_number(struct arena *a, int64_t n)
{
    return arena_printf(a, "%lld", (long long)n);
}
