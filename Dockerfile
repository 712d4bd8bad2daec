# The build stage has the compilers, the final stage has only the running server.
FROM node:24-bookworm-slim AS build
WORKDIR /messenger
# npm compiles native packages that have no binary for this system.
# hadolint ignore=DL3008
RUN apt-get update \
  && apt-get install --yes --no-install-recommends g++ make python3 \
  && rm -rf /var/lib/apt/lists/*
COPY package.json package-lock.json ./
RUN npm ci
COPY build.js tsconfig.json ./
COPY src src
RUN npm run build && npm prune --omit=dev

FROM node:24-bookworm-slim
WORKDIR /messenger
ENV NODE_ENV=production HOST=0.0.0.0
COPY --from=build /messenger/node_modules node_modules
COPY --from=build /messenger/dist/bin dist/bin
COPY package.json ./
COPY static static
# A new volume takes the owner and the mode of this folder.
RUN install --directory --owner=node --group=node --mode=0700 data
# The user node, by number: Kubernetes can verify that a numeric user is not root.
USER 1000:1000
VOLUME /messenger/data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s \
  CMD ["node", "--eval", "fetch(`http://127.0.0.1:${process.env.PORT || 8000}/healthz`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "--disable-proto=delete", "dist/bin/messenger-server.js"]
