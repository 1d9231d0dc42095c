/* Events as they go out, for the files of coordinator/api that make them and give them out. */
#ifndef COORDINATOR_API_API_EVENTS_H
#define COORDINATOR_API_API_EVENTS_H

#include "coordinator/api/api_inside.h"

/* One or more events in one piece, shared by all streams that stand at `from` and take it so. */
struct api_frame {
    struct api_frame *next; /* of this round */
    unsigned refs;
    bool packed;
    uint64_t from, to; /* it tells all after the one and up to the other */
    struct api_text text;
    struct api_gzip_sum sum; /* packed: of the text before */
};

/* Empty, with one reference. NULL without memory. */
struct api_frame *api_frame_new(uint64_t from);
void api_frame_drop(struct api_frame *frame); /* a reference; NULL: nothing */

/* Makes a piece of a gzip stream of it, after so many bytes of the stream's beginning. False
 * without memory. */
bool api_frame_pack(struct api_frame *frame, const char *head, size_t head_bytes);

/* ---- api_changes.c ---- */

/* Adds the event that tells what has changed after `from`. The scene is fresh. */
void api_changes_write(struct api *api, uint64_t from, struct api_text *text);

/* ---- api_records.c ---- */

/* The records after `from`, some chunks of them: a reference, the caller's to drop. A chunk ends at
 * the next multiple of API_CHUNK or with the last record, and is made once for all who come by.
 * NULL: none was to be read, or no memory. */
struct api_frame *api_records_frame(struct api *api, uint64_t from, bool packed);
void api_records_forget(struct api *api);

#endif
