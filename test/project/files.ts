import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

const ROOT = new URL('../../', import.meta.url);

/** The units of deploy/: one process with all roles, and one process for each role. */
export const SYSTEMD_UNITS = ['paperboy.service', 'paperboy@.service'];

/** The text of a file of the project. */
export function projectFile(path: string): string {
  return readFileSync(new URL(path, ROOT), 'utf8');
}

/** Names of the settings that `loadConfig` reads, taken from its source. */
export function knownSettings(): string[] {
  return [
    ...`${projectFile('src/settings/config.ts')}${projectFile('src/settings/source-settings.ts')}`.matchAll(
      /\breadSetting\('([A-Z_]+)'/g,
    ),
  ].map(([, name = '']) => name);
}

export interface ComposeService {
  image: string;
  build?: string;
  command?: string[];
  restart?: string;
  environment?: Record<string, string>;
  depends_on?: Record<string, { condition: string }>;
  healthcheck?: { test?: string[]; disable?: boolean };
  ports?: string[];
  volumes?: string[];
  stop_grace_period?: string;
}

export interface ComposeFile {
  services: Record<string, ComposeService>;
  volumes: Record<string, unknown>;
}

/** docker-compose.yml as Compose reads it in a shell where only `variables` are set. */
export function readCompose(variables: Record<string, string> = {}): ComposeFile {
  return interpolate(parse(projectFile('docker-compose.yml'), { merge: true }), variables);
}

/** `${NAME:-default}`: the default also stands for what is set but empty. */
function interpolate<Value>(value: Value, variables: Record<string, string>): Value {
  return JSON.parse(JSON.stringify(value), (_key, each) =>
    typeof each === 'string'
      ? each.replace(
          /\$\{([A-Z_]+):-([^}]*)\}/g,
          (_whole, name: string, fallback: string) => variables[name] || fallback,
        )
      : each,
  );
}
