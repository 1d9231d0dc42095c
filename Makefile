# Haven. `make help` lists the targets; `make demo` and `make test` do everything from a fresh clone.

BUILD ?= build
CC ?= cc
WERROR ?=
SAN ?=

WARNINGS := -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wstrict-prototypes -Wvla -Wundef
OPT ?= -O2 -g
CPPFLAGS += -I. -I$(BUILD)/generated -D_GNU_SOURCE
CFLAGS += -std=c17 $(OPT) $(WARNINGS) $(WERROR) $(SAN) -fno-omit-frame-pointer -pthread -MMD -MP
LDFLAGS += $(SAN) -pthread -Wl,--as-needed
LDLIBS := -lqrencode -lzmq -lsodium -llmdb -lprotobuf-c -ljansson -lcyaml -lcsv -lz -lreadosm -lczmq -lsystemd -lmicrohttpd -lClp -lm

# A room is a folder that becomes a library; a program is one main.c on top of the rooms it may use.
# main.c files and files ending in _main.c are programs, everything else goes into its room's library.
sources = $(filter-out %main.c,$(wildcard $(addsuffix /*.c,$(1))))
libraries = $(foreach room,$(1),$(BUILD)/lib/lib$(room).a)
objects = $(patsubst %.c,$(BUILD)/obj/%.o,$(1))

ROOM_schemas     := schemas
ROOM_platform    := schemas/platform
ROOM_optimizer   := coordinator/optimizer
ROOM_region      := coordinator/region
ROOM_node        := nodes nodes/link nodes/outbox nodes/desk
ROOM_coordinator := coordinator coordinator/gate coordinator/log coordinator/state \
                    coordinator/dispatch coordinator/planning coordinator/ledger coordinator/control coordinator/api
ROOM_cli         := coordinator/cli
ROOM_simulations := simulations simulations/simulated simulations/world simulations/exercise simulations/replay

ROOMS := simulations cli coordinator node region optimizer platform schemas
LIBS  := $(call libraries,$(ROOMS))

PROGRAMS := haven-node haven-coordinator haven haven-exercise
MAIN_haven-node        := nodes/main.c
MAIN_haven-coordinator := coordinator/main.c
MAIN_haven             := coordinator/cli/main.c
MAIN_haven-exercise    := simulations/main.c
# A program sees only the rooms that it may use.
USES_haven-node        := node platform schemas
USES_haven-coordinator := coordinator optimizer region platform schemas
USES_haven             := cli coordinator optimizer region platform schemas
USES_haven-exercise    := $(ROOMS)
PRESENT := $(foreach p,$(PROGRAMS),$(if $(wildcard $(MAIN_$(p))),$(BUILD)/bin/$(p)))

GENERATED := $(BUILD)/generated/schemas/haven.pb-c

# What people ask for is built by all processors, unless they say how many.
JOBS = $(if $(findstring -j,$(MAKEFLAGS)),,-j$(shell nproc))

.DELETE_ON_ERROR:
.SECONDARY:
.DEFAULT_GOAL := all

all: $(PRESENT) $(BUILD)/web/index.html

build: ## install what is missing, build everything into build/, programs into build/bin/
	@.ci/install-deps build
	@$(MAKE) --no-print-directory $(JOBS) all

help: ## this list
	@grep -hE '^[a-z.]+:.*##' $(firstword $(MAKEFILE_LIST)) | sed -E 's/^([a-z.]+):.*## (.*)/  make \1\t\2/' | expand -t 22

deps: ## install what is missing (Debian packages by name)
	@.ci/install-deps build test

# ---- libraries and programs -------------------------------------------------------------------

$(GENERATED).c $(GENERATED).h &: schemas/haven.proto
	@mkdir -p $(@D)
	protoc-c --c_out=$(BUILD)/generated schemas/haven.proto

$(BUILD)/obj/schemas/haven.pb-c.o: $(GENERATED).c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -w -c $< -o $@

# Standards profiles, and the page and words of the staff desk, are files here and bytes in the programs.
PROFILES := $(sort $(wildcard coordinator/region/profiles/*.yaml))
DESK_FILES := $(sort $(wildcard nodes/desk/web/* nodes/desk/texts/*.json))
EMBED := schemas/platform/embed

$(BUILD)/generated/profile_files.c: $(EMBED) $(PROFILES)
	@mkdir -p $(@D)
	$(EMBED) coordinator/region/profile_files.h profile_file .yaml $(PROFILES) > $@

$(BUILD)/generated/desk_files.c: $(EMBED) $(DESK_FILES)
	@mkdir -p $(@D)
	$(EMBED) nodes/desk/desk_files.h desk_file '' $(DESK_FILES) > $@

$(BUILD)/obj/%_files.o: $(BUILD)/generated/%_files.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -c $< -o $@

$(BUILD)/obj/%.o: %.c | $(GENERATED).h
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -c $< -o $@

define room_library
$(BUILD)/lib/lib$(1).a: $(call objects,$(call sources,$(ROOM_$(1)))) $(if $(filter schemas,$(1)),$(BUILD)/obj/schemas/haven.pb-c.o) $(if $(filter region,$(1)),$(BUILD)/obj/profile_files.o) $(if $(filter node,$(1)),$(BUILD)/obj/desk_files.o)
	@mkdir -p $$(@D)
	@rm -f $$@
	ar rcsD $$@ $$^
endef
$(foreach room,$(ROOMS),$(eval $(call room_library,$(room))))

define program
$(BUILD)/bin/$(1): $(call objects,$(MAIN_$(1))) $(call libraries,$(USES_$(1)))
	@mkdir -p $$(@D)
	$$(CC) $$(LDFLAGS) -o $$@ $$< -Wl,--start-group $(call libraries,$(USES_$(1))) -Wl,--end-group $$(LDLIBS)
endef
$(foreach p,$(PROGRAMS),$(eval $(call program,$(p))))

# The command centre: files beside the programs, libraries by lock file.
WEB_FILES := $(shell find coordinator/web -type f)

$(BUILD)/web/index.html: $(WEB_FILES)
	@coordinator/web/build $(BUILD)
	@mkdir -p $(@D) && touch $@

# ---- tests ------------------------------------------------------------------------------------
# Every tests/{unit,contract,integration,fault}/test_*.c is a Criterion program; every other .c file of
# those folders is linked into each of them. tests/**/*.sh named test_*.sh are run as they are.

TEST_SOURCES := $(wildcard $(addsuffix /test_*.c,$(addprefix tests/,unit contract integration fault)))
TEST_HELPERS := $(call objects,$(filter-out $(TEST_SOURCES),$(wildcard $(addsuffix /*.c,$(addprefix tests/,unit contract integration fault support)))))
TESTS := $(patsubst %.c,$(BUILD)/%,$(TEST_SOURCES))

$(BUILD)/tests/%: $(BUILD)/obj/tests/%.o $(TEST_HELPERS) $(LIBS)
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $< $(TEST_HELPERS) -Wl,--start-group $(LIBS) -Wl,--end-group $(LDLIBS) -lcriterion

# Programs that tests drive: one file each in tests/tools.
TOOLS := $(patsubst %_so.c,$(BUILD)/%.so,$(wildcard tests/tools/*_so.c)) \
         $(patsubst %.c,$(BUILD)/%,$(filter-out %_so.c,$(wildcard tests/tools/*.c)))

$(BUILD)/tests/tools/%.so: tests/tools/%_so.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) -U_FILE_OFFSET_BITS $(filter-out $(SAN),$(CFLAGS)) -shared -fPIC -o $@ $< -ldl

$(BUILD)/tests/tools/report_load: $(BUILD)/obj/tests/support/zmtp_client.o

$(BUILD)/tests/tools/%: $(BUILD)/obj/tests/tools/%.o $(LIBS)
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $(filter %.o,$^) -Wl,--start-group $(LIBS) -Wl,--end-group $(LDLIBS)

# Fuzz targets and the programs that write corpora for them; built by tests/fuzz/run with clang.
$(BUILD)/fuzz/%: $(BUILD)/obj/tests/fuzz/%.o $(BUILD)/obj/tests/support/message_maker.o $(LIBS)
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) $(if $(filter fuzz_%,$*),-fsanitize=fuzzer) -o $@ $(filter %.o,$^) -Wl,--start-group $(LIBS) -Wl,--end-group $(LDLIBS)

# Plain programs that exercise threads, for the thread sanitizer.
$(BUILD)/threads/%: $(BUILD)/obj/tests/threads/%.o $(LIBS)
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $< -Wl,--start-group $(LIBS) -Wl,--end-group $(LDLIBS)

tests: $(PRESENT) $(BUILD)/web/index.html $(TESTS) $(TOOLS)

check: $(PRESENT) $(BUILD)/web/index.html $(TESTS) $(TOOLS) ## run the tests without installing anything; ONLY=name picks
	@BUILD=$(BUILD) tests/run $(ONLY)

test: ## install what is missing, build, run every test
	@.ci/install-deps build test
	@$(MAKE) --no-print-directory $(JOBS) check

demo: ## install what is missing, build, play the river flood with real processes
	@.ci/install-deps build
	@test -x $(BUILD)/bin/haven-exercise || echo "haven: building with $(shell nproc) jobs, which takes some minutes the first time"
	@$(MAKE) --no-print-directory -s $(JOBS) all
	@$(BUILD)/bin/haven-exercise demo $(if $(DEMO_KEEP),--keep)

pictures: all ## take the pictures of the README anew, from the demo
	@.ci/install-deps build test
	@BUILD=$(BUILD) tests/browser/run pictures.mjs

# ---- quality ----------------------------------------------------------------------------------

C_FILES = $(shell git ls-files '*.c' '*.h')
WEB_SOURCES = $(shell git ls-files '*.js' '*.mjs' '*.css')
PRETTIER = $(BUILD)/web-modules/node_modules/.bin/prettier

format: $(BUILD)/web/index.html ## lay out every file with clang-format and prettier
	@clang-format -i $(C_FILES)
	@$(PRETTIER) --log-level=warn --write $(WEB_SOURCES)

format.check: $(BUILD)/web/index.html ## fail where clang-format or prettier would change a file
	@clang-format --dry-run --Werror $(C_FILES)
	@$(PRETTIER) --log-level=warn --check $(WEB_SOURCES)
	@echo "format: $(words $(C_FILES) $(WEB_SOURCES)) files as they should be"

lint: $(GENERATED).h $(LIBS) ## include rule, released schemas, symbols defined twice, clang-tidy, cppcheck
	@.ci/install-deps lint
	tests/lint/include-rule
	tests/lint/schema-release
	tests/lint/duplicate-symbols $(BUILD)
	tests/lint/static-analysis $(BUILD)

asan: ## the tests under address and leak sanitizer
	@BUILD=$(BUILD)/asan SAN=-fsanitize=address,undefined tests/sanitized

ubsan: ## the tests under the undefined-behaviour sanitizer
	@BUILD=$(BUILD)/ubsan SAN='-fsanitize=undefined -fno-sanitize-recover=all' tests/sanitized

tsan: ## the threaded parts under the thread sanitizer, as plain programs
	@BUILD=$(BUILD)/tsan SAN=-fsanitize=thread tests/sanitized threads

fuzz: ## run every fuzz target for SECONDS (default 20) each
	@.ci/install-deps fuzz
	@BUILD=$(BUILD) tests/fuzz/run $(or $(SECONDS),20)

bench: ## measure against named peers; results as ratios
	@.ci/install-deps build bench
	@$(MAKE) --no-print-directory all
	@BUILD=$(BUILD) tests/bench/run $(ONLY)

coverage: ## line coverage of the tests into build/coverage/
	@.ci/install-deps test coverage
	@BUILD=$(BUILD) tests/coverage

clean: ## remove build/
	rm -rf $(BUILD)

.PHONY: all build help deps tests check test demo pictures format format.check lint asan ubsan tsan fuzz bench coverage clean

-include $(shell find $(BUILD)/obj -name '*.d' 2>/dev/null)
