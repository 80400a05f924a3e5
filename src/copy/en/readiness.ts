/** What the checks of /readyz found. Public: no sentence names a host or the value of a setting. */
export const READINESS_COPY = {
  database: {
    ok: 'The database answers.',
    readOnly: 'The database is read-only, like a standby.',
    failed: 'The database does not answer.',
  },
  migrations: {
    ok: 'The tables are those of this version.',
    outdated: 'The tables are older than this version: run “paperboy migrate”.',
    failed: 'The version of the tables cannot be read.',
  },
  queue: {
    ok: 'The queue answers.',
    failed: 'The queue does not answer or accepts no jobs.',
  },
  relay: {
    inbox: 'Email is caught in the local inbox.',
    failed: 'No relay answers.',
    noneAccepts: 'No relay accepts our connection.',
    /** `accepting` of `total` relays, at least one. */
    accept: (accepting: number, total: number) => {
      if (accepting < total) return `${accepting} of ${total} relays accept our connection.`;
      return total === 1
        ? 'The relay accepts our connection.'
        : `All ${total} relays accept our connection.`;
    },
  },
} as const;
