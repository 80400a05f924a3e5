import { endAlert, raiseAlert } from '../../db/alerts/alerts.ts';
import type { Db } from '../../db/client.ts';
import type { Alert, Incident } from '../../domain/alerts/alert.ts';
import type { Clock } from '../../domain/time/clock.ts';

/** Raises and ends alerts. Each incident is reported twice: when it begins and when it ends. */
export interface Alerts {
  raise(alert: Alert): Promise<void>;
  end(alert: Pick<Alert, 'kind' | 'subject'>): Promise<void>;
}

/** Alerts stored in the database. An incident that another process raised is not reported again. */
export function createAlerts(deps: {
  db: Db;
  clock: Clock;
  onRaised: (alert: Alert) => void;
  onEnded: (incident: Incident) => void;
}): Alerts {
  const { db, clock, onRaised, onEnded } = deps;
  return {
    raise: async (alert) => {
      if (await raiseAlert(db, alert, clock())) onRaised(alert);
    },
    end: async (alert) => {
      const ended = await endAlert(db, alert, clock());
      if (ended !== null) onEnded(ended);
    },
  };
}
