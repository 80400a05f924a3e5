import { describe, expect, it } from 'vitest';
import { createMessageParser, type PgMessage } from './messages.ts';
import { createQueryCycleTracker } from './query-cycles.ts';

const RECORD = `WITH going AS (UPDATE deliveries_7 AS d SET state = 'sending', attempts = 1) SELECT 1`;
const CLAIM = `WITH due AS (SELECT 1) UPDATE deliveries_7 AS d SET state = 'claimed' FROM due`;

describe('the exchanges of a connection', () => {
  it('make a statement lasting by itself outside of a transaction', () => {
    const { ask } = connection();
    expect(ask(query(CLAIM))).toEqual(['claim']);
    expect(ask(query('SELECT 1'))).toEqual([]);
  });

  it('make the statements of a transaction lasting at its COMMIT', () => {
    const { ask } = connection();
    expect(ask(query('begin'), 'T')).toEqual([]);
    expect(ask(prepared('', RECORD), 'T')).toEqual([]);
    expect(ask(query('commit'))).toEqual(['record']);
    expect(ask(query('SELECT 1'))).toEqual([]);
  });

  it('forget the statements of a transaction that is rolled back', () => {
    const { ask } = connection();
    ask(query('BEGIN'), 'T');
    ask(prepared('', RECORD), 'T');
    expect(ask(query('ROLLBACK'), 'I')).toEqual([]);
    expect(ask(query('SELECT 1'))).toEqual([]);
  });

  it('know a prepared statement by its name alone', () => {
    const { ask } = connection();
    expect(ask(prepared('record', RECORD))).toEqual(['record']);
    expect(ask(prepared('record', null))).toEqual(['record']);
  });

  it('do not take the return of what was claimed for a claim, nor the end of a lease for a record', () => {
    const { ask } = connection();
    const giveBack = `UPDATE deliveries_7 SET state = 'pending' WHERE state = 'claimed'`;
    const end = `UPDATE deliveries_7 SET state = CASE state WHEN 'sending' THEN 'unknown' END`;
    expect([ask(query(giveBack)), ask(query(end))]).toEqual([[], []]);
  });
});

describe('the messages of a connection', () => {
  it('are found wherever the stream is cut, the first without a type', () => {
    const startup = Buffer.concat([length(8), Buffer.from([0, 3, 0, 0])]);
    const stream = Buffer.concat([startup, ...prepared('', CLAIM)]);
    for (let cut = 1; cut < stream.length; cut += 1) {
      const frames = createMessageParser({ begins: 'untyped' });
      const types = [stream.subarray(0, cut), stream.subarray(cut)]
        .flatMap(frames)
        .map(({ type }) => type);
      expect(types).toEqual(['', 'P', 'B', 'E', 'S']);
    }
  });
});

function connection() {
  const exchanges = createQueryCycleTracker();
  const client = createMessageParser({ begins: 'typed' });
  const server = createMessageParser({ begins: 'typed' });
  return {
    /** Asks, has it answered with that status, and returns what was made lasting. */
    ask: (messages: Buffer[], status = 'I'): string[] => {
      const asked = client(Buffer.concat(messages))
        .map((frame: PgMessage) => exchanges.asked(frame))
        .find((exchange) => exchange !== null);
      for (const frame of server(message('Z', Buffer.from(status)))) {
        expect(exchanges.answered(frame)).toBe(asked);
      }
      return [...(asked?.commits ?? [])];
    },
  };
}

function query(sql: string): Buffer[] {
  return [message('Q', text(sql))];
}

function prepared(name: string, sql: string | null): Buffer[] {
  const rest = Buffer.alloc(6);
  return [
    ...(sql === null ? [] : [message('P', Buffer.concat([text(name), text(sql), rest]))]),
    message('B', Buffer.concat([text(''), text(name), rest])),
    message('E', Buffer.concat([text(''), Buffer.alloc(4)])),
    message('S', Buffer.alloc(0)),
  ];
}

function message(type: string, body: Buffer): Buffer {
  return Buffer.concat([Buffer.from(type), length(4 + body.length), body]);
}

function text(value: string): Buffer {
  return Buffer.from(`${value}\0`);
}

function length(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
