# The programs, for this machine, in bin/ (which git ignores).

.PHONY: build
build: ## Build operator, runtime and pullmode into bin/.
	CGO_ENABLED=0 go build -trimpath -o bin/ ./cmd/operator ./cmd/runtime ./cmd/pullmode

.PHONY: install
install: ## Install pullmode and kubectl-pullmode into Go's bin folder.
	CGO_ENABLED=0 go install -trimpath ./cmd/pullmode
	ln -sf pullmode "$$(go env GOPATH)/bin/kubectl-pullmode"
