# make demo   the product, before your eyes, on a real cluster on this machine
# make test   everything that CI runs
# make help   the rest

.DEFAULT_GOAL := help
SHELL := bash
.SHELLFLAGS := -euo pipefail -c

include hack/make/*.mk

.PHONY: help
help: ## Show this list.
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  \033[1m%-18s\033[0m %s\n", $$1, $$2 }' $(sort $(MAKEFILE_LIST))
