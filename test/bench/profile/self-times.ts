/** A CPU profile of V8 (Chrome DevTools Protocol, Profiler.Profile); times in µs. */
export interface CpuProfile {
  nodes: readonly {
    id: number;
    callFrame: { functionName: string; url: string; lineNumber: number };
  }[];
  samples: readonly number[];
  timeDeltas: readonly number[];
}

/** Time spent in a function itself, without its calls. */
export interface SelfTime {
  name: string;
  /** `src/…`, a package, `node:…`, or `v8` for native code. */
  module: string;
  line: number;
  ms: number;
}

/** Self times of a profile, the longest first. A function has one entry, whoever calls it. */
export function selfTimes({ nodes, samples, timeDeltas }: CpuProfile): SelfTime[] {
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
  const times = new Map<string, SelfTime>();
  for (const [n, id] of samples.entries()) {
    const frame = frames.get(id);
    if (!frame) continue;
    const key = `${frame.functionName} ${frame.url} ${frame.lineNumber}`;
    const known = times.get(key) ?? {
      name: frame.functionName || '(anonymous)',
      module: moduleOf(frame.url),
      line: frame.lineNumber + 1,
      ms: 0,
    };
    // A delta is the time since the previous sample. A sample counts until the next one.
    known.ms += (timeDeltas[n + 1] ?? 0) / 1000;
    times.set(key, known);
  }
  return [...times.values()].sort((a, b) => b.ms - a.ms);
}

/** Two tables as text, by function and by module, with shares of the busy time. */
export function summariseProfile(times: readonly SelfTime[], rows: number): string {
  const busy = times.filter(({ name }) => name !== '(idle)');
  const total = sumOf(busy);
  const idle = sumOf(times) - total;
  const line = (ms: number, what: string) =>
    `${((ms / total) * 100).toFixed(1).padStart(6)} %  ${ms.toFixed(0).padStart(8)} ms  ${what}`;
  const functions = busy
    .slice(0, rows)
    .map(({ name, module, line: at, ms }) =>
      line(ms, `${name}  ${module}${at > 0 ? `:${at}` : ''}`),
    );
  const modules = [...sumByModule(busy)]
    .sort(([, a], [, b]) => b - a)
    .slice(0, rows)
    .map(([module, ms]) => line(ms, module));
  return [
    `busy ${total.toFixed(0)} ms, idle ${idle.toFixed(0)} ms`,
    'By function:',
    ...functions,
    'By module:',
    ...modules,
  ].join('\n');
}

function sumByModule(times: readonly SelfTime[]): Map<string, number> {
  const modules = new Map<string, number>();
  for (const { name, module, ms } of times) {
    const key = module === 'v8' ? name : module;
    modules.set(key, (modules.get(key) ?? 0) + ms);
  }
  return modules;
}

/** The name of a package, or the path of our own file below `dist`. */
function moduleOf(url: string): string {
  if (url === '') return 'v8';
  const inPackage = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1];
  return inPackage ?? /\/dist\/(.+)$/.exec(url)?.[1] ?? url;
}

function sumOf(times: readonly SelfTime[]): number {
  return times.reduce((sum, { ms }) => sum + ms, 0);
}
