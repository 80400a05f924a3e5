import { SourceError } from '../../domain/sources/source-error.ts';

/**
 * Resolves the target of a redirect. Allowed are the same origin, and https on the same host or on
 * a domain above or below it (`www.example.org` and `example.org`).
 * @throws SourceError `SOURCE_UNREACHABLE` for any other target.
 */
export function resolveRedirect(from: string, location: string | null): string {
  const to = location !== null && URL.canParse(location, from) ? new URL(location, from) : null;
  if (to !== null && isSameSite(new URL(from), to)) return to.href;
  throw new SourceError(
    'SOURCE_UNREACHABLE',
    `${from} redirects to ${(location ?? 'nowhere').slice(0, 200)}: expected the same site.`,
  );
}

function isSameSite(from: URL, to: URL): boolean {
  if (to.origin === from.origin) return true;
  if (to.protocol !== 'https:') return false;
  const [a, b] = [from.hostname, to.hostname];
  return a === b || a.endsWith(`.${b}`) || b.endsWith(`.${a}`);
}
