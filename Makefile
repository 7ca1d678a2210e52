SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

FUZZTIME ?= 60s
golangci-lint := go tool -modfile=tools/golangci-lint/go.mod golangci-lint

# Packages with a file that matches a pattern: found, not listed, so that none is forgotten.
packages = $(shell grep -rlE --include='*.go' $(1) cmd internal policies test/*.go | xargs -r dirname | sort -u | sed 's,^,./,')
concurrent := --exclude='*_test.go' '^\s*("sync"|"sync/atomic"|"golang.org/x/sync/.*"|go func)'
golden := 'fixture\.Golden|fixture\.Updating|"UPDATE"'

.PHONY: help
help: ## show this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "%-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: build
build: ## build bin/redislint
	go build -trimpath -o bin/ ./cmd/...

.PHONY: snapshot
snapshot: ## build a release that is none: archives, checksums and bills of materials in dist/
	go tool -modfile=tools/goreleaser/go.mod goreleaser release --snapshot --clean

.PHONY: test
test: test-fast test-e2e ## run every test

.PHONY: test-fast
test-fast: ## run every test but those against an API server, and concurrent packages under the race detector too
	go test ./...
	go test -C test/deploy ./...
	go test -C test/browser ./...
	go test -C test/bench ./...
	go test -race $(call packages,$(concurrent))

.PHONY: test-e2e
test-e2e: ## run the webhook against a real API server, which is built first
	go test -C test/e2e -count=1 -timeout=30m .

.PHONY: lint
lint: ## check style, imports and formatting
	$(golangci-lint) config verify
	$(golangci-lint) run

.PHONY: fmt
fmt: ## format Go and Rego
	$(golangci-lint) fmt
	UPDATE=1 go test -count=1 -run '^TestRegoIsFormatted$$' ./test

.PHONY: fuzz
fuzz: ## run each fuzz target for FUZZTIME (60s, or a count: 40000x)
	@grep -roE --include='*_test.go' '^func Fuzz\w+' cmd internal | while IFS=: read -r file target; do \
		echo "$${target#func } in $${file%/*}"; \
		go test -run='^$$' -fuzz="^$${target#func }\$$" -fuzztime=$(FUZZTIME) -fuzzminimizetime=10x "./$${file%/*}" </dev/null; \
	done

.PHONY: bench
bench: ## measure the speed of redislint and of its peers on a generated tree
	cd test/bench && go run .

.PHONY: bench-webhook
bench-webhook: ## measure the webhook beside a handler that does nothing, and what it keeps of a cluster
	go test -C test/e2e -count=1 -timeout=30m -run='^$$' -bench=. -benchtime=1x -v .

.PHONY: evidence
evidence: ## measure on a real redis-server what rules rest on, and write docs/evidence.md (RUN=sentinels for one experiment)
	go run ./test/evidence -run=$(RUN)

.PHONY: screenshots
screenshots: ## draw the pictures of docs/images from a fixture
	go run -C test/browser ./screenshots

.PHONY: update
update: ## rewrite golden files, generated documents and the README's output
	UPDATE=1 go test -count=1 $(call packages,$(golden))
	UPDATE=1 go test -count=1 -run=^TestDocument ./test/evidence
