import { DrizzleQueryError } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { serializeError } from '../src/domain/serialize-error.ts';
import { createLogger } from '../src/log.ts';

describe('serializeError', () => {
  it('A failed query is serialised without its values, which are addresses', () => {
    const cause = Object.assign(new Error('duplicate key: (email_key)=(ada@example.org)'), {
      code: '23505',
    });
    const error = new DrizzleQueryError(
      'INSERT INTO subscribers VALUES ($1)',
      ['ada@example.org'],
      cause,
    );

    const written = JSON.stringify(serializeError(error));

    expect(written).not.toContain('ada@');
    expect(written).toContain('INSERT INTO subscribers');
    expect(written).toContain('23505');
  });

  it('Any other error is serialised with message, code and stack', () => {
    const error = Object.assign(new Error('connect refused'), { code: 'ECONNREFUSED' });

    expect(serializeError(error)).toMatchObject({
      type: 'Error',
      code: 'ECONNREFUSED',
      message: 'connect refused',
      stack: expect.stringContaining('log.test.ts'),
    });
  });

  it('Anything but an error is serialised as its type alone', () => {
    expect(serializeError('ada@example.org')).toEqual({ type: 'string' });
  });
});

describe('The log', () => {
  const READER = 'ada.lovelace+news@mail.example.org';
  const TOKEN = 'A1b2C3d4E5f6G7h8I9j0kL';

  /** The lines of a log after `write`. */
  function written(write: (log: ReturnType<typeof createLogger>) => void): string[] {
    const lines: string[] = [];
    write(createLogger('info', { write: (line: string) => void lines.push(line) }));
    return lines;
  }

  const HOSTILE: Record<string, unknown> = {
    'the detail of PostgreSQL': Object.assign(
      new Error(`Key (email_key)=(${READER}) already exists.`),
      { code: '23505', detail: `Key (email_key)=(${READER}) already exists.` },
    ),
    'a failed query': new DrizzleQueryError('INSERT … VALUES ($1)', [READER], new Error(READER)),
    'the reply of a relay that echoes': new Error(`550 5.1.1 <${READER}>: Recipient unknown`),
    'a reply without brackets': new Error(`550 no such user here: ${READER}`),
    'a quoted mailbox': new Error('550 "ada lovelace"@mail.example.org unknown'),
    'an address in a URL': new Error(`GET /?email=${encodeURIComponent(READER)} failed`),
    'one encoded twice': new Error('redirected to /?to=ada.lovelace%2540mail.example.org'),
    'one in HTML': new Error('no mailbox ada.lovelace&#64;mail.example.org'),
    'a link with a token': new Error(`fetch http://localhost/preferences/${TOKEN}?saved=1 failed`),
    'a token in a query': new Error(`bad request: /x?token=${TOKEN}`),
    'a connection string': new Error('connect postgres://paperboy:hunter2@db.example.org/papers'),
    'a header': new Error('refused: Authorization: Bearer hunter2hunter2'),
    'an error within errors': new Error('outer', { cause: new Error(READER) }),
    'a name that is an address': Object.assign(new Error('x'), { name: READER, code: READER }),
    'a bare text': READER,
  };
  const SECRET = /lovelace|mail\.example|hunter2|A1b2C3d4/;

  it.each(Object.entries(HOSTILE))(
    'The log contains no address and no secret of %s',
    (_what, err) => {
      const lines = written((log) => {
        log.error({ err, digestId: 7 }, 'it broke');
        log
          .child({ job: 'transactional-email', subject: err })
          .warn({ facts: [{ [String(err)]: err }] }, 'again');
        log.info(`said: ${err}`);
        log.error(err as Error);
      });
      expect(lines).toHaveLength(4);
      for (const line of lines) {
        expect(line).not.toMatch(SECRET);
        expect(() => JSON.parse(line)).not.toThrow();
      }
      expect(JSON.parse(lines[0] ?? '')).toMatchObject({ msg: 'it broke', digestId: 7 });
    },
  );

  it('The log contains where an error came from', () => {
    const [line = ''] = written((log) =>
      log.error({ err: new Error('connect ECONNREFUSED 127.0.0.1:25') }, 'no relay'),
    );
    expect(JSON.parse(line).err).toMatchObject({
      message: 'connect ECONNREFUSED 127.0.0.1:25',
      stack: expect.stringMatching(/log\.test\.ts:\d+/),
    });
  });

  it('Redacting an address leaves the other texts of a line unchanged', () => {
    const [line = ''] = written((log) =>
      log.info({ first: 'a < b', second: `${READER} > c`, third: 'left' }, 'x'),
    );
    expect(JSON.parse(line)).toMatchObject({ first: 'a < b', second: '… > c', third: 'left' });
  });
});
