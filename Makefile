# The two commands are `make up` and `make test`; CONTRIBUTING.md has the rest.
SWIFT      ?= swift
DATA_DIR   ?= /var/lib/martlet
UP_FLAGS   ?=
PREFIX     ?= /usr/local
RELEASE    := .build/release/martlet
RELEASE_FLAGS = $(shell SWIFT=$(SWIFT) tools/release-flags)
DEBUG      := .build/debug/martlet
SOURCES    := $(shell find Sources Package.swift -type f)

.PHONY: up down test unit-test e2e churn simulate bench build install clean packages

## Start a cluster on this machine, and say how to use it.
up: packages $(RELEASE)
	@$(RELEASE) up --detach --data-dir $(DATA_DIR) $(UP_FLAGS)

## Stop it; containers go on until `make clean` or the next `make up`.
down:
	@$(RELEASE) down --data-dir $(DATA_DIR)

build: packages $(RELEASE)

$(RELEASE): $(SOURCES)
	@echo "building martlet (a first build takes some minutes)"
	$(SWIFT) build $(RELEASE_FLAGS) --product martlet
	@touch $(RELEASE)

## Install the binary.
install: $(RELEASE)
	install -D -m 0755 -s $(RELEASE) $(PREFIX)/bin/martlet

packages:
	@tools/install-packages run

## All tests: units, then the real binary with real clients.
test: unit-test e2e

unit-test:
	@tools/install-packages test
	$(SWIFT) build --build-tests
	SWIFT=$(SWIFT) tools/run-unit-tests

e2e:
	@tools/install-packages test
	$(SWIFT) build --product martlet
	tools/run-e2e --martlet $(DEBUG)

## Let workloads, nodes and the process come and go by chance, for long: `make churn ROUNDS=100`.
ROUNDS     ?= 50
churn:
	$(SWIFT) build --product martlet
	python3 Tests/EndToEnd/churn.py --martlet $(DEBUG) --rounds $(ROUNDS) --steps 120

## A whole control plane in simulated time, again and again: `make simulate ROUNDS=1000 SEED=7`.
SEED       ?=
simulate:
	$(SWIFT) build --build-tests
	SIMULATION_ROUNDS=$(ROUNDS) SIMULATION_SEED=$(SEED) $(SWIFT) test --skip-build --filter SimulationTests

## Print the figures of docs/performance.md.
bench: packages $(RELEASE)
	@tools/install-packages test
	$(SWIFT) build $(RELEASE_FLAGS) --product measure
	python3 Benchmarks/run.py --martlet $(RELEASE)
	$(SWIFT) build $(RELEASE_FLAGS) --product scheduling-benchmark
	.build/release/scheduling-benchmark

clean:
	-@$(RELEASE) down --data-dir $(DATA_DIR) --purge
	rm -rf .build
