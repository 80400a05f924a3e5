import { createRandom, type Random } from './random.ts';

/** What goes wrong with one statement of a process. */
export const DATABASE_FAULTS = [
  /** The connection is lost before the server has the statement. */
  'lost-before',
  /** The server executes it, and the connection is lost before the answer. */
  'lost-after',
  /** The server executes it, and nothing comes back. */
  'silent',
  /** It reaches the server after `delayMs`, whatever became of the client. */
  'late',
  /** The answer takes `delayMs`. */
  'slow',
] as const;
export type DatabaseFault = (typeof DATABASE_FAULTS)[number];

/** What a relay does for a client, one after the other. */
export const RELAY_STEPS = [
  ...(['connect', 'greeting', 'ehlo', 'helo', 'starttls'] as const),
  ...(['mail', 'rcpt', 'data', 'body', 'dot', 'reset', 'quit'] as const),
] as const;
export type RelayStep = (typeof RELAY_STEPS)[number];

/** What goes wrong with one of these steps. */
export const RELAY_EFFECTS = [
  '4xx',
  '5xx',
  /** The relay says so, and closes the connection. */
  '421',
  /** The connection breaks before the relay carries it out. */
  'cut-before',
  /** The relay carries it out, and the connection breaks before the reply. */
  'cut-after',
  /** The relay says nothing any more and does nothing any more. */
  'silent-before',
  /** It carries this out, and says and does nothing any more. */
  'silent-after',
  /** It takes `delayMs`, whatever becomes of the client. */
  'late',
  /** The reply comes in two pieces. */
  'divided',
  /** The relay carries it out, and what it says is no reply. */
  'garbled',
] as const;
type RelayEffect = (typeof RELAY_EFFECTS)[number];

export interface RelayFault {
  step: RelayStep;
  effect: RelayEffect;
  delayMs: number;
}

export const QUEUE_FAULTS = [
  'lost',
  'doubled',
  'delayed',
  'refused',
  'stored-but-refused',
] as const;
export type QueueFault = (typeof QUEUE_FAULTS)[number];

/** Something that happens at a moment. A fault of one request hits the first one from then on. */
export type Action = {
  atMs: number;
  /** What the operator does as soon as the fault hits: the two often meet. `freeze`: the process
   *  that it hits is suspended for longer than its lease lasts. */
  reaction?: 'pause' | 'cancel' | 'resend' | 'freeze';
} & (
  | {
      kind: 'database';
      process: string;
      fault: DatabaseFault;
      delayMs: number;
      after: number;
      /** Part of the statements that it hits. @defaultValue all of them */
      hits?: string;
    }
  | { kind: 'database-away'; process: string; forMs: number; isSilent: boolean }
  /** For a while, each answer takes `delayMs` longer, and locks are held as long. */
  | { kind: 'database-slow'; process: string; forMs: number; delayMs: number }
  | ({ kind: 'relay'; process: string } & RelayFault)
  /** For a while, the fault hits this share of all mails. */
  | ({ kind: 'relay-trouble'; share: number; forMs: number } & RelayFault)
  /** No relay can be reached for a while, and all connections to them are lost. */
  | { kind: 'relay-away'; forMs: number; isSilent: boolean }
  | { kind: 'queue'; fault: QueueFault; delayMs: number }
  | { kind: 'queue-wiped' }
  | { kind: 'kill'; process: string; downForMs: number; lingersMs: number }
  | { kind: 'stop'; process: string; downForMs: number }
  | { kind: 'freeze'; process: string; forMs: number }
  | { kind: 'clock'; process: string; stepMs: number }
  | { kind: 'pause' }
  | { kind: 'resume' }
  | { kind: 'cancel' }
  | { kind: 'resend'; state: 'failed' | 'unknown' }
  | { kind: 'unsubscribe' | 'erase' | 'change-hour'; reader: number }
  /** Somebody new signs up, and opens the link in the e-mail after `delayMs`. */
  | { kind: 'sign-up'; newcomer: number; delayMs: number; wantsLatest: boolean }
  /** The operator imports so many addresses, from this newcomer on. */
  | { kind: 'import'; newcomer: number; count: number }
);

/** Readers of one moment and one frequency are in a batch of their own. */
export interface PlannedReader {
  moment: keyof typeof MOMENTS;
  frequency: 'daily' | 'weekdays';
}

/** Hours of time zones whose readers get the digest at the first sweep, by UTC. */
export const MOMENTS = {
  '06:00': { timezone: 'UTC', hour: 6 },
  '06:15': { timezone: 'Asia/Kathmandu', hour: 12 },
  '06:30': { timezone: 'Asia/Kolkata', hour: 12 },
  '07:00': { timezone: 'UTC', hour: 7 },
} as const;

/** All choices of a run but the latencies, which follow from the seed. */
export interface Plan {
  seed: number;
  workers: number;
  schedulers: number;
  /** Each gets one delivery. */
  readers: readonly PlannedReader[];
  maxInFlight: number;
  /** To one relay, of one process. */
  connections: number;
  /** The relays are tried in their order. */
  relays: number;
  /** What they offer. */
  extensions: readonly ('PIPELINING' | 'STARTTLS')[];
  /** Mails a second to one relay; null without a limit. */
  ratePerSecond: number | null;
  /** Faults come until then, in ms; from then on everything works. */
  faultsEndMs: number;
  actions: readonly Action[];
}

/** Makes the plan of a seed. */
export function createPlan(seed: number): Plan {
  const random = createRandom(seed, 'plan');
  const workers = random.between(2, random.chance(0.2) ? 5 : 3);
  const schedulers = random.chance(0.3) ? 2 : 1;
  const processes = [
    ...Array.from({ length: workers }, (_, n) => `worker-${n + 1}`),
    ...Array.from({ length: schedulers }, (_, n) => `scheduler-${n + 1}`),
  ];
  const batches = chooseBatches(random);
  const readers = Array.from({ length: random.between(4, random.chance(0.3) ? 30 : 12) }, () =>
    random.pick(batches),
  );
  const sweeps = random.pick([0, 0, 0, 1, 1, 2]);
  const faultsEndMs = sweeps * SWEEP_MS + 15_000;
  // Few kinds at a time, each several times: together, all kinds would hide each other (swarm
  // testing, Groce et al. 2012).
  const kinds = Array.from({ length: random.between(1, 4) }, () => pickKind(random));
  const actions = Array.from({ length: random.between(1, 9) }, () =>
    createAction(random, random.pick(kinds), {
      ...{ processes, workers, faultsEndMs },
      readers: readers.length,
    }),
  ).sort((a, b) => a.atMs - b.atMs);
  const connections = random.between(1, 3);
  return {
    seed,
    workers,
    schedulers,
    readers,
    maxInFlight: 2 * connections,
    connections,
    relays: random.chance(0.2) ? 2 : 1,
    extensions: [
      ...(random.chance(0.7) ? (['PIPELINING'] as const) : []),
      ...(random.chance(0.1) ? (['STARTTLS'] as const) : []),
    ],
    ratePerSecond: random.chance(0.15) ? random.between(2, 20) : null,
    faultsEndMs,
    actions,
  };
}

/** One batch for most readers, or many small ones, several of which are sent at a time. */
function chooseBatches(random: Random): PlannedReader[] {
  const all = (Object.keys(MOMENTS) as PlannedReader['moment'][]).flatMap((moment) =>
    (['daily', 'weekdays'] as const).map((frequency) => ({ moment, frequency })),
  );
  const first = random.between(0, all.length - 1);
  return random.chance(0.6) ? [...all.slice(first), ...all.slice(0, first)].slice(0, 2) : all;
}

/** A moment in ms: mostly soon after a sweep, when mails are sent. */
function chooseMoment(random: Random, faultsEndMs: number): number {
  if (random.chance(0.2)) return random.between(0, faultsEndMs - 1);
  const sweep = random.between(0, Math.floor(faultsEndMs / SWEEP_MS)) * SWEEP_MS;
  const exponent = random.chance(0.8) ? 1.5 + 1.3 * random.next() : 4 * random.next();
  return sweep + Math.floor(10 ** exponent);
}

/** The first sweep is at the start. */
const SWEEP_MS = 60_000;

interface ActionContext {
  processes: readonly string[];
  workers: number;
  readers: number;
  faultsEndMs: number;
}

/** How often each kind of action is chosen. */
const WEIGHTS = {
  database: 7,
  'database-away': 2,
  'database-slow': 2,
  relay: 6,
  'relay-trouble': 4,
  'relay-away': 2,
  'slow-dots': 2,
  'frozen-mail': 2,
  queue: 2,
  'queue-wiped': 1,
  kill: 3,
  stop: 1,
  freeze: 1,
  clock: 1,
  pause: 2,
  cancel: 1,
  resend: 3,
  'resend-failed': 3,
  'lost-commit': 3,
  leave: 2,
  'sign-up': 3,
  import: 1,
} as const;

type Kind = keyof typeof WEIGHTS;

function pickKind(random: Random): Kind {
  const kinds = Object.entries(WEIGHTS).flatMap(([kind, weight]) =>
    Array.from({ length: weight }, () => kind as Kind),
  );
  return random.pick(kinds);
}

function createAction(random: Random, kind: Kind, context: ActionContext): Action {
  const { processes, workers, readers, faultsEndMs } = context;
  const atMs = chooseMoment(random, faultsEndMs);
  const worker = `worker-${random.between(1, workers)}`;
  const process = random.chance(0.8) ? worker : random.pick(processes);
  const delayMs = Math.floor(10 ** (1 + 4 * random.next()));
  const make: Record<Kind, () => Action> = {
    database: () => ({
      ...{ atMs, kind: 'database', process: random.chance(0.1) ? 'site' : process, delayMs },
      fault: random.pick(DATABASE_FAULTS),
      after: random.chance(0.5) ? 0 : random.between(0, 6),
    }),
    'database-away': () => ({
      ...{ atMs, kind: 'database-away', process },
      forMs: random.pick([100, 500, 5000, 20_000, 50_000, 70_000]),
      isSilent: random.chance(0.5),
    }),
    'database-slow': () => ({
      ...{ atMs, kind: 'database-slow' },
      process: random.chance(0.5) ? 'site' : process,
      forMs: random.pick([500, 5000, 20_000]),
      delayMs: random.between(2, 60),
    }),
    relay: () => ({
      ...{ atMs, kind: 'relay', process: worker, delayMs },
      ...pickRelayFault(random),
    }),
    'relay-trouble': () => ({
      ...{ atMs, kind: 'relay-trouble', delayMs },
      ...pickRelayFault(random),
      share: random.pick([0.2, 0.5, 1]),
      forMs: random.pick([50, 500, 20_000]),
    }),
    'relay-away': () => ({
      ...{ atMs, kind: 'relay-away' },
      forMs: random.pick([0, 500, 5000, 70_000]),
      isSilent: random.chance(0.4),
    }),
    'slow-dots': () => ({
      ...{ atMs, kind: 'relay-trouble', step: 'dot', effect: 'late', share: 0.5 },
      ...{ forMs: 500, delayMs: random.between(20_000, 60_000) },
    }),
    'frozen-mail': () => ({
      ...{ atMs, kind: 'relay', process: worker, reaction: 'freeze' },
      ...{ step: random.pick(['mail', 'rcpt', 'data'] as const), effect: 'late', delayMs: 100 },
    }),
    queue: () => ({ atMs, kind: 'queue', fault: random.pick(QUEUE_FAULTS), delayMs }),
    'queue-wiped': () => ({ atMs, kind: 'queue-wiped' }),
    kill: () => ({
      ...{ atMs, kind: 'kill', process },
      downForMs: random.pick([0, 1000, 10_000, 60_000]),
      lingersMs: random.pick([0, 0, 10, 3000]),
    }),
    stop: () => ({ atMs, kind: 'stop', process, downForMs: random.pick([0, 5000]) }),
    freeze: () => ({
      ...{ atMs, kind: 'freeze', process },
      forMs: random.pick([500, 10_000, 44_000, 60_000]),
    }),
    clock: () => ({
      ...{ atMs, kind: 'clock', process },
      stepMs: random.pick([-3_600_000, -50_000, 2000, 50_000, 86_400_000]),
    }),
    pause: () => ({ atMs, kind: random.chance(0.6) ? 'pause' : 'resume' }),
    cancel: () => ({ atMs, kind: 'cancel' }),
    resend: () => ({ atMs, kind: 'resend', state: random.pick(['failed', 'failed', 'unknown']) }),
    'resend-failed': () => ({
      ...{ atMs, kind: 'relay-trouble', delayMs, reaction: 'resend' },
      ...{ step: random.pick(['rcpt', 'dot'] as const), effect: '5xx' },
      share: random.pick([0.3, 0.6]),
      forMs: random.pick([50, 500, 20_000]),
    }),
    'lost-commit': () => ({
      ...{ atMs, kind: 'database', process: worker, delayMs, after: random.between(0, 3) },
      ...{ fault: 'lost-after', hits: 'AS sendable', reaction: random.pick(['pause', 'cancel']) },
    }),
    'sign-up': () => ({
      ...{ atMs, kind: 'sign-up', newcomer: random.between(1, NEWCOMERS) },
      delayMs: random.pick([0, 100, 10_000]),
      wantsLatest: random.chance(0.7),
    }),
    import: () => ({
      ...{ atMs, kind: 'import', newcomer: random.between(1, NEWCOMERS) },
      count: random.between(1, NEWCOMERS),
    }),
    leave: () => ({
      ...{ atMs, reader: random.between(1, readers) },
      kind: random.pick(['unsubscribe', 'unsubscribe', 'erase', 'change-hour'] as const),
    }),
  };
  const action = make[kind]();
  if (!random.chance(REACTION_SHARE)) return action;
  if (kind === 'database') return { ...action, reaction: random.pick(['pause', 'cancel']) };
  return kind === 'relay-trouble' ? { ...action, reaction: 'resend' } : action;
}

/** How often each step of a relay is hit. */
const STEP_WEIGHTS: Record<RelayStep, number> = {
  ...{ connect: 2, greeting: 1, ehlo: 1, helo: 0, starttls: 1 },
  ...{ mail: 2, rcpt: 3, data: 2, body: 2, dot: 10, reset: 1, quit: 1 },
};

function pickRelayFault(random: Random): Pick<RelayFault, 'step' | 'effect'> {
  const step = random.pick(RELAY_STEPS.flatMap((each) => Array(STEP_WEIGHTS[each]).fill(each)));
  const effects = step === 'connect' ? CONNECT_EFFECTS : RELAY_EFFECTS;
  return { step, effect: random.pick(effects) };
}

const CONNECT_EFFECTS = ['cut-before', 'silent-before', 'late'] as const;

/** Few, so that the same one comes twice. */
const NEWCOMERS = 3;

/** How many faults the operator reacts to. */
const REACTION_SHARE = 0.4;
