/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A server that misbehaves on purpose and counts what it was told: one script on loopback, in a
 * thread, for any number of connections. */
#ifndef TESTS_FLOW_FAKE_H
#define TESTS_FLOW_FAKE_H

#include <stddef.h>
#include <stdint.h>

/* One step of the script, from its first letter:
 *   ">text"  send the text; \r\n is written out in it
 *   "<"      read one line (a tag is remembered: "%t" in a later text stands for it)
 *   "!"      TLS handshake
 *   "~text"  send the text one byte every 20 ms, over and over, until the peer hangs up
 *   "#text"  send the text over and over, as fast as it goes, until the peer hangs up
 *   "."      say nothing, wait until the peer hangs up
 *   "x"      hang up at once
 *   "*"      read and count until the peer hangs up
 * The end of the script hangs up. */
struct fake_config {
    const char *const *script;        /* ends with NULL */
    const char *cert_file, *key_file; /* NULL without "!" */
    const char *priority;             /* GnuTLS; NULL: NORMAL */
};

struct fake; /* opaque */

struct fake *fake_start(const struct fake_config *c);
int fake_port(const struct fake *f);

/* All bytes that clients said outside the TLS handshake, so far. */
size_t fake_heard(struct fake *f, char *out, size_t room);
void fake_stop(struct fake *f); /* waits for its thread */

#endif
