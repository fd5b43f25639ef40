# One image with the three programs; manifests choose one by `command`. It needs no writable root file system and no root.
# Where no registry can be reached for BASE and GO_IMAGE, hack/localcluster/image.sh packs the same without an engine.

ARG GO_IMAGE=docker.io/library/golang:1.26
# What the final stage starts from: nothing, or for example gcr.io/distroless/static:nonroot.
ARG BASE=scratch

FROM ${GO_IMAGE} AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
# What the programs say they are.
ARG VERSION
RUN CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X github.com/pullmode/operator/cmd/internal/version.linked=${VERSION}" -o /out/ ./cmd/operator ./cmd/runtime ./cmd/pullmode \
 && mkdir -m 1777 /out/tmp

FROM ${BASE}
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /out/ /
USER 65532:65532
