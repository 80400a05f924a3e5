/** Paths that crawlers must not visit: pages behind tokens, forms, the inbox, endless searches. */
const DISALLOWED_PATHS = [
  '/confirm/',
  '/preferences/',
  '/unsubscribe',
  '/view/',
  '/export/',
  '/erase/',
  '/feedback/',
  '/f/',
  '/read/',
  '/feeds/',
  '/learned/',
  '/subscribe',
  '/inbox',
  '/admin',
  '/status',
  '/metrics',
  '/api/',
  '/papers?*q=',
];

/** `robots.txt` (RFC 9309) of a site below `publicUrl`. */
export function renderRobotsTxt(publicUrl: string): string {
  const base = new URL(publicUrl).pathname.replace(/\/+$/, '');
  return [
    'User-agent: *',
    ...DISALLOWED_PATHS.map((path) => `Disallow: ${base}${path}`),
    '',
    `Sitemap: ${publicUrl}/sitemap.xml`,
    '',
  ].join('\n');
}
