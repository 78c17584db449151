/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Metering. See meter.h. */
#include "base/meter.h"

#include "base/buf.h"
#include "base/log.h"
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/resource.h>
#include <time.h>

static int64_t cpu_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* The step's place, taken at its first call. */
static int place(struct meter *m, const char *step)
{
    int i = 0;
    while (i < METER_STEPS_MAX && m->spent[i].step && m->spent[i].step != step)
        i++;
    assert(i < METER_STEPS_MAX);
    m->spent[i].step = step;
    return i;
}

void meter_step(struct meter *m, const char *step)
{
    int64_t now_us = cpu_us();
    if (m->running)
        m->spent[place(m, m->running)].cpu_us += now_us - m->since_us;
    m->running = step;
    m->since_us = now_us;
}

void meter_log(struct meter *m)
{
    struct buf steps CLEANUP(buf_fini) = {0};
    struct rusage self, children;
    char children_ms[24], rss_kib[24], children_rss_kib[24];
    meter_step(m, NULL);
    for (int i = 0; i < METER_STEPS_MAX && m->spent[i].step; i++)
        buf_addf(&steps, "%s%s:%" PRId64, i ? "," : "", m->spent[i].step,
                 m->spent[i].cpu_us / 1000);
    getrusage(RUSAGE_SELF, &self);
    getrusage(RUSAGE_CHILDREN, &children);
    snprintf(children_ms, sizeof children_ms, "%ld",
             (children.ru_utime.tv_sec + children.ru_stime.tv_sec) * 1000 +
                 (children.ru_utime.tv_usec + children.ru_stime.tv_usec) / 1000);
    snprintf(rss_kib, sizeof rss_kib, "%ld", self.ru_maxrss);
    snprintf(children_rss_kib, sizeof children_rss_kib, "%ld", children.ru_maxrss);
    log_event(LOG_LEVEL_DEBUG, "spent", "cpu_ms", buf_str(&steps), "children_ms", children_ms,
              "rss_kib", rss_kib, "children_rss_kib", children_rss_kib, NULL);
}
