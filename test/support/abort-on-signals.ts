/** Aborts at SIGINT or SIGTERM, so that what a run has started is stopped and removed all the same. */
export function abortOnSignals(): AbortSignal {
  const controller = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => controller.abort());
  return controller.signal;
}
