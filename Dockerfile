# The reconciler as an image of its own, and as a base for a server that reconciles before it starts.
#
#   docker build -t pgreconcile .
#   docker build --target binary --output . .        only the binary

ARG BUILD_IMAGE=rust:1-bookworm
ARG RUN_IMAGE=debian:bookworm-slim

FROM ${BUILD_IMAGE} AS build
WORKDIR /build
# The dependencies by themselves: this layer stays until Cargo.toml or Cargo.lock changes.
COPY Cargo.toml Cargo.lock ./
RUN mkdir -p src tests/suite \
    && touch src/lib.rs \
    && echo 'fn main() {}' | tee src/main.rs > tests/suite/main.rs \
    && cargo build --release --locked
COPY src src
# Newer than what was built above, whatever the files' own times are.
RUN touch src/lib.rs src/main.rs && cargo build --release --locked

FROM scratch AS binary
COPY --from=build /build/target/release/pgreconcile /pgreconcile

FROM ${RUN_IMAGE}
ARG VERSION=dev
LABEL org.opencontainers.image.title="pgreconcile" \
      org.opencontainers.image.description="Makes a live PostgreSQL match one declarative schema.toml" \
      org.opencontainers.image.licenses="MIT OR Apache-2.0" \
      org.opencontainers.image.version="${VERSION}"
RUN useradd --uid 10001 --home-dir /app --no-create-home --shell /usr/sbin/nologin app
# Certificates for TLS to hosted databases; copied, so that this stage needs no network.
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=binary /pgreconcile /usr/local/bin/
COPY scripts/start-with-migration.sh /usr/local/bin/
WORKDIR /app
USER app
# Healthy means in sync. An image with a server in it says what healthy means there.
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s CMD ["pgreconcile", "check", "--wait", "0"]
ENTRYPOINT ["pgreconcile"]
CMD ["apply"]
