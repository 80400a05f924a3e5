// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the places are text of a program.
import type { Mutant } from '../mutant.ts';

const TRANSITIONS = 'src/db/deliveries/transitions';

/** What the engine review found and was cured, taken out again. */
export const RECOVERY_MUTANTS: readonly Mutant[] = [
  {
    name: 'lease-trusted-after-sleep',
    about: 'a machine that slept sends under a lease that has expired meanwhile',
    file: 'src/services/deliveries/lease.ts',
    find: 'Math.max(elapsedMs() - at.elapsedMs, wallMs() - at.wallMs);',
    replace: 'elapsedMs() - at.elapsedMs;',
  },
  {
    name: 'permits-are-not-shared',
    about: 'each worker sends at the rate that SMTP_RATE allows to all of them together',
    file: 'src/db/deliveries/send-rate.ts',
    find: 'ELSE greatest(known.next_at, clock_timestamp()) END',
    replace: 'ELSE clock_timestamp() END',
  },
  {
    name: 'late-mails-are-not-given-back',
    about: 'a mail is “sending” for minutes while it waits for a connection',
    file: 'src/relay/pool/advance-pool.ts',
    find: `
  giveBackLate(state, commands);
  if`,
    replace: `
  if`,
  },
  {
    name: 'pending-does-not-expire',
    about: 'what was not tried is still sent when the next digest is due (finding 7)',
    file: `${TRANSITIONS}/expire.ts`,
    find: 'AND state IN (${fromStates(EXPIRE_TRANSITIONS)})`);',
    replace: "AND state = 'deferred'`);",
  },
  {
    name: 'expired-is-claimed',
    about: 'a digest is sent after the next one is due (finding 7)',
    file: `${TRANSITIONS}/claim.ts`,
    find: "state IN ('pending', 'deferred') AND delivery.expires_at > ${now}",
    replace: "state IN ('pending', 'deferred')",
  },
  {
    name: 'transactional-result-unfenced',
    about: 'a late result of an e-mail replaces that of a later attempt (finding 8)',
    file: 'src/db/transactional/transactional-emails.ts',
    find: `
        eq(transactionalEmails.state, 'pending'),
        eq(transactionalEmails.attempts, attempts),`,
    replace: '',
  },
  {
    name: 'transactional-claimed-twice',
    about: 'an e-mail that a worker is sending is sent by another one (finding 8)',
    file: 'src/db/transactional/transactional-emails.ts',
    find: 'return sql`(transactional_emails.lease_id IS NULL OR',
    replace: 'return sql`(true OR transactional_emails.lease_id IS NULL OR',
  },
  {
    name: 'late-result-is-dropped',
    about: 'a result that comes after its lease has ended does not replace “unknown” (finding 9)',
    file: `${TRANSITIONS}/record-late-results.ts`,
    find: 'if (results.length === 0) return { late: 0, dropped: 0 };',
    replace: 'if (results.length >= 0) return { late: 0, dropped: 0 };',
  },
  {
    name: 'reader-is-missed',
    about: 'a reader who moves to another hour while a digest is composed gets none (finding 17)',
    file: `${TRANSITIONS}/add.ts`,
    find: 'unknown = result.unknown;',
    replace: 'unknown = [];',
  },
  {
    name: 'clock-is-trusted',
    about: 'a process whose clock is a day ahead goes on (finding 3)',
    file: 'src/services/monitoring/clock-guard.ts',
    find: 'Math.abs(skewMs()) <= MAX_CLOCK_SKEW_MS;',
    replace: 'true;',
  },
  {
    name: 'running-jobs-trust-the-clock',
    about: 'a clock that is set while a job runs makes it expire deliveries (finding 3)',
    file: 'src/jobs/handlers.ts',
    find: 'buildHandlers({ ...deps, log, clock: deps.clockGuard.databaseClock }),',
    replace: 'buildHandlers({ ...deps, log }),',
  },
  {
    name: 'stopping-abandons-mails',
    about: 'a worker that is stopped ends its lease while its mails are in flight',
    file: 'src/services/deliveries/digest-sender.ts',
    find: 'await Promise.allSettled(activeBatches.values());',
    replace: '',
  },
  {
    name: 'unanswered-never-pauses',
    about: 'a relay that answers no dot makes the whole digest unknown (finding 1)',
    file: 'src/services/deliveries/attempt-failures.ts',
    find: "if (outcome.kind === 'unknown') unanswered.record(true);",
    replace: '',
  },
  {
    name: 'lost-digest-suspends',
    about: 'a worker stops sending because a failover has lost a digest',
    file: 'src/services/deliveries/digest-sender.ts',
    find: 'if (!(await isDigestLost(db, digestId, error))) throw error;',
    replace: 'throw error;',
  },
  {
    name: 'lost-leases-hold',
    about: 'what is held under a lease that somebody deleted is never released (finding 13)',
    file: `${TRANSITIONS}/end-leases.ts`,
    find: 'return [...expired, ...(await listLostLeases(db))];',
    replace: 'return expired;',
  },
];
