# Long runs: the tests of what happens when things die, over and over. CI runs each of them once.

SOAK ?= 20

.PHONY: soak
soak: soak-kill soak-e2e ## Repeat the tests of kills and restarts SOAK times (20).

.PHONY: soak-kill
soak-kill: ## Kill store, runtime, one of two replicas and etcd's leader with SIGKILL under commands of every kind, again and again.
	go test -race -count=$(SOAK) -timeout 3h -run '^TestKill' ./runtime/store ./runtime/replica

.PHONY: soak-e2e
soak-e2e: ## End the runtime's pod under traffic on a cluster, again and again.
	E2E_REPEAT=$(SOAK) hack/e2e/run.sh -ginkgo.focus=Failure
