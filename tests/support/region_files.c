#include "tests/support/region_files.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const SMALL[][2] = {
    {"datapackage.json",
     "{\"name\": \"small\", \"title\": \"Small\", \"version\": \"2.1.0\",\n"
     " \"haven\": {\"title_zh\": \"小\", \"units\": {\"length\": \"km\", \"speed\": \"km/h\",\n"
     "  \"time\": \"min\", \"capacity\": \"veh/h\"}, \"capacity_per\": \"lane\",\n"
     "  \"persons_per_vehicle\": 2},\n"
     " \"resources\": [{\"name\": \"node\", \"path\": \"node.csv\"},\n"
     "  {\"name\": \"link\", \"path\": \"link.csv\"}, {\"name\": \"zones\", \"path\": "
     "\"zones.csv\"},\n"
     "  {\"name\": \"shelters\", \"path\": \"shelters.csv\"},\n"
     "  {\"name\": \"depots\", \"path\": \"depots.csv\"}, {\"name\": \"items\", \"path\": "
     "\"items.csv\"},\n"
     "  {\"name\": \"stock\", \"path\": \"stock.csv\"},\n"
     "  {\"name\": \"vehicles\", \"path\": \"vehicles.csv\"}]}\n"},
    {"node.csv", "node_id,x_coord,y_coord,node_type\na,10,50,\nb,10.1,50,\nc,10.2,50.05,\n"},
    {"link.csv", "link_id,from_node_id,to_node_id,directed,length,lanes,capacity,free_speed\n"
                 "ab,a,b,0,6,2,800,60\nbc,b,c,1,3,1,600,30\ncb,c,b,1,3,1,600,30\n"},
    {"zones.csv", "zone_id,name,name_zh,node_id,night_adult,night_child,day_unknown,wheelchair\n"
                  "z1,\"Zone, one\",一区,a,100,20,90,3\n"},
    {"shelters.csv", "shelter_id,name,node_id,area_indoor_m2,toilets,accessible,withstands,"
                     "capacity_night_indoor\n"
                     "s1,School,c,700,10,yes,flood; fire,150\n"},
    {"depots.csv", "depot_id,name,node_id\nd1,Depot,b\n"},
    {"items.csv", "item_id,name,base_unit,packs,need_per_person_day,need_groups\n"
                  "water,Water,l,6;504,3,\nmilk,Formula,feed,,7,infant\n"},
    {"stock.csv", "place_id,item_id,lot,expiry,quantity\nd1,water,A,2027-05-31,600\ns1,milk,,,5\n"},
    {"vehicles.csv", "vehicle_id,kind,depot_id,node_id,count,seats,payload_kg,payload_l\n"
                     "bus,bus,,a,3,48,,\nlorry,truck,d1,,2,2,3000,12000\n"},
};

void region_files_init(struct region_files *files) {
    strcpy(files->dir, "/tmp/haven-region-XXXXXX");
    cr_assert_not_null(mkdtemp(files->dir), "a temporary folder");
}

static void remove_folder(const char *dir) {
    DIR *folder = opendir(dir);
    if (folder == NULL)
        return;
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        char path[512];
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        snprintf(path, sizeof path, "%s/%s", dir, entry->d_name);
        struct stat status;
        if (lstat(path, &status) == 0 && S_ISDIR(status.st_mode))
            remove_folder(path);
        else
            unlink(path);
    }
    closedir(folder);
    rmdir(dir);
}

void region_files_deinit(struct region_files *files) {
    remove_folder(files->dir);
}

void region_files_small(const struct region_files *files) {
    for (size_t i = 0; i < sizeof SMALL / sizeof *SMALL; i++)
        region_files_write(files, SMALL[i][0], SMALL[i][1]);
}

const char *region_files_path(const struct region_files *files, const char *name) {
    static char path[512];
    snprintf(path, sizeof path, "%s/%s", files->dir, name);
    return path;
}

void region_files_write_bytes(const struct region_files *files, const char *name, const void *bytes,
                              size_t size) {
    FILE *out = fopen(region_files_path(files, name), "wb");
    cr_assert_not_null(out, "%s can be written", name);
    cr_assert_eq(fwrite(bytes, 1, size, out), size);
    fclose(out);
}

void region_files_write(const struct region_files *files, const char *name, const char *text) {
    region_files_write_bytes(files, name, text, strlen(text));
}

char *region_files_read(const char *path) {
    FILE *in = fopen(path, "rb");
    cr_assert_not_null(in, "%s can be read", path);
    char *bytes = NULL, block[4096];
    size_t size = 0, got;
    FILE *out = open_memstream(&bytes, &size);
    while ((got = fread(block, 1, sizeof block, in)) > 0)
        fwrite(block, 1, got, out);
    fclose(in);
    fclose(out);
    return bytes;
}

char *region_files_faults(const struct hv_fault_list *faults) {
    char *text = NULL, line[4096];
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    for (size_t i = 0; i < faults->count; i++) {
        hv_fault_print(&faults->faults[i], line, sizeof line);
        fprintf(out, "%s %s\n", faults->faults[i].grade == HV_FAULT_ERROR ? "error" : "warning",
                line);
    }
    fclose(out);
    return text;
}

static const char *existing(char *path, size_t size, const char *below, const char *name) {
    const char *top = getenv("HAVEN_TOP");
    snprintf(path, size, "%s/%s%s", top == NULL ? "." : top, below, name);
    return access(path, R_OK) == 0 ? path : NULL;
}

const char *region_files_top(const char *path) {
    static char full[1024];
    return existing(full, sizeof full, "", path);
}

const char *region_files_shared(const char *path) {
    static char full[1024];
    return existing(full, sizeof full, "../shared/data/", path);
}
