/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The receipt of an item whose scans are done: token, judgement, mail, outbox. */
#ifndef INTAKE_ACKNOWLEDGE_H
#define INTAKE_ACKNOWLEDGE_H

#include "intake/answer.h"

/* In the caller's transaction: signs the token, writes the receipt into the outbox (or why there is
 * none) and closes the item. err  RETRY, or FATAL when the receipt cannot be made */
bool acknowledge(struct arena *a, const struct answer_parts *parts, int64_t item_id,
                 struct err *err) MUST_CHECK;

#endif
