/* Goods of a scene: the lines of all places as one list, and sums by item. Internal to
 * coordinator/api. */
#ifndef COORDINATOR_API_API_GOODS_H
#define COORDINATOR_API_API_GOODS_H

#include "coordinator/api/api_scene.h"

/* Makes stock and items of the scene anew where it has moved on. HV_ERR_MEMORY. */
int api_goods_refresh(struct api_scene *scene) HV_MUST_USE;

/* Days that the usable units of an item (a STATE_NAME) at a shelter last those who are there. NAN:
 * nobody is there, or nothing is known of the need. */
double api_goods_days(const struct api_scene *scene, const struct state_place *place,
                      uint32_t item);

#endif
