/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The roles in the way of a document. */
#include "intake/role_common.h"

const struct role *const roles[] = {&role_mailbox, &role_scan, &role_deliver};
const size_t n_roles = sizeof roles / sizeof roles[0];
