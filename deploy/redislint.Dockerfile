# The image of the command line, for CI. It has a shell, which CI systems run their scripts with, and git, which
# redislint lint --new-from asks.
#
#   docker buildx build -f deploy/redislint.Dockerfile --platform linux/amd64,linux/arm64 -t ghcr.io/redislint/redislint:v0.1.0 .
#   docker run --rm -v "$PWD:/src" ghcr.io/redislint/redislint:v0.1.0 redislint lint
FROM --platform=$BUILDPLATFORM docker.io/library/golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN --mount=type=cache,target=/go/pkg/mod go mod download
COPY cmd cmd
COPY internal internal
COPY policies policies
ARG TARGETOS TARGETARCH
RUN --mount=type=cache,target=/go/pkg/mod --mount=type=cache,target=/root/.cache/go-build \
    CGO_ENABLED=0 GOOS=$TARGETOS GOARCH=$TARGETARCH go build -trimpath -ldflags='-s -w' -o /redislint ./cmd/redislint

FROM docker.io/library/alpine:3.22
# What is mounted belongs to whoever mounts it, and not to the user in here.
RUN apk add --no-cache git && git config --system --add safe.directory '*'
COPY --from=build /redislint /usr/local/bin/redislint
USER 65532:65532
WORKDIR /src
CMD ["redislint", "lint"]
