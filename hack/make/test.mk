# Tests. `make test` is what CI runs: static checks, everything that needs no cluster (with a real API server and etcd where
# one is needed), the clients of others, then the end-to-end suite on a cluster of its own.

# One package at a time per core; the race detector is slow to build and quick to pay.
GO_TEST = go test -race -timeout 30m

# Where tests run the programs of others, which need the build tag `clients`.
CLIENT_PACKAGES = ./runtime/socketio/... ./runtime/desk/...

.PHONY: test
test: verify unit clients e2e ## Run all tests: static checks, unit and API server tests, clients of others, end to end.

.PHONY: verify
verify: verify-generated ## Check formatting, vet, and that generated files are fresh.
	@unformatted=$$(gofmt -l $$(git ls-files '*.go' 2>/dev/null || find . -name '*.go')); \
	[ -z "$$unformatted" ] || { printf 'not formatted, run gofmt -w on:\n%s\n' "$$unformatted" >&2; exit 1; }
	go vet ./...
	go vet -tags e2e ./hack/e2e
	go vet -tags clients $(CLIENT_PACKAGES)
	cd hack/clients && go vet ./...

.PHONY: unit
unit: ## Run every test that needs no cluster; those of the API use a real API server.
	KUBEBUILDER_ASSETS=$$(hack/localcluster/assets.sh) $(GO_TEST) ./...
	cd hack/alerts && go vet ./... && go test -count=1 ./... # what it reads is outside of its module: no cache knows when that changes

.PHONY: clients
clients: ## Run the tests with clients of others: Chromium at the desk, socket.io-client at the published contract, Node.js.
	@hack/clients/install.sh >/dev/null
	$(GO_TEST) -tags clients $(CLIENT_PACKAGES)
	cd hack/clients && go test -timeout 60m -count=1 ./... # the product is outside of its module: no cache knows when that changes

.PHONY: screenshots
screenshots: export PULLMODE_SCREENSHOTS ?= $(CURDIR)/bin/screenshots
screenshots: ## Write a picture of every view of the desk into PULLMODE_SCREENSHOTS (bin/screenshots).
	cd hack/clients && go test -timeout 60m -count=1 -run '^TestViews?Of' ./desk
	@echo "the pictures are in $(PULLMODE_SCREENSHOTS)"

.PHONY: e2e
e2e: ## Run the end-to-end suite on a cluster of its own (kept: E2E_KEEP=1).
	hack/e2e/run.sh
