/* What the files of state_fields share: state_fields.c has the parts that many things have, and the
 * small things; state_fields_place.c places and nodes; state_fields_people.c zones, transfers,
 * orders and plans; state_fields_goods.c requests and waybills. Private to them. */
#ifndef COORDINATOR_STATE_STATE_FIELDS_INSIDE_H
#define COORDINATOR_STATE_STATE_FIELDS_INSIDE_H

#include "coordinator/state/state_fields.h"

/* Parts. */
void fields_stamp(struct fields *fields, struct state_stamp *value);
void fields_people(struct fields *fields, struct hv_people *value);
void fields_capacity_line(struct fields *fields, struct hv_capacity_line *line);
void fields_lifeline(struct fields *fields, struct state_lifeline *value);
void fields_stock_line(struct fields *fields, struct state_stock_line *line);
void fields_lot(struct fields *fields, struct state_lot *value);
void fields_book(struct fields *fields, struct state_book *value);

/* A count and, when loading, room for so many. */
void fields_items(struct fields *fields, uint32_t *count, uint32_t *room, void **items,
                  size_t size);

#define ITEMS(fields, value, COUNT, ROOM, ITEMS)                                                   \
    do {                                                                                           \
        void *items_ = (value)->ITEMS;                                                             \
        fields_items(fields, &(value)->COUNT, ROOM, &items_, sizeof *(value)->ITEMS);              \
        (value)->ITEMS = items_;                                                                   \
    } while (0)

/* Things, but for what all of them have. */
void fields_of_place(struct fields *fields, struct state_place *value);
void fields_of_node(struct fields *fields, struct state_node *value);
void fields_of_zone(struct fields *fields, struct state_zone *value);
void fields_of_transfer(struct fields *fields, struct state_transfer *value);
void fields_of_order(struct fields *fields, struct state_order *value);
void fields_of_plan(struct fields *fields, struct state_plan *value);
void fields_of_request(struct fields *fields, struct state_request *value);
void fields_of_waybill(struct fields *fields, struct state_waybill *value);

#endif
