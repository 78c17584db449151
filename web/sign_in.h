/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Who is there: the session's cookie, or the word of a trusted proxy. */
#ifndef WEB_SIGN_IN_H
#define WEB_SIGN_IN_H

#include "web/web.h"

#define SESSION_COOKIE "thanwela"

/* Fill person and csrf of the request. Nobody there is no error.
 * err  the database's */
bool sign_in_read(struct web_request *r, struct err *err) MUST_CHECK;

/* /login, with the way back to this page. */
const char *sign_in_location(struct web_request *r);

#endif
