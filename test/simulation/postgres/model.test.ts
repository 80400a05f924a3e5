import { Readable } from 'node:stream';
import { sql } from 'drizzle-orm';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../../src/db/client.ts';
import { listDueBatches, sendBatchesNow } from '../../../src/db/deliveries/batches.ts';
import { countDeliveries } from '../../../src/db/deliveries/count-deliveries.ts';
import {
  listDomainThrottles,
  removeDomainThrottles,
  removeForgottenThrottles,
  storeDomainThrottles,
} from '../../../src/db/deliveries/domain-throttles.ts';
import { openLease, renewLease } from '../../../src/db/deliveries/leases.ts';
import { countRecentMessages } from '../../../src/db/deliveries/recent-messages.ts';
import { reserveSendPermits } from '../../../src/db/deliveries/send-rate.ts';
import { addToAudience, freezeAudience } from '../../../src/db/deliveries/transitions/add.ts';
import { claimBatch } from '../../../src/db/deliveries/transitions/claim.ts';
import { endLeases } from '../../../src/db/deliveries/transitions/end-leases.ts';
import { expireDeliveries } from '../../../src/db/deliveries/transitions/expire.ts';
import { recordAttempts } from '../../../src/db/deliveries/transitions/record-attempts.ts';
import { recordClaimOutcomes } from '../../../src/db/deliveries/transitions/record-claim-outcomes.ts';
import { releaseBatch } from '../../../src/db/deliveries/transitions/release.ts';
import { resetToPending } from '../../../src/db/deliveries/transitions/resend.ts';
import { skipCancelledDeliveries } from '../../../src/db/deliveries/transitions/skip-cancelled.ts';
import { skipDeliveriesOf } from '../../../src/db/deliveries/transitions/skip-subscriber.ts';
import { listSendGroups, type SendGroup } from '../../../src/db/digests/audience.ts';
import {
  addDigest,
  findDigestById,
  markDigestCancelled,
  markDigestPaused,
  markDigestResumed,
  setAudienceSize,
} from '../../../src/db/digests/digests.ts';
import {
  findSubscriber,
  listDigestRecipients,
  updatePreferences,
  updateStatus,
} from '../../../src/db/subscribers/subscribers.ts';
import {
  findSuppression,
  liftBounces,
  suppressBounced,
} from '../../../src/db/subscribers/suppressions.ts';
import {
  claimTransactionalEmail,
  listDueTransactionalEmails,
  recordTransactionalEmail,
  setTransactionalEmailToken,
} from '../../../src/db/transactional/transactional-emails.ts';
import { hashToken } from '../../../src/domain/links/tokens.ts';
import type { Queue } from '../../../src/queue/queue.ts';
import { confirmSignUp } from '../../../src/services/subscribers/confirm-sign-up.ts';
import { eraseAndSuppress } from '../../../src/services/subscribers/erase-and-suppress.ts';
import { importSubscriberFile } from '../../../src/services/subscribers/import-subscribers.ts';
import { signUp } from '../../../src/services/subscribers/sign-up.ts';
import { requestTransactionalEmail } from '../../../src/services/transactional/request-email.ts';
import { useDatabase } from '../../support/database.ts';
import { suppressionKey, tokens } from '../../support/keys.ts';
import { storeSubscriber } from '../../support/rows.ts';
import { createRandom, type Random } from '../world/random.ts';
import { connectDirectly, openModelDatabase } from './pool.ts';
import { createServer, loadParser } from './server.ts';

const database = useDatabase();

beforeAll(loadParser);

/** The state of the tables; without what the clock of the server decides. */
const TABLES = {
  digests: 'id, kind, date::text, number, audience, paused_at, pause_reason, cancelled_at',
  batches:
    'digest_id, batch, send_at, due_at, expires_at, is_immediate, claims, lease_id, states, claimed_at, counted_at, sent_since_claim',
  deliveries:
    'digest_id, subscriber_id, batch, state, send_at, next_at, expires_at, lost_lease_id, attempts, lease_id, selection, message_id, relay, reply, detail, updated_at',
  leases: 'id, instance_id',
  subscribers: 'id, email, status, hour, unsubscribed_at, paused_until::text, updated_at',
  consents: 'subscriber_id, given_at, confirmed_at, channel, wording',
  suppressions: `encode(email_hash, 'hex'), reason, digest_id`,
  sending_rate_limits: 'relay',
  domain_throttles: 'domain, concurrency_limit, backoff_ms, backoff_until',
  transactional_emails: 'id, subscriber_id, kind, state, next_at, attempts, reply, lease_id',
};

async function readTables({ db }: Pick<Database, 'db'>): Promise<Record<string, unknown[]>> {
  const tables: Record<string, unknown[]> = {};
  for (const [name, columns] of Object.entries(TABLES)) {
    const { rows } = await db.execute(
      sql.raw(`SELECT ${columns} FROM ${name} ORDER BY 1, ${name === 'deliveries' ? 2 : 1}`),
    );
    tables[name] = rows.map(toSortedJson).sort();
  }
  return tables;
}

/** The keys of `jsonb` have no order that matters. */
function toSortedJson(row: unknown): string {
  return JSON.stringify(row, (_key, value: unknown) =>
    value !== null && typeof value === 'object' && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort())
      : value,
  );
}

const STARTS_AT = Date.parse('2026-05-08T06:00:00Z');
const READERS = 12;
/** Only catches a test that hangs, on however busy a machine. */
const TIMEOUT_MS = 600_000;
const STEPS = 50;

/** A step, whose choices were made before: it does the same on both databases. */
type Step = { name: string; run: (database: Database) => Promise<unknown> };

/** Chooses the next operation of the program, mostly one that finds something to do. */
function chooseStep(random: Random, now: Date): Step {
  const digestId = random.between(1, 2);
  const domain = random.pick(['a.example', 'b.example', 'c.example']);
  const batch = random.between(0, 2);
  const leaseId = random.between(1, 4);
  const subscriberId = random.between(1, READERS);
  const chosen = Array.from({ length: 4 }, () => random.between(1, READERS));
  const state = random.pick(['sent', 'deferred', 'failed', 'unknown', 'expired'] as const);
  const nextAt = new Date(now.getTime() + random.between(1, 3) * 60_000);
  const hash = Buffer.from([subscriberId]);
  const emailId = random.between(1, 4);
  const key = { digestId, batch, leaseId, now };
  const steps: Record<string, Step['run']> = {
    openLease: ({ db }) => openLease(db, `worker-${leaseId}`),
    renewLease: async ({ db }) => (await renewLease(db, leaseId)) !== null,
    claim: async ({ db }) =>
      (await claimBatch(db, key)).sort((a, b) => a.subscriberId - b.subscriberId),
    claimAgain: async ({ db }) =>
      (await claimBatch(db, key)).sort((a, b) => a.subscriberId - b.subscriberId),
    begin: ({ pool }) =>
      recordAttempts(pool, digestId, {
        ...{ results: [], now },
        next: [...new Set(chosen)].map((id) => ({
          ...{ subscriberId: id, leaseId, attempts: 1, selection: [], messageId: `<${id}@x>` },
          messageDate: now,
        })),
      }),
    record: ({ pool }) =>
      recordAttempts(pool, digestId, {
        ...{ next: [], now },
        results: [...new Set(chosen)].map((id) => ({
          ...{ subscriberId: id, leaseId, attempts: 1, state, relay: 'relay', reply: '250 ok' },
          ...(state === 'deferred' && { nextAt }),
        })),
      }),
    outcomes: ({ db }) =>
      recordClaimOutcomes(db, key, [
        { subscriberId, state: random.pick(['pending', 'skipped'] as const), nextAt },
      ]),
    release: ({ db }) => releaseBatch(db, key),
    endExpired: async ({ db }) => {
      await db.execute(sql`
        UPDATE leases SET expires_at = clock_timestamp() - interval '1 s' WHERE id = ${leaseId}`);
      return db.transaction((tx) => endLeases(tx, { expired: true }, now));
    },
    endOne: ({ db }) => db.transaction((tx) => endLeases(tx, { id: leaseId }, now)),
    resend: ({ db }) =>
      db.transaction((tx) =>
        resetToPending(
          tx,
          digestId,
          { state: random.pick(['failed', 'unknown'] as const) },
          { now, expiresAt: nextAt },
        ),
      ),
    resendSome: ({ db }) =>
      db.transaction((tx) =>
        resetToPending(tx, digestId, { subscriberIds: chosen }, { now, expiresAt: nextAt }),
      ),
    skip: ({ db }) => db.transaction((tx) => skipDeliveriesOf(tx, subscriberId, 'left', now)),
    skipCancelled: ({ db }) => skipCancelledDeliveries(db, now),
    sendNow: ({ db }) => sendBatchesNow(db, digestId, now),
    pause: ({ db }) => markDigestPaused(db, digestId, 'Paused.', now),
    resume: ({ db }) => markDigestResumed(db, digestId),
    resumeAgain: ({ db }) => markDigestResumed(db, digestId),
    cancel: ({ db }) =>
      random.chance(0.2) ? markDigestCancelled(db, digestId, now) : Promise.resolve(),
    due: ({ db }) => listDueBatches(db, now),
    count: ({ db }) => countDeliveries(db, digestId, now),
    recent: ({ db }) => countRecentMessages(db, { now, besides: { digestId, batch } }),
    join: ({ db }) =>
      db.transaction((tx) =>
        addToAudience(
          tx,
          { id: digestId, kind: 'daily', composedAt: new Date(STARTS_AT) },
          { id: READERS + random.between(1, 3), frequency: 'daily', hour: 7, timezone: 'UTC' },
          now,
        ),
      ),
    expire: ({ db }) => expireDeliveries(db, { now, maxBatches: random.between(1, 3) }),
    digest: ({ db }) => findDigestById(db, digestId),
    groups: async ({ db }) => (await listSendGroups(db, 'daily')).map((group) => group.hour).sort(),
    suppress: ({ db }) => suppressBounced(db, hash, digestId, now),
    lift: ({ db }) => liftBounces(db, digestId),
    suppressed: ({ db }) => findSuppression(db, hash),
    leave: ({ db }) => updateStatus(db, subscriberId, 'unsubscribed', now),
    changeHour: ({ db }) => updatePreferences(db, subscriberId, { hour: 8 }, now),
    recipients: async ({ db }) => [...(await listDigestRecipients(db, chosen)).values()].length,
    subscriber: ({ db }) => findSubscriber(db, subscriberId),
    erase: ({ db }) =>
      random.chance(0.3)
        ? eraseAndSuppress({ db, clock: () => now, suppressionKey }, (tx) =>
            findSubscriber(tx, subscriberId),
          )
        : Promise.resolve(false),
    request: ({ db }) =>
      db.transaction(async (tx) =>
        (await findSubscriber(tx, subscriberId))
          ? requestTransactionalEmail(tx, 'goodbye', { subscriberId, now })
          : null,
      ),
    dueEmails: ({ db }) => listDueTransactionalEmails(db, now, 10),
    claimEmail: ({ db }) =>
      claimTransactionalEmail(db, random.between(1, 4), { leaseId, now }).then(
        (email) => email?.id ?? null,
      ),
    signUp: ({ db }) =>
      signUp(
        { ...arrivalDeps(db, now), ownerKeys: null, limitSignup: async () => undefined },
        {
          ...{ email: `newcomer${random.between(1, 2)}@example.org`, channel: 'form' },
          ...{ preferences: { hour: random.between(5, 7) }, network: '192.0.2.0/24' },
        },
      ),
    importFile: ({ db }) =>
      importSubscriberFile(
        arrivalDeps(db, now),
        {
          ...{ name: 'readers.csv', onRejected: async () => undefined },
          content: Readable.from([
            Buffer.from(
              `email,hour\nnewcomer${random.between(1, 3)}@example.org,${random.between(5, 7)}\n`,
            ),
          ]),
        },
        now,
      ),
    link: ({ db }) =>
      setTransactionalEmailToken(db, emailId, hashToken(tokens.sealTransactional(emailId))),
    confirm: async ({ db }) => {
      const token = tokens.sealTransactional(emailId);
      const wantsLatest = random.chance(0.5);
      return (await confirmSignUp(arrivalDeps(db, now), token, { wantsLatest })).kind;
    },
    // When the permits begin is up to the clock of the server.
    permit: async ({ db }) => (await reserveSendPermits(db, 'relay', subscriberId)) !== null,
    throttle: async ({ db }) => {
      const state = { concurrencyLimit: random.between(1, 9), backoffMs: 2000 };
      const backoffUntilMs = now.getTime() + random.between(-4000, 4000);
      const throttles = new Map([[domain, { ...state, backoffUntilMs }]]);
      await storeDomainThrottles(db, throttles, now);
      return listDomainThrottles(db, now);
    },
    endThrottle: async ({ db }) => {
      await removeDomainThrottles(db, [domain, 'other.example'], now);
      return removeForgottenThrottles(db, new Date(now.getTime() + random.pick([0, 3_600_000])));
    },
    recordEmail: ({ db }) =>
      recordTransactionalEmail(
        db,
        { id: random.between(1, 4), attempts: 1 },
        { state: random.pick(['sent', 'pending', 'failed'] as const), nextAt, reply: 'reply' },
      ),
  };
  const name = random.pick(Object.keys(steps));
  return { name, run: steps[name] as Step['run'] };
}

const arrivalDeps = (db: Database['db'], now: Date) => ({
  ...{ db, suppressionKey, clock: () => now },
  queue: { enqueueMany: async () => undefined } as unknown as Queue,
});

async function compose({ db }: Database): Promise<void> {
  for (let n = 1; n <= READERS + 3; n += 1)
    await storeSubscriber(db, { email: `model${n}@example.org`, hour: 5 + (n % 3) });
  const now = new Date(STARTS_AT);
  for (const date of ['2026-05-07', '2026-05-08']) {
    const { id } = await addDigest(db, { kind: 'daily', date, composedAt: now });
    const groups = [5, 6, 7].map(
      (hour) => ({ frequency: 'daily', timezone: 'UTC', hour }) as const,
    );
    const computeTimes = async (list: readonly SendGroup[]) =>
      list.map((group) => {
        const sendAt = new Date(STARTS_AT + (group.hour - 5) * 60_000);
        return { ...group, sendAt, expiresAt: new Date(STARTS_AT + 300_000), isDue: true };
      });
    const audience = await db.transaction((tx) =>
      freezeAudience(tx, { id, kind: 'daily' }, { groups, computeTimes, now }),
    );
    await setAudienceSize(db, id, audience);
  }
}

describe('The model of PostgreSQL', () => {
  it.each([1, 2, 3, 4])(
    'The operations of the program have the same results on it as on the real one (seed %i)',
    { timeout: TIMEOUT_MS },
    async (seed) => {
      await database.empty();
      await database.db.execute(sql`DELETE FROM sending_rate_limits`);
      const model = openModelDatabase(connectDirectly(createServer({ now: Date.now })));
      await compose(database.database);
      await compose(model);
      expect(await readTables(model)).toEqual(await readTables(database.database));
      let time = STARTS_AT;
      const names = createRandom(seed, 'steps');
      for (let at = 0; at < STEPS; at += 1) {
        time += names.between(0, 20_000);
        const step = (side: string) => ({
          ...chooseStep(createRandom(seed, `step ${at}`), new Date(time)),
          side,
        });
        const [real, modelled] = [step('real'), step('model')];
        const expected = await outcomeOf(() => real.run(database.database));
        const actual = await outcomeOf(() => modelled.run(model));
        expect({ at, step: real.name, result: actual }).toEqual({
          ...{ at, step: real.name, result: expected },
        });
        const [rows, expectedRows] = [await readTables(model), await readTables(database.database)];
        expect({ at, step: real.name, rows }).toEqual({ at, step: real.name, rows: expectedRows });
      }
    },
  );
});

/** The result, or the SQLSTATE of the error. */
async function outcomeOf(run: () => Promise<unknown>): Promise<unknown> {
  try {
    return await run();
  } catch (error) {
    const cause = (error as Error).cause ?? error;
    return { error: (cause as { code?: string }).code ?? (cause as Error).message };
  }
}
