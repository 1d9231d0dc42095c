/* Unix socket addresses for paths of any length: sun_path holds 107 bytes, folders may be deeper.
 */
#ifndef HV_PLATFORM_CONTROL_ADDRESS_H
#define HV_PLATFORM_CONTROL_ADDRESS_H

#include "schemas/error.h"

#include <sys/un.h>

/* Fills in the address. Where the path is too long, *ret_folder_fd is a descriptor of its folder
 * that the address goes through (by /proc/self/fd) and that must stay open until bind or connect
 * has returned; otherwise -1. HV_ERR_NOT_FOUND: no such folder; HV_ERR_LIMIT: the name alone is too
 * long. */
int control_address(const char *path, struct sockaddr_un *ret_address,
                    int *ret_folder_fd) HV_MUST_USE;

#endif
