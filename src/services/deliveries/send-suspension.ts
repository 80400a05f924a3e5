import { ALERT_COPY } from '../../copy/en/alerts.ts';
import { redactAddresses } from '../../domain/text/redact.ts';
import { MINUTE_MS } from '../../domain/time/units.ts';
import type { Alerts } from '../alerts/alerts.ts';
import type { Log } from '../monitoring/log.ts';

/** Keeps a worker from sending while the database refuses its statements for good: a right was
 *  revoked, a column is gone. Repeated for ever they would block the worker; given up at once, each
 *  round of messages would become `unknown`. */
export interface SendSuspension {
  isSuspended(): boolean;
  /** Suspends sending for a while, with an alert. */
  suspend(error: unknown): void;
  /** Notes that a statement succeeded, which ends the alert at once. Without one, the alert ends
   *  some minutes after the worker tries again, unless it fails again. */
  noteSuccess(): void;
  /** Has `listener` called when sending is suspended or tried again. */
  onChange(listener: () => void): void;
  /** Stops raising the alert, which then ends by itself. */
  close(): void;
}

/** How long a suspended worker waits before it tries again, in ms. */
const SUSPENSION_MS = 10 * MINUTE_MS;

/** How often the alert is raised again meanwhile, in ms. */
const RAISE_INTERVAL_MS = MINUTE_MS;

/** `instanceId` names the worker in the alert. */
export function createSendSuspension(
  { alerts, log }: { alerts: Alerts; log: Log },
  instanceId: string,
): SendSuspension {
  const listeners: (() => void)[] = [];
  let isSuspended = false;
  let isAlerted = false;
  let raiseTimer: NodeJS.Timeout | undefined;
  let resumeTimer: NodeJS.Timeout | undefined;
  const onError = (err: unknown) => log('warn', 'alert about the database failed', { err });
  const change = (to: boolean) => {
    isSuspended = to;
    for (const listener of listeners) listener();
  };
  const resume = () => {
    clearInterval(raiseTimer);
    change(false);
  };
  return {
    isSuspended: () => isSuspended,
    suspend: (error) => {
      if (isSuspended) return;
      const sentence = ALERT_COPY.databaseRefuses(instanceId, describeProblem(error));
      log('error', sentence, { err: error });
      const raise = () =>
        void alerts
          .raise({ kind: 'database-refuses', subject: instanceId, sentence })
          .catch(onError);
      raise();
      clearInterval(raiseTimer);
      raiseTimer = setInterval(raise, RAISE_INTERVAL_MS).unref();
      resumeTimer = setTimeout(resume, SUSPENSION_MS).unref();
      isAlerted = true;
      change(true);
    },
    noteSuccess: () => {
      if (!isAlerted || isSuspended) return;
      isAlerted = false;
      clearInterval(raiseTimer);
      alerts.end({ kind: 'database-refuses', subject: instanceId }).catch(onError);
    },
    onChange: (listener) => void listeners.push(listener),
    close: () => {
      clearInterval(raiseTimer);
      clearTimeout(resumeTimer);
    },
  };
}

/** drizzle wraps the errors of the database in errors that quote the statement. */
function describeProblem(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const { code, message } = cause as { code?: string; message?: string };
  const text = redactAddresses(message ?? String(cause)).replace(/\.$/, '');
  return code === undefined ? text : `${text} (SQLSTATE ${code})`;
}
