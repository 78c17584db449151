/* SPDX-License-Identifier: AGPL-3.0-or-later
 * What monitoring asks: /healthz and /metrics (Prometheus' text form), on an address of their own
 * that visitors do not reach. */
#ifndef WEB_METRICS_H
#define WEB_METRICS_H

#include "web/pool.h"

struct metrics_server; /* opaque */

/* Listen on [web] metrics_listen; where it is empty, out is NULL and nothing listens.
 * err  FATAL the address cannot be had */
bool metrics_start(const struct config *c, struct pool *pool, struct metrics_server **out,
                   struct err *err) MUST_CHECK;
void metrics_stop(struct metrics_server *m); /* accepts NULL */

#endif
