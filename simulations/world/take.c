#include "simulations/world/world.h"

/* pool × count / total, rounded up or down so that it is right on average, within what leaves
 * enough for the others and is not more than there is. */
static int64_t share(int64_t pool, int64_t count, int64_t total, struct dice *dice) {
    if (total <= 0)
        return 0;
    int64_t exact = pool * count, part = exact / total;
    if ((int64_t)dice_below(dice, (uint64_t)total) < exact % total)
        part++;
    int64_t least = count - (total - pool), most = pool < count ? pool : count;
    if (part < least)
        part = least;
    return part > most ? most : part;
}

struct hv_people world_take(struct hv_people *pool, int64_t count, struct dice *dice) {
    struct hv_people taken = {{0}, {0}, 0};
    int64_t all = hv_people_total(pool);
    if (count > all)
        count = all;
    int64_t total = all, left = count;
    for (size_t i = 0; i < HV_AGE_COUNT; i++) {
        int64_t part = share(pool->by_age[i], left, total, dice);
        total -= pool->by_age[i];
        left -= part;
        taken.by_age[i] = (int32_t)part;
    }
    for (size_t i = 0; i < HV_OVERLAY_COUNT; i++)
        taken.overlay[i] = (int32_t)share(pool->overlay[i], count, all, dice);
    if (all > 0)
        taken.pets = (int32_t)(pool->pets * count / all);
    hv_people_add(pool, &taken, -1);
    return taken;
}
