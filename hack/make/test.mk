# Tests. `make test` is what CI runs: static checks, everything that needs no cluster (with a real API server and etcd where
# one is needed), then the end-to-end suite on a cluster of its own.

# One package at a time per core; the race detector is slow to build and quick to pay.
GO_TEST = go test -race -timeout 30m

.PHONY: test
test: verify unit e2e ## Run all tests: static checks, unit and API server tests, end to end.

.PHONY: verify
verify: verify-generated ## Check formatting, vet, and that generated files are fresh.
	@unformatted=$$(gofmt -l $$(git ls-files '*.go' 2>/dev/null || find . -name '*.go')); \
	[ -z "$$unformatted" ] || { printf 'not formatted, run gofmt -w on:\n%s\n' "$$unformatted" >&2; exit 1; }
	go vet ./...
	go vet -tags e2e ./hack/e2e

.PHONY: unit
unit: ## Run every test that needs no cluster; those of the API use a real API server.
	KUBEBUILDER_ASSETS=$$(hack/localcluster/assets.sh) $(GO_TEST) ./...
	cd hack/alerts && go vet ./... && go test -count=1 ./... # what it reads is outside of its module: no cache knows when that changes

.PHONY: e2e
e2e: ## Run the end-to-end suite on a cluster of its own (kept: E2E_KEEP=1).
	hack/e2e/run.sh
