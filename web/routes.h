/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The table of pages: method, path, who may ask. A star stands for one segment of the path. */
#ifndef WEB_ROUTES_H
#define WEB_ROUTES_H

#include "web/web.h"

struct web_route {
    enum web_method method;
    const char *path; /* segments are compared without regard to case: codes are in capitals */
    enum web_rank rank;
    bool takes_files; /* a POST with files: WEB_UPLOAD_MAX, else WEB_FORM_MAX */
    web_page_fn *page;
};
const struct web_route *web_routes(size_t *n_out);

/* The route for a method and path; param_out gets what stood for its stars, in a. NULL: none.
 * allow_out: "GET" or "POST" where the path is there for the other method, else NULL. */
const struct web_route *web_route_find(struct arena *a, enum web_method method, const char *path,
                                       const char *param_out[WEB_PARAMS_MAX],
                                       const char **allow_out);

#endif
