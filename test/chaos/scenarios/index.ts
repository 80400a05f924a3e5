import { clockJumps, schedulers } from './clocks.ts';
import { hardReplies } from './hard-replies.ts';
import { leaving } from './leaving.ts';
import { namedKills } from './named-kills.ts';
import { lostCommits, postgresCrash, postgresTerminate } from './postgres.ts';
import { randomKills } from './random-kills.ts';
import { redisFaults } from './redis.ts';
import { relayAway } from './relay-away.ts';
import { relayFaults } from './relay-faults.ts';
import type { Scenario } from './scenario.ts';
import { silentRelay } from './silent-relay.ts';
import { slowRelay } from './slow-relay.ts';
import { standstill } from './standstill.ts';
import { recovery, terminate } from './stopping.ts';

/** All of them, in the order in which they run. */
export const SCENARIOS: readonly Scenario[] = [
  recovery,
  silentRelay,
  namedKills,
  randomKills,
  relayFaults,
  relayAway,
  slowRelay,
  hardReplies,
  redisFaults,
  postgresCrash,
  postgresTerminate,
  lostCommits,
  terminate,
  standstill,
  leaving,
  clockJumps,
  schedulers,
];
