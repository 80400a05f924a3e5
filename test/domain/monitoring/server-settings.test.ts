import { describe, expect, it } from 'vitest';
import {
  assessServerSettings,
  type ServerSettings,
} from '../../../src/domain/monitoring/server-settings.ts';

const GOOD: ServerSettings = {
  syncsCommits: true,
  writesFullPages: true,
  standbys: 1,
  waitsForStandby: true,
  locks: 6400,
  deliveryTables: 206,
};

const messages = (changes: Partial<ServerSettings>) =>
  assessServerSettings({ ...GOOD, ...changes }).map(({ message }) => message);

describe('The settings of the server', () => {
  it('The defaults, with a synchronous standby or none, are worth no warning', () => {
    expect(messages({})).toEqual([]);
    expect(messages({ standbys: 0, waitsForStandby: false })).toEqual([]);
  });

  it.each<[Partial<ServerSettings>, RegExp]>([
    [{ syncsCommits: false }, /fsync = off/],
    [{ writesFullPages: false }, /full_page_writes = off/],
    [{ waitsForStandby: false }, /has a standby, and commits do not wait/],
    [{ standbys: 2, waitsForStandby: false }, /has 2 standbys/],
    [{ locks: 2400 }, /room for 2400 locks, and 206 digests are kept/],
  ])('%j is worth a warning', (changes, warning) => {
    expect(messages(changes)).toEqual([expect.stringMatching(warning)]);
  });
});
