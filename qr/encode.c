/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Text → modules, by libqrencode. */
#include "qr/draw.h"

#include "base/thai.h"
#include <assert.h>
#include <errno.h>
#include <qrencode.h>
#include <string.h>

static void qrcode_freep(QRcode **code)
{
    QRcode_free(*code);
}

static QRecLevel level_of(enum qr_ecc ecc)
{
    static const QRecLevel levels[] = {[QR_ECC_L] = QR_ECLEVEL_L,
                                       [QR_ECC_M] = QR_ECLEVEL_M,
                                       [QR_ECC_Q] = QR_ECLEVEL_Q,
                                       [QR_ECC_H] = QR_ECLEVEL_H};
    assert((size_t)ecc < ARRAY_LEN(levels));
    return levels[ecc];
}

static bool encode(struct arena *a, const char *text, enum qr_ecc ecc, struct qr_matrix *out,
                   struct err *err)
{
    QRcode *code CLEANUP(qrcode_freep)
    = QRcode_encodeString(text, 0, level_of(ecc), QR_MODE_8, true);
    if (!code && errno == ERANGE)
        return err_set(err, ERR_REFUSE, "qr: %zu bytes are too long for one code: shorten the text",
                       strlen(text));
    if (!code)
        return err_set(err, ERR_FATAL, "qr: libqrencode: %s", strerror(errno));
    size_t n = (size_t)code->width * (size_t)code->width;
    uint8_t *modules = arena_alloc(a, n);
    for (size_t i = 0; i < n; i++)
        modules[i] = code->data[i] & 1;
    *out = (struct qr_matrix){.size = code->width, .modules = modules};
    return true;
}

bool qr_encode(struct arena *a, const char *text, enum qr_ecc ecc, struct qr_matrix *out,
               struct err *err)
{
    struct qr_matrix m;
    if (!*text || !utf8_valid(text, strlen(text)))
        return err_set(err, ERR_REFUSE, "qr: the text is %s: give text in UTF-8",
                       *text ? "not UTF-8" : "empty");
    if (!encode(a, text, ecc, &m, err))
        return false;
    *out = m;
    return true;
}
