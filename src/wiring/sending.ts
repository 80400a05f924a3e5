import {
  computeMaxInFlight,
  createDigestSender,
  type DigestSender,
} from '../services/deliveries/digest-sender.ts';
import { type Lease, startLeaseHeartbeat } from '../services/deliveries/lease.ts';
import { abortableSleep } from '../services/deliveries/retry-transient.ts';
import {
  createSendSuspension,
  type SendSuspension,
} from '../services/deliveries/send-suspension.ts';
import type { TransactionalDeps } from '../services/transactional/send-transactional-email.ts';
import type { Core } from './core.ts';
import { type Closer, openLeaseDatabase } from './database.ts';
import { type LoadOnce, loadOnce } from './load-once.ts';
import { type MailDeps, type MailServices, openMailServices } from './mail.ts';

interface SendingDeps extends MailDeps, Core {
  stopping: AbortSignal;
}

/** Each is opened when it is first needed: compiling the templates alone takes a while. */
export interface Sending {
  suspension: SendSuspension;
  mail: LoadOnce<MailServices>;
  lease: LoadOnce<Lease>;
  digestSender: LoadOnce<DigestSender>;
  transactional: LoadOnce<TransactionalDeps>;
}

export function wireSending(deps: SendingDeps, closers: Closer[]): Sending {
  const { config, database, queryTimeoutsMs, keys } = deps;
  const { db, pool } = database.withQueryTimeout(queryTimeoutsMs.sending);
  const { suppressionKey } = keys;
  const dailyLimit = config.smtpUrls.length === 0 ? null : config.smtpDailyLimit;
  const mail = loadOnce(async () => {
    const services = await openMailServices(deps);
    closers.push(() => services.close());
    return services;
  });
  const suspension = createSendSuspension(deps, deps.instanceId);
  closers.push(async () => suspension.close());
  const lease = loadOnce(async () => {
    const leaseDatabase = openLeaseDatabase(config, database, closers);
    const heartbeat = await startLeaseHeartbeat(
      {
        ...deps,
        db: leaseDatabase.withQueryTimeout(queryTimeoutsMs.heartbeat).db,
        elapsedMs: () => performance.now(),
        onRenewed: deps.clockGuard.note,
      },
      deps.instanceId,
    );
    closers.push(() => heartbeat.end());
    return heartbeat;
  });
  const digestSender = loadOnce(async () =>
    createDigestSender({
      ...deps,
      lease: await lease(),
      suspension,
      ...(await mail()),
      db,
      pool,
      suppressionKey,
      dailyLimit,
      maxInFlight: computeMaxInFlight(config.smtpConnections, config.smtpMessagesPerSecond),
      sleep: abortableSleep,
    }),
  );
  const transactional = loadOnce(async () => ({
    ...deps,
    lease: await lease(),
    ...(await mail()),
    db,
    suppressionKey,
    dailyLimit,
  }));
  return { suspension, mail, lease, digestSender, transactional };
}
