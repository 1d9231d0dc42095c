#include "coordinator/region/scan.h"

#include "schemas/utf8.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool scan_is_utf8(const char *bytes, size_t size) {
    return (hv_utf8_scan(bytes, size) & HV_UTF8_BROKEN) == 0;
}

bool scan_has_control(const char *text) {
    return hv_utf8_scan(text, strlen(text)) != 0;
}

/* Bytes of the character at p if it is a sound and visible one, else 0. */
static size_t visible(const char *p, size_t left) {
    unsigned char lead = (unsigned char)p[0];
    size_t bytes = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    return bytes <= left && hv_utf8_scan(p, bytes) == 0 ? bytes : 0;
}

void scan_shown(const char *bytes, size_t size, size_t limit, char *ret_shown) {
    size_t used = 0, i = 0;
    while (i < size) {
        size_t step = visible(bytes + i, size - i);
        if (used + (step > 0 ? step : 1) > limit)
            break;
        if (step > 0)
            memcpy(ret_shown + used, bytes + i, step);
        else
            ret_shown[used] = '?';
        used += step > 0 ? step : 1;
        i += step > 0 ? step : 1;
    }
    const char *tail = i < size ? "…" : "";
    memcpy(ret_shown + used, tail, strlen(tail) + 1);
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
