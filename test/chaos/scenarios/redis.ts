import { Redis } from 'ioredis';
import { settleAndCheck } from '../stage/stage.ts';
import { mailed, type Scenario } from './scenario.ts';

const READERS = 500;

export const redisFaults: Scenario = {
  name: 'redis-faults',
  about: 'FLUSHALL in mid-send, and Redis killed and started again empty: the sweep rings again',
  servers: async (stage) => {
    await stage.compose(READERS);
    stage.sink.setDelay(30);
    stage.sending.begin();
    await mailed(stage, stage.random.between(20, 150));
    const redis = new Redis(stage.redis.url);
    await redis.flushall();
    redis.disconnect();
    stage.say(`FLUSHALL (${stage.sink.accepted()} accepted)`);
    await mailed(stage, stage.random.between(200, 400));
    await stage.redis.crash();
    stage.say(`Redis was killed and is back (${stage.sink.accepted()} accepted)`);
    return settleAndCheck(stage);
  },
};
