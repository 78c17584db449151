/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The role of this folder: what thanwelad runs of it. */
#ifndef WEB_ROLES_H
#define WEB_ROLES_H

#include "role/role.h"

extern const struct role role_web; /* the pages; and, on an address of its own, the figures */

#endif
