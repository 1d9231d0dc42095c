/* A region: the roads, the people who may have to leave, the shelters, the depots and what is in
 * them. It is read from a Frictionless data package (docs/REGIONS.md), imported from other formats
 * (import.h) or built in memory, and never changes once a program uses it: a changed region is a
 * new version with another hash.
 *
 * Units inside are always metres, seconds, vehicles an hour of the whole link, people, litres,
 * and base units of an item, whatever the package declared. Things refer to each other by index
 * into the arrays of this struct; REGION_NONE where there is none. Roads count vehicles, shelters
 * people: nothing here converts, `persons_per_vehicle` is for whoever builds a planning instance.
 *
 * Unknown stays unknown: figures that cannot be negative are REGION_UNKNOWN (-1), coordinates NAN,
 * answers REGION_ANSWER_UNKNOWN, texts "". Never take an unknown for 0.
 *
 * All texts are UTF-8 without control characters, NUL-terminated, owned by the region and valid
 * until region_free. Ids are 1 to HV_ID_BYTES_MAX bytes. A region that region_load returned keeps
 * these invariants: indices are in range; ids are unique within their array, and shelters and
 * depots share one space of ids, for both are nodes of the protocol; every link has travel_s > 0
 * or = 0 and capacity_veh_per_h >= 0; links are directed.
 *
 * Reading from several threads is safe; building is not. */
#ifndef COORDINATOR_REGION_REGION_H
#define COORDINATOR_REGION_REGION_H

#include "schemas/error.h"
#include "schemas/fault.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define REGION_NONE UINT32_MAX
#define REGION_UNKNOWN (-1)
#define REGION_EXPIRY_UNKNOWN INT32_MIN
#define REGION_PACKS_MAX 4
#define REGION_PICKUPS_MAX 16 /* pick-up points of a zone */
#define REGION_HASH_BYTES 32

enum region_coordinates {
    REGION_LONLAT, /* x is longitude, y latitude, degrees, WGS 84 */
    REGION_PLANE   /* x and y are of a drawing or a local grid: no place on earth is known */
};

enum region_answer { REGION_ANSWER_UNKNOWN, REGION_ANSWER_NO, REGION_ANSWER_YES };

enum region_time { REGION_DAY, REGION_NIGHT, REGION_TIMES };
enum region_place { REGION_INDOOR, REGION_OUTDOOR, REGION_PLACES };

/* Age groups in the order of the protocol's head-counts. */
enum region_age {
    REGION_INFANT,
    REGION_CHILD,
    REGION_ADULT,
    REGION_ELDERLY,
    REGION_AGE_UNKNOWN,
    REGION_AGES
};

/* Whom an item is for: a set of 1u << enum region_age and these overlays. 0 means everybody. */
#define REGION_GROUP_WHEELCHAIR (1u << 5)
#define REGION_GROUP_MEDICAL (1u << 6)

/* Hazards, as bits of a set. region_hazard_name gives the word that files use. */
enum region_hazard {
    REGION_FLOOD = 1u << 0, /* of a river */
    REGION_INLAND_FLOOD = 1u << 1,
    REGION_STORM_SURGE = 1u << 2,
    REGION_TSUNAMI = 1u << 3,
    REGION_TYPHOON = 1u << 4, /* hurricane, cyclone, storm */
    REGION_EARTHQUAKE = 1u << 5,
    REGION_LANDSLIDE = 1u << 6, /* and debris flow */
    REGION_FIRE = 1u << 7,
    REGION_VOLCANO = 1u << 8,
    REGION_NUCLEAR = 1u << 9,
    REGION_CHEMICAL = 1u << 10,
    REGION_SNOW = 1u << 11
};
#define REGION_HAZARDS 12

enum region_vehicle_kind {
    REGION_VEHICLE_UNKNOWN,
    REGION_BUS,
    REGION_MINIBUS,
    REGION_VAN,
    REGION_TRUCK,
    REGION_AMBULANCE,
    REGION_BOAT,
    REGION_HELICOPTER,
    REGION_VEHICLE_KINDS
};

/* What an item can be for, of the needs that a standards profile has figures of (need.h). */
enum region_need {
    REGION_NEED_NONE,
    REGION_NEED_WATER,    /* litres, all uses */
    REGION_NEED_DRINKING, /* litres, drinking and food alone */
    REGION_NEED_ENERGY,   /* kcal */
    REGION_NEED_FEED,     /* feeds of infant formula */
    REGION_NEED_NAPPY,
    REGION_NEED_MEDICINE, /* days of what somebody has to take each day */
    REGION_NEED_SOAP,     /* g */
    REGION_NEED_BLANKET,
    REGION_NEED_MAT, /* to sleep on */
    REGION_NEED_TOILET,
    REGION_NEED_TAP,
    REGION_NEED_BATHING, /* bathing places */
    REGION_NEEDS
};

struct region_node {
    const char *id;
    const char *name;
    const char *kind; /* GMNS node_type, free text */
    double x, y;      /* finite */
    bool passable;    /* false: a centroid; ways may begin or end here but never pass through */
};

struct region_link { /* one direction of a road */
    const char *id;
    const char *name;
    const char *kind; /* GMNS facility_type; OpenStreetMap's highway class where imported */
    uint32_t from, to;
    double length_m;           /* or unknown */
    double free_speed_km_h;    /* or unknown */
    double travel_s;           /* free-flow time, always known */
    double capacity_veh_per_h; /* of the whole link, always known; 0 means closed to vehicles */
    int32_t lanes;             /* or unknown */
};

struct region_zone {
    const char *id;
    const char *name;    /* English or the local name */
    const char *name_zh; /* or "" */
    uint32_t node;       /* where its people enter the road network; or REGION_NONE */
    double lon, lat;     /* x and y of the node where the file gives none */
    int64_t people[REGION_TIMES][REGION_AGES]; /* each known or unknown */
    int64_t households;
    double no_vehicle_share; /* of the people, 0 to 1, or unknown */
    int64_t wheelchair;      /* people of the zone, a subset of `people` */
    int64_t medical;         /* people who need medical care daily, a subset too */
    const char *pickups;     /* where buses fetch its people: region_pickup_part; "": at its node */
};

struct region_shelter {
    const char *id;
    const char *name;
    const char *name_zh;
    const char *place;         /* address or description */
    const char *peacetime_use; /* "school", "sports hall" */
    uint32_t node;             /* or REGION_NONE where it was imported without roads */
    double lon, lat;
    double area_m2[REGION_PLACES];               /* usable for people; or unknown */
    int64_t stated[REGION_TIMES][REGION_PLACES]; /* people, as staff state it, or unknown */
    int64_t stated_total[REGION_TIMES];          /* stated without saying where, or unknown */
    int64_t beds;
    int64_t toilets;
    int64_t water_l_per_day;
    int32_t activation_min;        /* minutes from order to open, or unknown */
    enum region_answer accessible; /* by wheelchair */
    enum region_answer pets;
    enum region_answer frail; /* fit for people who need care */
    uint32_t withstands;      /* set of enum region_hazard known to be withstood */
    uint32_t unfit;           /* set known not to be withstood; what is in neither is unknown */
};

struct region_depot {
    const char *id;
    const char *name;
    const char *name_zh;
    const char *place;
    uint32_t node; /* or REGION_NONE */
    double lon, lat;
    uint32_t withstands, unfit;
};

struct region_item {
    const char *id;
    const char *name;
    const char *name_zh;
    const char *base_unit;           /* what quantities count: "l", "ration", "piece" */
    int64_t packs[REGION_PACKS_MAX]; /* base units a pack, ascending; the rest 0 */
    int64_t volume_ml;               /* of one base unit, or unknown */
    int64_t weight_g;                /* of one base unit, or unknown */
    int32_t shelf_life_days;         /* or unknown */
    enum region_answer cold_chain;
    double need_per_person_day;  /* base units, or unknown */
    double need_per_person_once; /* base units on arrival, or unknown */
    uint32_t need_groups;        /* whom it is for; 0 everybody */
    int64_t minimum_stock;       /* that all depots together should not fall below, or unknown */
    const char *contents;        /* of a kit, "blanket:2;soap:1": items and base units; or "" */
    enum region_need meets;      /* whose quantities a head a profile has, where none is known */
    double meets_units;          /* of that need, by one base unit; > 0 where `meets` is set */
};

struct region_stock {
    uint32_t depot; /* exactly one of depot and shelter is not REGION_NONE */
    uint32_t shelter;
    uint32_t item;
    const char *lot;    /* may be "" */
    int32_t expiry_day; /* days since 1970-01-01, or REGION_EXPIRY_UNKNOWN */
    int64_t quantity;   /* base units, always known */
};

struct region_vehicle { /* `count` equal vehicles that stand at one place */
    const char *id;
    const char *name;
    const char *name_zh;
    enum region_vehicle_kind kind;
    uint32_t depot; /* its depot, or REGION_NONE for a yard of its own */
    uint32_t node;  /* where it stands; or REGION_NONE where its depot has none */
    int32_t count;
    int32_t seats;
    int32_t wheelchair_places;
    int64_t payload_kg;
    int64_t payload_l;
    enum region_answer cold_chain;
    double range_km;       /* there and back without filling up, or unknown */
    int32_t loading_min;   /* at the depot, each trip, or unknown */
    int32_t unloading_min; /* at the shelter, or unknown */
};

struct region_builder; /* private: texts and lookups */

struct region {
    const char *id;      /* Frictionless `name`: lower-case letters, digits, "-", "_", "." */
    const char *name;    /* title */
    const char *name_zh; /* or "" */
    const char *version; /* such as "1.0.0" */
    const char *sources; /* where it comes from and under which licence; or "" */
    enum region_coordinates coordinates;
    double persons_per_vehicle; /* > 0; 2.5 where the package is silent */

    struct region_node *nodes;
    struct region_link *links;
    struct region_zone *zones;
    struct region_shelter *shelters;
    struct region_depot *depots;
    struct region_item *items;
    struct region_stock *stock;
    struct region_vehicle *vehicles;
    uint32_t node_count, link_count, zone_count, shelter_count;
    uint32_t depot_count, item_count, stock_count, vehicle_count;

    struct region_builder *builder;
};

/* Reads the data package in `dir` (its datapackage.json and the tables that it names). Every
 * fault of every table goes to `faults`, files named as in the package below `dir`. Warnings do
 * not stop a load. The region belongs to the caller.
 * HV_ERR_VALUE: there are faults of grade error; HV_ERR_IO: datapackage.json cannot be read (also a
 * fault); HV_ERR_MEMORY. Complexity: linear in the size of the files. */
HV_MUST_USE int region_load(const char *dir, struct hv_fault_list *faults,
                            struct region **ret_region);

/* Everything region_load checks, and what can only be warned of (region_check_sense). Returns what
 * region_load would. */
HV_MUST_USE int region_check(const char *dir, struct hv_fault_list *faults);

/* Warnings about a region in memory: zones that reach no shelter, shelters that no depot reaches,
 * roads that hang together with nothing else, zones without people, vans and trucks at depots whose
 * room or load is unknown. Files are named as region_write names them. HV_ERR_MEMORY. Linear. */
HV_MUST_USE int region_check_sense(const struct region *region, struct hv_fault_list *faults);

/* Takes a file of a data package: its name in the folder and what is in it, which lives until this
 * returns. Anything but 0 ends the writing and is its result. */
typedef int region_take_file(void *context, const char *name, const char *bytes, size_t size);

/* The region as the files of a data package, the descriptor last: it names the others. The same
 * region gives the same bytes. HV_ERR_MEMORY. Onto a disk: coordinator/region_folder.h. */
HV_MUST_USE int region_write(const struct region *region, region_take_file *take, void *context);

/* Hash of the content as region_write would give it (BLAKE2b): equal for equal regions on every
 * machine. HV_ERR_MEMORY. */
HV_MUST_USE int region_hash(const struct region *region, uint8_t ret_hash[REGION_HASH_BYTES]);

/* Frees the region and every text in it. NULL does nothing. */
void region_free(struct region *region);

/* Index of the thing of that id, or REGION_NONE. Constant expected time. */
uint32_t region_find_node(const struct region *region, const char *id);
uint32_t region_find_link(const struct region *region, const char *id);
uint32_t region_find_zone(const struct region *region, const char *id);
uint32_t region_find_shelter(const struct region *region, const char *id);
uint32_t region_find_depot(const struct region *region, const char *id);
uint32_t region_find_item(const struct region *region, const char *id);
uint32_t region_find_vehicle(const struct region *region, const char *id);

/* People of the zone at that time over all ages, unknown groups left out; REGION_UNKNOWN where no
 * group is known. */
int64_t region_zone_people(const struct region_zone *zone, enum region_time time);

/* The part of a kit's contents that begins at `text`: its item and how many base units of it are in
 * one of the kit. Returns where the next part begins, NULL after the last; and NULL with quantity 0
 * where the text is no part. */
const char *region_kit_part(const char *text, char *ret_item, size_t item_bytes,
                            int64_t *ret_quantity);

/* The part of a zone's pick-up points, "12;17:2", that begins at `text`: its node and its share of
 * the zone's people without a vehicle, among the shares of all (1 where it says none). Returns
 * where the next part begins, NULL after the last; and NULL with share 0 where the text is no part.
 */
const char *region_pickup_part(const char *text, char *ret_node, size_t node_bytes,
                               int32_t *ret_share);

/* Word of one hazard ("storm_surge") and back; "" and 0 where there is none. */
const char *region_hazard_name(enum region_hazard hazard);
uint32_t region_hazard_from_name(const char *name);

/* Word of a need ("drinking-water"), "" of none; and back, REGION_NEED_NONE where there is none. */
const char *region_need_name(enum region_need need);
enum region_need region_need_from_name(const char *name);

const char *region_vehicle_kind_name(enum region_vehicle_kind kind);

#endif
