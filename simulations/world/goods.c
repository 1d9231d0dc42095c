#include "simulations/world/goods.h"

#include <stdlib.h>

#define DAY_MS UINT64_C(86400000)

void goods_road_deinit(struct goods_road *road) {
    free(road->list);
    *road = (struct goods_road){0};
}

int goods_send(struct goods_road *road, const struct goods_consignment *consignment) {
    if (road->count == road->room) {
        size_t room = road->room == 0 ? 16 : road->room * 2;
        struct goods_consignment *list = realloc(road->list, room * sizeof *list);
        if (list == NULL)
            return HV_ERR_MEMORY;
        road->list = list;
        road->room = room;
    }
    road->list[road->count++] = *consignment;
    return 0;
}

static void damage(struct goods_consignment *consignment, unsigned permille, struct dice *dice) {
    for (size_t i = 0; i < consignment->line_count; i++) {
        struct goods_line *line = &consignment->lines[i];
        uint64_t most = line->quantity * permille / 500; /* about permille on average */
        line->damaged =
            most == 0 ? 0 : dice_between(dice, 0, most < line->quantity ? most : line->quantity);
    }
}

bool goods_receive(struct goods_road *road, uint64_t now_ms, unsigned damaged_permille,
                   struct dice *dice, struct goods_consignment *ret_consignment) {
    size_t first = road->count;
    for (size_t i = 0; i < road->count; i++)
        if (road->list[i].arrives_ms <= now_ms &&
            (first == road->count || road->list[i].arrives_ms < road->list[first].arrives_ms))
            first = i;
    if (first == road->count)
        return false;
    *ret_consignment = road->list[first];
    road->list[first] = road->list[--road->count];
    damage(ret_consignment, damaged_permille, dice);
    return true;
}

void goods_need_grow(struct goods_need *need, int64_t people, uint64_t for_ms, int64_t came) {
    uint64_t here = people > 0 ? (uint64_t)people : 0, new = came > 0 ? (uint64_t)came : 0;
    uint64_t grown =
        need->carried + here * need->daily_milli * for_ms + new * need->once_milli *DAY_MS;
    uint64_t units = grown / (1000 * DAY_MS);
    need->carried = grown % (1000 * DAY_MS);
    need->due += units;
    need->needed += units;
}

uint64_t goods_need_meet(struct goods_need *need, uint64_t there) {
    uint64_t given = need->due < there ? need->due : there;
    need->due -= given;
    need->met += given;
    return given;
}

void goods_need_forgo(struct goods_need *need) {
    need->due = 0;
}
