/* SPDX-License-Identifier: AGPL-3.0-or-later
 * /a/NAME: our own style sheet and script. The name has a hash of the bytes in it. */
#include "web/pages.h"

#include <string.h>

bool page_asset(struct web_request *r, struct web_answer *out, struct err *err)
{
    (void)err;
    for (size_t i = 0; i < n_web_assets; i++) {
        if (strcmp(strrchr(web_assets[i].url, '/') + 1, r->param[0]) != 0)
            continue;
        out->type = web_assets[i].type;
        out->is_asset = true;
        buf_add(&out->body, web_assets[i].bytes, web_assets[i].n);
        return true;
    }
    web_say(r, out, 404, web_tr(r, "ไม่มีหน้านี้", "No such page"), "");
    return true;
}
