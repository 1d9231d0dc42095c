/* A node's directory: node.json, node.key, outbox/, control.sock. Executor side only. */
#ifndef NODES_DIRECTORY_H
#define NODES_DIRECTORY_H

#include "nodes/core.h"
#include "nodes/link/link.h"
#include "schemas/fault.h"
#include "schemas/platform/deployment.h"

#include <limits.h>

#define NODE_OUTBOX_BYTES (UINT64_C(1) << 30) /* where node.json does not say */
#define NODE_OUTBOX_BYTES_MIN (UINT64_C(1) << 20)
_Static_assert(NODE_ENDPOINT_BYTES == DEPLOYMENT_ENDPOINT_BYTES, "endpoints are copied");
#define NODE_SOFTWARE "haven-node 1"

struct node_settings {
    struct node_identity identity;
    size_t endpoint_count;
    char endpoints[HV_ENDPOINTS_MAX][NODE_ENDPOINT_BYTES];
    uint64_t outbox_bytes;
    struct link_keys keys;
    char public_key_z85[KEYS_TEXT_BYTES];
};

/* Makes the directory and those above it, key, outbox and node.json; node.json comes last,
 * so that a directory with one is whole. Faults name the deployment file's. Errors: HV_ERR_EXISTS
 * (a node lives there), _VALUE, _FORMAT (faults), _NOT_FOUND, _PERMISSION, _FULL, _IO. */
int directory_init(const char *directory, const char *id, enum hv_role role,
                   const char *deployment_file, struct hv_fault_list *faults,
                   char ret_public_key_z85[KEYS_TEXT_BYTES]) HV_MUST_USE;

/* Reads node.json and node.key. Errors: HV_ERR_NOT_FOUND (no node there), _VALUE, _FORMAT (faults),
 * _PERMISSION (others may read the key), _IO. */
int directory_load(const char *directory, struct hv_fault_list *faults,
                   struct node_settings *ret_settings) HV_MUST_USE;

/* DIRECTORY/name; errors: HV_ERR_LIMIT. */
int directory_path(const char *directory, const char *name, char ret_path[PATH_MAX]) HV_MUST_USE;

#endif
