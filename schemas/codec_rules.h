/* What the fields of one message mean together (codec_rules.c), as the tables name it. Internal. */
#ifndef HV_SCHEMAS_CODEC_RULES_H
#define HV_SCHEMAS_CODEC_RULES_H

#include "schemas/codec_shape.h"

typedef int hv_rule(const void *message, const struct hv_trail *at, struct hv_verdict *verdict);

hv_rule hv_rule_envelope, hv_rule_hello, hv_rule_welcome, hv_rule_clock, hv_rule_report,
    hv_rule_movement, hv_rule_count, hv_rule_capacity, hv_rule_lifelines, hv_rule_stock_line,
    hv_rule_stock_count, hv_rule_stock_movement, hv_rule_request, hv_rule_snapshot,
    hv_rule_order_people, hv_rule_order, hv_rule_answer, hv_rule_record, hv_rule_node_report,
    hv_rule_plan_move, hv_rule_hazard_step, hv_rule_bus_stop, hv_rule_bus_run,
    hv_rule_plan_bus_stop, hv_rule_decision, hv_rule_directive;

#endif
