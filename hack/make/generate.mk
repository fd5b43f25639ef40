# What is generated from api/ and from the markers in the code, and the check that it is committed as generated.

# The tools are pinned in a module of their own, so that their dependencies never bend the product's.
CONTROLLER_GEN = go tool -modfile=hack/tools/go.mod controller-gen

# What the generators read, and the folders into which they write.
GENERATE_INPUT = go.mod go.sum api config controllers runtime
GENERATED = api config/crd config/rbac config/helm

# A chart reads files of its own folder only.
CHART_FILES = config/helm/pullmode/files

.PHONY: generate
generate: ## Generate deep copies, apply configurations and CRDs from the Go types, the operator's role from markers, the chart's copies.
	@rm -rf api/v1alpha1/applyconfiguration config/crd/bases $(CHART_FILES) # what belongs to a type that is gone goes with it
	$(CONTROLLER_GEN) object applyconfiguration paths=./api/v1alpha1
	$(CONTROLLER_GEN) crd paths=./api/v1alpha1 output:crd:dir=config/crd/bases
	$(CONTROLLER_GEN) rbac:roleName=pullmode-operator paths=./controllers/... output:rbac:dir=config/rbac
	@mkdir -p $(CHART_FILES)/crds $(CHART_FILES)/prometheus
	cp config/crd/bases/*.yaml $(CHART_FILES)/crds
	cp $(filter-out %/kustomization.yaml,$(wildcard config/prometheus/*.yaml)) config/prometheus/dashboard.json $(CHART_FILES)/prometheus
	cp config/rbac/role.yaml config/people/editor.yaml config/people/viewer.yaml $(CHART_FILES)

# Generates in a copy, so that the check never changes what it checks.
.PHONY: verify-generated
verify-generated: ## Fail if generated files are not what their sources say.
	@copy=$$(mktemp -d) && trap 'rm -rf "$$copy"' EXIT && mkdir "$$copy/hack" && \
	cp -R $(GENERATE_INPUT) "$$copy" && cp -R hack/make hack/tools "$$copy/hack" && \
	$(MAKE) --silent -C "$$copy" -f hack/make/generate.mk generate && \
	for folder in $(GENERATED); do \
		diff -ru "$$folder" "$$copy/$$folder" || { echo "$$folder is stale: run 'make generate' and commit the result" >&2; exit 1; }; \
	done
