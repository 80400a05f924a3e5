import { clockJumps, schedulers } from './clocks.ts';
import { hardReplies } from './hard-replies.ts';
import { namedKills } from './named-kills.ts';
import { lostCommits, postgresCrash, postgresTerminate } from './postgres.ts';
import { randomKills } from './random-kills.ts';
import { redisFaults } from './redis.ts';
import { relayFaults } from './relay-faults.ts';
import { relayUnavailable } from './relay-unavailable.ts';
import type { Scenario } from './scenario.ts';
import { silentRelay } from './silent-relay.ts';
import { slowRelay } from './slow-relay.ts';
import { stalledWorker } from './stalled-worker.ts';
import { recovery, terminate } from './stopping.ts';
import { unsubscribing } from './unsubscribing.ts';

/** All scenarios, in the order in which they run. */
export const SCENARIOS: readonly Scenario[] = [
  recovery,
  silentRelay,
  namedKills,
  randomKills,
  relayFaults,
  relayUnavailable,
  slowRelay,
  hardReplies,
  redisFaults,
  postgresCrash,
  postgresTerminate,
  lostCommits,
  terminate,
  stalledWorker,
  unsubscribing,
  clockJumps,
  schedulers,
];
