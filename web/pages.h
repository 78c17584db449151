/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Every page; the rows that lead to them are in web/routes.c. */
#ifndef WEB_PAGES_H
#define WEB_PAGES_H

#include "web/web.h"

web_page_fn page_asset;   /* our own style sheet and script */
web_page_fn page_receipt; /* what a receipt's QR leads to */
web_page_fn page_login, page_login_post, page_logout;

#endif
