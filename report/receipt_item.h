/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The facts of a receipt out of the register: for the mail that carries it, and to print it again.
 */
#ifndef REPORT_RECEIPT_ITEM_H
#define REPORT_RECEIPT_ITEM_H

#include "config/config.h"
#include "db/judge.h"
#include "db/queue.h"
#include "report/receipt.h"

/* token: the item's, signed. Of a secret item neither subject nor files are told. Texts live as
 * long as i, j and a. */
void receipt_of_item(struct arena *a, const struct config *c, const struct queue_item *i,
                     const struct judgement *j, const char *token, struct receipt *out);

#endif
