import { describe, expect, it } from 'vitest';
import { isTransient } from '../../src/db/transient.ts';
import { PaperboyError } from '../../src/domain/errors.ts';

const withCode = (code: string) => Object.assign(new Error('It failed.'), { code });

describe('Whether a failed statement may succeed when it is repeated', () => {
  it.each([
    ['57P01', 'the server is shut down'],
    ['53300', 'the server has too many connections'],
    ['57014', 'the statement was cancelled'],
    ['58030', 'the disk of the server failed'],
    ['25P03', 'the transaction was idle for too long'],
    ['40P01', 'there was a deadlock'],
    ['55P03', 'a lock was not free in time'],
    ['ECONNRESET', 'the connection was cut'],
    [
      'EPIPE',
      'the connection was cut while writing, with a code of five capitals like an SQLSTATE',
    ],
  ])('%s is transient, because %s', (code) => {
    expect(isTransient(withCode(code))).toBe(true);
    expect(isTransient(new Error('drizzle', { cause: withCode(code) }))).toBe(true);
  });

  it.each([
    ['42501', 'a right is missing'],
    ['42703', 'a column is gone'],
    ['22003', 'a number is too large'],
    ['23505', 'a row exists already'],
  ])('%s is permanent, because %s', (code) => {
    expect(isTransient(withCode(code))).toBe(false);
  });

  it('An error without a code comes from the connection, unless the program made a mistake', () => {
    expect(isTransient(new Error('Query read timeout'))).toBe(true);
    expect(isTransient(new TypeError('x is not a function'))).toBe(false);
    expect(isTransient(new PaperboyError('DATABASE_STOPPED', 'It stopped.'))).toBe(false);
  });
});
