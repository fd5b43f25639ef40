# Figures. CI does not run them: they say how fast, not whether right. Quote ratios of one run, not absolutes of two.

.PHONY: bench
bench: bench-compile bench-store bench-grab bench-delivery bench-latency ## Print the figures: compiler, store beside a bare log, grabs, deliveries beside a bare broadcast, latencies on the cluster.

.PHONY: bench-compile
bench-compile: ## Compile 10,000 objects.
	go test -run '^$$' -bench 10000 -benchmem ./controllers/compile

.PHONY: bench-store
bench-store: ## Durable transitions a second, side by side with a bare append and group fsync.
	go test -run '^$$' -bench DurableTransitions -benchtime 30x ./runtime/store

.PHONY: bench-grab
bench-grab: ## 200 agents grab one request, 100 times: one replica embedded, and two on an etcd.
	hack/bench/grab.sh

.PHONY: bench-delivery
bench-delivery: ## CPU for each delivery over WebSocket and memory of an idle connection, beside a bare broadcast; DELIVERY="-rate 40 -o json" and the like.
	go run ./hack/bench/delivery $(DELIVERY)

.PHONY: bench-latency
bench-latency: ## Latencies on the demo's cluster (run make demo first).
	KUBECONFIG=$$(hack/localcluster/kubeconfig.sh) KUBECTL=$$(hack/localcluster/assets.sh)/kubectl go run ./hack/bench/latency

.PHONY: bench-objects
bench-objects: ## Create 2,000 objects at once: time until all are Programmed, compiles, programmings, writes. Takes three minutes.
	KUBEBUILDER_ASSETS=$$(hack/localcluster/assets.sh) go test -count 1 ./controllers/envtest -ginkgo.focus 'many objects.*benchmark' -objects 2000 -v | \
	  grep -aoE '[0-9]+ objects created.*|all Programmed [0-9].*|[0-9]+ compiles,.*|[0-9]+ writes over.*'
