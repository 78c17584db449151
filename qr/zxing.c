/* SPDX-License-Identifier: AGPL-3.0-or-later
 * ZXing-C++ by its C interface (2.3); zxing_sequence.cpp asks for what that lacks. 1-D codes are
 * never asked for: letters and table rules read as ghosts of them. */
#include "qr/zxing.h"
#include "qr/binarise.h"
#include <ZXing/ZXingC.h>
#include <stdio.h>
#include <string.h>

static const int always =
    ZXing_BarcodeFormat_QRCode | ZXing_BarcodeFormat_MicroQRCode | ZXing_BarcodeFormat_RMQRCode;
static const int more =
    ZXing_BarcodeFormat_DataMatrix | ZXing_BarcodeFormat_Aztec | ZXing_BarcodeFormat_PDF417;

static const struct {
    ZXing_BarcodeFormat format;
    const char *name;
} names[] = {
    {ZXing_BarcodeFormat_QRCode, "QRCode"},     {ZXing_BarcodeFormat_MicroQRCode, "MicroQRCode"},
    {ZXing_BarcodeFormat_RMQRCode, "rMQRCode"}, {ZXing_BarcodeFormat_DataMatrix, "DataMatrix"},
    {ZXing_BarcodeFormat_Aztec, "Aztec"},       {ZXing_BarcodeFormat_PDF417, "PDF417"},
};

static void options_freep(ZXing_ReaderOptions **o)
{
    if (*o)
        ZXing_ReaderOptions_delete(*o);
}

static void view_freep(ZXing_ImageView **v)
{
    if (*v)
        ZXing_ImageView_delete(*v);
}

static void barcodes_freep(ZXing_Barcodes **b)
{
    if (*b)
        ZXing_Barcodes_delete(*b);
}

/* We say what is dark, where that is the local threshold of one size alone. */
static bool may_binarise(const struct grey *img, const struct zxing_ask *ask)
{
    return !ask->histogram && !ask->pure && !ask->downscale && img->w >= BINARISE_SIDE_MIN &&
           img->h >= BINARISE_SIDE_MIN;
}

static ZXing_ReaderOptions *options_new(const struct zxing_ask *ask, bool is_binary)
{
    ZXing_ReaderOptions *o = ZXing_ReaderOptions_new();
    int formats = ask->more_formats ? always | more : always;
    ZXing_ReaderOptions_setFormats(o, (ZXing_BarcodeFormats)formats);
    ZXing_ReaderOptions_setReturnErrors(o, ask->errors);
    ZXing_ReaderOptions_setIsPure(o, ask->pure);
    ZXing_ReaderOptions_setTryHarder(o, true);
    ZXing_ReaderOptions_setTryRotate(o, ask->more_formats); /* QR needs no turning */
    ZXing_ReaderOptions_setTryInvert(o, ask->invert);
    ZXing_ReaderOptions_setTryDownscale(o, ask->downscale);
    ZXing_ReaderOptions_setTextMode(o, ZXing_TextMode_Plain);
    ZXing_ReaderOptions_setMaxNumberOfSymbols(o, 0xff);
    if (ask->histogram || is_binary)
        ZXing_ReaderOptions_setBinarizer(o, is_binary ? ZXing_Binarizer_FixedThreshold
                                                      : ZXing_Binarizer_GlobalHistogram);
    return o;
}

static const char *name_of(ZXing_BarcodeFormat f)
{
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        if (names[i].format == f)
            return names[i].name;
    }
    return "unknown";
}

static struct point point_of(ZXing_PointI p)
{
    return (struct point){p.x, p.y};
}

static void copy_content(struct arena *a, const ZXing_Barcode *b, struct zxing_hit *h)
{
    int n = 0;
    uint8_t *bytes = ZXing_Barcode_bytes(b, &n);
    char *text = ZXing_Barcode_text(b);
    h->n_bytes = bytes ? n : 0;
    h->bytes = arena_memdup(a, bytes ? bytes : (const uint8_t *)"", (size_t)h->n_bytes);
    h->text = arena_strdup(a, text ? text : "");
    h->has_eci = ZXing_Barcode_hasECI(b);
    zxing_sequence_of(b, &h->sequence);
    ZXing_free(bytes);
    ZXing_free(text);
}

static void copy_hit(struct arena *a, const ZXing_Barcode *b, struct zxing_hit *h)
{
    ZXing_Position p = ZXing_Barcode_position(b);
    *h = (struct zxing_hit){
        .valid = ZXing_Barcode_isValid(b),
        .corner = {point_of(p.topLeft), point_of(p.topRight), point_of(p.bottomRight),
                   point_of(p.bottomLeft)},
    };
    snprintf(h->format, sizeof h->format, "%s", name_of(ZXing_Barcode_format(b)));
    if (h->valid)
        copy_content(a, b, h);
}

void zxing_read(struct arena *a, const struct grey *img, const struct zxing_ask *ask,
                struct zxing_hits *out)
{
    *out = (struct zxing_hits){0};
    CLEANUP(grey_fini)
    struct grey binary = may_binarise(img, ask) ? grey_binarise(img) : (struct grey){0};
    const struct grey *g = binary.px ? &binary : img;
    CLEANUP(options_freep)
    ZXing_ReaderOptions *options = options_new(ask, binary.px != NULL);
    CLEANUP(view_freep)
    ZXing_ImageView *view =
        ZXing_ImageView_new(g->px, g->w, g->h, ZXing_ImageFormat_Lum, g->stride, 0);
    if (!view)
        return;
    CLEANUP(barcodes_freep)
    ZXing_Barcodes *found = ZXing_ReadBarcodes(view, options);
    int n = found ? ZXing_Barcodes_size(found) : 0;
    n = n > ZXING_HITS_MAX ? ZXING_HITS_MAX : n;
    out->hit = arena_array(a, (size_t)n, sizeof *out->hit);
    for (int i = 0; i < n; i++)
        copy_hit(a, ZXing_Barcodes_at(found, i), &out->hit[i]);
    out->n = n;
}
