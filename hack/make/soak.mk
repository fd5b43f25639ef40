# Long runs: a load that nothing may be lost under, and the tests of what happens when things die, over and over. CI runs
# a short version of the first, and each of the others once.

SOAK ?= 20

SOAK_AGENTS ?= 1000
SOAK_LISTS ?= 20
SOAK_RATE ?= 20
SOAK_DURATION ?= 5m
SOAK_DROP ?= 30s
SOAK_RESTARTS ?= 2
SOAK_BINDING ?= sse

.PHONY: soak
soak: ## Agents who lose their connections, a load, and a runtime that is killed twice, for five minutes: nothing may be lost (SOAK_DURATION, SOAK_AGENTS, SOAK_BINDING, ...).
	go run ./cmd/pullmode load --agents $(SOAK_AGENTS) --lists $(SOAK_LISTS) --rate $(SOAK_RATE) --duration $(SOAK_DURATION) \
		--drop $(SOAK_DROP) --restart $(SOAK_RESTARTS) --binding $(SOAK_BINDING)

.PHONY: soak-max
soak-max: ## Find the highest rate that this machine carries with as many agents, and what gives way first.
	go run ./cmd/pullmode load --agents $(SOAK_AGENTS) --lists $(SOAK_LISTS) --binding $(SOAK_BINDING) --find-max

.PHONY: soak-kill
soak-kill: ## Kill store, runtime, one of two replicas and etcd's leader with SIGKILL under commands of every kind, again and again.
	go test -race -count=$(SOAK) -timeout 3h -run '^TestKill' ./runtime/store ./runtime/replica

.PHONY: soak-e2e
soak-e2e: ## End the runtime's pod under traffic on a cluster, again and again.
	E2E_REPEAT=$(SOAK) hack/e2e/run.sh -ginkgo.focus=Failure
