# make demo    set up, build, start, and run two projects on real data
# make test    every test, on a fresh machine too; ends with "N passed, N failed"
# make bench   the measurements of docs/performance.md
# make lint    formatting

.PHONY: demo test bench lint build

build:
	@scripts/setup build
	swift build -c release --product assay

demo:
	@scripts/setup
	swift build -c release --product assay
	.build/release/assay demo $(if $(DEMO_ONCE),--once) $(DEMO_ARGS)

test:
	@scripts/setup
	scripts/test

bench:
	@scripts/setup
	scripts/bench/run

lint:
	swift format lint --strict --recursive Sources Tests Package.swift
