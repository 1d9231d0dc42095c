/* Every limit of Haven in one place. A limit is checked before memory is taken; passing one is
 * HV_ERR_LIMIT on the inside and a refusal with a reason on the outside. */
#ifndef HV_SCHEMAS_LIMITS_H
#define HV_SCHEMAS_LIMITS_H

/* Wire. */
#define HV_FRAME_BYTES_MAX 65536u /* one message, or several in a bundle */
#define HV_BUNDLE_MESSAGES_MAX 64u
/* ZMQ_MAXMSGSIZE: a frame as CURVE seals it (command name, nonce, authenticator, flags). */
#define HV_FRAME_SEALED_BYTES_MAX (HV_FRAME_BYTES_MAX + 33u)
#define HV_ID_BYTES_MAX 64u     /* ids of nodes, zones, shelters, items, lots, links */
#define HV_TEXT_BYTES_MAX 1024u /* notes, reasons */
#define HV_STOCK_LINES_MAX 600u /* lines of one report or snapshot part */
#define HV_SNAPSHOT_PARTS_MAX 64u
#define HV_CAPACITY_LINES_MAX 16u /* basis x time x place */
#define HV_LIFELINES_MAX 7u
#define HV_REQUEST_LINES_MAX 64u
#define HV_ORDER_LINES_MAX 256u
#define HV_ORDER_LINKS_MAX 512u /* links of one route in an order */
#define HV_ENDPOINTS_MAX 8u
#define HV_ORDER_PEOPLE_MAX 256u  /* lines of people in one order, one a zone */
#define HV_ORDER_RUNS_MAX 48u     /* runs of buses in one order */
#define HV_BUS_STOPS_MAX 8u       /* of one run */
#define HV_ORDER_SET_MAX 256u     /* orders of one message */
#define HV_UNKNOWN_FIELDS_MAX 64u /* of a later release, in one message */
/* A report or order alone, so that it fits a frame with any envelope and a log record. */
#define HV_REPORT_BYTES_MAX (HV_FRAME_BYTES_MAX - 256u)
/* Arena that the worst frame decodes in. */
#define HV_FRAME_DECODED_BYTES_MAX (8u << 20)

/* Figures. */
#define HV_PEOPLE_MAX 10000000          /* people in one figure */
#define HV_QUANTITY_MAX 1000000000000   /* base units of one item in one figure */
#define HV_COUNTER_MAX 9007199254740991 /* ids, sequences, terms, positions: exact in JSON */
#define HV_MS_MAX 253402300799999       /* any time: until the year 9999 */
#define HV_EXPIRY_DAY_MAX 2932896u      /* the same in days */
#define HV_LIFELINE_HOURS_MAX 87600u    /* ten years */

/* Coordinator. */
#define HV_NODES_MAX 120000u
/* What a node's reports may bring into being by naming it, so that no enrolled node can fill the
 * coordinator's memory: transfers, requests, items, lots, and, while there is no region, zones and
 * places. Finished transfers and requests leave the count when they are forgotten; the rest never
 * is, so the bound is years of honest work. */
#define HV_NODE_NAMES_MAX 65536u
/* Finished ones kept in memory beside all that are open; the oldest make room for new ones. */
#define HV_TRANSFERS_FINISHED_MAX 32768u
#define HV_REQUESTS_FINISHED_MAX 16384u
#define HV_ORDERS_FINISHED_MAX 32768u
#define HV_WRITES_KEPT_MAX 4096u /* decisions that a client may repeat under its key */
#define HV_WAYBILLS_FINISHED_MAX 32768u
/* Goods: balances in the books of one place, and lots and items of one waybill. */
#define HV_PLACE_BALANCES_MAX 393216u
#define HV_WAYBILL_LINES_MAX 2048u
#define HV_TRANSFER_ARRIVALS_MAX 4u /* places that one transfer is kept apart for */
#define HV_PLACE_REQUESTS_OPEN_MAX 1024u
#define HV_RECORD_BYTES_MAX (4u << 20) /* one log record; a plan is the largest */
#define HV_PRIORITY_MAX 1000u          /* times that a lack of goods counts */
#define HV_DIRECTIVES_MAX 4096u        /* of planners, lifted ones included */
#define HV_ESCALATION_LEVELS_MAX 4u    /* one above the other, whom the settings name */
#define HV_OWNERS_KEPT_MAX 8192u       /* things of which it is known who sees to them */
#define HV_ROLES_MAX 16u               /* of one account */
#define HV_PLAN_LINES_MAX 65536u       /* moves, shipments, left over, each */
#define HV_HAZARD_STEPS_MAX 4096u      /* of a timeline */
#define HV_HAZARD_IDS_MAX 100000u      /* zones, links, shelters, depots, each */
#define HV_BATCH_RECORDS_MAX 4096u
/* Of one decision, all durable together or none: the orders of a plan with its approval. It is an
 * append of its own, the only one that may be larger than a batch. */
#define HV_COMMAND_RECORDS_MAX 16384u
#define HV_INFLIGHT_RECORDS_MAX 65536u /* received and not yet committed */

/* Control sockets. */
#define HV_CONTROL_REQUEST_BYTES_MAX (8u << 20)
#define HV_CONTROL_REPLY_BYTES_MAX (256u << 20)

/* Regions and planning. */
#define HV_REGION_FILE_BYTES_MAX (1u << 30)
#define HV_REGION_NODES_MAX 4000000u
#define HV_REGION_LINKS_MAX 8000000u
#define HV_REGION_ROWS_MAX 1000000u /* zones, shelters, depots, items, stock, vehicles, each */
#define HV_FLOW_ARCS_MAX 64000000u  /* arcs of one flow problem from a file */
#define HV_FAULTS_MAX 10000u        /* faults kept of one check; more are counted */

#endif
