/* A planning instance in steps of time: what timetable.c gives the flow and the zone plan. */
#ifndef HV_OPTIMIZER_TIMETABLE_STEPS_H
#define HV_OPTIMIZER_TIMETABLE_STEPS_H

#include "coordinator/optimizer/evacuation_instance.h"
#include "coordinator/optimizer/instance.h"

#define TIMETABLE_FOR_GOOD INT64_MAX

/* From `from_ms` after now until `to_ms` a link lets in so many thousandths of its capacity. Of
 * what overlaps the least counts. */
struct timetable_closing {
    uint32_t link;
    uint32_t permille;      /* 0 to 1,000; 0: closed, and who is on it has left it by then */
    int64_t from_ms, to_ms; /* 0 ≤ from < to; to: or TIMETABLE_FOR_GOOD */
};

/* From `from_ms` after now until `to_ms` others enter a link, so many an hour, who go first: what
 * overlaps adds up. */
struct timetable_load {
    uint32_t link;
    int64_t per_hour;
    int64_t from_ms, to_ms; /* 0 ≤ from < to */
};

/* What is known of the hours to come. By link, then by from_ms. */
struct timetable_coming {
    struct timetable_closing *closings;
    size_t closing_count;
    struct timetable_load *loads;
    size_t load_count;
};

struct timetable_steps {
    struct evacuation_instance instance; /* points to the arrays below */
    int64_t step_ms;
    uint32_t road_count; /* links of the network; those that were added follow */
    uint32_t centroid_count;
    struct network_link *roads; /* as they were taken over, to see what changes */
    bool *closes;               /* link: its capacity was made of closings, too */
    bool *loaded;               /* and of loads */
    bool *centroid;             /* by node of the network */
    struct evacuation_link *links;
    struct evacuation_change **changes; /* by link: its own, or NULL */
    struct evacuation_zone *zones;
    struct evacuation_shelter *shelters; /* the last one: for those without a place */
};

/* Makes the steps of an instance, with everybody and every place in them; `nowhere` is how many
 * have no place. HV_ERR_MEMORY, or what evacuation_instance_check finds. */
HV_MUST_USE int timetable_steps_init(struct timetable_steps *steps, const struct instance *instance,
                                     const struct timetable_coming *coming, int64_t step_ms,
                                     int32_t horizon_steps, int64_t nowhere);
void timetable_steps_deinit(struct timetable_steps *steps);

/* The same steps with others on their roads besides those to come, by link; the rest is borrowed,
 * and what `steps` holds stays as it is. To be ended with timetable_steps_end_beside.
 * HV_ERR_MEMORY. */
HV_MUST_USE int timetable_steps_beside(const struct timetable_steps *steps,
                                       const struct timetable_coming *coming,
                                       const struct timetable_load *others, size_t count,
                                       struct timetable_steps *ret_beside);
void timetable_steps_end_beside(struct timetable_steps *beside);

/* Whether an instance differs from what was taken over in figures only that may change. */
bool timetable_steps_fit(const struct timetable_steps *steps, const struct instance *instance);

/* Takes over one row as it is now; true where it differs from before. */
HV_MUST_USE int timetable_steps_set_link(struct timetable_steps *steps,
                                         const struct instance *instance,
                                         const struct timetable_coming *coming, uint32_t link,
                                         bool *ret_changed);
bool timetable_steps_set_zone(struct timetable_steps *steps, const struct instance *instance,
                              uint32_t zone);
bool timetable_steps_set_shelter(struct timetable_steps *steps, const struct instance *instance,
                                 uint32_t shelter);
bool timetable_steps_set_nowhere(struct timetable_steps *steps, int64_t people);

#endif
