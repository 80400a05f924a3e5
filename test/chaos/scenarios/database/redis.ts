import { Redis } from 'ioredis';
import { drainAndCheck } from '../../environment/environment.ts';
import { type Scenario, waitForAccepted } from '../scenario.ts';

const SUBSCRIBERS = 500;

export const redisFaults: Scenario = {
  name: 'redis-faults',
  about:
    'FLUSHALL while a digest is sent, and Redis killed and restarted empty: the sweep enqueues again',
  servers: async (environment) => {
    const { redis: server } = environment;
    if (!server) throw new Error('This scenario needs Redis.');
    environment.sink.setDelay(30);
    await environment.startDigest(SUBSCRIBERS);
    await waitForAccepted(environment, environment.random.between(20, 150));
    const redis = new Redis(server.url);
    await redis.flushall();
    redis.disconnect();
    environment.log(`FLUSHALL (${environment.sink.accepted()} accepted)`);
    await waitForAccepted(environment, environment.random.between(200, 400));
    await server.crash();
    environment.log(`Redis was killed and restarted (${environment.sink.accepted()} accepted)`);
    return drainAndCheck(environment);
  },
};
