/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Mails made in tests: how they begin, and as a file to parse. */
#ifndef TESTS_UNIT_MADE_MAIL_H
#define TESTS_UNIT_MADE_MAIL_H

#include "base/child.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#define HEAD  "From: a@b.th\r\nDate: Mon, 06 May 2024 10:00:00 +0700\r\nSubject: s\r\n"
#define MIXED HEAD "Content-Type: multipart/mixed; boundary=b\r\n\r\n"

static inline int memfd_of(const char *bytes, size_t n)
{
    int fd = child_memfd("mail");
    assert_int_equal(write(fd, bytes, n), n);
    assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
    return fd;
}

#endif
