import { createUnreadableSourceError } from '../../domain/sources/source-error.ts';
import type { HttpGet } from '../http/http-get.ts';

/** Gets JSON. @throws SourceError. */
export async function getJson(get: HttpGet, url: string, signal: AbortSignal): Promise<unknown> {
  const response = await get({ url, accept: 'application/json', signal });
  try {
    return JSON.parse(response?.text ?? '');
  } catch (error) {
    throw createUnreadableSourceError(url, 'it is not JSON', error);
  }
}

/** The value below the names, or undefined: other people's JSON may have any form. */
function readPath(value: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>(
    (inner, name) =>
      typeof inner === 'object' && inner !== null && Object.hasOwn(inner, name)
        ? (inner as Record<string | number, unknown>)[name]
        : undefined,
    value,
  );
}

/** The text below the names, or an empty one. */
export function readTextAt(value: unknown, ...path: readonly (string | number)[]): string {
  const text = readPath(value, ...path);
  return typeof text === 'string' ? text : '';
}

/** The list below the names, or an empty one. */
export function readListAt(value: unknown, ...path: readonly (string | number)[]): unknown[] {
  const list = readPath(value, ...path);
  return Array.isArray(list) ? list : [];
}
