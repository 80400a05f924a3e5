import { clockBack, clockJumps } from './clocks/clock-jumps.ts';
import { retries } from './clocks/retries.ts';
import { schedulers } from './clocks/schedulers.ts';
import { blackhole } from './database/blackhole.ts';
import { dump } from './database/dump.ts';
import { failover } from './database/failover.ts';
import {
  lateStatements,
  lostCommits,
  postgresCrash,
  postgresTerminate,
} from './database/postgres.ts';
import { redisFaults } from './database/redis.ts';
import { cancelling, operating } from './people/operating.ts';
import { transactional } from './people/transactional.ts';
import { unsubscribing } from './people/unsubscribing.ts';
import { namedKills } from './processes/named-kills.ts';
import { postgresQueue, randomKills } from './processes/random-kills.ts';
import { rollingUpgrade } from './processes/rolling-upgrade.ts';
import { stalledWorker } from './processes/stalled-worker.ts';
import { recovery, terminate } from './processes/stopping.ts';
import { cutReplies } from './relays/cut-replies.ts';
import { hardReplies } from './relays/hard-replies.ts';
import { relayFaults } from './relays/relay-faults.ts';
import { relayUnavailable } from './relays/relay-unavailable.ts';
import { severalRelays } from './relays/several-relays.ts';
import { silentRelay } from './relays/silent-relay.ts';
import { slowRelay } from './relays/slow-relay.ts';
import type { Scenario } from './scenario.ts';

/** All scenarios, in the order in which they start. */
export const SCENARIOS: readonly Scenario[] = [
  // It takes longest.
  clockJumps,
  blackhole,
  lateStatements,
  transactional,
  dump,
  rollingUpgrade,
  clockBack,
  silentRelay,
  recovery,
  operating,
  cancelling,
  failover,
  retries,
  namedKills,
  randomKills,
  postgresQueue,
  stalledWorker,
  relayFaults,
  relayUnavailable,
  severalRelays,
  slowRelay,
  hardReplies,
  cutReplies,
  redisFaults,
  postgresCrash,
  postgresTerminate,
  lostCommits,
  terminate,
  unsubscribing,
  schedulers,
];
