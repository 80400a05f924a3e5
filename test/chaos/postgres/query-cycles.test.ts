import { describe, expect, it } from 'vitest';
import { createMessageParser, type PgMessage } from './messages.ts';
import { createQueryCycleTracker } from './query-cycles.ts';

const RECORD = `WITH going AS (UPDATE deliveries_7 AS d SET state = 'sending', attempts = 1) SELECT 1`;
const CLAIM = `WITH due AS (SELECT 1) UPDATE deliveries_7 AS d SET state = 'claimed' FROM due`;

describe('createQueryCycleTracker', () => {
  it('Outside a transaction a statement is committed by itself', () => {
    const { ask } = connection();
    expect(ask(query(CLAIM))).toEqual(['claim']);
    expect(ask(query('SELECT 1'))).toEqual([]);
  });

  it('COMMIT commits the statements of the transaction', () => {
    const { ask } = connection();
    expect(ask(query('begin'), 'T')).toEqual([]);
    expect(ask(prepared('', RECORD), 'T')).toEqual([]);
    expect(ask(query('commit'))).toEqual(['record']);
    expect(ask(query('SELECT 1'))).toEqual([]);
  });

  it('ROLLBACK discards the statements of the transaction', () => {
    const { ask } = connection();
    ask(query('BEGIN'), 'T');
    ask(prepared('', RECORD), 'T');
    expect(ask(query('ROLLBACK'), 'I')).toEqual([]);
    expect(ask(query('SELECT 1'))).toEqual([]);
  });

  it('A prepared statement is recognised by its name', () => {
    const { ask } = connection();
    expect(ask(prepared('record', RECORD))).toEqual(['record']);
    expect(ask(prepared('record', null))).toEqual(['record']);
  });

  it('Releasing a batch is no claim, and ending a lease is no record', () => {
    const { ask } = connection();
    const release = `UPDATE deliveries_7 SET state = 'pending' WHERE state = 'claimed'`;
    const endLease = `UPDATE deliveries_7 SET state = CASE state WHEN 'sending' THEN 'unknown' END`;
    expect([ask(query(release)), ask(query(endLease))]).toEqual([[], []]);
  });
});

describe('createMessageParser', () => {
  it('Messages are found wherever the chunks split them, the first one without a type', () => {
    const startup = Buffer.concat([length(8), Buffer.from([0, 3, 0, 0])]);
    const stream = Buffer.concat([startup, ...prepared('', CLAIM)]);
    for (let cut = 1; cut < stream.length; cut += 1) {
      const messages = createMessageParser({ firstMessage: 'untyped' });
      const types = [stream.subarray(0, cut), stream.subarray(cut)]
        .flatMap(messages)
        .map(({ type }) => type);
      expect(types).toEqual(['', 'P', 'B', 'E', 'S']);
    }
  });
});

function connection() {
  const tracker = createQueryCycleTracker();
  const client = createMessageParser({ firstMessage: 'typed' });
  const server = createMessageParser({ firstMessage: 'typed' });
  return {
    /** Sends messages, answers with `status`, and returns the names of committed statements. */
    ask: (messages: Buffer[], status = 'I'): string[] => {
      const asked = client(Buffer.concat(messages))
        .map((message: PgMessage) => tracker.trackRequest(message))
        .find((cycle) => cycle !== null);
      for (const response of server(message('Z', Buffer.from(status)))) {
        expect(tracker.trackResponse(response)).toBe(asked);
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
