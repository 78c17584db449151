/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Every role that this program has. */
#ifndef DAEMON_ROLES_H
#define DAEMON_ROLES_H

#include "role/role.h"

/* --once drains them in this order: the way of a document. */
extern const struct role *const roles[];
extern const size_t n_roles;

#endif
