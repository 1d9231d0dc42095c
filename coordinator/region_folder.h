/* A region as a data package on a disk. */
#ifndef HV_COORDINATOR_REGION_FOLDER_H
#define HV_COORDINATOR_REGION_FOLDER_H

#include "coordinator/region/region.h"

/* Writes the package into `dir`, which is made where absent; files of the same names are replaced
 * one by one. When it returns 0, files and names are durable: what the log speaks of is there after
 * a power cut. HV_ERR_NOT_FOUND (no such folder above), HV_ERR_PERMISSION, HV_ERR_FULL, HV_ERR_IO,
 * HV_ERR_LIMIT (of a path), HV_ERR_MEMORY. */
HV_MUST_USE int region_folder_save(const struct region *region, const char *dir);

/* The package whose hash it is, out of a folder of packages that are named by their hashes. What is
 * wrong otherwise goes to ret_fault, in words. HV_ERR_CORRUPT: its files are not those that were
 * recorded; else as region_load. Takes as long as reading it does: not for a thread that answers.
 */
HV_MUST_USE int region_folder_find(const char *packages, const uint8_t hash[REGION_HASH_BYTES],
                                   struct region **ret_region, char ret_fault[300]);

/* Removes what saves that were killed left beside the files of the packages in a folder of them. */
void region_folder_tidy(const char *packages);

#endif
