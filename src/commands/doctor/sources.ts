import {
  type CheckResult,
  reportBroken,
  reportOk,
  reportWarning,
} from '../../domain/monitoring/check-result.ts';
import type { SourceState } from '../../domain/sources/source-history.ts';
import { formatMoment } from '../../domain/time/format-moment.ts';
import type { Config } from '../../settings/config.ts';
import type { ClockReading } from './clock.ts';

/** How a host of sources answers. */
export interface HostProbe {
  host: string;
  problem: string | null;
  clockReading: ClockReading | null;
}

const TIMEOUT_MS = 8000;

/** Asks each host of the sources for a sign of life: one request each, for its front page alone. */
export async function probeSourceHosts(
  { sources, publicUrl }: Config,
  { now, version }: { now: () => Date; version: string },
): Promise<HostProbe[]> {
  const { hfEndpoint, arxivRssUrl, arxivApiUrl } = sources;
  const urls = sources.names.flatMap(({ kind }) => {
    if (kind === 'file') return [];
    return kind === 'arxiv' ? [arxivRssUrl, arxivApiUrl] : [hfEndpoint];
  });
  const origins = [...new Set(urls.map((url) => new URL(url).origin))];
  const headers = { 'user-agent': `Paperboy/${version} (+${publicUrl})` };
  return Promise.all(origins.map((origin) => probeHost(origin, headers, now)));
}

async function probeHost(
  origin: string,
  headers: Record<string, string>,
  now: () => Date,
): Promise<HostProbe> {
  const { host } = new URL(origin);
  try {
    const askedAtMs = now().getTime();
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const response = await fetch(origin, { method: 'HEAD', headers, signal, redirect: 'manual' });
    const date = Date.parse(response.headers.get('date') ?? '');
    const midpointMs = (askedAtMs + now().getTime()) / 2;
    const clockReading = { clockName: host, offsetMs: date - midpointMs, isCoarse: true };
    return { host, problem: null, clockReading: Number.isNaN(date) ? null : clockReading };
  } catch (error) {
    const cause = (error as Error).cause instanceof Error ? (error as Error).cause : error;
    return { host, problem: (cause as Error).message, clockReading: null };
  }
}

/** What the last fetches came to, and whether the hosts can be reached. */
export function assessSources(
  names: readonly string[],
  states: readonly SourceState[],
  hostProbes: readonly HostProbe[],
): CheckResult[] {
  if (names.length === 0) return [reportOk('sources', 'None is set: papers are imported by hand.')];
  const unreachable = hostProbes.flatMap(({ host, problem }) =>
    problem === null
      ? []
      : [
          reportWarning(
            'sources',
            `${host} cannot be reached: ${problem}.`,
            'Look whether this machine reaches the network, and whether the address of the source is right.',
          ),
        ],
  );
  return [...names.map((name) => assessSource(name, states)), ...unreachable];
}

function assessSource(name: string, states: readonly SourceState[]): CheckResult {
  const state = states.find((each) => each.name === name);
  if (!state?.lastFetch) {
    const remedy = `It is asked when its time comes; “paperboy papers fetch ${name}” asks now.`;
    return reportWarning('sources', `${name} was never asked.`, remedy);
  }
  const { lastFetch: last, consecutiveFailures: failures, lastNewPaperAt: broughtAt } = state;
  const remedy = `Try “paperboy papers fetch ${name}”; the last answer was: ${endWithFullStop(last.detail ?? last.outcome)}`;
  const lastPapers =
    broughtAt === null
      ? 'It never brought a paper'
      : `Its last papers came ${formatMoment(broughtAt)}`;
  if (failures >= BROKEN_AFTER_FAILURES)
    return reportBroken(
      'sources',
      `${name} has failed ${failures} times in a row. ${lastPapers}.`,
      remedy,
    );
  if (last.outcome === 'failed' || last.outcome === 'stale')
    return reportWarning(
      'sources',
      `${name}, asked ${formatMoment(last.endedAt)}: ${last.outcome}. ${lastPapers}.`,
      remedy,
    );
  return reportOk(
    'sources',
    `${name}, asked ${formatMoment(last.endedAt)}: ${last.outcome}. ${lastPapers}.`,
  );
}

const BROKEN_AFTER_FAILURES = 3;

function endWithFullStop(text: string): string {
  return text.endsWith('.') ? text : `${text}.`;
}
