/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The table of roles: a row here is what makes a role the daemon's. */
#include "daemon/roles.h"

#include "intake/roles.h"
#include "web/roles.h"

const struct role *const roles[] = {&role_mailbox, &role_scan, &role_deliver, &role_web};
const size_t n_roles = sizeof roles / sizeof roles[0];
