# The reconciler as an image of its own, as an init container, and as a base for a server that reconciles before it
# starts.
#
#   docker build -t pgreconcile .
#   docker build --target init -t pgreconcile:init .      the binary and certificates, nothing else
#   docker build --target binary --output . .             only the binary

ARG BUILD_IMAGE=rust:1-bookworm
ARG RUN_IMAGE=debian:bookworm-slim

FROM ${BUILD_IMAGE} AS build
WORKDIR /build
# Static, so that it runs in any image: on musl, on an older glibc, in one that is empty. With a target named, the flag
# concerns the program alone, and not what runs while it is built.
ENV RUSTFLAGS="-C target-feature=+crt-static"
RUN rustc -vV | sed -n 's/^host: //p' > /target
# The dependencies by themselves: this layer stays until Cargo.toml or Cargo.lock changes.
COPY Cargo.toml Cargo.lock ./
RUN mkdir -p src tests/suite \
    && touch src/lib.rs \
    && echo 'fn main() {}' | tee src/main.rs > tests/suite/main.rs \
    && cargo build --release --locked --target "$(cat /target)"
COPY src src
# Newer than what was built above, whatever the files' own times are.
RUN touch src/lib.rs src/main.rs \
    && cargo build --release --locked --target "$(cat /target)" \
    && cp "target/$(cat /target)/release/pgreconcile" /pgreconcile

FROM scratch AS binary
COPY --from=build /pgreconcile /pgreconcile

# No shell, no package, no other file: for a pod's init container.
FROM scratch AS init
ARG VERSION=dev
LABEL org.opencontainers.image.title="pgreconcile" \
      org.opencontainers.image.description="Makes a live PostgreSQL match one declarative schema.toml" \
      org.opencontainers.image.licenses="MIT OR Apache-2.0" \
      org.opencontainers.image.version="${VERSION}"
# Where rustls-native-certs and OpenSSL look on Debian.
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /pgreconcile /usr/local/bin/
ENV PATH=/usr/local/bin
WORKDIR /app
USER 10001:10001
ENTRYPOINT ["pgreconcile"]
CMD ["apply"]

FROM ${RUN_IMAGE}
ARG VERSION=dev
LABEL org.opencontainers.image.title="pgreconcile" \
      org.opencontainers.image.description="Makes a live PostgreSQL match one declarative schema.toml" \
      org.opencontainers.image.licenses="MIT OR Apache-2.0" \
      org.opencontainers.image.version="${VERSION}"
RUN useradd --uid 10001 --home-dir /app --no-create-home --shell /usr/sbin/nologin app
# Copied, so that this stage needs no network.
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /pgreconcile /usr/local/bin/
COPY scripts/start-with-migration.sh /usr/local/bin/
WORKDIR /app
USER app
# Healthy means in sync. An image with a server in it says what healthy means there.
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s CMD ["pgreconcile", "check", "--wait", "0"]
ENTRYPOINT ["pgreconcile"]
CMD ["apply"]
