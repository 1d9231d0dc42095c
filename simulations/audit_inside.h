/* Private to the audit: what it keeps. audit.c feeds it, audit_check.c finds. */
#ifndef SIMULATIONS_AUDIT_INSIDE_H
#define SIMULATIONS_AUDIT_INSIDE_H

#include "simulations/audit.h"

#include <uthash.h>

struct numbered {
    uint64_t epoch, sequence;
    enum audit_state state;
};

struct numbers { /* owned; sorted by audit_finish */
    struct numbered *list;
    size_t count, room;
};

/* Usable base units of one item, lot and expiry at a place; and of the item in all. */
struct shelf {
    char key[2 * (HV_ID_BYTES_MAX + 1) + 16]; /* item \n lot \n expiry */
    int64_t there;
    UT_hash_handle hh;
};

struct item {
    char id[HV_ID_BYTES_MAX + 1];
    int64_t received, issued, shipped, lost, adjusted, differences;
    int64_t picture;
    bool pictured;
    UT_hash_handle hh;
};

struct place {
    char id[HV_ID_BYTES_MAX + 1];
    struct numbers made[HV_LANE_COUNT], logged[HV_LANE_COUNT], told;
    int64_t people; /* by its records */
    int64_t checked_in, checked_out, corrected, out, in, differences, shortfall;
    int64_t picture, real;
    bool pictured, real_known, stock_pictured;
    struct shelf *shelves;
    struct item *items;
    UT_hash_handle hh;
};

/* What left and what arrived under one transfer id from one place, or one waybill and item. */
struct passage {
    char key[2 * (HV_ID_BYTES_MAX + 1)];
    bool goods;
    int64_t out, in;
    UT_hash_handle hh;
};

struct audit {
    struct place *places;
    struct passage *passages;
    struct audit_totals totals;
    struct audit_ledger ledger;
    bool has_ledger;
    char *findings[AUDIT_FINDINGS_MAX];
    size_t finding_count;
};

void audit_find(struct audit *audit, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
