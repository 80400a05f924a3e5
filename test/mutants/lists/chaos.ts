// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the places are text of a program.
import type { Mutant } from '../mutant.ts';

/** Changes to what the simulation does not have: the settings of connections, Redis, the bytes of
 *  a mail. */
export const CHAOS_MUTANTS: readonly Mutant[] = [
  {
    name: 'stopped-workers-keep-locks',
    about: 'the transaction of a suspended worker keeps its locks, and so its deliveries',
    file: 'src/db/client.ts',
    find: "TO '${IDLE_TRANSACTION_SECONDS}s';",
    replace: "TO '0';",
    scenario: 'stalled-worker',
  },
  {
    name: 'commits-are-asynchronous',
    about: 'PostgreSQL may forget what it has committed when it crashes',
    file: 'src/db/client.ts',
    find: `'on', false)
  WHERE current_setting('synchronous_commit') NOT IN ('on', 'remote_apply')`,
    replace: "'off', false)",
    scenario: 'postgres-crash',
  },
  {
    name: 'redis-permits-are-not-shared',
    about: 'each worker sends at the rate that SMTP_RATE allows to all of them together',
    file: 'src/relay/redis-permit-store.ts',
    find: "local start = math.max(now, tonumber(redis.call('GET', KEYS[1]) or '0'))",
    replace: 'local start = now',
    scenario: 'several-relays',
  },
  {
    name: 'retry-has-other-bytes',
    about: 'a mail that is retried has another date, so that a relay takes it for another mail',
    file: 'src/services/deliveries/prepare-batch.ts',
    find: 'const messageDate = delivery.messageDate ?? clock();',
    replace: 'const messageDate = clock();',
    scenario: 'retries',
  },
];
