import { endAlert, raiseAlert } from '../../db/alerts/alerts.ts';
import type { Db } from '../../db/client.ts';
import type { Alert, Incident } from '../../domain/alerts/alert.ts';
import type { Clock } from '../../domain/time/clock.ts';

/** Raises and ends alarms; each incident is told twice: when it begins and when it is over. */
export interface Alerts {
  raise(alert: Alert): Promise<void>;
  end(alert: Pick<Alert, 'kind' | 'subject'>): Promise<void>;
}

/** Alarms of the database; an incident that another process raised is not told again here. */
export function createAlerts({
  db,
  clock,
  onRaised,
  onEnded,
}: {
  db: Db;
  clock: Clock;
  onRaised: (alert: Alert) => void;
  onEnded: (incident: Incident) => void;
}): Alerts {
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
