# syntax=docker/dockerfile:1

FROM node:22-bookworm-slim AS build
WORKDIR /app
# Sources before packages: npm 10 runs `prepare`, the build, for the package's link to itself even
# with --ignore-scripts. The cache spares what another order of layers would have spared.
COPY package.json package-lock.json .npmrc tsconfig.json tsconfig.build.json ./
COPY src src
RUN --mount=type=cache,target=/root/.npm npm ci --ignore-scripts \
  && npm run build \
  && npm prune --omit=dev --ignore-scripts

FROM node:22-bookworm-slim
WORKDIR /app
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY package.json LICENSE ./
COPY migrations migrations
COPY seeds seeds
COPY templates templates
# A fresh volume takes the owner of the folder it is mounted on.
RUN install -d -o node -g node -m 0700 /data && ln -s /app/dist/main.js /usr/local/bin/paperboy
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000 DATA_DIR=/data
USER node
VOLUME /data
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/healthz`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# Exec form: node is process 1 and gets the SIGTERM that lets it finish what is in hand.
ENTRYPOINT ["node", "dist/main.js"]
CMD ["start"]
