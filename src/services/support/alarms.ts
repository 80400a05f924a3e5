import { endAlarm, raiseAlarm } from '../../db/alarms.ts';
import type { Db } from '../../db/client.ts';
import type { Alarm, Incident } from '../../domain/alarm.ts';
import type { Clock } from '../../domain/clock.ts';

/** Raises and ends alarms; each incident is told twice: when it begins and when it is over. */
export interface Alarms {
  raise(alarm: Alarm): Promise<void>;
  end(alarm: Pick<Alarm, 'kind' | 'subject'>): Promise<void>;
}

/** Alarms of the database; an incident that another process raised is not told again here. */
export function createAlarms({
  db,
  clock,
  onRaised,
  onEnded,
}: {
  db: Db;
  clock: Clock;
  onRaised: (alarm: Alarm) => void;
  onEnded: (incident: Incident) => void;
}): Alarms {
  return {
    raise: async (alarm) => {
      if (await raiseAlarm(db, alarm, clock())) onRaised(alarm);
    },
    end: async (alarm) => {
      const ended = await endAlarm(db, alarm, clock());
      if (ended !== null) onEnded(ended);
    },
  };
}
