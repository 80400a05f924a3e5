import { formatMoment } from '../../copy/en/format-moment.ts';
import {
  type CheckResult,
  reportBroken,
  reportOk,
  reportWarning,
} from '../../domain/monitoring/check-result.ts';
import type { SourceState } from '../../domain/sources/source-history.ts';
import type { SourceSpec } from '../../domain/sources/source-name.ts';
import type { Config } from '../../settings/config.ts';
import type { ClockReading } from './clock.ts';

/** The response of a source's host. */
interface HostProbe {
  host: string;
  problem: string | null;
  clockReading: ClockReading | null;
}

const TIMEOUT_MS = 8000;

/** Sends one HEAD request for the front page to each host of the configured sources. */
export async function probeSourceHosts(
  { sources, publicUrl }: Config,
  { now, version }: { now: () => Date; version: string },
): Promise<HostProbe[]> {
  const urls = sources.names.flatMap((spec) => listUrls(spec, sources));
  const origins = [...new Set(urls.map((url) => new URL(url).origin))];
  const headers = { 'user-agent': `Paperboy/${version} (+${publicUrl})` };
  return Promise.all(origins.map((origin) => probeHost(origin, headers, now)));
}

/** The addresses that a source requests. */
function listUrls(spec: SourceSpec, urls: Config['sources']): string[] {
  switch (spec.kind) {
    case 'file':
      return [];
    case 'arxiv':
      return [urls.arxivRssUrl, urls.arxivApiUrl];
    case 'biorxiv':
      return [urls.biorxivApiUrl];
    case 'rss':
      return [spec.url];
    default:
      return [urls.hfEndpoint];
  }
}

async function probeHost(
  origin: string,
  headers: Record<string, string>,
  now: () => Date,
): Promise<HostProbe> {
  const { host } = new URL(origin);
  try {
    const startedAtMs = now().getTime();
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const response = await fetch(origin, { method: 'HEAD', headers, signal, redirect: 'manual' });
    const date = Date.parse(response.headers.get('date') ?? '');
    const midpointMs = (startedAtMs + now().getTime()) / 2;
    const clockReading = { clockName: host, offsetMs: date - midpointMs, isCoarse: true };
    return { host, problem: null, clockReading: Number.isNaN(date) ? null : clockReading };
  } catch (error) {
    const cause = (error as Error).cause instanceof Error ? (error as Error).cause : error;
    return { host, problem: (cause as Error).message, clockReading: null };
  }
}

/** Reports on the last fetch of each source, and on hosts that cannot be reached. */
export function assessSources(
  names: readonly string[],
  states: readonly SourceState[],
  hostProbes: readonly HostProbe[],
): CheckResult[] {
  if (names.length === 0)
    return [reportOk('sources', 'No source is configured: papers are imported by hand.')];
  const unreachable = hostProbes.flatMap(({ host, problem }) =>
    problem === null
      ? []
      : [
          reportWarning(
            'sources',
            `${host} cannot be reached: ${problem}.`,
            'Check that this machine can reach the internet, and that the URL of the source is right.',
          ),
        ],
  );
  return [...names.map((name) => assessSource(name, states)), ...unreachable];
}

function assessSource(name: string, states: readonly SourceState[]): CheckResult {
  const state = states.find((each) => each.name === name);
  if (!state?.lastFetch) {
    const remedy = `It is fetched on schedule; “paperboy papers fetch ${name}” fetches it now.`;
    return reportWarning('sources', `${name} has not been fetched yet.`, remedy);
  }
  const { lastFetch, consecutiveFailures, lastNewPaperAt } = state;
  const remedy = `Try “paperboy papers fetch ${name}”. The last result was: ${endWithFullStop(lastFetch.detail ?? lastFetch.outcome)}`;
  const lastPapers =
    lastNewPaperAt === null
      ? 'It has never returned a paper'
      : `Its last new papers came ${formatMoment(lastNewPaperAt)}`;
  const summary = `${name} was fetched ${formatMoment(lastFetch.endedAt)}: ${lastFetch.outcome}. ${lastPapers}.`;
  if (consecutiveFailures >= BROKEN_AFTER_FAILURES)
    return reportBroken(
      'sources',
      `${name} has failed ${consecutiveFailures} times in a row. ${lastPapers}.`,
      remedy,
    );
  if (lastFetch.outcome === 'failed' || lastFetch.outcome === 'stale')
    return reportWarning('sources', summary, remedy);
  return reportOk('sources', summary);
}

const BROKEN_AFTER_FAILURES = 3;

function endWithFullStop(text: string): string {
  return text.endsWith('.') ? text : `${text}.`;
}
