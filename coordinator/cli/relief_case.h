/* A country's emergency stocks and past disasters in the form of the working group on Emergency
 * Supplies Pre-positioning Strategy (ESUPS; Gurobi modeling-examples, “supply network design for
 * disaster relief”): a folder of CSV tables.
 *
 *   items.csv            ItemName, CubicMeters, WeightMetricTon
 *   personsPerItem.csv   Item, Disaster Type, Month, gglCountry, PersonsPerItem; DEFAULT fits all,
 *                        the row that names most counts
 *   depotSelection.csv   gglAddressAscii, include
 *   depotMapping.csv     gglAddressAsciiMapFrom, …MapTo: where a depot's stock is counted
 * (optional) distanceMatrix.csv   depotGglAddressAscii, disasterGglAddressAscii, drivingTime_hrs,
 * distance_km disasters.csv        DisasterID, Type, Month, gglCountry, gglAddress, TotAffected
 *   disasterTypeSelection.csv  disasterType, include (optional: all types)
 *   actual.csv           ItemName, gglAddress, Total: what is held now; another name may be given
 *   transportParameters.csv    Attribute, Mode, Number of mode Truck (optional): FixedAddlTime_Hrs,
 *                        StretchTimeFactor, StretchDistanceFactor
 *   transportModes.csv   Mode, MaxDrivingTimeCutAboveHrs of mode Truck (optional)
 *
 * What the form says of air transport, money and a government's own stock is not read. */
#ifndef RELIEF_CASE_H
#define RELIEF_CASE_H

#include "coordinator/cli/preposition_json.h"
#include "schemas/fault.h"

#define RELIEF_NAMES_MAX 5000u /* items, depots, places and types each */
#define RELIEF_DISASTERS_MAX 20000u
#define RELIEF_LINES_MAX 1000000u /* people affected, persons an item */
#define RELIEF_WAYS_MAX 10000000u /* depots x places */

/* Texts by index, owned. */
struct relief_names {
    char **texts;
    uint32_t count, max;
};

struct relief_disaster {
    uint32_t type;
    int64_t month; /* 1 to 12; 0 unknown */
    char *country;
};

struct relief_affected {
    uint32_t disaster, place;
    double people;
};

struct relief_rule { /* how many people one unit is for; NULL and 0: any */
    uint32_t item;
    char *type, *country;
    int64_t month;
    double persons;
};

struct relief_case {
    struct relief_names items, depots, places, types, disaster_ids;
    double *volume_m3, *weight_t; /* item */
    bool *selected;               /* depot: goods may be held there */
    uint32_t *counted_at;         /* depot: where its stock is counted */
    double *hours, *km;           /* depot x place; NAN where there is no way */
    double *stock;                /* depot x item, where it is counted */
    struct relief_disaster *disasters;
    struct relief_affected *affected;
    struct relief_rule *rules;
    size_t affected_count, affected_max, rule_count, rule_max;
    uint32_t disaster_max;
    double fixed_hours, time_factor, distance_factor, most_hours;
};

/* Reads the folder; `stock` names the table of what is held, NULL for actual.csv. Every fault goes
 * to the list with file, line and column. HV_OK; HV_ERR_VALUE where there are faults, HV_ERR_IO
 * where a table cannot be read, HV_ERR_LIMIT, HV_ERR_MEMORY. */
HV_MUST_USE int relief_case_read(const char *dir, const char *stock, struct hv_fault_list *faults,
                                 struct relief_case *ret_case);
void relief_case_deinit(struct relief_case *relief);

/* How many people a unit of the item is for in a disaster: the rule that names most; 0 without one.
 */
double relief_case_persons(const struct relief_case *relief, uint32_t item, uint32_t disaster);

enum relief_measure { RELIEF_HOURS, RELIEF_KM };

/* The pre-positioning of one item: sites are depots, then places; one size of no cost at each depot
 * that is selected; as much to be had as is held now; a scenario for each disaster of `type`
 * (UINT32_MAX: of all), each as likely; an arc from depot to place is as long as the way in hours
 * (the fixed hours included) or km, a unit costs 1 for each, and being without it a tenth more than
 * the longest way, so that whatever is held is sent. With `capped`, demand of a place is cut to all
 * that is held: more can never come, and the cost of that, which no decision changes, does not hide
 * what decisions change. `scenario_of` has room for a disaster number a scenario. HV_ERR_NOT_FOUND
 * where no disaster asks for the item; HV_ERR_MEMORY. */
HV_MUST_USE int relief_case_instance(const struct relief_case *relief, uint32_t item, uint32_t type,
                                     enum relief_measure measure, bool capped,
                                     uint32_t *scenario_of,
                                     struct preposition_document *ret_document);

/* What is held now as a decision of that instance: owned, preposition_decision_deinit frees it. */
HV_MUST_USE int relief_case_held(const struct relief_case *relief, uint32_t item,
                                 const struct preposition_document *document,
                                 struct preposition_decision *ret_decision);

#endif
