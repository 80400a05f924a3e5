import { DELIVERY_STATES, type DeliveryState } from '../../src/domain/deliveries/delivery.ts';

/** The final row of a delivery. */
export interface FinalDelivery {
  subscriberId: number;
  state: DeliveryState;
  attempts: number;
  detail: string | null;
  reply: string | null;
  /** Time from the last change to the next attempt, in s. */
  retryDelaySeconds: number;
}

/** Everything to check about one digest, gathered when no delivery is due or claimed. */
export interface InvariantInput {
  /** The subscribers whom the digest was composed for: id and address. */
  audience: ReadonlyMap<number, string>;
  rows: readonly FinalDelivery[];
  /** How often the SMTP server accepted a mail of this digest, by address. */
  acceptances: ReadonlyMap<string, number>;
  /** The output of `paperboy digest status --json`. */
  status: { audience: number; states: Record<string, number> };
  /** Number of deliveries that each kill left in the state `sending`. */
  sendingAtKills: readonly number[];
  /** The most messages in flight per process: 2 × SMTP_CONNECTIONS. */
  maxInFlight: number;
  /** Deliveries that may be unknown for other reasons than kills, such as lost replies. */
  allowedUnknown: number;
}

/** The counts behind the invariants. */
export interface Counts {
  subscribers: number;
  accepted: number;
  accepted_twice: number;
  lost: number;
  unaccounted: number;
  /** Accepted by the SMTP server, but recorded neither as `sent` nor as `unknown`. */
  accepted_but_unrecorded: number;
  unknown: number;
  kills: number;
  worst_unknown_per_kill: number;
}

/** States of unfinished deliveries. At the end such a delivery is a lost mail. */
const OPEN_STATES: readonly string[] = ['pending', 'claimed', 'sending', 'deferred'];

/**
 * Checks the invariants: nobody is mailed twice, nobody is lost, each delivery is in one state, the
 * states add up to the audience, mail that was accepted but not recorded is `unknown`, and each
 * kill leaves no more unknown deliveries than were in flight. Each violation names its deliveries.
 */
export function checkInvariants(input: InvariantInput): {
  counts: Counts;
  violations: string[];
} {
  const { audience, rows, acceptances, status, sendingAtKills, maxInFlight } = input;
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
  const maxUnknown = sendingAtKills.length * maxInFlight + input.allowedUnknown;

  const violations = [
    describeDeliveries('accepted twice', acceptedTwice),
    describeDeliveries('lost, neither sent nor ended', open.map(name)),
    describeDeliveries('lost, recorded as sent but never accepted', sentButNotAccepted.map(name)),
    describeDeliveries('not in exactly one state', unaccounted),
    describeDeliveries('with an unknown state or outside the audience', unexpectedRows.map(name)),
    describeDeliveries(
      'accepted, but recorded as neither sent nor unknown',
      acceptedButUnrecorded.map(name),
    ),
    describeDeliveries(
      'mailed without being in the audience',
      acceptedOutsideAudience.map(([email]) => email),
    ),
    ...differences(status, audience.size, rows),
    ...(worst > maxInFlight
      ? [`a kill left ${worst} deliveries unknown, the limit is ${maxInFlight}`]
      : []),
    ...(unknown.length > maxUnknown
      ? [
          `${unknown.length} deliveries are unknown, ${sendingAtKills.length} kills explain ${maxUnknown}: ${list(unknown.map(name))}`,
        ]
      : []),
  ].filter((line) => line !== null);

  return {
    counts: {
      subscribers: audience.size,
      accepted: [...acceptances.values()].filter((times) => times > 0).length,
      accepted_twice: acceptedTwice.length,
      lost: open.length + sentButNotAccepted.length,
      unaccounted: unaccounted.length + unexpectedRows.length,
      accepted_but_unrecorded: acceptedButUnrecorded.length,
      unknown: unknown.length,
      kills: sendingAtKills.length,
      worst_unknown_per_kill: worst,
    },
    violations,
  };
}

/** Differences between `digest status` and the rows. */
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
      : [`the states of digest status add up to ${sum}, the audience is ${status.audience}`]),
    ...wrong.map(
      ([state, count]) => `digest status counts ${count} ${state}, it is ${counted(state)}`,
    ),
  ];
}

const MAX_LISTED = 10;

function describeDeliveries(what: string, deliveries: readonly (number | string)[]): string | null {
  return deliveries.length === 0 ? null : `${deliveries.length} ${what}: ${list(deliveries)}`;
}

function list(names: readonly (number | string)[]): string {
  const rest = names.length - MAX_LISTED;
  return names.slice(0, MAX_LISTED).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}
