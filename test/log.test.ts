import { DrizzleQueryError } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { loggableError } from '../src/log.ts';

describe('What is written down of an error', () => {
  it('leaves out the values of a failed query, which are readers’ addresses', () => {
    const cause = Object.assign(new Error('duplicate key: (email_key)=(ada@example.org)'), {
      code: '23505',
    });
    const error = new DrizzleQueryError(
      'INSERT INTO subscribers VALUES ($1)',
      ['ada@example.org'],
      cause,
    );

    const written = JSON.stringify(loggableError(error));

    expect(written).not.toContain('ada@');
    expect(written).toContain('INSERT INTO subscribers');
    expect(written).toContain('23505');
  });

  it('keeps message, code and stack of any other', () => {
    const error = Object.assign(new Error('connect refused'), { code: 'ECONNREFUSED' });

    expect(loggableError(error)).toMatchObject({
      type: 'Error',
      code: 'ECONNREFUSED',
      message: 'connect refused',
      stack: expect.stringContaining('log.test.ts'),
    });
  });

  it('says only the type of what is no error', () => {
    expect(loggableError('ada@example.org')).toEqual({ type: 'string' });
  });
});
