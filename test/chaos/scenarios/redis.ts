import { Redis } from 'ioredis';
import { drainAndCheck } from '../environment/environment.ts';
import { type Scenario, waitForAccepted } from './scenario.ts';

const SUBSCRIBERS = 500;

export const redisFaults: Scenario = {
  name: 'redis-faults',
  about:
    'FLUSHALL while a digest is sent, and Redis killed and restarted empty: the sweep enqueues again',
  servers: async (environment) => {
    await environment.compose(SUBSCRIBERS);
    environment.sink.setDelay(30);
    environment.sendCommand.start();
    await waitForAccepted(environment, environment.random.between(20, 150));
    const redis = new Redis(environment.redis.url);
    await redis.flushall();
    redis.disconnect();
    environment.log(`FLUSHALL (${environment.sink.accepted()} accepted)`);
    await waitForAccepted(environment, environment.random.between(200, 400));
    await environment.redis.crash();
    environment.log(`Redis was killed and restarted (${environment.sink.accepted()} accepted)`);
    return drainAndCheck(environment);
  },
};
