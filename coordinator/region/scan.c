#include "coordinator/region/scan.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Bytes of the character at p, 0 where it is malformed. Table 3-7 of the Unicode standard. */
static size_t character(const unsigned char *p, size_t left) {
    unsigned char a = p[0];
    if (a < 0x80)
        return 1;
    size_t need = a >= 0xC2 && a <= 0xDF ? 2 : a >= 0xE0 && a <= 0xEF ? 3 : 0;
    if (a >= 0xF0 && a <= 0xF4)
        need = 4;
    if (need == 0 || left < need)
        return 0;
    unsigned char low = a == 0xE0 ? 0xA0 : a == 0xF0 ? 0x90 : 0x80;
    unsigned char high = a == 0xED ? 0x9F : a == 0xF4 ? 0x8F : 0xBF;
    if (p[1] < low || p[1] > high)
        return 0;
    for (size_t i = 2; i < need; i++)
        if ((p[i] & 0xC0) != 0x80)
            return 0;
    return need;
}

bool scan_is_utf8(const char *bytes, size_t size) {
    const unsigned char *p = (const unsigned char *)bytes;
    for (size_t i = 0; i < size;) {
        size_t step = character(p + i, size - i);
        if (step == 0)
            return false;
        i += step;
    }
    return true;
}

static bool is_control(const unsigned char *p) {
    return p[0] < 0x20 || p[0] == 0x7F || (p[0] == 0xC2 && p[1] >= 0x80 && p[1] <= 0x9F);
}

bool scan_has_control(const char *text) {
    for (const unsigned char *p = (const unsigned char *)text; *p != '\0'; p++)
        if (is_control(p))
            return true;
    return false;
}

void scan_shown(const char *bytes, size_t size, size_t limit, char *ret_shown) {
    const unsigned char *p = (const unsigned char *)bytes;
    size_t used = 0, i = 0;
    while (i < size) {
        size_t step = character(p + i, size - i);
        bool plain = step > 0 && !(step <= 2 && is_control(p + i));
        if (used + (plain ? step : 1) > limit)
            break;
        if (plain)
            memcpy(ret_shown + used, bytes + i, step);
        else
            ret_shown[used] = '?';
        used += plain ? step : 1;
        i += step > 0 ? step : 1;
    }
    strcpy(ret_shown + used, i < size ? "…" : "");
}

static const char *skip_digits(const char *p) {
    while (*p >= '0' && *p <= '9')
        p++;
    return p;
}

static const char *skip_sign(const char *p) {
    return *p == '-' || *p == '+' ? p + 1 : p;
}

int scan_number(const char *text, double *ret_number) {
    const char *whole = skip_sign(text), *p = skip_digits(whole);
    size_t digits = (size_t)(p - whole);
    if (*p == '.') {
        const char *fraction = p + 1;
        p = skip_digits(fraction);
        digits += (size_t)(p - fraction);
    }
    if (digits == 0)
        return HV_ERR_FORMAT;
    if (*p == 'e' || *p == 'E') {
        const char *exponent = skip_sign(p + 1);
        p = skip_digits(exponent);
        if (p == exponent)
            return HV_ERR_FORMAT;
    }
    if (*p != '\0')
        return HV_ERR_FORMAT;
    double number = strtod(text, NULL);
    if (!isfinite(number))
        return HV_ERR_FORMAT;
    *ret_number = number;
    return HV_OK;
}

int scan_whole(const char *text, int64_t *ret_whole) {
    const char *digits = skip_sign(text), *end = skip_digits(digits);
    if (end == digits || *end != '\0')
        return HV_ERR_FORMAT;
    errno = 0;
    long long whole = strtoll(text, NULL, 10);
    if (errno == ERANGE)
        return HV_ERR_OVERFLOW;
    *ret_whole = whole;
    return HV_OK;
}

/* Days from civil and back: Howard Hinnant, "chrono-compatible low-level date algorithms". */
static int32_t days_from_civil(int32_t year, int32_t month, int32_t day) {
    year -= month <= 2;
    int32_t era = year / 400, of_era = year - era * 400;
    int32_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static void civil_from_days(int32_t days, int32_t *ret_year, int32_t *ret_month, int32_t *ret_day) {
    days += 719468;
    int32_t era = days / 146097, of_era = days - era * 146097;
    int32_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int32_t of_year = of_era - (365 * year + year / 4 - year / 100);
    int32_t shifted = (5 * of_year + 2) / 153;
    *ret_day = of_year - (153 * shifted + 2) / 5 + 1;
    *ret_month = shifted + (shifted < 10 ? 3 : -9);
    *ret_year = year + era * 400 + (*ret_month <= 2);
}

int scan_date(const char *text, int32_t *ret_day) {
    if (strlen(text) != 10 || text[4] != '-' || text[7] != '-')
        return HV_ERR_FORMAT;
    for (int i = 0; i < 10; i++)
        if (i != 4 && i != 7 && (text[i] < '0' || text[i] > '9'))
            return HV_ERR_FORMAT;
    int32_t year = (int32_t)strtol(text, NULL, 10);
    int32_t month = (int32_t)strtol(text + 5, NULL, 10);
    int32_t day = (int32_t)strtol(text + 8, NULL, 10);
    if (year < 1970 || month < 1 || month > 12 || day < 1)
        return HV_ERR_FORMAT;
    int32_t days = days_from_civil(year, month, day), y, m, d;
    civil_from_days(days, &y, &m, &d);
    if (d != day || m != month) /* such as 30 February */
        return HV_ERR_FORMAT;
    *ret_day = days;
    return HV_OK;
}

void scan_print_date(int32_t day, char *ret_text) {
    int32_t y, m, d;
    civil_from_days(day, &y, &m, &d);
    snprintf(ret_text, 16, "%04d-%02d-%02d", y % 10000, m % 100, d % 100);
}

void scan_print_number(double number, char *ret_text) {
    for (int precision = 15; precision <= 17; precision++) {
        snprintf(ret_text, 32, "%.*g", precision, number);
        if (strtod(ret_text, NULL) == number)
            return;
    }
}
