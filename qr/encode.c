/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Text → modules, by libqrencode. Other people will scan the code, so nobody gets one that our own
 * reader does not read back to the very same bytes. */
#include "qr/draw.h"

#include "base/thai.h"
#include "qr/grey.h"
#include "qr/zxing.h"
#include <assert.h>
#include <errno.h>
#include <qrencode.h>
#include <string.h>

enum { READ_BACK_PX = 3 }; /* pixels a module */

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
    QRcode *code CLEANUP(qrcode_freep) =
        QRcode_encodeString(text, 0, level_of(ecc), QR_MODE_8, true);
    if (!code && errno == ERANGE)
        return err_set(err, ERR_REFUSE, "qr: %zu bytes are too long for one code: shorten the text",
                       strlen(text));
    if (!code)
        return err_set(err, errno == ENOMEM ? ERR_RETRY : ERR_FATAL, "qr: libqrencode: %s",
                       strerror(errno));
    size_t n = (size_t)code->width * (size_t)code->width;
    uint8_t *modules = arena_alloc(a, n);
    for (size_t i = 0; i < n; i++)
        modules[i] = code->data[i] & 1;
    *out = (struct qr_matrix){.size = code->width, .modules = modules};
    return true;
}

static struct grey picture(struct arena *a, const struct qr_matrix *m)
{
    int side = qr_side(m) * READ_BACK_PX;
    uint8_t *px = arena_alloc(a, (size_t)side * (size_t)side);
    for (int y = 0; y < side; y++)
        for (int x = 0; x < side; x++)
            px[y * side + x] = qr_dark(m, x / READ_BACK_PX, y / READ_BACK_PX) ? 0 : 255;
    return (struct grey){.px = px, .w = side, .h = side, .stride = side};
}

static bool read_back(const struct qr_matrix *m, const char *text, struct err *err)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct grey img = picture(a, m);
    const struct zxing_ask ask = {.pure = true};
    struct zxing_hits hits = {0};
    zxing_read(a, &img, &ask, &hits);
    size_t n = strlen(text);
    if (hits.n != 1 || !hits.hit[0].valid || (size_t)hits.hit[0].n_bytes != n ||
        memcmp(hits.hit[0].bytes, text, n) != 0)
        return err_set(err, ERR_FATAL, "qr: the code of %zu bytes does not read back as drawn", n);
    return true;
}

bool qr_encode(struct arena *a, const char *text, enum qr_ecc ecc, struct qr_matrix *out,
               struct err *err)
{
    struct qr_matrix m;
    if (!*text || !utf8_valid(text, strlen(text)))
        return err_set(err, ERR_REFUSE, "qr: the text is %s: give text in UTF-8",
                       *text ? "not UTF-8" : "empty");
    if (!encode(a, text, ecc, &m, err) || !read_back(&m, text, err))
        return false;
    *out = m;
    return true;
}
