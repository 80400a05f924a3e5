import { expect, it } from 'vitest';
import { assessSources } from '../../../src/commands/doctor/sources.ts';
import type { SourceState } from '../../../src/domain/sources/source-history.ts';

const state = (changes: Partial<SourceState>): SourceState => ({
  name: 'hf-daily',
  lastFetch: {
    endedAt: new Date('2026-05-08T05:00:00Z'),
    outcome: 'papers',
    found: 1,
    added: 1,
    updated: 0,
    refused: 0,
    detail: null,
  },
  succeededAt: null,
  lastNewPaperAt: null,
  newestListDay: null,
  nextAt: null,
  consecutiveFailures: 0,
  ...changes,
});

it.each([
  ['with papers', [state({})], 'ok'],
  ['not fetched yet', [], 'warning'],
  ['that failed once', [state({ consecutiveFailures: 1, lastFetch: failed() })], 'warning'],
  ['that failed three times', [state({ consecutiveFailures: 3, lastFetch: failed() })], 'broken'],
] as const)('A source %s is reported', (_, states, status) => {
  expect(assessSources(['hf-daily'], states, [])[0]?.status).toBe(status);
});

it.each(['it answered 503', 'it answered 503.'])(
  'The result “%s” is quoted as one sentence',
  (detail) => {
    const [finding] = assessSources(['hf-daily'], [state({ lastFetch: failed(detail) })], []);
    expect(JSON.stringify(finding)).toMatch(/The last result was: it answered 503\."/);
  },
);

function failed(detail = 'it answered 503'): SourceState['lastFetch'] {
  const { lastFetch } = state({});
  return lastFetch && { ...lastFetch, outcome: 'failed', detail };
}
