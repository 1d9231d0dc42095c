#include "schemas/utf8.h"

static unsigned found_in_ascii(unsigned char byte) {
    if (byte == 0)
        return HV_UTF8_BROKEN;
    if (byte == '\t' || byte == '\n' || byte == '\r')
        return HV_UTF8_BREAK;
    return byte < 0x20 || byte == 0x7f ? HV_UTF8_CONTROL : 0;
}

static unsigned found_in_point(uint32_t point) {
    if (point < 0xa0)
        return HV_UTF8_CONTROL;
    if (point == 0x2028 || point == 0x2029)
        return HV_UTF8_CONTROL;
    if ((point >= 0x202a && point <= 0x202e) || (point >= 0x2066 && point <= 0x2069))
        return HV_UTF8_CONTROL;
    return 0;
}

/* Reads the character of two to four bytes at `at`; 0 where it is broken. */
static size_t read_point(const unsigned char *at, size_t left, uint32_t *ret_point) {
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t length = at[0] >= 0xf0 ? 4 : at[0] >= 0xe0 ? 3 : 2;
    if (at[0] < 0xc2 || at[0] > 0xf4 || left < length)
        return 0;
    uint32_t point = at[0] & (0x7fu >> length);
    for (size_t i = 1; i < length; i++) {
        if ((at[i] & 0xc0) != 0x80)
            return 0;
        point = point << 6 | (at[i] & 0x3fu);
    }
    if (point < least[length] || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff))
        return 0;
    *ret_point = point;
    return length;
}

unsigned hv_utf8_scan(const char *text, size_t bytes) {
    const unsigned char *at = (const unsigned char *)text;
    unsigned found = 0;
    for (size_t i = 0; i < bytes;) {
        if (at[i] >= 0x20 && at[i] < 0x7f) {
            i++;
        } else if (at[i] < 0x80) {
            found |= found_in_ascii(at[i++]);
        } else {
            uint32_t point = 0;
            size_t length = read_point(at + i, bytes - i, &point);
            found |= length == 0 ? (unsigned)HV_UTF8_BROKEN : found_in_point(point);
            i += length;
        }
        if (found & HV_UTF8_BROKEN)
            return found;
    }
    return found;
}
