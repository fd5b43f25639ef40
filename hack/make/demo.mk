# The demo and its cluster.

.PHONY: demo
demo: ## Show the product on a real cluster: YAML applied, a customer's message, the agents' notifications.
	hack/demo/run.sh

.PHONY: demo-down
demo-down: ## Take the demo's cluster down; nothing of it stays.
	hack/localcluster/down.sh

.PHONY: cluster
cluster: ## Bring the local cluster up and print its KUBECONFIG.
	hack/localcluster/up.sh

.PHONY: cluster-down
cluster-down: ## Take the local cluster down.
	hack/localcluster/down.sh
