# mete: build, test, measure, install. `make help` lists the targets.

SWIFT       ?= swift
SWIFT_BIN   := $(dir $(realpath $(shell command -v $(SWIFT))))
CLANG       ?= $(SWIFT_BIN)clang
OBJCOPY     ?= $(SWIFT_BIN)llvm-objcopy
JOBS        ?= $(shell nproc)
PREFIX      ?= /usr/local
UNIT_DIR    ?= /etc/systemd/system
CONFIG_DIR  ?= /etc/mete
ARCH        := $(shell uname -m | sed 's/x86_64/x86/; s/aarch64/arm64/')

BUILD_PACKAGES := libbpf-dev libelf-dev zlib1g-dev libsqlite3-dev
DEMO_PACKAGES  := redis-server stress-ng util-linux
TEST_PACKAGES  := $(DEMO_PACKAGES) fio iperf3 nftables iproute2 qemu-system-x86 busybox-static cpio xz-utils tmux \
                  python3-venv chromium
BENCH_PACKAGES := $(DEMO_PACKAGES) linux-perf libbpf-tools fio iperf3 tmux procps htop

BPF_SOURCES := $(wildcard bpf/*.bpf.c)
BPF_HEADERS := $(wildcard bpf/*.bpf.h bpf/include/*.h)
BPF_OBJECTS := $(BPF_SOURCES:bpf/%.bpf.c=Sources/CMeteProbes/objects/%.bpf.o)
BPF_FLAGS   := -target bpf -mcpu=v3 -O2 -g -Wall -Wextra -Wno-unused-parameter -Werror \
               -D__TARGET_ARCH_$(ARCH) -I bpf -I bpf/include

RELEASE := .build/release
# A folder in which the linker finds the static SQLite only, so that the program runs where SQLite is not installed.
STATIC  := .build/static/libsqlite3.a
RELEASE_FLAGS := -c release --static-swift-stdlib -Xlinker -L$(CURDIR)/.build/static
# Where it really is: tests find their programs beside themselves, in a virtual machine too.
DEBUG    = $(realpath .build/debug)
# Each is named as its file is. Recordings are files, which are the same on every kernel; a view needs tmux, and other
# tools' counts those tools: the virtual machines have neither. What arguments and exit codes mean depends on no kernel.
KERNEL_SUITES := $(filter-out RecordCommandTests TopCommandTests OtherToolsTests ExitCodeTests,$(basename $(notdir $(wildcard Tests/MeteKernelTests/*/*Tests.swift))))
# Under emulation these take minutes, or need a CPU to themselves. They run natively in `make test`, and everywhere in `make test-matrix`.
LONG_SUITES  := AgentProcessTests GuaranteeTests CallsCommandTests PlanCommandTests TraceCommandTests ControlLeakTests
# What most depends on the kernel: what is counted, and what is written.
SHORT_SUITES := $(filter-out $(LONG_SUITES),$(KERNEL_SUITES))
# On a kernel between two others: the commands on top are the same, and much counting is.
MIDDLE_SUITES := $(filter-out %CommandTests MissingFeatureTests ConservationTests KernelCountsTests ResourceTests,$(SHORT_SUITES))
# Those that compare times, of CPUs or stalls: see Tests/vm/test-vm.
TIMED_SUITES  := ^(GuaranteeTests|ControlEffectTests|DisturbanceTests|SchedEventTests|StormTests|ConservationTests|MemoryTruthTests)$$
FORMAT  := Package.swift Sources Tests examples
C_SOURCES := $(wildcard bpf/*.[ch] bpf/include/*.h Sources/C*/*.[ch] Sources/C*/include/*.h Tests/Support/*/*.c)

.PHONY: help build demo test test-unit test-vm test-vm-6.1 test-vm-6.12 test-vm-7.2 test-matrix vm-programs bench install uninstall format lint bpf clean deps

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: deps bpf $(STATIC) ## the release binary, .build/release/mete: static, stripped, with the kernel programs inside
	$(SWIFT) build $(RELEASE_FLAGS) -j $(JOBS) --product mete
	strip $(RELEASE)/mete

demo: build ## redis beside CPU hogs: alone, unprotected, with static weights, with mete
	@tools/apt-install $(DEMO_PACKAGES)
	$(SWIFT) build $(RELEASE_FLAGS) -j $(JOBS) --product open-loop
	$(SWIFT) build $(RELEASE_FLAGS) -j $(JOBS) --product redis-beside-hogs
	$(RELEASE)/redis-beside-hogs

test: deps bpf ## build and run all tests here, and in virtual machines what most depends on the kernel
	@tools/apt-install $(TEST_PACKAGES)
	$(SWIFT) build --build-tests -j $(JOBS)
	SWIFT=$(SWIFT) Tests/native-test
	Tests/export-check/run .build/debug/mete
	$(MAKE) test-vm
	Tests/install-test

test-unit: deps bpf ## the tests that need neither root nor a virtual machine
	$(SWIFT) test -j $(JOBS) --skip KernelTests --skip ExampleTests

test-vm: vm-programs ## what most depends on the kernel, on cgroup v2 under Debian's 6.1, 6.12 and 7.2 kernels
	$(MAKE) -j 2 $(addprefix test-vm-,$(VM_SERIES))

# An emulated machine takes one CPU, so two are run at once.
VM_SERIES := 6.1 7.2 6.12
test-vm-6.1 test-vm-7.2:
	$(call in-vms,$(@:test-vm-%=%),$(SHORT_SUITES),3)
test-vm-6.12:
	$(call in-vms,6.12,$(MIDDLE_SUITES),3)

test-matrix: vm-programs ## all kernel tests on all three kernels: hours
	$(call in-vms,6.1 6.12 7.2,$(KERNEL_SUITES),3)

vm-programs: deps bpf $(STATIC)
	@tools/apt-install $(TEST_PACKAGES)
	$(SWIFT) build --build-tests -j $(JOBS)
	$(SWIFT) build $(RELEASE_FLAGS) -j $(JOBS) --product mete
	for series in $(VM_SERIES); do Tests/vm/fetch-kernel $$series || exit; done

# in-vms SERIES SUITES TRIES: runs suites of the kernel tests on each of these kernel series.
in-vms = Tests/vm/test-vm --series '$(1)' --timeout 1800 --tries $(3) --timed '$(TIMED_SUITES)' \
	--file $(realpath .)/$(RELEASE)/mete=$(DEBUG)/mete \
	--file $(DEBUG)/mete-workload --file $(DEBUG)/CrashProbe --file /usr/bin/setpriv \
	$(foreach suite,$(2),"$(DEBUG)/metePackageTests.xctest --no-parallel --filter $(suite)")

bench: build ## measure, beside the rivals; prints tables
	@tools/apt-install $(BENCH_PACKAGES)
	Tests/Benchmarks/run

$(STATIC): | deps
	@mkdir -p $(@D)
	ln -sf $$($(CC) -print-file-name=libsqlite3.a) $@

bpf: $(BPF_OBJECTS) ## compile the kernel programs

Sources/CMeteProbes/objects/%.bpf.o: bpf/%.bpf.c $(BPF_HEADERS)
	@mkdir -p $(@D)
	$(CLANG) $(BPF_FLAGS) -c $< -o $@
	$(OBJCOPY) --strip-debug $@
	@touch Sources/CMeteProbes/objects.c Sources/CMeteProbes/events.c

install: ## binary, man pages, systemd unit and example policy (PREFIX=/usr/local)
	@test -x $(RELEASE)/mete || { echo "run \`make build\` first" >&2; exit 1; }
	install -s -D -m 755 $(RELEASE)/mete $(DESTDIR)$(PREFIX)/sbin/mete
	install -D -m 644 man/mete.1 $(DESTDIR)$(PREFIX)/share/man/man1/mete.1
	install -D -m 644 man/mete-policy.5 $(DESTDIR)$(PREFIX)/share/man/man5/mete-policy.5
	install -d $(DESTDIR)$(UNIT_DIR)
	sed 's|@SBINDIR@|$(PREFIX)/sbin|; s|@CONFIG_DIR@|$(CONFIG_DIR)|' packaging/mete.service >$(DESTDIR)$(UNIT_DIR)/mete.service
	test -e $(DESTDIR)$(CONFIG_DIR)/policy.yaml || \
		install -D -m 644 packaging/policy.yaml $(DESTDIR)$(CONFIG_DIR)/policy.yaml

uninstall: ## stop the service and remove what install put in place; a policy that was changed stays
	@if [ -z "$(DESTDIR)" ] && [ -e $(UNIT_DIR)/mete.service ] && [ -d /run/systemd/system ]; then \
		systemctl disable --now mete.service; fi
	rm -f $(DESTDIR)$(PREFIX)/sbin/mete $(DESTDIR)$(UNIT_DIR)/mete.service
	rm -f $(DESTDIR)$(PREFIX)/share/man/man1/mete.1 $(DESTDIR)$(PREFIX)/share/man/man5/mete-policy.5
	if cmp -s packaging/policy.yaml $(DESTDIR)$(CONFIG_DIR)/policy.yaml; then \
		rm -f $(DESTDIR)$(CONFIG_DIR)/policy.yaml; rmdir --ignore-fail-on-non-empty $(DESTDIR)$(CONFIG_DIR); fi

format: ## put the sources into their form
	$(SWIFT) format format --in-place --parallel --recursive $(FORMAT)
	@tools/apt-install clang-format-14
	clang-format-14 -i $(C_SOURCES)

lint: ## say where the sources are not in their form
	$(SWIFT) format lint --strict --parallel --recursive $(FORMAT)
	@tools/apt-install clang-format-14
	clang-format-14 --dry-run -Werror $(C_SOURCES)

deps:
	@tools/apt-install $(BUILD_PACKAGES)

clean: ## remove everything that was built
	rm -rf .build Sources/CMeteProbes/objects
