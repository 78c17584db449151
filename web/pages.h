/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Every page; the rows that lead to them are in web/routes.c. */
#ifndef WEB_PAGES_H
#define WEB_PAGES_H

#include "web/web.h"

web_page_fn page_asset;   /* our own style sheet and script */
web_page_fn page_receipt; /* what a receipt's QR leads to */
web_page_fn page_slip;    /* what a slip's QR leads to */
web_page_fn page_login, page_login_post, page_logout;

web_page_fn page_link, page_link_file; /* files for whoever has the link */

/* The register. */
web_page_fn page_home, page_items;
web_page_fn page_item, page_item_file, page_item_page;
web_page_fn page_item_assign, page_item_status, page_item_cancel;
web_page_fn page_item_secrecy;
web_page_fn page_item_link, page_item_revoke;
web_page_fn page_item_receipt;             /* to print at the counter */
web_page_fn page_upload, page_upload_post; /* a document that came by hand */
web_page_fn page_mails, page_mail_release;
web_page_fn page_matters, page_matter, page_matter_new, page_matter_deadline, page_matter_secrecy;
web_page_fn page_calendar, page_meeting, page_meeting_new, page_meeting_change, page_holiday_new,
    page_moves;
web_page_fn page_reports, page_lateness, page_lateness_list, page_kpi;

#endif
