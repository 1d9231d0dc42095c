/* Capacity as Japanese municipalities write it, such as 屋内480人／屋外3,350人(面積の1/2).
 *
 *   text   = [ part { separator part } ]
 *   part   = [ place ] [ "約" ] number [ "人" | "名" ] [ note ]
 *   place  = "屋内" | "屋外" | "合計" | "計", then an optional ":"
 *   number = digits, with "," between groups of three or without
 *   note   = "(" anything but brackets ")"
 *
 * Full-width digits and punctuation count as their ASCII twins. */
#include "coordinator/region/nanao.h"
#include "schemas/limits.h"

#include <string.h>

static bool take(const char **at, const char *word) {
    size_t length = strlen(word);
    if (strncmp(*at, word, length) != 0)
        return false;
    *at += length;
    return true;
}

static bool take_any(const char **at, const char *const *words) {
    for (; *words != NULL; words++)
        if (take(at, *words))
            return true;
    return false;
}

static void skip_spaces(const char **at) {
    static const char *const SPACES[] = {" ", "\t", "　", NULL};
    while (take_any(at, SPACES))
        ;
}

/* The digit at *at, ASCII or full-width, or -1. */
static int take_digit(const char **at) {
    static const char *const WIDE[] = {"０", "１", "２", "３", "４", "５", "６", "７", "８", "９"};
    if (**at >= '0' && **at <= '9')
        return *(*at)++ - '0';
    for (int i = 0; i < 10; i++)
        if (take(at, WIDE[i]))
            return i;
    return -1;
}

static bool take_comma(const char **at) {
    static const char *const COMMAS[] = {",", "，", NULL};
    return take_any(at, COMMAS);
}

static bool take_number(const char **at, int64_t *ret_number) {
    int64_t number = 0;
    int in_group = 0; /* digits since the last comma, or since the start */
    bool grouped = false;
    for (;;) {
        int digit = take_digit(at);
        if (digit >= 0) {
            number = number * 10 + digit;
            in_group++;
            if (number > HV_PEOPLE_MAX)
                return false;
            continue;
        }
        if (in_group == 0 || (grouped && in_group != 3))
            return false;
        if (!take_comma(at))
            break;
        if (!grouped && in_group > 3)
            return false;
        grouped = true;
        in_group = 0;
    }
    *ret_number = number;
    return true;
}

static bool take_note(const char **at) {
    static const char *const OPEN[] = {"(", "（", NULL}, *const CLOSE[] = {")", "）", NULL};
    if (!take_any(at, OPEN))
        return true;
    while (!take_any(at, CLOSE)) {
        if (**at == '\0' || take_any(at, OPEN))
            return false;
        (*at)++;
    }
    return true;
}

/* Where the number of this part belongs. */
static int64_t *take_place(const char **at, struct nanao_capacity *capacity) {
    static const char *const COLONS[] = {":", "：", NULL}, *const TOTALS[] = {"合計", "計", NULL};
    int64_t *slot = &capacity->total;
    if (take(at, "屋内"))
        slot = &capacity->people[REGION_INDOOR];
    else if (take(at, "屋外"))
        slot = &capacity->people[REGION_OUTDOOR];
    else
        (void)take_any(at, TOTALS);
    take_any(at, COLONS);
    skip_spaces(at);
    return slot;
}

static bool take_part(const char **at, struct nanao_capacity *capacity) {
    static const char *const PEOPLE[] = {"人", "名", NULL};
    int64_t *slot = take_place(at, capacity), number;
    (void)take(at, "約");
    if (*slot != REGION_UNKNOWN || !take_number(at, &number))
        return false;
    *slot = number;
    (void)take_any(at, PEOPLE);
    skip_spaces(at);
    bool sound = take_note(at);
    skip_spaces(at);
    return sound;
}

int nanao_capacity_parse(const char *text, struct nanao_capacity *ret_capacity) {
    static const char *const SEPARATORS[] = {"/", "／", "、", ";", "；", NULL};
    struct nanao_capacity capacity = {{REGION_UNKNOWN, REGION_UNKNOWN}, REGION_UNKNOWN};
    const char *at = text;
    skip_spaces(&at);
    for (bool more = *at != '\0'; more;) {
        if (!take_part(&at, &capacity))
            return HV_ERR_FORMAT;
        more = take_any(&at, SEPARATORS);
        skip_spaces(&at);
    }
    if (*at != '\0')
        return HV_ERR_FORMAT;
    *ret_capacity = capacity;
    return HV_OK;
}
