/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The table of pages. What is not in it does not exist. */
#include "web/routes.h"

#include "web/pages.h"
#include <string.h>
#include <strings.h>

static const struct web_route routes[] = {
    {WEB_GET, "/a/*", WEB_PUBLIC, false, page_asset},
    {WEB_GET, "/r/*", WEB_PUBLIC, false, page_receipt},
    {WEB_GET, "/s/*", WEB_PUBLIC, false, page_slip},
    {WEB_GET, "/login", WEB_PUBLIC, false, page_login},
    {WEB_POST, "/login", WEB_PUBLIC, false, page_login_post},
    {WEB_POST, "/logout", WEB_PUBLIC, false, page_logout},
    {WEB_GET, "/l/*", WEB_PUBLIC, false, page_link},
    {WEB_GET, "/l/*/*", WEB_PUBLIC, false, page_link_file},
    {WEB_GET, "/", WEB_READER, false, page_home},
    {WEB_GET, "/items", WEB_READER, false, page_items},
    {WEB_GET, "/items/*/*", WEB_READER, false, page_item},
    {WEB_GET, "/items/*/*/files/*", WEB_READER, false, page_item_file},
    {WEB_GET, "/items/*/*/pages/*", WEB_READER, false, page_item_page},
    {WEB_POST, "/items/*/*/assign", WEB_OFFICER, false, page_item_assign},
    {WEB_POST, "/items/*/*/status", WEB_OFFICER, false, page_item_status},
    {WEB_POST, "/items/*/*/cancel", WEB_OFFICER, false, page_item_cancel},
    {WEB_POST, "/items/*/*/secrecy", WEB_OFFICER, false, page_item_secrecy},
    {WEB_POST, "/items/*/*/links", WEB_OFFICER, false, page_item_link},
    {WEB_POST, "/items/*/*/links/*", WEB_OFFICER, false, page_item_revoke},
    {WEB_GET, "/items/*/*/receipt", WEB_READER, false, page_item_receipt},
    {WEB_GET, "/upload", WEB_OFFICER, false, page_upload},
    {WEB_POST, "/upload", WEB_OFFICER, true, page_upload_post},
    {WEB_GET, "/mails", WEB_READER, false, page_mails},
    {WEB_POST, "/mails/*/release", WEB_OFFICER, false, page_mail_release},
    {WEB_GET, "/matters", WEB_READER, false, page_matters},
    {WEB_POST, "/matters", WEB_OFFICER, false, page_matter_new},
    {WEB_GET, "/matters/*/*", WEB_READER, false, page_matter},
    {WEB_POST, "/matters/*/*/deadlines", WEB_OFFICER, false, page_matter_deadline},
    {WEB_POST, "/matters/*/*/secrecy", WEB_OFFICER, false, page_matter_secrecy},
    {WEB_GET, "/calendar", WEB_READER, false, page_calendar},
    {WEB_GET, "/calendar/meetings/*", WEB_READER, false, page_meeting},
    {WEB_POST, "/calendar/meetings", WEB_OFFICER, false, page_meeting_new},
    {WEB_POST, "/calendar/meetings/*", WEB_OFFICER, false, page_meeting_change},
    {WEB_POST, "/calendar/holidays", WEB_OFFICER, false, page_holiday_new},
    {WEB_POST, "/calendar/moves", WEB_OFFICER, false, page_moves},
    {WEB_GET, "/reports", WEB_READER, false, page_reports},
    {WEB_GET, "/reports/lateness", WEB_READER, false, page_lateness},
    {WEB_GET, "/reports/lateness/*", WEB_READER, false, page_lateness_list},
    {WEB_GET, "/reports/kpi/*", WEB_READER, false, page_kpi},
};

const struct web_route *web_routes(size_t *n_out)
{
    *n_out = ARRAY_LEN(routes);
    return routes;
}

/* Whether one segment of the path is what the pattern wants there; both stand behind their slash.
 */
static bool segment_fits(const char *pattern, size_t n_pattern, const char *path, size_t n_path)
{
    if (n_pattern == 1 && *pattern == '*')
        return n_path > 0;
    return n_pattern == n_path && strncasecmp(pattern, path, n_path) == 0;
}

static bool fits(struct arena *a, const char *pattern, const char *path,
                 const char *param_out[WEB_PARAMS_MAX])
{
    int n_params = 0;
    while (*pattern == '/' && *path == '/') {
        size_t n_pattern = strcspn(++pattern, "/"), n_path = strcspn(++path, "/");
        if (!segment_fits(pattern, n_pattern, path, n_path))
            return false;
        if (*pattern == '*' && n_params < WEB_PARAMS_MAX)
            param_out[n_params++] = arena_strndup(a, path, n_path);
        pattern += n_pattern;
        path += n_path;
    }
    return !*pattern && !*path;
}

const struct web_route *web_route_find(struct arena *a, enum web_method method, const char *path,
                                       const char *param_out[WEB_PARAMS_MAX],
                                       const char **allow_out)
{
    *allow_out = NULL;
    for (size_t i = 0; i < ARRAY_LEN(routes); i++) {
        if (!fits(a, routes[i].path, path, param_out))
            continue;
        if (routes[i].method == method)
            return &routes[i];
        *allow_out = routes[i].method == WEB_GET ? "GET" : "POST";
    }
    return NULL;
}
