import { join } from 'node:path';
import type { CommandIo } from '../../control/io.ts';
import { listOpenDigestIds } from '../../db/deliveries/batches.ts';
import { findDelivery } from '../../db/deliveries/deliveries.ts';
import { addToAudience } from '../../db/deliveries/transitions/add.ts';
import { findDigest, findDigestById } from '../../db/digests/digests.ts';
import { readSourceHistories, registerSources, releaseClaims } from '../../db/sources/sources.ts';
import { countOtherActiveSubscribers } from '../../db/subscribers/subscribers.ts';
import type { DigestSummary } from '../../domain/digests/digest.ts';
import { PaperboyError } from '../../domain/errors.ts';
import type { Source } from '../../domain/sources/source.ts';
import type { Subscriber } from '../../domain/subscribers/subscriber.ts';
import {
  addDays,
  getMonday,
  getUsableDays,
  isDigestDue,
  toUtcDay,
  toUtcMoment,
} from '../../domain/time/schedule.ts';
import { fetchDue, SOURCE_CLAIM_MS } from '../../jobs/fetch-job.ts';
import { sendDigest } from '../../services/deliveries/send-digest.ts';
import { composeDigest } from '../../services/digests/compose-digest.ts';
import { findMissingLists } from '../../services/digests/find-missing-lists.ts';
import { pruneExpired } from '../../services/maintenance/prune-expired.ts';
import { type FetchReport, fetchPapers } from '../../services/sources/fetch-papers.ts';
import { setUpOwner } from '../../services/subscribers/set-up-owner.ts';
import type { Config } from '../../settings/config.ts';
import type { PersonalSetUp } from '../../settings/personal/personal-file.ts';
import type { App } from '../../wiring/app.ts';
import type { CommandContext } from '../context.ts';
import { printLine } from '../output.ts';
import { type OnceContext, previewOnce } from './preview-once.ts';
import {
  describeDelivery,
  describeFetch,
  describeMissingList,
  describeNoPapers,
  nameDigest,
  ONCE_EXIT,
} from './report.ts';
import { teachLibrary } from './teach-library.ts';

export interface OnceOptions {
  /** The day of the digest; today (UTC) when absent. */
  date?: string;
  /** Choose and show, but send nothing. */
  dryRun?: true;
  /** A folder for the message as `.eml` and `.html`. */
  print?: string;
}

type SendingContext = OnceContext & Pick<CommandContext, 'withWorker'>;

/**
 * Fetches, composes and sends the owner's digest of a day with the services that a running Paperboy
 * uses, and says what it did. What an earlier run left is sent as well. A second run on the same
 * day sends nothing again. Returns the exit code.
 * @throws PaperboyError `OTHER_SUBSCRIBERS` where other people have subscribed: they would lose the
 * digests that it composes.
 */
export async function runOnce(
  app: App,
  { io, withWorker }: Pick<CommandContext, 'io' | 'withWorker'>,
  setUp: PersonalSetUp,
  options: OnceOptions,
): Promise<number> {
  const { clock } = app;
  await assertPersonal(app);
  const owner = await setUpOwner(app, setUp);
  const kind = owner.frequency === 'weekly' ? 'weekly' : 'daily';
  const day = options.date ?? toUtcDay(clock());
  const date = kind === 'weekly' ? getMonday(day) : day;
  const context = { app, io, withWorker, owner, kind, date } as const;
  const unreadable = await fetchSources(context);
  await teachLibrary(context, setUp);
  if (io.signal.aborted) return ONCE_EXIT.interrupted;
  if (isAway(owner, date)) {
    await printLine(io, describeStatus(owner));
    return ONCE_EXIT.done;
  }
  if (options.dryRun) {
    await previewOnce(context, options.print ?? null);
    return ONCE_EXIT.done;
  }
  const isDayOff = options.date === undefined && isOwnersDayOff(owner, clock());
  if (isDayOff) await printLine(io, 'Today is not a weekday. The next digest comes on Monday.');
  const digest = isDayOff ? null : await composeOwnersDigest(context, unreadable);
  const isMissingPapers = digest === null && !isDayOff && unreadable.length > 0;
  const sent = await sendOpenDigests(context, digest);
  const code = Math.max(sent, isMissingPapers ? ONCE_EXIT.noPapers : ONCE_EXIT.done);
  if (digest !== null && options.print !== undefined) await previewOnce(context, options.print);
  await pruneExpired(app.db, clock(), { ...app, ...app.config });
  return code;
}

async function assertPersonal({ db, ownerKeys, config }: App): Promise<void> {
  const others = await countOtherActiveSubscribers(db, [...(ownerKeys ?? [])]);
  if (others === 0) return;
  const count = others === 1 ? 'another active reader' : `${others} other active readers`;
  throw new PaperboyError(
    'OTHER_SUBSCRIBERS',
    `The database in ${config.dataDir} has ${count}: “paperboy once” is for one person. Set DATA_DIR to a folder of its own.`,
  );
}

/** A pause that lasts until the digest's date or an earlier day ends when it is composed. */
function isAway({ status, pausedUntil }: Subscriber, date: string): boolean {
  const isBack = status === 'paused' && pausedUntil !== null && pausedUntil <= date;
  return status !== 'active' && !isBack;
}

function describeStatus({ status, pausedUntil }: Subscriber): string {
  if (status === 'unsubscribed') return 'You have unsubscribed on the site, so nothing is sent.';
  return `You have paused your digests${pausedUntil === null ? '' : ` until ${pausedUntil}`}, so nothing is sent.`;
}

function isOwnersDayOff({ frequency, timezone }: Subscriber, now: Date): boolean {
  return frequency === 'weekdays' && !isDigestDue(frequency, 'daily', now, timezone);
}

/** Reads each source that is due, as the service does; of a past day, the list that belongs to it.
 *  Returns the names of those that could not be read. */
async function fetchSources(context: OnceContext): Promise<string[]> {
  const { app, io, date, kind } = context;
  const { db, clock, config, sources } = app;
  const now = clock();
  const isPast = kind === 'daily' && date < toUtcDay(now);
  const names = sources.configured.map(({ name }) => name);
  await registerSources(db, names, now);
  // No other process has an embedded database open: a claim on a source is that of a dead one.
  if (app.isEmbedded) await releaseClaims(db, names, { now, claimMs: SOURCE_CLAIM_MS });
  const deps = { ...app, slowDb: db, composeAt: config.composeAt, stopping: io.signal };
  const unreadable: string[] = [];
  for (const source of sources.configured) {
    if (io.signal.aborted) break;
    const due = isPast ? [] : await fetchDue(deps, source);
    const more = await fetchOfDays(context, source, await listMissedDays(context, source));
    const reports = due === null && more.length === 0 ? null : [...(due ?? []), ...more];
    const hasFailed = reports?.some(({ outcome }) => outcome === 'failed') ?? false;
    const line = describeFetch(source.name, reports);
    if (hasFailed) unreadable.push(source.name);
    await (hasFailed ? io.stderr.write(`${line}\n`) : printLine(io, line));
  }
  return unreadable;
}

/** The days of the digest whose lists the service would have read in time: for a digest of a past
 *  day the newest, for a weekly digest those of its week. */
async function listMissedDays(
  { app, kind, date }: OnceContext,
  source: Source,
): Promise<readonly string[]> {
  const { db, clock } = app;
  const now = clock();
  if (kind === 'daily' && date >= toUtcDay(now)) return [];
  if ((await findDigest(db, kind, date)) !== null) return [];
  const { listedDays } = (await readSourceHistories(db, now))(source.name);
  const { last } = getUsableDays(kind, date);
  const newest = addDays(last, -source.usableAfterDays);
  return Array.from({ length: kind === 'weekly' ? 7 : 1 }, (_, n) => addDays(newest, -n)).filter(
    (day) => source.listsOn(day) && !listedDays.has(day),
  );
}

async function fetchOfDays(
  { app, io }: OnceContext,
  source: Source,
  days: readonly string[],
): Promise<FetchReport[]> {
  const { db, clock } = app;
  const reports: FetchReport[] = [];
  for (const day of days) {
    if (io.signal.aborted || reports.some(({ outcome }) => outcome === 'failed')) break;
    reports.push(await fetchPapers({ db, clock, signal: io.signal }, source, { day }));
  }
  return reports;
}

/** Composes the digest, or finds it, with the owner in its audience; null on a day without
 *  papers. */
async function composeOwnersDigest(
  context: OnceContext,
  unreadable: readonly string[],
): Promise<DigestSummary | null> {
  const { app, io, owner, kind, date } = context;
  const { db, clock } = app;
  const now = clock();
  const missing = await listMissing(context);
  const { digest, isNew } = await composeDigest(db, { kind, date, now });
  if (digest === null) {
    await printLine(
      io,
      describeNoPapers(
        { kind, date },
        { ...app, missing, unreadable, hasSources: app.sources.configured.length > 0 },
      ),
    );
    return null;
  }
  await db.transaction((tx) => addToAudience(tx, digest, owner, now));
  if (isNew) for (const list of missing) await printLine(io, describeMissingList(list));
  return digest;
}

function listMissing({ app, kind, date }: OnceContext) {
  const { db, clock, config, sources } = app;
  const from = toUtcMoment(date, config.composeAt);
  return findMissingLists(db, sources.configured, { kind, date, from, now: clock() });
}

/** Sends the digest and what earlier runs left, the oldest first; the worst exit code. */
async function sendOpenDigests(
  { app, io, withWorker, owner }: SendingContext,
  digest: DigestSummary | null,
): Promise<number> {
  const { db } = app;
  const open = await listOpenDigestIds(db);
  const ids = [...new Set([...open, ...(digest ? [digest.id] : [])])];
  if (open.length > 0) await withWorker(app, () => sendAll(app, io, open));
  if (open.length > 0 && app.inbox !== null) await printLine(io, describeInbox(app.config));
  let worst: number = ONCE_EXIT.done;
  for (const id of ids) {
    const current = await findDigestById(db, id);
    const delivery = current && (await findDelivery(db, id, owner.id));
    if (!current || !delivery) continue;
    const wasSent = delivery.state === 'sent' && !open.includes(id);
    const { sentence, code } = describeDelivery(current, delivery);
    await printLine(io, wasSent ? `${nameDigest(current)} was sent before.` : sentence);
    worst = Math.max(worst, code);
  }
  return io.signal.aborted ? ONCE_EXIT.interrupted : worst;
}

function describeInbox({ dataDir }: Config): string {
  return `The file has no key “smtp”, so the email was saved in ${join(dataDir, 'inbox')}.`;
}

async function sendAll(app: App, io: CommandIo, digestIds: readonly number[]): Promise<void> {
  for (const id of digestIds) {
    const digest = await findDigestById(app.db, id);
    if (!digest) continue;
    await sendDigest(app, {
      digest,
      isImmediate: true,
      onProgress: () => undefined,
      signal: io.signal,
    });
  }
}
