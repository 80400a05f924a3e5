import { DELIVERY_STATES, type DeliveryState } from '../../src/domain/deliveries/delivery.ts';

/** A delivery as the ledger has it at the end. */
export interface FinalDelivery {
  subscriberId: number;
  state: DeliveryState;
  attempts: number;
  detail: string | null;
  reply: string | null;
  /** From the last change to the next try, in s. */
  retryDelaySeconds: number;
}

/** What is to be judged of one digest, gathered when nothing is due or in hand any more. */
export interface InvariantInput {
  /** Whom the digest was composed for: id and address. */
  audience: ReadonlyMap<number, string>;
  rows: readonly FinalDelivery[];
  /** How often the sink accepted a mail of this digest for each address. */
  acceptances: ReadonlyMap<string, number>;
  /** What `paperboy digest status --json` says. */
  status: { audience: number; states: Record<string, number> };
  /** How many deliveries each kill left in the state `sending`. */
  sendingAtKills: readonly number[];
  /** Messages of one process that may be on their way at a time: 2 × SMTP_CONNECTIONS. */
  maxInFlight: number;
  /** Deliveries that may be unknown for other reasons than kills: answers that the sink swallowed. */
  allowedUnknown: number;
}

/** The promise in numbers. */
export interface Counts {
  readers: number;
  accepted: number;
  accepted_twice: number;
  lost: number;
  unaccounted: number;
  /** Accepted by the sink, recorded neither as `sent` nor as `unknown`. */
  accepted_but_denied: number;
  unknown: number;
  kills: number;
  worst_unknown_per_kill: number;
}

/** States in which a delivery is neither done with nor anybody's: at the end, a lost mail. */
const OPEN_STATES: readonly string[] = ['pending', 'claimed', 'sending', 'deferred'];

/**
 * Judges the promise: nobody is mailed twice, nobody is lost, each delivery is in one state, the
 * audience is the sum over the states, what was accepted without being recorded is `unknown`, and
 * each kill leaves no more unknown than was in flight. Each violation is a sentence that names deliveries.
 */
export function checkInvariants(evidence: InvariantInput): {
  counts: Counts;
  violations: string[];
} {
  const {
    audience,
    rows,
    acceptances,
    status,
    sendingAtKills,
    maxInFlight: mostInFlight,
  } = evidence;
  const timesOf = (id: number) => acceptances.get(audience.get(id) ?? '') ?? 0;
  const name = ({ subscriberId, state, detail, reply }: FinalDelivery) =>
    `${subscriberId} (${[state, detail ?? reply].filter((text) => text).join(': ')})`;

  const byId = new Map<number, number>();
  for (const { subscriberId } of rows) byId.set(subscriberId, (byId.get(subscriberId) ?? 0) + 1);
  const unaccounted = [...audience.keys()].filter((id) => byId.get(id) !== 1);
  const unexpectedRows = rows.filter(
    ({ subscriberId, state }) => !audience.has(subscriberId) || !DELIVERY_STATES.includes(state),
  );
  const addresses = new Set(audience.values());
  const acceptedOutsideAudience = [...acceptances].filter(
    ([email, times]) => times > 0 && !addresses.has(email),
  );

  const acceptedTwice = [...audience].filter(([id]) => timesOf(id) > 1).map(([id]) => id);
  const open = rows.filter(({ state }) => OPEN_STATES.includes(state));
  const sentButNotAccepted = rows.filter(
    (row) => row.state === 'sent' && timesOf(row.subscriberId) === 0,
  );
  const acceptedButUnrecorded = rows.filter(
    ({ state, subscriberId }) =>
      state !== 'sent' && state !== 'unknown' && timesOf(subscriberId) > 0,
  );
  const unknown = rows.filter(({ state }) => state === 'unknown');
  const worst = Math.max(0, ...sendingAtKills);
  const maxUnknown = sendingAtKills.length * mostInFlight + evidence.allowedUnknown;

  const violations = [
    describeDeliveries('accepted twice', acceptedTwice),
    describeDeliveries('lost, neither mailed nor ended', open.map(name)),
    describeDeliveries('lost, recorded as sent but never accepted', sentButNotAccepted.map(name)),
    describeDeliveries('not in exactly one state', unaccounted),
    describeDeliveries('in a state or audience that is not known', unexpectedRows.map(name)),
    describeDeliveries(
      'accepted, but recorded as neither sent nor unknown',
      acceptedButUnrecorded.map(name),
    ),
    describeDeliveries(
      'mailed without being in the audience',
      acceptedOutsideAudience.map(([email]) => email),
    ),
    ...differences(status, audience.size, rows),
    ...(worst > mostInFlight
      ? [`a kill left ${worst} deliveries unknown, the bound is ${mostInFlight}`]
      : []),
    ...(unknown.length > maxUnknown
      ? [
          `${unknown.length} deliveries are unknown, ${sendingAtKills.length} kills explain ${maxUnknown}: ${list(unknown.map(name))}`,
        ]
      : []),
  ].filter((line) => line !== null);

  return {
    counts: {
      readers: audience.size,
      accepted: [...acceptances.values()].filter((times) => times > 0).length,
      accepted_twice: acceptedTwice.length,
      lost: open.length + sentButNotAccepted.length,
      unaccounted: unaccounted.length + unexpectedRows.length,
      accepted_but_denied: acceptedButUnrecorded.length,
      unknown: unknown.length,
      kills: sendingAtKills.length,
      worst_unknown_per_kill: worst,
    },
    violations,
  };
}

/** Where `digest status` and the ledger disagree. */
function differences(
  status: InvariantInput['status'],
  audience: number,
  rows: readonly FinalDelivery[],
): string[] {
  const sum = Object.values(status.states).reduce((total, count) => total + count, 0);
  const counted = (state: string) => rows.filter((row) => row.state === state).length;
  const wrong = Object.entries(status.states).filter(([state, count]) => count !== counted(state));
  return [
    ...(status.audience === audience
      ? []
      : [`digest status counts an audience of ${status.audience}, it is ${audience}`]),
    ...(sum === status.audience
      ? []
      : [`the states of digest status make ${sum}, the audience is ${status.audience}`]),
    ...wrong.map(
      ([state, count]) => `digest status counts ${count} ${state}, it is ${counted(state)}`,
    ),
  ];
}

const MOST_NAMED = 10;

function describeDeliveries(what: string, deliveries: readonly (number | string)[]): string | null {
  return deliveries.length === 0 ? null : `${deliveries.length} ${what}: ${list(deliveries)}`;
}

function list(names: readonly (number | string)[]): string {
  const rest = names.length - MOST_NAMED;
  return names.slice(0, MOST_NAMED).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}
