import { describe, expect, it } from 'vitest';
import { createLinks, type Links } from '../../../src/domain/links/links.ts';

const TOKEN = 'AbCdEfGhIjKlMnOpQr_-Uv';

type ByToken = Omit<Links, 'home' | 'digests' | 'status' | 'digest' | 'paper' | 'papersOn'>;

/** The address of each link that holds a token. */
function listTokenLinks({
  feedback,
  shortFeedback,
  muteTopic,
  trackedPaper,
  ...others
}: ByToken): string[] {
  const actions = ['more', 'less', 'save', 'options'] as const;
  return [
    ...actions.map((action) => feedback(TOKEN, action, '2605.10001')),
    ...([...actions, 'mute'] as const).map((action) => shortFeedback(TOKEN, action, 3)),
    muteTopic(TOKEN, 'agents'),
    trackedPaper(TOKEN, '2605.10001'),
    ...Object.values(others).map((make) => make(TOKEN)),
  ];
}

describe('createLinks', () => {
  it.each(['https://papers.example.org', 'https://example.org/papers', 'http://[::1]:3000'])(
    'Every link starts with %s',
    (publicUrl) => {
      const links = createLinks(publicUrl);
      const { home, digests, status, digest, paper, papersOn: papersOf, ...byToken } = links;
      const weekly = digest('weekly', '2026-05-11');
      const all = [home, digests, status, weekly, paper('2605.10001'), papersOf('2026-05-08')];
      for (const link of [...all, ...listTokenLinks(byToken)]) {
        expect(link.startsWith(`${publicUrl}/`), link).toBe(true);
        expect(URL.canParse(link)).toBe(true);
        expect(link.replace('://', '')).not.toContain('//');
      }
    },
  );

  it('Each kind of token has its own address', () => {
    const links = createLinks('https://example.org');
    expect(links.unsubscribe(TOKEN)).toBe(`https://example.org/unsubscribe/${TOKEN}`);
    const {
      home: _home,
      digests: _digests,
      status: _status,
      digest: _digest,
      paper: _paper,
      papersOn: _papersOf,
      ...byToken
    } = links;
    const places = listTokenLinks(byToken);
    expect(new Set(places).size).toBe(places.length);
  });

  it('The link of a weekly digest names its kind, since a Monday may have two digests', () => {
    const { digest } = createLinks('https://example.org');
    expect(digest('daily', '2026-05-11')).toBe('https://example.org/digests/2026-05-11');
    expect(digest('weekly', '2026-05-11')).toBe(
      'https://example.org/digests/2026-05-11?kind=weekly',
    );
  });

  it('A paper id keeps its slashes and colons, and everything else is encoded', () => {
    const { paper, feedback } = createLinks('https://example.org');
    expect(feedback(TOKEN, 'more', 'hep-ex/0307015')).toBe(
      `https://example.org/feedback/${TOKEN}/more/hep-ex/0307015`,
    );
    expect(paper('hep-ex/0307015')).toBe('https://example.org/papers/hep-ex/0307015');
    expect(paper('acl:a b?c#d%e')).toBe('https://example.org/papers/acl:a%20b%3Fc%23d%25e');
  });
});
