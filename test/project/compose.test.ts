import { describe, expect, it } from 'vitest';
import { ROLES } from '../../src/roles.ts';
import { loadConfig } from '../../src/settings/config.ts';
import { type ComposeService, knownSettings, projectFile, readCompose } from './files.ts';

const IMAGE_PORT = 3000;

const { services, volumes } = readCompose();
const apps = Object.entries(services).filter(([, { build }]) => build !== undefined);

function service(name: string): ComposeService {
  const found = services[name];
  if (!found) throw new Error(`docker-compose.yml has no service “${name}”.`);
  return found;
}

/** The environment of a service's process: the image's, overridden by the service's. */
function environmentOf({ environment = {} }: ComposeService): Record<string, string> {
  return { HOST: '0.0.0.0', PORT: String(IMAGE_PORT), DATA_DIR: '/data', ...environment };
}

describe('docker-compose.yml', () => {
  it('Each role runs in its own service', () => {
    const started = apps.map(([, { command }]) => command);
    expect(started).toEqual(expect.arrayContaining(ROLES.map((role) => ['start', role])));
    expect(started).toHaveLength(ROLES.length + 1);
  });

  it('The database is migrated once, before any role starts', () => {
    expect(service('migrate')).toMatchObject({ command: ['migrate'] });
    expect(service('migrate').restart).not.toMatch(/always|unless-stopped/);
    for (const role of ROLES) {
      const { condition } = service(role).depends_on?.migrate ?? {};
      expect(condition, role).toBe('service_completed_successfully');
    }
  });

  it.each(apps)('The service %s waits for healthy databases', (_name, { depends_on }) => {
    for (const database of ['postgres', 'redis']) {
      expect(depends_on?.[database]?.condition).toBe('service_healthy');
      expect(service(database).healthcheck?.test).toBeDefined();
    }
  });

  it('Services wait only for services that exist', () => {
    const awaited = Object.values(services).flatMap(({ depends_on }) =>
      Object.keys(depends_on ?? {}),
    );
    expect(Object.keys(services)).toEqual(expect.arrayContaining(awaited));
  });

  it.each(apps)('The service %s gets only settings that exist', (_name, { environment }) => {
    expect(knownSettings()).toEqual(expect.arrayContaining(Object.keys(environment ?? {})));
  });

  it.each(apps)('The service %s gets settings that are accepted', (_name, each) => {
    expect(loadConfig(environmentOf(each))).toMatchObject({
      databaseUrl: expect.stringContaining('@postgres:'),
      redisUrl: 'redis://redis:6379',
      smtpUrls: ['smtp://mailpit:1025'],
      publicUrl: 'https://papers.localhost:3443',
    });
  });

  it('All processes sign links and hash addresses with the same keys', () => {
    const keys = apps.map(([, each]) => {
      const { secretKeys, suppressionKey } = loadConfig(environmentOf(each));
      return { secretKeys, suppressionKey };
    });
    expect(new Set(keys.map((each) => JSON.stringify(each))).size).toBe(1);
    expect(keys[0]?.secretKeys).not.toContain(keys[0]?.suppressionKey);
  });

  it('The environment overrides the settings of docker-compose.yml', () => {
    const own = {
      SMTP_URL: 'smtps://relay.example.org',
      PUBLIC_URL: 'https://papers.example.org',
      SECRET_KEY: 'an operator’s own key that signs links',
      SUPPRESSION_KEY: 'an operator’s own key that hashes addresses',
      POSTGRES_PASSWORD: 'hidden',
      POSTAL_ADDRESS: 'Somewhere else',
      MAIL_FROM: 'papers@example.org',
      SITE_NAME: 'The Paper',
    };
    const { api, postgres } = readCompose(own).services;
    expect(loadConfig(environmentOf(api ?? service('api')))).toMatchObject({
      smtpUrls: [own.SMTP_URL],
      publicUrl: own.PUBLIC_URL,
      secretKeys: [own.SECRET_KEY],
      suppressionKey: own.SUPPRESSION_KEY,
      databaseUrl: 'postgres://paperboy:hidden@postgres:5432/paperboy',
      postalAddress: own.POSTAL_ADDRESS,
      mailFrom: { address: own.MAIL_FROM },
      siteName: own.SITE_NAME,
    });
    expect(postgres?.environment?.POSTGRES_PASSWORD).toBe('hidden');
  });

  it('Each published secret says that it must be changed', () => {
    const { SECRET_KEY, SUPPRESSION_KEY, DATABASE_URL } = service('api').environment ?? {};
    for (const secret of [SECRET_KEY, SUPPRESSION_KEY, DATABASE_URL]) {
      expect(secret).toContain('change-me');
    }
  });

  it('Redis neither evicts nor loses jobs', () => {
    const command = service('redis').command?.join(' ');
    expect(command).toContain('--maxmemory-policy noeviction');
    expect(command).toContain('--appendonly yes');
  });

  it('Each server keeps its data in a named volume', () => {
    const mounted = ['postgres', 'redis', 'mailpit'].map((name) => service(name).volumes?.[0]);
    for (const mount of mounted) {
      expect(Object.keys(volumes)).toContain(mount?.split(':')[0]);
    }
  });

  it('Ports are open to this machine only', () => {
    const ports = Object.values(services).flatMap(({ ports }) => ports ?? []);
    expect(ports.length).toBeGreaterThan(0);
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/);
  });

  it('The TLS proxy listens at PUBLIC_URL', () => {
    const { environment } = service('api');
    const { command, ports } = service('tls');
    expect(command).toContain(environment?.PUBLIC_URL);
    expect(command).toContain(`api:${IMAGE_PORT}`);
    expect(ports).toEqual([`127.0.0.1:${new URL(environment?.PUBLIC_URL ?? '').port}:3443`]);
  });

  it('Several workers can run', () => {
    expect(service('worker')).not.toHaveProperty('container_name');
    expect(service('worker').ports).toBeUndefined();
  });

  it('Only the site has a health check, because the other roles do not listen', () => {
    expect(service('api').healthcheck).toBeUndefined();
    expect(projectFile('Dockerfile')).toContain('HEALTHCHECK');
    for (const name of ['migrate', 'worker', 'scheduler']) {
      expect(service(name).healthcheck).toEqual({ disable: true });
    }
  });

  it('Roles and databases get time to stop, and restart after a failure', () => {
    for (const name of [...ROLES, 'postgres', 'redis']) {
      expect(Number.parseInt(service(name).stop_grace_period ?? '0', 10)).toBeGreaterThanOrEqual(
        30,
      );
      expect(service(name).restart).toBe('unless-stopped');
    }
  });
});
