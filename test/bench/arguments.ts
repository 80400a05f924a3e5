import { parseArgs } from 'node:util';

/** The options of one run. */
export interface BenchOptions {
  subscribers: number;
  isSigned: boolean;
  /** `none` when embedded. */
  queue: 'redis' | 'postgres' | 'none';
  workers: number;
  /** SMTP connections of each worker. */
  connections: number;
  isEmbedded: boolean;
  oldDeliveries: number;
  /** Papers per subscriber; null for a mix of 5 to 20. */
  papers: number | null;
  /** Whether windows of smtp-source interrupt the digest; otherwise it runs before and after. */
  isAlternating: boolean;
  /** Whether all subscribers get the digest at one hour, by the scheduler; otherwise at once. */
  isOnTime: boolean;
  /** Digests that may be sent until the ratio's interval is within 5 %. */
  digests: number;
  /** Folder for CPU profiles of the workers. */
  profileFolder: string | null;
}

export type ParsedArguments =
  | { kind: 'run'; options: BenchOptions }
  | { kind: 'help' }
  | { kind: 'wrong'; problems: string[] };

export const HELP = `Usage: npm run bench -- --subscribers N [options]

Sends personal digests of the seed day to N subscribers through the built program, PostgreSQL and the queue
to Postfix's smtp-sink, all on this machine, and prints one line of JSON. The baseline is the speed of
smtp-source with messages of the same size to the same sink, in short windows between those of Paperboy.

  --subscribers N           subscribers, 1 to 5000000
  --dkim                    sign with DKIM, RSA-2048
  --queue redis|postgres    where the queue lives (default: redis)
  --workers W               worker processes, 1 to 32 (default: 1)
  --connections C           SMTP connections of each worker, 1 to 1000 (default: 20)
  --embedded                one process, PGlite, no Redis, subscribers imported from a file
  --old M                   deliveries of older digests in the table, 0 to 100000000 (default: 0)
  --papers P                papers per subscriber, 1 to 20 (default: a mix of 5 to 20)
  --digests D               send up to D digests, until the interval of the ratio is within 5 %, 1 to 20
                            (default: 1)
  --whole                   send without interruption; smtp-source runs before and after
  --on-time                 let the scheduler send it at one hour for all, and measure how late it is;
                            implies --whole
  --profile FOLDER          write CPU profiles of the workers there; read them with
                            node --import tsx test/bench/profile/summarise-profile.ts FOLDER;
                            implies --whole: a stopped worker would count as a busy one
  --help                    print this help`;

const OPTIONS = {
  subscribers: { type: 'string' },
  dkim: { type: 'boolean' },
  queue: { type: 'string' },
  workers: { type: 'string' },
  connections: { type: 'string' },
  embedded: { type: 'boolean' },
  old: { type: 'string' },
  papers: { type: 'string' },
  digests: { type: 'string' },
  whole: { type: 'boolean' },
  'on-time': { type: 'boolean' },
  profile: { type: 'string' },
  help: { type: 'boolean' },
} as const;

/** Parses the arguments after `npm run bench --` and reports all problems at once. */
export function parseArguments(argv: readonly string[]): ParsedArguments {
  const given = parse(argv);
  if (typeof given === 'string') return { kind: 'wrong', problems: [given] };
  if (given.help) return { kind: 'help' };
  const problems: string[] = [];
  const count = (
    name: 'subscribers' | 'workers' | 'connections' | 'old' | 'papers' | 'digests',
    bounds: Bounds,
  ) => readCount(name, given[name], bounds, problems);
  const options: BenchOptions = {
    subscribers: count('subscribers', { min: 1, max: 5_000_000, fallback: null }),
    isSigned: given.dkim === true,
    queue: given.embedded ? 'none' : readQueue(given.queue ?? 'redis', problems),
    workers: count('workers', { min: 1, max: 32, fallback: 1 }),
    connections: count('connections', { min: 1, max: 1000, fallback: 20 }),
    isEmbedded: given.embedded === true,
    oldDeliveries: count('old', { min: 0, max: 100_000_000, fallback: 0 }),
    papers:
      given.papers === undefined ? null : count('papers', { min: 1, max: 20, fallback: null }),
    isAlternating: given.whole !== true && given['on-time'] !== true && given.profile === undefined,
    isOnTime: given['on-time'] === true,
    digests: count('digests', { min: 1, max: 20, fallback: 1 }),
    profileFolder: given.profile ?? null,
  };
  if (given.profile === '') problems.push('--profile is empty: expected a folder.');
  if (given.embedded) {
    for (const name of ['queue', 'workers', 'old', 'on-time'] as const) {
      if (given[name] === undefined) continue;
      problems.push(`--${name} does not go with --embedded, which is one process without servers.`);
    }
  }
  return problems.length > 0 ? { kind: 'wrong', problems } : { kind: 'run', options };
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: OPTIONS, strict: true }).values;
  } catch (error) {
    return (error as Error).message;
  }
}

interface Bounds {
  min: number;
  max: number;
  /** The default; null when the option is required. */
  fallback: number | null;
}

function readCount(
  name: string,
  text: string | undefined,
  { min, max, fallback }: Bounds,
  problems: string[],
): number {
  if (text === undefined && fallback !== null) return fallback;
  const value = Number(text);
  if (/^\d+$/.test(text ?? '') && value >= min && value <= max) return value;
  const found = text === undefined ? 'is missing' : `is “${text}”`;
  problems.push(`--${name} ${found}: expected a whole number from ${min} to ${max}.`);
  return min;
}

function readQueue(text: string, problems: string[]): 'redis' | 'postgres' {
  if (text === 'redis' || text === 'postgres') return text;
  problems.push(`--queue is “${text}”: expected redis or postgres.`);
  return 'redis';
}
