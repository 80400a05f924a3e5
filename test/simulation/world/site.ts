import { Readable } from 'node:stream';
import { findDigestById } from '../../../src/db/digests/digests.ts';
import { resendDeliveries } from '../../../src/services/deliveries/resend-deliveries.ts';
import { cancelDigest } from '../../../src/services/digests/cancel-digest.ts';
import { pauseDigest } from '../../../src/services/digests/pause-digest.ts';
import { resumeDigest } from '../../../src/services/digests/resume-digest.ts';
import { changePreferences } from '../../../src/services/subscribers/change-preferences.ts';
import { confirmSignUp } from '../../../src/services/subscribers/confirm-sign-up.ts';
import { eraseAddress } from '../../../src/services/subscribers/erase-address.ts';
import { importSubscriberFile } from '../../../src/services/subscribers/import-subscribers.ts';
import { signUp } from '../../../src/services/subscribers/sign-up.ts';
import { unsubscribe } from '../../../src/services/subscribers/unsubscribe.ts';
import { QUERY_TIMEOUTS_MS } from '../../../src/wiring/query-timeouts.ts';
import { suppressionKey, tokens } from '../../support/keys.ts';
import { openModelDatabase } from '../postgres/pool.ts';
import { readTable } from './committed-rows.ts';
import { createDatabaseLink, type DatabaseLink } from './database-link.ts';
import type { Invariants } from './invariants.ts';
import type { Action } from './plan.ts';
import type { World } from './process.ts';
import type { Owner } from './scheduler.ts';
import type { ViolationGuard } from './violation.ts';

const OPERATIONS = ['pause', 'resume', 'cancel', 'resend'] as const;
const VISITS = ['unsubscribe', 'erase', 'change-hour'] as const;
const ARRIVALS = ['sign-up', 'import'] as const;

/** What the operator does, and what readers do. */
export type SiteAction = Extract<
  Action,
  { kind: (typeof OPERATIONS | typeof VISITS | typeof ARRIVALS)[number] }
>;

/** The process that serves pages and commands. */
export interface Site {
  link: DatabaseLink;
  /** Does it soon; an error is traced. */
  run(action: SiteAction): void;
  /** A relay took this e-mail: who waits for it opens its link. */
  onDelivered(messageId: string): void;
}

export function openSite(
  world: World,
  invariants: () => Pick<Invariants, 'onLeft' | 'onSignedUp' | 'onConfirmed'>,
  { guard }: ViolationGuard,
): Site {
  const { scheduler, trace, server, queueStore, confirmationLinks } = world;
  const owner: Owner = { name: 'site', isAlive: true, frozenUntilMs: -1, clockOffsetMs: 0 };
  const link = createDatabaseLink(world, owner);
  const { db } = openModelDatabase(link.connect).withQueryTimeout(QUERY_TIMEOUTS_MS.request);
  const queue = queueStore.open(owner);
  const clock = () => new Date(Math.floor(world.startsAtMs + scheduler.nowMs()));
  const deps = { db, queue, clock, tokens, suppressionKey };
  const traceFailure = (what: string, error: Error) =>
    trace.add('site', `${what}: ${error.message.split('\n')[0]}`);
  const noteLeft = guard((reader: number) => invariants().onLeft(reader));

  const noteSignedUp = guard((email: string) => invariants().onSignedUp(email));
  const noteConfirmed = guard((email: string) => invariants().onConfirmed(email));

  const visit = async (action: Extract<SiteAction, { reader: number }>) => {
    const token = tokens.seal({ kind: 'subscriber', subscriberId: action.reader });
    switch (action.kind) {
      case 'unsubscribe':
        if (await unsubscribe(deps, token)) noteLeft(action.reader);
        return;
      case 'erase':
        await eraseAddress(deps, `reader${action.reader}@example.org`);
        return noteLeft(action.reader);
      case 'change-hour':
        await changePreferences(deps, token, { hour: 9 } as never);
    }
  };

  /** How long newcomers take to open a link, and whether they want the latest digest. */
  const habits = new Map<string, { delayMs: number; wantsLatest: boolean }>();

  const arrive = async (action: Extract<SiteAction, { newcomer: number }>) => {
    const email = `newcomer${action.newcomer}@example.org`;
    if (action.kind === 'import') {
      const addresses = Array.from(
        { length: action.count },
        (_, n) => `newcomer${action.newcomer + n}@example.org`,
      );
      const content = Readable.from([Buffer.from(['email', ...addresses, ''].join('\n'))]);
      const onRejected = async (_line: number, problem: string) => {
        throw new Error(problem);
      };
      const file = { name: 'readers.csv', content, onRejected };
      await importSubscriberFile(deps, file, clock());
      return;
    }
    habits.set(email, action);
    await signUp(
      { ...deps, ownerKeys: null, limitSignup: async () => undefined },
      { email, preferences: {}, channel: 'form', network: '192.0.2.0/24' },
    );
    noteSignedUp(email);
  };

  const confirm = async (email: string, token: string, wantsLatest: boolean) => {
    const { kind } = await confirmSignUp(deps, token, { wantsLatest });
    trace.add('site', `${email} opens the link: ${kind}`);
    if (kind === 'confirmed') noteConfirmed(email);
  };

  const operate = async (
    action: Exclude<SiteAction, { reader: number } | { newcomer: number }>,
  ) => {
    for (const { id } of readTable(server, 'digests')) {
      const digest = await findDigestById(db, Number(id));
      if (!digest || digest.cancelledAt !== null) continue;
      if (action.kind === 'pause') await pauseDigest(deps, digest);
      if (action.kind === 'resume' && digest.pausedAt !== null) await resumeDigest(deps, digest);
      if (action.kind === 'cancel') await cancelDigest(deps, digest);
      if (action.kind === 'resend')
        await resendDeliveries(deps, { digestId: digest.id, state: action.state });
    }
  };

  return {
    link,
    run: (action) => {
      scheduler.after(0, owner, () => {
        const done =
          'reader' in action
            ? visit(action)
            : 'newcomer' in action
              ? arrive(action)
              : operate(action);
        done.catch((error: Error) => traceFailure(action.kind, error));
      });
    },
    onDelivered: (messageId) => {
      const link = confirmationLinks.get(messageId);
      const habit = link && habits.get(link.email);
      if (!link || !habit) return;
      scheduler.after(habit.delayMs, owner, () => {
        confirm(link.email, link.token, habit.wantsLatest).catch((error: Error) =>
          traceFailure('confirm', error),
        );
      });
    },
  };
}
