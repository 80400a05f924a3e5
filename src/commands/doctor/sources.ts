import type { Config } from '../../config.ts';
import type { SourceState } from '../../db/status.ts';
import { describeMoment } from '../../domain/describe-moment.ts';
import { broken, type Finding, ok, warning } from '../../domain/finding.ts';
import type { OtherClock } from './clock.ts';

/** How a host of sources answers. */
export interface Reached {
  host: string;
  problem: string | null;
  clock: OtherClock | null;
}

const TIMEOUT_MS = 8000;

/** Asks each host of the sources for a sign of life: one request each, for its front page alone. */
export async function reachSources(
  { sources, publicUrl }: Config,
  { now, version }: { now: () => Date; version: string },
): Promise<Reached[]> {
  const { hfEndpoint, arxivRssUrl, arxivApiUrl } = sources;
  const urls = sources.names.flatMap(({ kind }) => {
    if (kind === 'file') return [];
    return kind === 'arxiv' ? [arxivRssUrl, arxivApiUrl] : [hfEndpoint];
  });
  const origins = [...new Set(urls.map((url) => new URL(url).origin))];
  const headers = { 'user-agent': `Paperboy/${version} (+${publicUrl})` };
  return Promise.all(origins.map((origin) => reach(origin, headers, now)));
}

async function reach(
  origin: string,
  headers: Record<string, string>,
  now: () => Date,
): Promise<Reached> {
  const { host } = new URL(origin);
  try {
    const asked = now().getTime();
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const answer = await fetch(origin, { method: 'HEAD', headers, signal, redirect: 'manual' });
    const date = Date.parse(answer.headers.get('date') ?? '');
    const middle = (asked + now().getTime()) / 2;
    const clock = { whose: host, aheadMs: date - middle, isRough: true };
    return { host, problem: null, clock: Number.isNaN(date) ? null : clock };
  } catch (error) {
    const cause = (error as Error).cause instanceof Error ? (error as Error).cause : error;
    return { host, problem: (cause as Error).message, clock: null };
  }
}

/** What the last fetches came to, and whether the hosts can be reached. */
export function judgeSources(
  names: readonly string[],
  states: readonly SourceState[],
  reached: readonly Reached[],
): Finding[] {
  if (names.length === 0) return [ok('sources', 'None is set: papers are imported by hand.')];
  const away = reached.flatMap(({ host, problem }) =>
    problem === null
      ? []
      : [
          warning(
            'sources',
            `${host} cannot be reached: ${problem}.`,
            'Look whether this machine reaches the network, and whether the address of the source is right.',
          ),
        ],
  );
  return [...names.map((name) => judgeSource(name, states)), ...away];
}

function judgeSource(name: string, states: readonly SourceState[]): Finding {
  const state = states.find((each) => each.name === name);
  if (!state?.last) {
    const mend = `It is asked when its time comes; “paperboy papers fetch ${name}” asks now.`;
    return warning('sources', `${name} was never asked.`, mend);
  }
  const { last, failures, broughtAt } = state;
  const mend = `Try “paperboy papers fetch ${name}”; the last answer was: ${sentence(last.detail ?? last.outcome)}`;
  const before =
    broughtAt === null
      ? 'It never brought a paper'
      : `Its last papers came ${describeMoment(broughtAt)}`;
  if (failures >= MANY_FAILURES)
    return broken('sources', `${name} has failed ${failures} times in a row. ${before}.`, mend);
  if (last.outcome === 'failed' || last.outcome === 'stale')
    return warning(
      'sources',
      `${name}, asked ${describeMoment(last.endedAt)}: ${last.outcome}. ${before}.`,
      mend,
    );
  return ok(
    'sources',
    `${name}, asked ${describeMoment(last.endedAt)}: ${last.outcome}. ${before}.`,
  );
}

const MANY_FAILURES = 3;

function sentence(words: string): string {
  return words.endsWith('.') ? words : `${words}.`;
}
