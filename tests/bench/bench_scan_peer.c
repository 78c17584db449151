/* SPDX-License-Identifier: AGPL-3.0-or-later
 * What the best-known document systems do with a page's bitmap: ZXing-C++, every format. Prints one
 * JSON string a code. bench_scan_peer PAGE.ppm (P6, 8 bits) */
#include <ZXing/ZXingC.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

static void print_text(const ZXing_Barcode *b)
{
    char *text = ZXing_Barcode_text(b);
    json_t *s = json_string(text);
    char *line = s ? json_dumps(s, JSON_ENCODE_ANY) : NULL;
    if (line)
        puts(line);
    free(line);
    json_decref(s);
    ZXing_free(text);
}

int main(int argc, char **argv)
{
    int w, h, max;
    FILE *f = argc == 2 ? fopen(argv[1], "rb") : NULL;
    if (!f || fscanf(f, "P6 %d %d %d", &w, &h, &max) != 3 || fgetc(f) == EOF || w < 1 || h < 1)
        return 2;
    size_t n = (size_t)w * (size_t)h * 3;
    uint8_t *px = malloc(n);
    if (!px || fread(px, 1, n, f) != n)
        return 2;
    ZXing_ImageView *view = ZXing_ImageView_new(px, w, h, ZXing_ImageFormat_RGB, 0, 0);
    ZXing_Barcodes *codes = ZXing_ReadBarcodes(view, NULL);
    for (int i = 0; codes && i < ZXing_Barcodes_size(codes); i++)
        print_text(ZXing_Barcodes_at(codes, i));
    ZXing_Barcodes_delete(codes);
    ZXing_ImageView_delete(view);
    free(px);
    fclose(f);
    return 0;
}
